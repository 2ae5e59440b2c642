import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { ENGINE_ENVIRONMENT_PATH, ENGINE_SERVICE } from '../../../stacks/aws/engine-service.ts';
import { quoteWord } from '../../../stacks/aws/systemd-unit.ts';
import { renderUserData } from '../../../stacks/aws/user-data.ts';
import { chooseWeightsDisk, STORAGE_SCRIPT, STORAGE_SCRIPT_PATH, STORAGE_SERVICE } from '../../../stacks/aws/weights-disk.ts';
import { cpuDeployment, gpuDeployment, readCommand, readEnvironment, readUserData } from './fixture.ts';

const ENGINE_UNIT = `/etc/systemd/system/${ENGINE_SERVICE}`;
const STORAGE_UNIT = `/etc/systemd/system/${STORAGE_SERVICE}`;

/** Any printable ASCII, with the characters that mean something to a shell, systemd, YAML or CDK coming often. */
const argument = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'\'"\\`$%{};#=&|<>*?~! -', '${', '$(', '%%', '$$', '\\n', '\\"', '%H', '${Token[', '*/'),
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((parts) => parts.join('').slice(0, 500));
const environmentName = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
const tagText = fc.stringMatching(/^[\w .:/=+@-]{1,40}$/);
const tagName = fc.stringMatching(/^[A-Za-z0-9][\w .:/=+@-]{0,39}$/);
const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/);

describe('user data', () => {
  test('returns every valid string of the document unchanged', () => {
    fc.assert(
      fc.property(
        fc.array(argument, { minLength: 1, maxLength: 5 }),
        fc.array(argument, { maxLength: 12 }),
        fc.dictionary(environmentName, argument, { maxKeys: 6, noNullPrototype: true }),
        fc.dictionary(tagName, tagText, { maxKeys: 4, noNullPrototype: true }),
        name,
        (command, args, environment, tags, deploymentName) => {
          const gpu = gpuDeployment();
          const document = deploymentSchema.parse({
            ...gpu,
            name: deploymentName,
            tags,
            engine: { ...gpu.engine, command, args, environment },
          });
          const { file } = readUserData(renderUserData(document));
          const words = readCommand(file(ENGINE_UNIT));
          const [entrypoint = '', ...rest] = command;
          const tail = [`${gpu.engine.image.repository}@${gpu.engine.image.digest}`, ...rest, ...args];
          expect(words.slice(-tail.length - 1)).toEqual([`--entrypoint=${entrypoint}`, ...tail]);
          expect(words).toContain(`--log-opt=awslogs-group=/seekstack/${deploymentName}/engine`);
          expect(readEnvironment(file(ENGINE_ENVIRONMENT_PATH))).toEqual({
            HF_HOME: '/weights/huggingface',
            ...environment,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('gives a value of the document to no command but the quoted one', () => {
    const plain = readUserData(renderUserData(gpuDeployment()));
    const other = readUserData(
      renderUserData({ ...gpuDeployment(), name: 'other', model: { ...gpuDeployment().model, hfId: 'a/b' } }),
    );
    expect(other.config.runcmd).toEqual(plain.config.runcmd);
    expect(other.file(STORAGE_SCRIPT_PATH)).toBe(plain.file(STORAGE_SCRIPT_PATH));
    expect(plain.config.runcmd.every((words) => Array.isArray(words))).toBe(true);
  });

  test('writes every file as base64 and the environment for root alone', () => {
    const { config } = readUserData(renderUserData(gpuDeployment()));
    for (const file of config.write_files) expect(file.encoding).toBe('b64');
    expect(config.write_files.find((file) => file.path === ENGINE_ENVIRONMENT_PATH)?.permissions).toBe('0600');
  });

  test('leaves the caches to the document where it names them', () => {
    const gpu = gpuDeployment();
    const document = { ...gpu, engine: { ...gpu.engine, environment: { HF_HOME: '/elsewhere' } } };
    expect(readEnvironment(readUserData(renderUserData(document)).file(ENGINE_ENVIRONMENT_PATH))).toEqual({
      HF_HOME: '/elsewhere',
    });
  });
});

describe('quoteWord', () => {
  test.each([
    ['plain', '"plain"'],
    ['a "b" \\c', '"a \\"b\\" \\\\c"'],
    ['100% $HOME', '"100%% $$HOME"'],
    [';', '";"'],
  ])('writes %s as %s', (word, quoted) => expect(quoteWord(word)).toBe(quoted));

  test('fails on a line break, which would end the line', () => {
    expect(() => quoteWord('a\nExecStart=/bin/sh')).toThrow(/not printable ASCII/);
  });
});

describe('the weights', () => {
  const withDisks = (localDiskBytes: number, weightsBytes: number): Deployment => {
    const gpu = gpuDeployment();
    return { ...gpu, machine: { ...gpu.machine, localDiskBytes }, disk: { ...gpu.disk, weightsBytes } };
  };

  test.each([
    [3e12, 0, 'local-nvme'],
    [3e12, 1e12, 'network-volume'],
    [0, 1e12, 'network-volume'],
    [0, 0, 'root-disk'],
  ])('with %d bytes of NVMe and a volume of %d bytes lie on the %s', (localDiskBytes, weightsBytes, disk) => {
    expect(chooseWeightsDisk(withDisks(localDiskBytes, weightsBytes))).toBe(disk);
  });

  test('are mounted before the engine starts', () => {
    const { file } = readUserData(renderUserData(cpuDeployment()));
    expect(file(STORAGE_UNIT)).toContain(`ExecStart=${STORAGE_SCRIPT_PATH} network-volume /var/lib/seekstack/weights /dev/sdf\n`);
    expect(file(ENGINE_UNIT)).toMatch(new RegExp(`^After=.*\\b${STORAGE_SERVICE}\\b`, 'm'));
    expect(readCommand(file(ENGINE_UNIT))).toContain('--mount=type=bind,src=/var/lib/seekstack/weights,dst=/weights');
  });

  test('are mounted by a script that bash can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: STORAGE_SCRIPT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
