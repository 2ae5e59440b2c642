// The rules as Prometheus itself reads them, and what it makes of a fleet that keeps its promises and of some that do not.
// An extra rung: it runs where promtool is installed (the Debian package prometheus, or PROMTOOL), and is skipped elsewhere.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertsOf, recordingsOf } from '../../src/watching/alerts.ts';
import { buildAgentConfig } from '../../stacks/azure/watching/agent.ts';
import { buildRules } from '../../stacks/azure/watching/alerts.ts';
import { buildGpuDeployment } from '../stacks/azure/fixture.ts';

const promtool = process.env.PROMTOOL ?? 'promtool';
const version = /version (\d+)\.(\d+)/.exec(spawnSync(promtool, ['--version'], { encoding: 'utf8' }).stdout ?? '');
const present = version !== null;
/** Managed identities came with 2.45. */
const knowsAzure = present && (Number(version[1]) > 2 || Number(version[2]) >= 45);

const document = buildGpuDeployment();
const MINUTES = 90;
/** Two nodes with eight accelerators each, as they are read once a minute. */
const nodes = ['a', 'b'];

/** What the fleet does, in the terms of the plan. */
interface Fleet {
  readonly ttftSeconds?: number;
  readonly tpotSeconds?: number;
  readonly waiting?: number;
  readonly cacheUse?: number;
  readonly tokensPerSecond?: number;
  readonly boardWatts?: number;
  readonly up?: 0 | 1;
}
const sound: Required<Fleet> = {
  ttftSeconds: 1,
  tpotSeconds: 0.025,
  waiting: 0,
  cacheUse: 0.5,
  // At this rate a million cost USD 9.42: above the planned mean, below what is worth a look.
  tokensPerSecond: 5000,
  boardWatts: 460,
  up: 1,
};

function seriesOf(fleet: Fleet): { series: string; values: string }[] {
  const { ttftSeconds, tpotSeconds, waiting, cacheUse, tokensPerSecond, boardWatts, up } = { ...sound, ...fleet };
  const level = (value: number) => `${value}+0x${MINUTES}`;
  const rate = (perMinute: number) => `0+${perMinute}x${MINUTES}`;
  const bounds = [0.01, 0.025, 0.05, 0.1, 0.5, 1, 2.5, 5, 10];
  return nodes.flatMap((node) => {
    const labels = `deployment="${document.name}",node="${node}"`;
    const engine = `${labels},job="engine",engine="0"`;
    // All requests of a minute fall into the one bucket that holds the value.
    const histogram = (name: string, seconds: number) =>
      [...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
        series: `${name}_bucket{${engine},le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"}`,
        values: rate(bound >= seconds ? 60 : 0),
      }));
    return [
      { series: `up{${labels},job="engine"}`, values: level(up) },
      ...histogram('vllm:time_to_first_token_seconds', ttftSeconds),
      ...histogram('vllm:request_time_per_output_token_seconds', tpotSeconds),
      { series: `vllm:num_requests_waiting{${engine}}`, values: level(waiting) },
      { series: `vllm:num_requests_running{${engine}}`, values: level(20) },
      { series: `vllm:kv_cache_usage_perc{${engine}}`, values: level(cacheUse) },
      { series: `vllm:generation_tokens_total{${engine}}`, values: rate((tokensPerSecond / nodes.length) * 60) },
      ...Array.from({ length: 8 }, (_, index) => ({
        series: `DCGM_FI_DEV_POWER_USAGE{${labels},job="accelerators",gpu="${index}"}`,
        values: level(boardWatts),
      })),
    ];
  });
}

describe.skipIf(!present)('promtool', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  const write = (name: string, content: unknown) => writeFileSync(path(name), JSON.stringify(content));
  const run = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool, words, { encoding: 'utf8', cwd: folder });
    return { status, text: `${stdout}${stderr}` };
  };

  /** All that promtool says of a test that holds. */
  const passed = (name: string) => ({ status: 0, text: `Unit Testing:  ${name}\n  SUCCESS\n\n` });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seekstack-rules-'));
    const rules = buildRules(document, 'nodes').map(({ record, alert, expression, for: held, labels, annotations }) =>
      record === undefined
        ? { alert, expr: expression, for: String(held).replace(/^PT(\d+)M$/, '$1m'), labels, annotations }
        : { record, expr: expression, labels },
    );
    write('nodes.json', { groups: [{ name: 'nodes', interval: '1m', rules }] });
    const inCluster = [
      ...recordingsOf(document, 'cluster').map(({ name, expression }) => ({ record: name, expr: expression })),
      ...alertsOf(document, 'cluster').map(({ name, expression }) => ({ alert: name, expr: expression })),
    ];
    write('cluster.json', { groups: [{ name: 'cluster', interval: '1m', rules: inCluster }] });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['nodes.json', 'cluster.json'])('reads %s', (name) => {
    expect(run('check', 'rules', name)).toMatchObject({ status: 0, text: expect.stringContaining('17 rules found') });
  });

  test.skipIf(!knowsAzure)('reads the configuration of the agent', () => {
    const clientId = '11111111-1111-1111-1111-111111111111';
    writeFileSync(path('agent.json'), buildAgentConfig(document, { remoteWriteUrl: 'https://example.com/write', clientId }));
    expect(run('check', 'config', '--agent', 'agent.json')).toMatchObject({ status: 0 });
  });

  test.each<[fleet: string, change: Fleet, told: readonly string[]]>([
    ['keeps its promises', {}, []],
    ['is slow to begin', { ttftSeconds: 5 }, ['SlowFirstToken']],
    ['is slow to go on', { tpotSeconds: 0.1 }, ['SlowTokens']],
    ['lets requests wait', { waiting: 3 }, ['Queue']],
    ['has a full cache', { cacheUse: 0.99 }, ['CacheFull']],
    ['is hardly asked', { tokensPerSecond: 100 }, ['CostOverPlan']],
    ['draws too much', { boardWatts: 2300 }, ['PowerOverPlan']],
    ['is down', { up: 0 }, ['EngineDown']],
  ])('a fleet that %s', (_, change, told) => {
    const alerts = alertsOf(document, 'nodes');
    write('fleet.json', {
      rule_files: ['nodes.json'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: seriesOf(change),
          alert_rule_test: alerts.map(({ name, summary }) => ({
            eval_time: `${MINUTES - 5}m`,
            alertname: name,
            exp_alerts: told.includes(name)
              ? [{ exp_labels: { deployment: document.name }, exp_annotations: { summary, plan: document.planDigest } }]
              : [],
          })),
        },
      ],
    });
    expect(run('test', 'rules', 'fleet.json')).toEqual(passed('fleet.json'));
  });

  test('works out what a token costs and draws', () => {
    const { usdPerHour } = document.cost;
    const at = (name: string, value: number) => ({
      // Rates are extrapolated in binary: the last digits are not the point.
      expr: `round(${name}, 0.001)`,
      eval_time: '60m',
      exp_samples: [{ labels: `{deployment="${document.name}"}`, value: Math.round(value * 1000) / 1000 }],
    });
    write('values.json', {
      rule_files: ['nodes.json'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: seriesOf({ tokensPerSecond: 4000, boardWatts: 500 }),
          promql_expr_test: [
            at('seekstack:output_tokens_per_second', 4000),
            at('seekstack:board_watts', 2 * 8 * 500),
            at('seekstack:joules_per_output_token', (2 * 8 * 500) / 4000),
            at('seekstack:replicas_up', 2),
            // Both planned nodes answer: an hour of them costs what was planned.
            at('seekstack:usd_per_million_output_tokens', ((usdPerHour / 2 / 3600) * 1e6 * 2) / 4000),
          ],
        },
      ],
    });
    expect(run('test', 'rules', 'values.json')).toEqual(passed('values.json'));
  });
});
