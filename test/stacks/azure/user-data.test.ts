import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { buildTags } from '../../../stacks/azure/tags.ts';
import { buildCustomData, buildUserData } from '../../../stacks/azure/user-data.ts';
import { cacheScript } from '../../../stacks/azure/weight-cache.ts';
import { buildCpuDeployment, buildGpuDeployment } from './fixture.ts';
import { parseEnvironmentFile, parseUserData, readDirective, readNodeFile, splitCommandLine } from './node-files.ts';

const unitPath = '/etc/systemd/system/seekstack-engine.service';

function readNode(document: Deployment) {
  const config = parseUserData(Buffer.from(buildCustomData(document), 'base64').toString('utf8'));
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
  const { argv, unit, config, environment } = readNode(document);

  it('runs the image by digest with the arguments as written', () => {
    const image = argv.indexOf(`docker.io/vllm/vllm-openai@sha256:${'0f'.repeat(32)}`);
    expect(argv.slice(image + 1)).toEqual(['serve', ...(document.pools[0]?.args ?? [])]);
    expect(argv.slice(image - 2, image)).toEqual(['--entrypoint', 'vllm']);
    expect(readDirective(unit, 'ExecStartPre').map(splitCommandLine).at(-1)).toEqual(['/usr/bin/docker', 'pull', argv[image]]);
  });

  it('hands over all GPUs, shared memory, port and weight cache', () => {
    const line = argv.join(' ');
    expect(line).toContain('--gpus all');
    expect(line).toContain(`--shm-size ${32 * 2 ** 30}b`);
    expect(line).toContain('--publish 8000:8000');
    expect(line).toContain('type=bind,source=/var/lib/seekstack/cache,target=/root/.cache/huggingface');
    expect(environment).toEqual({ HF_HOME: '/root/.cache/huggingface', VLLM_LOGGING_LEVEL: 'INFO' });
  });

  it('stripes local NVMe before each start and installs nothing', () => {
    expect(readDirective(unit, 'ExecStartPre')[0]).toBe(
      '/usr/local/sbin/seekstack-prepare-cache local-nvme /var/lib/seekstack/cache',
    );
    expect(config.packages).toBeUndefined();
  });

  it('keeps the environment file to root and starts the unit without a shell', () => {
    expect(config.write_files.map(({ path, permissions }) => [path, permissions])).toEqual([
      ['/usr/local/sbin/seekstack-prepare-cache', '0755'],
      ['/etc/seekstack/engine.env', '0600'],
      [unitPath, '0644'],
    ]);
    expect(config.runcmd.every((command) => Array.isArray(command))).toBe(true);
    expect(config.runcmd.at(-1)).toContain('seekstack-engine.service');
  });
});

describe('other nodes', () => {
  it('gives a CPU-only engine no accelerator flags and installs docker', () => {
    const { argv, config, unit, environment } = readNode(buildCpuDeployment());
    expect(argv).not.toContain('--gpus');
    expect(argv).not.toContain('--device');
    expect(argv).not.toContain('--shm-size');
    expect(argv).toContain('ghcr.io/ggml-org/llama.cpp:server-b7000');
    expect(config.packages).toEqual(['docker.io', 'mdadm', 'xfsprogs']);
    expect(readDirective(unit, 'ExecStartPre')[0]).toContain(' data-disk ');
    expect(environment.LLAMA_CACHE).toBe('/root/.cache/huggingface');
  });

  it('hands AMD devices over by path', () => {
    const { argv } = readNode(
      buildGpuDeployment({ machine: { accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 } } }),
    );
    expect(argv).not.toContain('--gpus');
    expect(argv.join(' ')).toContain('--device /dev/kfd --device /dev/dri');
  });

  it('mounts the cache where the document wants HF_HOME', () => {
    const { argv, environment } = readNode(buildGpuDeployment({ engine: { environment: { HF_HOME: '/models' } } }));
    expect(argv).toContain('type=bind,source=/var/lib/seekstack/cache,target=/models');
    expect(environment).toEqual({ HF_HOME: '/models' });
  });

  it('refuses arguments Azure has no room for', () => {
    const args = Array.from({ length: 100 }, () => 'x'.repeat(500));
    expect(() => buildUserData(buildGpuDeployment({ pools: withArgs(args) }))).toThrowErrorMatchingInlineSnapshot(`
      [Error: the engine's arguments and environment are too long for Azure
        got: 72569 bytes of custom data   expected: at most 65535
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
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/).filter((candidate) => candidate !== 'HF_HOME');
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
          expect(node.environment).toEqual({ HF_HOME: '/root/.cache/huggingface', ...environment });
          expect(buildTags(document)).toMatchObject(tags);
          expect(readDirective(node.unit, 'ExecStart')).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
