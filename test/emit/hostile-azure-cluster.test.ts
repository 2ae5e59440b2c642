// Hostile text in the cluster tier of Azure: in manifests, in what the programs register, in values of a stack, in file names.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import * as pulumi from '@pulumi/pulumi';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { kubernetesFiles } from '../../src/emit/kubernetes/files.ts';
import { declareCluster } from '../../stacks/azure/cluster/declare-cluster.ts';
import { checkValues, fillObject } from '../../stacks/azure/in-cluster/fill-values.ts';
import { disaggregatedCluster, spanningCluster } from '../stacks/azure/cluster-fixture.ts';
import { startRecording, testApiKey, testKey } from '../stacks/azure/registration.ts';
import { asKubernetesFills, type Json, manifestsOf, object, rulesBroken } from '../stacks/kubernetes.ts';

const signs = fc.constantFrom(
  ...['\'"\\`$%{};#=&|<>*?~! -', '${HOME}', '$(reboot)', '$$', '`reboot`', '"; rm -rf / #', '{{ .Values.x }}', '!!js/function x'],
  ...['&a', '*a', '|', 'no', 'null', '0x1f', '---', '\\n', "'''", ': ', 'from stack.env', '[name=engine]', 'data.VAULT'],
);
const printable = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 })
  .filter((text) => /^[\x20-\x7e]+$/.test(text));
const word = fc.oneof(signs, printable);
const drafts = fc.record({
  apart: fc.boolean(),
  args: fc.array(word, { minLength: 1, maxLength: 6 }),
  environment: fc.dictionary(
    fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/).map((name) => `X_${name}`),
    word,
    { maxKeys: 3, noNullPrototype: true },
  ),
  tag: fc.stringMatching(/^[\w .:/=+@-]{1,60}$/),
  label: printable,
});
type Draft = typeof drafts extends fc.Arbitrary<infer T> ? T : never;

function deploymentOf({ apart, args, environment, tag, label }: Draft): Deployment {
  const sound = apart ? disaggregatedCluster() : spanningCluster();
  return deploymentSchema.parse({
    ...sound,
    optionId: label,
    pools: sound.pools.map((pool) => ({ ...pool, args: [...pool.args, ...args] })),
    engine: { ...sound.engine, environment },
    tags: { ...sound.tags, odd: tag },
  });
}

describe('words and variables of a deployment', () => {
  test('reach the container as they are, in either version of YAML, and break no rule', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const document = deploymentOf(draft);
        const known = { LWS_LEADER_ADDRESS: 'leader', LWS_WORKER_INDEX: '1' };
        for (const version of ['1.1', '1.2'] as const) {
          const { leaderTemplate } = object(manifestsOf(document, version), 'LeaderWorkerSet').spec.leaderWorkerTemplate;
          const [engine] = leaderTemplate.spec.containers as Json[];
          const own = document.engine.command.length + (document.pools[0]?.args.length ?? 0);
          const words = (engine.args as string[]).map((each) => asKubernetesFills(each, known));
          expect(words.slice(own - draft.args.length, own)).toEqual(draft.args);
          const given = new Map(engine.env.map((each: Json) => [each.name, asKubernetesFills(each.value, known)]));
          for (const [name, value] of Object.entries(draft.environment)) expect(given.get(name)).toBe(value);
        }
        expect(rulesBroken(document, manifestsOf(document))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('are in no program, no settings of the gateway and no values of a chart', () => {
    const programs = (document: Deployment) => {
      const manifests = manifestsOf(document);
      const { leaderTemplate } = object(manifests, 'LeaderWorkerSet').spec.leaderWorkerTemplate;
      return [
        leaderTemplate.spec.initContainers,
        object(manifests, 'ConfigMap', /gateway/).data,
        object(manifests, 'Deployment', /gateway/).spec,
        [...kubernetesFiles(document)].filter(([path]) => path.includes('/operators/')),
      ];
    };
    const plain = programs(spanningCluster());
    fc.assert(
      fc.property(drafts, (draft) => {
        expect(programs(deploymentOf({ ...draft, apart: false }))).toEqual(plain);
      }),
      { numRuns: 15 },
    );
  });

  test('are nowhere in what is registered outside of the cluster but in tags', async () => {
    const strip = (registrations: Json[]) =>
      registrations.map(({ type, name, inputs }) => {
        const { tags: _, agentPoolProfiles, ...rest } = inputs;
        return { type, name, rest, pools: agentPoolProfiles?.map(({ tags: __, ...pool }: Json) => pool) };
      });
    const register = async (document: Deployment) => {
      const registrations = await startRecording();
      declareCluster(document, {
        budgetStart: '2026-11-01',
        sshPublicKey: testKey,
        apiKey: pulumi.secret(testApiKey),
        certificate: pulumi.secret('certificate'),
        administratorGroup: '11111111-2222-3333-4444-555555555555',
      });
      await pulumi.runtime.disconnect();
      return registrations;
    };
    const plain = strip(await register(spanningCluster()));
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const registrations = await register(deploymentOf({ ...draft, apart: false }));
        expect(strip(registrations)).toEqual(plain);
        const pool = registrations.find((each) => each.type === 'containerservice:AgentPool');
        expect(pool?.inputs.tags.odd).toBe(draft.tag);
      }),
      { numRuns: 8 },
    );
  });
});

describe('values of a stack', () => {
  const plain = /^[A-Za-z0-9:/@._?=-]*$/;
  test('are plain words, or refused', () => {
    fc.assert(
      fc.property(word, (value) => {
        if (plain.test(value)) expect(checkValues({ KEY: value })).toEqual({ KEY: value });
        else expect(() => checkValues({ KEY: value })).toThrow(/the stack's value KEY/);
      }),
      { numRuns: 200 },
    );
  });

  test('go where the kustomization says, and change nothing else', () => {
    const document = spanningCluster();
    const { objects } = manifestsOf(document);
    const text = kubernetesFiles(document).get('kubernetes/kustomization.yaml') ?? '';
    expect(text).toContain('ENGINE_IMAGE');
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9:/@._-]{1,60}$/), (value) => {
        const content = objects.find((each) => each.content.kind === 'LeaderWorkerSet')?.content;
        const path = 'spec.leaderWorkerTemplate.leaderTemplate.spec.containers.[name=engine].image';
        const replacement = {
          source: { kind: 'ConfigMap', name: 'stack', fieldPath: 'data.ENGINE_IMAGE' },
          targets: [{ select: { kind: 'LeaderWorkerSet', name: document.name }, fieldPaths: [path] }],
        };
        const filled: Json = fillObject(content, [replacement], { ENGINE_IMAGE: value }, 'stack');
        const [engine] = filled.spec.leaderWorkerTemplate.leaderTemplate.spec.containers;
        expect(engine.image).toBe(value);
        engine.image = content.spec.leaderWorkerTemplate.leaderTemplate.spec.containers[0].image;
        expect(filled).toEqual(content);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the program that fetches weights', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'azure-supplies-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A client that copies from a folder, and notes what it was asked. */
  const client = `#!/bin/bash
printf '%s\\n' "$*" >> "$ASKED"
args=("$@")
option() { for (( i = 0; i < \${#args[@]}; i++ )); do [ "\${args[i]}" = "$1" ] && printf '%s' "\${args[i+1]}"; done; return 0; }
case "$1 $2" in
  "login --service-principal") exit 0 ;;
  "keyvault secret") printf 'k3y\\n' ;;
  "storage blob") cp "$STORE/$(option --name)" "$(option --file)" ;;
esac
`;

  function run(files: Readonly<Record<string, string>>, sums = listSums(files)) {
    for (const [name, text] of [...Object.entries(files), ['SHA256SUMS', sums] as const]) {
      mkdirSync(dirname(join(folder, 'store', name)), { recursive: true });
      writeFileSync(join(folder, 'store', name), text);
    }
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', 'az'), client);
    chmodSync(join(folder, 'bin', 'az'), 0o755);
    writeFileSync(join(folder, 'token'), 't0ken');
    const { leaderTemplate } = object(manifestsOf(spanningCluster()), 'LeaderWorkerSet').spec.leaderWorkerTemplate;
    const [, , program] = (leaderTemplate.spec.initContainers[0].command as string[]).map((each) => asKubernetesFills(each, {}));
    const key = join(folder, 'api-key');
    const ran = spawnSync('/bin/bash', ['-c', (program ?? '').replaceAll('/run/seekstack/api-key', key)], {
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        ASKED: join(folder, 'asked'),
        STORE: join(folder, 'store'),
        STORAGE_ACCOUNT: 'account',
        WEIGHTS_CONTAINER: 'weights',
        VAULT: 'vault',
        API_KEY_SECRET: 'api-key',
        AZURE_CLIENT_ID: 'client',
        AZURE_TENANT_ID: 'tenant',
        AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token'),
        FOLDER: join(folder, 'model'),
        JOBS: '3',
        HOME: folder,
      },
      encoding: 'utf8',
    });
    return { ran, key: () => readFileSync(key, 'utf8'), asked: () => readFileSync(join(folder, 'asked'), 'utf8') };
  }
  const listSums = (files: Readonly<Record<string, string>>) =>
    Object.entries(files)
      .map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`)
      .join('');

  test('brings every file, whatever its name, and the key', () => {
    const files = {
      'config.json': '{}',
      'a b.safetensors': 'one',
      "sub/it's $(x) & more": 'two',
      'sub/deep/-rf': 'three',
      '[name=x]*': 'four',
    };
    const { ran, key, asked } = run(files);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(folder, 'model', name), 'utf8')).toBe(text);
    expect(key()).toBe('k3y\n');
    expect(readdirSync(join(folder, 'model')).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(asked()).toContain('--auth-mode login --account-name account --container-name weights');
    // A login before each file: no token outlives the fetch.
    expect(
      asked()
        .split('\n')
        .filter((line) => line.startsWith('login')).length,
    ).toBe(Object.keys(files).length + 2);
  });

  test('Fails where a file is not what the list says, and takes it away', () => {
    const files = { 'one.safetensors': 'one', 'two.safetensors': 'two' };
    const { ran } = run(files, listSums({ ...files, 'two.safetensors': 'other' }));
    expect(ran.status).not.toBe(0);
    expect(existsSync(join(folder, 'model', 'two.safetensors'))).toBe(false);
    expect(existsSync(join(folder, 'model', 'SHA256SUMS'))).toBe(false);
    // The next start fetches it anew.
    expect(run(files).ran.status).toBe(0);
  });
});
