import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { DRAIN_PROGRAM } from '../../../stacks/aws/node/drain.ts';
import { ENGINE_ENVIRONMENT_PATH, ENGINE_SERVICE } from '../../../stacks/aws/node/engine-service.ts';
import { SUPPLIES_PROGRAM, SUPPLIES_SERVICE } from '../../../stacks/aws/node/fetch-supplies.ts';
import { RESOURCES_PATH } from '../../../stacks/aws/node/resources.ts';
import { quoteWord } from '../../../stacks/aws/node/systemd-unit.ts';
import { renderUserData } from '../../../stacks/aws/node/user-data.ts';
import {
  chooseWeightsDisk,
  STORAGE_SCRIPT,
  STORAGE_SCRIPT_PATH,
  STORAGE_SERVICE,
} from '../../../stacks/aws/node/weights-disk.ts';
import { cpuDeployment, gpuDeployment, readCommand, readEnvironment, readUserData } from './fixture.ts';

const RESOURCES = { bucketName: 'bucket', repositoryUri: 'registry/images', secretArn: 'arn:secret' };
const bootOf = (document: Deployment) => renderUserData(document, RESOURCES);
const ENGINE_UNIT = `/etc/systemd/system/${ENGINE_SERVICE}`;
const SUPPLIES_UNIT = `/etc/systemd/system/${SUPPLIES_SERVICE}`;
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
            engine: { ...gpu.engine, command, environment },
            pools: [{ ...gpu.pools[0], args }],
          });
          const { file } = readUserData(bootOf(document));
          const words = readCommand(file(ENGINE_UNIT));
          const [entrypoint = '', ...rest] = command;
          const tail = [`<REPOSITORY>@${gpu.engine.image.digest}`, ...rest, ...args];
          expect(words.slice(-tail.length - 1)).toEqual([`--entrypoint=${entrypoint}`, ...tail]);
          expect(words).toContain(`--log-opt=awslogs-group=/seekstack/${deploymentName}/engine`);
          expect(readEnvironment(file(ENGINE_ENVIRONMENT_PATH))).toEqual({
            HF_HOME: '/weights/huggingface',
            HF_HUB_OFFLINE: '1',
            ...environment,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('gives a value of the document to no command but the quoted one', () => {
    const plain = readUserData(bootOf(gpuDeployment()));
    const other = readUserData(bootOf({ ...gpuDeployment(), name: 'other', model: { ...gpuDeployment().model, hfId: 'a/b' } }));
    expect(other.config.runcmd).toEqual(plain.config.runcmd);
    expect(other.file(STORAGE_SCRIPT_PATH)).toBe(plain.file(STORAGE_SCRIPT_PATH));
    expect(plain.config.runcmd.every((words) => Array.isArray(words))).toBe(true);
  });

  test('writes every file but the names of resources as base64, and the environment for root alone', () => {
    const { config } = readUserData(bootOf(gpuDeployment()));
    expect(config.write_files.filter((file) => file.encoding !== 'gz+b64').map((file) => file.path)).toEqual([RESOURCES_PATH]);
    expect(config.write_files.find((file) => file.path === ENGINE_ENVIRONMENT_PATH)?.permissions).toBe('0600');
  });

  test('leaves the caches to the document where it names them', () => {
    const gpu = gpuDeployment();
    const document = { ...gpu, engine: { ...gpu.engine, environment: { HF_HOME: '/elsewhere' } } };
    expect(readEnvironment(readUserData(bootOf(document)).file(ENGINE_ENVIRONMENT_PATH))).toEqual({
      HF_HOME: '/elsewhere',
      HF_HUB_OFFLINE: '1',
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
    const { file } = readUserData(bootOf(cpuDeployment()));
    expect(file(STORAGE_UNIT)).toContain(`ExecStart=${STORAGE_SCRIPT_PATH} network-volume /var/lib/seekstack/weights /dev/sdf\n`);
    expect(file(SUPPLIES_UNIT)).toMatch(new RegExp(`^After=.*\\b${STORAGE_SERVICE}\\b`, 'm'));
    expect(file(ENGINE_UNIT)).toMatch(new RegExp(`^After=.*\\b${SUPPLIES_SERVICE}\\b`, 'm'));
    expect(readCommand(file(ENGINE_UNIT))).toContain('--mount=type=bind,src=/var/lib/seekstack/weights,dst=/weights');
  });

  test.each([
    ['mounts', STORAGE_SCRIPT],
    ['fetches', SUPPLIES_PROGRAM],
    ['drains', DRAIN_PROGRAM],
  ])('bash can read the script that %s', (_, input) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
