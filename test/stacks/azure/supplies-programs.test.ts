// What fills the stores and what empties them onto a node: both programs are run against services that answer as Azure does.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSuppliesSettings, suppliesProgram } from '../../../stacks/azure/node/fetch-supplies.ts';
import { buildSeedSettings } from '../../../stacks/azure/supplies/seed.ts';
import { seedProgram } from '../../../stacks/azure/supplies/seed-program.ts';
import { type AzureServices, sha256, startAzureServices } from './azure-services.ts';
import { buildGpuDeployment, type Changes } from './fixture.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const MODEL = { hfId: 'example/model', hfRevision: 'main', hfInclude: null };

let azure: AzureServices;
let folder = '';

beforeEach(async () => {
  azure = await startAzureServices();
  folder = mkdtempSync(join(tmpdir(), 'seekstack-supplies-'));
  azure.hub.set('config.json', Buffer.from('{"a": 1}\n'));
  azure.hub.set('model-00001.safetensors', Buffer.from('0123456789'.repeat(50)));
  azure.hub.set('model-00002.safetensors', Buffer.from('abcdefghij'.repeat(33)));
  azure.hub.set('encoding/a name.txt', Buffer.from('with a blank'));
  azure.secrets.set('api-key', 'k3y');
  azure.secrets.set('endpoint-certificate', PEM);
});
afterEach(async () => {
  await azure.stop();
  rmSync(folder, { recursive: true });
});

function runPython(text: string, environment: Record<string, string>, args: string[] = []) {
  const path = join(folder, 'program.py');
  writeFileSync(path, text);
  const child = spawn('python3', [path, ...args], {
    env: { PATH: process.env.PATH, METADATA_URL: `${azure.url}/metadata`, PAUSE_SECONDS: '0.01', ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  return new Promise<{ code: number | null; said: string }>((ended) => child.on('close', (code) => ended({ code, said })));
}

function seed(changes: Changes = {}) {
  const document = buildGpuDeployment({ model: MODEL, ...changes });
  const settings = buildSeedSettings(document, {
    account: 'weights1',
    registryId: '/subscriptions/0/providers/Microsoft.ContainerRegistry/registries/r1',
    clientId: 'client-1',
  });
  return runPython(seedProgram, {
    SEED: JSON.stringify(settings),
    HUB_URL: azure.url,
    STORE_URL: azure.url,
    MANAGEMENT_URL: azure.url,
    BLOCK_BYTES: '64',
  });
}

function fetchOntoNode(changes: Changes = {}) {
  const document = buildGpuDeployment({ model: MODEL, ...changes });
  const settings = JSON.parse(
    buildSuppliesSettings(document, {
      vaultUrl: azure.url,
      containerUrl: `${azure.url}/weights`,
      registryServer: 'r1.azurecr.io',
      clientId: 'client-1',
    }),
  ) as Record<string, unknown>;
  const settingsPath = join(folder, 'supplies.json');
  writeFileSync(settingsPath, JSON.stringify({ ...settings, folder: join(folder, 'model') }));
  const docker = join(folder, 'docker');
  writeFileSync(docker, `#!/bin/sh\n{ echo "$@"; [ "$1" = login ] && cat && echo; } >> ${join(folder, 'docker.log')}\nexit 0\n`);
  chmodSync(docker, 0o755);
  return runPython(
    suppliesProgram,
    { RUN_FOLDER: join(folder, 'run'), REGISTRY_URL: azure.url, DOCKER: docker, PART_BYTES: '100' },
    [settingsPath],
  );
}

const onNode = (name: string) => readFileSync(join(folder, 'model', name));

describe('the seed job', () => {
  it('imports images by digest, copies every file in blocks, and writes the checksums last', async () => {
    const { code, said } = await seed();
    expect(said).toContain('model-00002.safetensors');
    expect(code).toBe(0);
    expect(azure.imported).toEqual([
      `docker.io/vllm/vllm-openai@sha256:${'0f'.repeat(32)} → seekstack:engine-${'0f'.repeat(8)}`,
      `nvcr.io/nvidia/k8s/dcgm-exporter@sha256:${'dc'.repeat(32)} → seekstack:accelerator-metrics-${'dc'.repeat(8)}`,
      `docker.io/prom/prometheus@sha256:${'9a'.repeat(32)} → seekstack:metrics-agent-${'9a'.repeat(8)}`,
      `docker.io/nginxinc/nginx-unprivileged@sha256:${'7a'.repeat(32)} → seekstack:tls-proxy-${'7a'.repeat(8)}`,
    ]);
    for (const [name, content] of azure.hub) {
      expect(azure.blobs.get(name)?.content.equals(content), name).toBe(true);
      expect(azure.blobs.get(name)?.sha256).toBe(sha256(content));
    }
    const listed = azure.blobs.get('SHA256SUMS')?.content.toString();
    expect(listed).toBe(
      [...azure.hub]
        .map(([name, content]) => `${sha256(content)}  ${name}\n`)
        .sort((one, other) => (one.slice(66) < other.slice(66) ? -1 : 1))
        .join(''),
    );
    expect(azure.asked.at(-1)).toBe('PUT /weights/SHA256SUMS');
  });

  it('copies nothing twice, and what has changed again', async () => {
    await seed();
    azure.asked.length = 0;
    expect((await seed()).code).toBe(0);
    expect(azure.asked.filter((each) => each.includes('/resolve/'))).toEqual([]);
    azure.hub.set('model-00001.safetensors', Buffer.from('9876543210'.repeat(50)));
    expect((await seed()).code).toBe(0);
    expect(azure.blobs.get('model-00001.safetensors')?.content.toString()).toMatch(/^9876/);
  });

  it('takes only the files that are wanted, and says so when there is none', async () => {
    const include = (hfInclude: string) => seed({ model: { ...MODEL, hfInclude } });
    expect((await include('*.json')).code).toBe(0);
    expect([...azure.blobs.keys()]).toEqual(['config.json', 'SHA256SUMS']);
    const none = await include('*.gguf');
    expect(none.code).toBe(1);
    expect(none.said).toContain('no file of example/model is wanted: check model.hfInclude');
  });

  it('outlives services that are busy', async () => {
    for (const prefix of ['/metadata', '/weights/model', '/example', '/api/models']) azure.failing.set(prefix, 2);
    expect((await seed()).code).toBe(0);
    expect(azure.blobs.has('SHA256SUMS')).toBe(true);
  });

  it('refuses a file that is not what the hub says, and leaves no list of checksums', async () => {
    const real = azure.hub.get('model-00001.safetensors') as Buffer;
    // Same size and another content behind the same name: the list is asked for first.
    const lie = Buffer.from(real);
    azure.hub.set('model-00001.safetensors', lie);
    const listed = seed();
    // Changed as soon as the list was given.
    const watch = setInterval(() => {
      if (azure.asked.some((each) => each.startsWith('GET /api/models'))) lie.fill('x');
    }, 1);
    const { code, said } = await listed;
    clearInterval(watch);
    expect(said).toContain('the hub says');
    expect(code).toBe(1);
    expect(azure.blobs.has('SHA256SUMS')).toBe(false);
  });
});

describe('a node', () => {
  it('fetches key, certificate, images and weights as its own identity', async () => {
    await seed();
    const { code, said } = await fetchOntoNode();
    expect(said).not.toContain('Traceback');
    expect(code).toBe(0);
    for (const [name, content] of azure.hub) expect(onNode(name).equals(content), name).toBe(true);
    const key = join(folder, 'run', 'api-key.env');
    expect(readFileSync(key, 'utf8')).toBe('VLLM_API_KEY=k3y\n');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const certificate = join(folder, 'run', 'tls', 'tls.pem');
    expect(readFileSync(certificate, 'utf8')).toBe(PEM);
    expect(statSync(certificate).mode & 0o777).toBe(0o400);
    expect(readFileSync(join(folder, 'run', 'model.env'), 'utf8')).toBe('');
    expect(readFileSync(join(folder, 'docker.log'), 'utf8')).toBe(
      [
        'login r1.azurecr.io --username 00000000-0000-0000-0000-000000000000 --password-stdin',
        'registry token of r1.azurecr.io',
        `pull --quiet r1.azurecr.io/seekstack@sha256:${'0f'.repeat(32)}`,
        `pull --quiet r1.azurecr.io/seekstack@sha256:${'dc'.repeat(32)}`,
        `pull --quiet r1.azurecr.io/seekstack@sha256:${'9a'.repeat(32)}`,
        `pull --quiet r1.azurecr.io/seekstack@sha256:${'7a'.repeat(32)}`,
        '',
      ].join('\n'),
    );
  });

  it('reads nothing again that is there, and mends what is not as it should be', async () => {
    await seed();
    await fetchOntoNode();
    azure.asked.length = 0;
    await fetchOntoNode();
    expect(azure.asked.filter((each) => each.startsWith('GET /weights/'))).toEqual(['GET /weights/SHA256SUMS']);
    writeFileSync(join(folder, 'model', 'config.json'), '{"a": 2}\n');
    rmSync(join(folder, 'model', 'SHA256SUMS'));
    azure.asked.length = 0;
    expect((await fetchOntoNode()).code).toBe(0);
    expect(onNode('config.json').toString()).toBe('{"a": 1}\n');
    expect(azure.asked).not.toContain('GET /weights/model-00001.safetensors');
  });

  it('waits until the seed job is done', async () => {
    const done = fetchOntoNode();
    while (!azure.asked.includes('GET /weights/SHA256SUMS')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(existsSync(join(folder, 'model', 'config.json'))).toBe(false);
    azure.blobs.set('config.json', { content: Buffer.from('x'), sha256: undefined });
    azure.blobs.set('SHA256SUMS', { content: Buffer.from(`${sha256(Buffer.from('x'))}  config.json\n`), sha256: undefined });
    const { code, said } = await done;
    expect(code).toBe(0);
    expect(said).toContain('waiting for SHA256SUMS');
  });

  it('refuses weights that are not what the seed job wrote down', async () => {
    await seed();
    azure.blobs.set('config.json', { content: Buffer.from('{"a": 2}\n'), sha256: undefined });
    const { code, said } = await fetchOntoNode();
    expect(code).toBe(1);
    expect(said).toMatch(/config\.json is [0-9a-f]{64}, the seed job wrote/);
    expect(existsSync(join(folder, 'model', 'SHA256SUMS'))).toBe(false);
  });

  it.each(['../../etc/cron.d/x', '/etc/passwd'])('refuses the name %s in the list', async (name) => {
    azure.blobs.set('SHA256SUMS', { content: Buffer.from(`${sha256(Buffer.from(''))}  ${name}\n`), sha256: undefined });
    const { code, said } = await fetchOntoNode();
    expect(code).toBe(1);
    expect(said).toContain('leaves the folder');
  });

  it.each(['', 'two\nlines'])('refuses the key %j', async (value) => {
    azure.secrets.set('api-key', value);
    const { code, said } = await fetchOntoNode();
    expect(code).toBe(1);
    expect(said).toContain('the secret is no key');
  });

  it('names the first file of a checkpoint that is one file', async () => {
    azure.hub.clear();
    azure.hub.set('Q4/model-00002-of-2.gguf', Buffer.from('two'));
    azure.hub.set('Q4/model-00001-of-2.gguf', Buffer.from('one'));
    await seed();
    await fetchOntoNode();
    expect(readFileSync(join(folder, 'run', 'model.env'), 'utf8')).toBe(
      'LLAMA_ARG_MODEL=/weights/model/Q4/model-00001-of-2.gguf\n',
    );
  });
});
