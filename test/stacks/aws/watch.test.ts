import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, describe, expect, test } from 'vitest';

import { publishedMetrics, renderWatchSettings } from '../../../stacks/aws/node/watch.ts';
import { WATCH_PROGRAM } from '../../../stacks/aws/node/watch-program.ts';
import { cpuDeployment, gpuDeployment } from './fixture.ts';
import { onlyResource, templatesOf } from './synthesis.ts';

const folder = mkdtempSync(join(tmpdir(), 'seekstack-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const servers: Server[] = [];
afterEach(() => servers.splice(0).map((server) => server.close()));

/** Serves texts by path on a port of its own. */
async function serve(texts: Record<string, string>): Promise<string> {
  const server = createServer((request, answer) => {
    const text = texts[request.url ?? ''];
    answer.writeHead(text === undefined ? 404 : 200).end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

interface Published {
  Namespace: string;
  MetricData: { MetricName: string; Value?: number; Values?: number[]; Counts?: number[] }[];
}

let runs = 0;
/** Runs the node's own program once a text, with the state it keeps between minutes. */
async function watch(engine: string[], accelerators: string): Promise<Published[]> {
  const state = join(folder, `state-${runs++}.json`);
  const program = join(folder, 'watch.py');
  writeFileSync(program, WATCH_PROGRAM);
  const published: Published[] = [];
  for (const text of engine) {
    const url = await serve({ '/health': '', '/metrics': text, '/counters': accelerators });
    const settings = join(folder, 'settings.json');
    writeFileSync(
      settings,
      renderWatchSettings(gpuDeployment())
        .replace('http://localhost:9400/metrics', `${url}/counters`)
        .replaceAll('http://localhost:8000', url),
    );
    const child = spawn('python3', [program, settings, state, '--print']);
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    published.push(JSON.parse(out) as Published);
  }
  return published;
}

const engineText = (counts: number[], tokens: number, waiting: number) =>
  [
    '# TYPE vllm:time_to_first_token_seconds histogram',
    ...['0.5', '1.0', '+Inf'].map(
      (bound, index) => `vllm:time_to_first_token_seconds_bucket{engine="0",le="${bound}",model_name="m"} ${counts[index]}`,
    ),
    `vllm:time_to_first_token_seconds_sum{engine="0"} 12.5`,
    `vllm:num_requests_waiting{engine="0"} ${waiting}`,
    'vllm:num_requests_waiting{engine="1"} 2.0',
    'vllm:num_requests_running{engine="0"} 7.0',
    'vllm:kv_cache_usage_perc{engine="0"} 0.5',
    'vllm:kv_cache_usage_perc{engine="1"} 0.7',
    `vllm:generation_tokens_total{engine="0"} ${tokens}`,
    '',
  ].join('\n');
const power =
  'DCGM_FI_DEV_POWER_USAGE{gpu="0"} 512.5\nDCGM_FI_DEV_POWER_USAGE{gpu="1"} 487.5\nDCGM_FI_DEV_GPU_TEMP{gpu="0"} 60\n';

describe("a node's metrics", () => {
  test('are the buckets of the last minute, sums over engines, means of shares, increases of counters', async () => {
    const [first, second] = await watch([engineText([1, 2, 2], 1000, 3), engineText([4, 9, 10], 1600, 0)], power);
    const of = (published: Published | undefined, name: string) => published?.MetricData.find((each) => each.MetricName === name);
    expect(first?.Namespace).toBe('seekstack/chat-prod');
    // The first minute has nothing to compare with: what was counted before is nobody's last minute.
    expect(of(first, 'TimeToFirstToken')).toBeUndefined();
    expect(of(first, 'OutputTokens')?.Value).toBe(0);
    expect(of(second, 'TimeToFirstToken')).toMatchObject({ Values: [0.5, 1, 1], Counts: [3, 4, 1] });
    expect(of(second, 'OutputTokens')?.Value).toBe(600);
    expect(of(first, 'WaitingRequests')?.Value).toBe(5);
    expect(of(second, 'CacheUse')?.Value).toBeCloseTo(0.6);
    expect(of(second, 'BoardWatts')?.Value).toBe(1000);
    expect(of(second, 'EngineUp')?.Value).toBe(1);
  });

  test('begin anew when the engine did', async () => {
    const [, second] = await watch([engineText([40, 90, 100], 90_000, 0), engineText([1, 3, 3], 250, 0)], power);
    const of = (name: string) => second?.MetricData.find((each) => each.MetricName === name);
    expect(of('TimeToFirstToken')).toMatchObject({ Values: [0.5, 1], Counts: [1, 2] });
    expect(of('OutputTokens')?.Value).toBe(250);
  });

  test('are those that dashboard and alarms ask for', () => {
    const published = new Set(publishedMetrics(gpuDeployment()));
    const { serving } = templatesOf(gpuDeployment());
    const asked = JSON.stringify(onlyResource(serving, 'AWS::CloudWatch::Dashboard'))
      .concat(JSON.stringify(serving.findResources('AWS::CloudWatch::Alarm')))
      .matchAll(/\b(EngineUp|[A-Z][a-z]+(?:To|Per)?[A-Za-z]*(?:Token|Requests|Use|Tokens|Watts))\b/g);
    const names = new Set([...asked].map(([name]) => name));
    for (const metric of published) expect(names).toContain(metric);
    expect(publishedMetrics(cpuDeployment())).toEqual(['EngineUp']);
  });
});
