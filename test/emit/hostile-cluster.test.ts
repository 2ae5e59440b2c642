// Hostile text in the cluster tier: whatever the schema lets through arrives where it belongs, and nowhere as code.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { kubernetesFiles } from '../../src/emit/kubernetes/files.ts';
import { disaggregatedDeployment, spanningDeployment } from '../stacks/aws/fixture.ts';
import { asKubernetesFills, type Json, manifestsOf, object, rulesBroken } from '../stacks/kubernetes.ts';

const signs = fc.constantFrom(
  ...['\'"\\`$%{};#=&|<>*?~! -', '${HOME}', '$(reboot)', '$(LWS_WORKER_INDEX)', '$$', '$$(x)', '`reboot`', '"; rm -rf / #'],
  ...['{{ .Values.x }}', '!!js/function x', '&a', '*a', '|', '>-', 'no', 'null', '0x1f', '---', '\\n', "'''", ': ', ' #'],
);
const printable = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 })
  .filter((text) => /^[\x20-\x7e]+$/.test(text));
const word = fc.oneof(signs, printable);
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/).map((name) => `X_${name}`.slice(0, 60));

const drafts = fc.record({
  apart: fc.boolean(),
  args: fc.array(word, { minLength: 1, maxLength: 8 }),
  environment: fc.dictionary(variable, word, { maxKeys: 4, noNullPrototype: true }),
  tag: fc.stringMatching(/^[\w .:/=+@-]{1,60}$/),
  label: printable,
});
type Draft = typeof drafts extends fc.Arbitrary<infer T> ? T : never;

function deploymentOf({ apart, args, environment, tag, label }: Draft): Deployment {
  const sound = apart ? disaggregatedDeployment() : spanningDeployment();
  return deploymentSchema.parse({
    ...sound,
    optionId: label,
    pools: sound.pools.map((pool) => ({ ...pool, args: [...pool.args, ...args] })),
    engine: { ...sound.engine, environment },
    tags: { ...sound.tags, odd: tag },
    cost: { ...sound.cost, lines: [{ ...sound.cost.lines[0], label, basis: label }] },
  });
}

const LWS = { LWS_LEADER_ADDRESS: 'leader.wide', LWS_WORKER_INDEX: '1' };
const engines = (document: Deployment, version: '1.1' | '1.2'): Json[] =>
  manifestsOf(document, version).objects.flatMap(({ content }) => {
    const { leaderTemplate, workerTemplate } = content.spec?.leaderWorkerTemplate ?? {};
    return leaderTemplate === undefined ? [] : [leaderTemplate.spec.containers[0], workerTemplate.spec.containers[0]];
  });

describe('words and variables of a deployment', () => {
  test('reach the container as they are, in either version of YAML', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const document = deploymentOf(draft);
        for (const version of ['1.1', '1.2'] as const)
          for (const engine of engines(document, version)) {
            const words = (engine.args as string[]).map((each) => asKubernetesFills(each, LWS));
            const own = [...document.engine.command, ...(document.pools[0]?.args ?? [])].length;
            expect(words.slice(own - draft.args.length, own)).toEqual(draft.args);
            const given = new Map(engine.env.map((each: Json) => [each.name, asKubernetesFills(each.value, LWS)]));
            for (const [name, value] of Object.entries(draft.environment)) expect(given.get(name)).toBe(value);
          }
        expect(rulesBroken(document, manifestsOf(document))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('are in no script and no values of a chart', () => {
    const [plain] = [kubernetesFiles(spanningDeployment())];
    fc.assert(
      fc.property(drafts, (draft) => {
        const files = kubernetesFiles(deploymentOf({ ...draft, apart: false }));
        for (const [path, text] of plain)
          if (path.includes('/operators/') || path.endsWith('.sh')) expect(files.get(path)).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  test('pass the shell that hands the key over as single words', () => {
    const told = object(manifestsOf(spanningDeployment()), 'LeaderWorkerSet').spec.leaderWorkerTemplate.leaderTemplate.spec
      .containers[0];
    const [shell, ...options] = (told.command as string[]).map((each) => asKubernetesFills(each, {}));
    const echo = [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--'];
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const ran = spawnSync(shell as string, [...options, ...echo, ...words], {
          env: { PATH: process.env.PATH, API_KEY_VARIABLE: 'VLLM_API_KEY', API_KEY_ARGUMENT: '' },
          encoding: 'utf8',
        });
        expect([ran.status, JSON.parse(ran.stdout)]).toEqual([0, words]);
      }),
      { numRuns: 15 },
    );
  });
});

test.each(['no', 'on', 'y', 'null', 'true', 'off'])('a cluster named %s keeps its name', (name) => {
  const document = deploymentSchema.parse({ ...spanningDeployment(), name });
  for (const { file, content } of manifestsOf(document, '1.1').objects) {
    expect([file, typeof content.metadata.name]).toEqual([file, 'string']);
    if (content.metadata.namespace !== undefined) expect(content.metadata.namespace).toBe(name);
  }
  expect(rulesBroken(document, manifestsOf(document, '1.1'))).toEqual([]);
});
