import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { buildCustomData, buildUserData } from '../../../stacks/azure/node/user-data.ts';
import { cacheScript } from '../../../stacks/azure/node/weight-cache.ts';
import { buildTags } from '../../../stacks/azure/tags.ts';
import { buildCpuDeployment, buildGpuDeployment } from './fixture.ts';
import { parseEnvironmentFile, parseUserData, readDirective, readNodeFile, splitCommandLine } from './node-files.ts';

const places = {
  vaultUrl: 'https://vault1.vault.azure.net',
  containerUrl: 'https://weights1.blob.core.windows.net/weights',
  registryServer: 'registry1.azurecr.io',
  clientId: '0000-1',
};
const unitPath = '/etc/systemd/system/seekstack-engine.service';

function readNode(document: Deployment) {
  const config = parseUserData(Buffer.from(buildCustomData(document, places), 'base64').toString('utf8'));
  const unit = readNodeFile(config, unitPath);
  const [start = ''] = readDirective(unit, 'ExecStart');
  return {
    config,
    unit,
    argv: splitCommandLine(start),
    environment: parseEnvironmentFile(readNodeFile(config, '/etc/seekstack/engine.env')),
  };
}

const withArgs = (args: string[]) => buildGpuDeployment().pools.map((pool) => ({ ...pool, args }));

describe('a GPU node', () => {
  const document = buildGpuDeployment();
  const { argv, config, environment } = readNode(document);

  it('runs the image of its own registry by digest, with the arguments as written', () => {
    const image = argv.indexOf(`registry1.azurecr.io/seekstack@sha256:${'0f'.repeat(32)}`);
    expect(argv.slice(image + 1)).toEqual(['serve', ...(document.pools[0]?.args ?? [])]);
    expect(argv.slice(image - 2, image)).toEqual(['--entrypoint', 'vllm']);
  });

  it('hands over all GPUs, shared memory and weights, and opens its port to its own node only', () => {
    const line = argv.join(' ');
    expect(line).toContain('--gpus all');
    expect(line).toContain(`--shm-size ${32 * 2 ** 30}b`);
    expect(line).toContain('--publish 127.0.0.1:8000:8000');
    expect(line).toContain('type=bind,source=/var/lib/seekstack/cache,target=/weights');
    expect(environment).toEqual({ HF_HOME: '/weights/huggingface', HF_HUB_OFFLINE: '1', VLLM_LOGGING_LEVEL: 'INFO' });
  });

  it('fetches everything before the engine starts, onto striped local NVMe', () => {
    const supplies = readNodeFile(config, '/etc/systemd/system/seekstack-supplies.service');
    expect(readDirective(supplies, 'ExecStartPre')).toEqual([
      '/usr/local/sbin/seekstack-prepare-cache local-nvme /var/lib/seekstack/cache',
    ]);
    for (const name of ['engine', 'tls']) {
      const waits = readNodeFile(config, `/etc/systemd/system/seekstack-${name}.service`);
      expect(readDirective(waits, 'Requires')[0]).toContain('seekstack-supplies.service');
      expect(readDirective(waits, 'After')[0]).toContain('seekstack-supplies.service');
    }
    expect(argv.join(' ')).toContain('--env-file /run/seekstack/api-key.env');
    expect(JSON.parse(readNodeFile(config, '/etc/seekstack/supplies.json'))).toMatchObject({
      ...places,
      keyVariable: 'VLLM_API_KEY',
      images: [
        `seekstack@sha256:${'0f'.repeat(32)}`,
        `seekstack@sha256:${'dc'.repeat(32)}`,
        `seekstack@sha256:${'9a'.repeat(32)}`,
        `seekstack@sha256:${'7a'.repeat(32)}`,
      ],
    });
  });

  it('ends TLS in a proxy without rights, which alone talks to the engine', () => {
    const proxy = readNodeFile(config, '/etc/systemd/system/seekstack-tls.service');
    const words = splitCommandLine(readDirective(proxy, 'ExecStart')[0] ?? '');
    expect(words.join(' ')).toContain('--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges');
    expect(words).toContain(`registry1.azurecr.io/seekstack@sha256:${'7a'.repeat(32)}`);
    const nginx = readNodeFile(config, '/etc/seekstack/nginx.conf');
    expect(nginx).toContain('server 127.0.0.1:8000');
    expect(nginx).toContain('listen 8443 ssl;');
  });

  it('keeps the environment file to root and starts its units without a shell', () => {
    expect(config.write_files.map(({ path, permissions }) => [path, permissions])).toEqual([
      ['/usr/local/sbin/seekstack-prepare-cache', '0755'],
      ['/usr/local/libexec/seekstack-fetch-supplies', '0755'],
      ['/etc/seekstack/supplies.json', '0644'],
      ['/etc/systemd/system/seekstack-supplies.service', '0644'],
      ['/etc/seekstack/engine.env', '0600'],
      [unitPath, '0644'],
      ['/etc/seekstack/nginx.conf', '0644'],
      ['/etc/systemd/system/seekstack-tls.service', '0644'],
    ]);
    expect(config.runcmd.every((command) => Array.isArray(command))).toBe(true);
    expect(config.runcmd.at(-1)?.slice(-3)).toEqual([
      'seekstack-supplies.service',
      'seekstack-engine.service',
      'seekstack-tls.service',
    ]);
  });
});

describe('other nodes', () => {
  it('gives a CPU-only engine no accelerator flags, and its weights on a network disk', () => {
    const { argv, config } = readNode(buildCpuDeployment());
    expect(argv).not.toContain('--gpus');
    expect(argv).not.toContain('--device');
    expect(argv).not.toContain('--shm-size');
    expect(argv).toContain('registry1.azurecr.io/seekstack:engine-server-b7000');
    expect(argv.join(' ')).toContain('--env-file /run/seekstack/model.env');
    expect(readNodeFile(config, '/etc/systemd/system/seekstack-supplies.service')).toContain(' data-disk ');
  });

  it('hands AMD devices over by path', () => {
    const { argv } = readNode(
      buildGpuDeployment({ machine: { accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 } } }),
    );
    expect(argv).not.toContain('--gpus');
    expect(argv.join(' ')).toContain('--device /dev/kfd --device /dev/dri');
  });

  it('completes the command of an engine that takes the key as an argument', () => {
    const { argv, unit } = readNode(buildGpuDeployment({ engine: { apiKey: { variable: null, argument: '--api-key' } } }));
    expect(readDirective(unit, 'EnvironmentFile')).toEqual(['/run/seekstack/api-key.env']);
    expect(argv.slice(-2)).toEqual(['--api-key', '<API_KEY>']);
  });

  it('watches for the end of spot capacity, and only there', () => {
    const drains = (document: Deployment) =>
      readNode(document).config.write_files.some(({ path }) => path.endsWith('seekstack-drain.service'));
    expect(drains(buildGpuDeployment({ fleet: { purchase: 'spot' } }))).toBe(true);
    expect(drains(buildGpuDeployment())).toBe(false);
  });

  it('refuses arguments Azure has no room for', () => {
    const args = Array.from({ length: 100 }, () => 'x'.repeat(500));
    expect(() => buildUserData(buildGpuDeployment({ pools: withArgs(args) }), places)).toThrowErrorMatchingInlineSnapshot(`
      [Error: the engine's arguments and environment are too long for Azure
        got: 87483 bytes of custom data   expected: at most 65535
        fix: shorten pools.0.args or engine.environment in the deployment document]
    `);
  });

  it('has a cache script bash can parse', () => {
    execFileSync('bash', ['-n'], { input: cacheScript });
  });
});

describe('hostile but valid text', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 40,
  });
  const nasty = fc.constantFrom(
    '$HOME',
    '${HOME}',
    '$$',
    '%n',
    '%%',
    '\\',
    '\\\\n',
    '"',
    "'",
    '";',
    '; reboot',
    '`id`',
    '$(id)',
    ' ',
    '#x',
    '=',
    '-',
    '--',
    "'\"'",
    '\\"',
    '{{ v1 }}',
    '!',
    '| sh',
    '@/etc/passwd',
  );
  const text = fc.oneof(
    printable,
    nasty,
    fc.tuple(nasty, printable, nasty).map((parts) => parts.join('')),
  );
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
  const tag = fc.stringMatching(/^[A-Za-z0-9][\w .:=+@-]{0,39}$/);

  it('reaches the container exactly as the document holds it', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.array(text, { maxLength: 20 }),
        fc.dictionary(name, text, { maxKeys: 8 }),
        fc.dictionary(tag, tag, { maxKeys: 5 }),
        (command, args, environment, tags) => {
          const document = deploymentSchema.parse({
            ...buildGpuDeployment({ engine: { command, environment }, pools: withArgs(args) }),
            tags,
          });
          const node = readNode(document);
          const entrypoint = node.argv.indexOf('--entrypoint');
          expect(node.argv[entrypoint + 1]).toBe(command[0]);
          expect(node.argv.slice(entrypoint + 3)).toEqual([...command.slice(1), ...args]);
          expect(node.environment).toEqual({ HF_HOME: '/weights/huggingface', HF_HUB_OFFLINE: '1', ...environment });
          expect(buildTags(document)).toMatchObject(tags);
          expect(readDirective(node.unit, 'ExecStart')).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
