// Faults put into sound stacks and manifests, one at a time: none may pass every rung. docs/seeded-faults.md is written here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Deployment } from '../../src/documents/deployment.ts';
import { manifestsOf, rulesBroken as rulesBrokenByManifests } from '../stacks/kubernetes.ts';
import { AZURE_AMD_FAULTS } from './azure-amd-faults.ts';
import {
  AZURE_CLUSTER_FAULTS,
  AZURE_CLUSTER_VARIANTS,
  type RecordedCluster,
  recordClusterOf,
  rulesBrokenInAzureCluster,
} from './azure-cluster-faults.ts';
import { AZURE_CLUSTER_WATCHING_FAULTS } from './azure-cluster-watching-faults.ts';
import { AZURE_FAULTS, AZURE_VARIANTS, type RecordedStage, recordOf, rulesBrokenOnAzure } from './azure-faults.ts';
import { AZURE_WATCHING_FAULTS } from './azure-watching-faults.ts';
import { CLUSTER_FAULTS, CLUSTER_VARIANTS } from './cluster-faults.ts';
import { MANIFEST_FAULTS, MANIFEST_VARIANTS } from './manifest-faults.ts';
import { SINGLE_NODE_FAULTS, SINGLE_NODE_VARIANTS } from './single-node-faults.ts';
import { type Fault, rulesBroken, type SoundStacks, type Stage, soundStacks, stageOf } from './stage.ts';

const FAULTS_LEAST = 40;
/** Rules that are a rung of their own; all others of stacks are the rung `rules`, all others of manifests `manifests`. */
const OWN_RUNG: Readonly<Record<string, string>> = { 'cost-as-planned': 'cost', 'declared-inputs': 'schema' };
const table: string[][] = [];

function note(tier: string, [fault, variant]: readonly [string, string, ...unknown[]], rung: string, rules: readonly string[]) {
  const rungs = [...new Set(rules.map((rule) => OWN_RUNG[rule] ?? rung))];
  table.push([fault, `${tier}, ${variant}`, rungs.join(', '), [...new Set(rules)].join(', ')]);
}

describe.each<[string, Readonly<Record<string, Deployment>>, readonly Fault<Stage>[]]>([
  ['one node a replica', SINGLE_NODE_VARIANTS, SINGLE_NODE_FAULTS],
  ['cluster', CLUSTER_VARIANTS, CLUSTER_FAULTS],
])('stacks: %s', (tier, variants, faults) => {
  const sound = new Map<string, SoundStacks>();
  beforeAll(() => {
    for (const [name, document] of Object.entries(variants)) sound.set(name, soundStacks(document));
  }, 240_000);
  const staged = (variant: string): Stage => stageOf(sound.get(variant) ?? expect.fail(variant));

  test.each(Object.keys(variants))('sound (%s) break no rule', (variant) => {
    expect(rulesBroken(staged(variant))).toEqual([]);
  });

  test.each(faults)('%s (%s) is found by %s', (fault, variant, rule, spoil) => {
    const stage = staged(variant);
    spoil(stage);
    const broken = rulesBroken(stage);
    expect(broken).toContain(rule);
    note(tier, [fault, variant], 'rules', broken);
  });
});

describe('manifests', () => {
  test.each(Object.entries(MANIFEST_VARIANTS))('sound (%s) break no rule', (_, document) => {
    expect(rulesBrokenByManifests(document, manifestsOf(document))).toEqual([]);
    expect(rulesBrokenByManifests(document, manifestsOf(document, '1.1'))).toEqual([]);
  });

  test.each(MANIFEST_FAULTS)('%s (%s) is found by %s', (fault, variant, rule, spoil) => {
    const document = MANIFEST_VARIANTS[variant] as Deployment;
    const manifests = structuredClone(manifestsOf(document));
    spoil(manifests);
    const broken = rulesBrokenByManifests(document, manifests);
    expect(broken).toContain(rule);
    note('manifests', [fault, variant], 'manifests', broken);
  });
});

describe('Azure', () => {
  const sound = new Map<string, ReturnType<typeof recordOf>>();
  beforeAll(() => {
    for (const [name, document] of Object.entries(AZURE_VARIANTS)) sound.set(name, recordOf(document));
  }, 120_000);
  const staged = (variant: string): RecordedStage =>
    structuredClone({ recording: sound.get(variant) ?? expect.fail(variant), document: AZURE_VARIANTS[variant] });

  test.each(Object.keys(AZURE_VARIANTS))('sound (%s) break no rule', (variant) => {
    expect(rulesBrokenOnAzure(staged(variant))).toEqual([]);
  });

  test.each([...AZURE_FAULTS, ...AZURE_WATCHING_FAULTS])('%s (%s) is found by %s', (fault, variant, rule, spoil) => {
    const stage = staged(variant);
    spoil(stage);
    const broken = rulesBrokenOnAzure(stage);
    expect(broken).toContain(rule);
    note('Azure', [fault, variant], 'rules', broken);
  });
});

describe('Azure, cluster', () => {
  const sound = new Map<string, RecordedCluster>();
  beforeAll(() => {
    for (const [name, document] of Object.entries(AZURE_CLUSTER_VARIANTS)) sound.set(name, recordClusterOf(document));
  }, 900_000);
  const staged = (variant: string): RecordedCluster => structuredClone(sound.get(variant) ?? expect.fail(variant));

  test.each(Object.keys(AZURE_CLUSTER_VARIANTS))('sound (%s) break no rule', (variant) => {
    expect(rulesBrokenInAzureCluster(staged(variant))).toEqual([]);
  });

  test.each([...AZURE_CLUSTER_FAULTS, ...AZURE_CLUSTER_WATCHING_FAULTS, ...AZURE_AMD_FAULTS])(
    '%s (%s) is found by %s',
    (fault, variant, rule, spoil) => {
      const stage = staged(variant);
      spoil(stage);
      const broken = rulesBrokenInAzureCluster(stage);
      expect(broken).toContain(rule);
      note('Azure, cluster', [fault, variant], 'rules', broken);
    },
  );
});

test('are told in the docs, each with the rung that found it', async () => {
  const rows = table.map((row) => `| ${row.join(' | ')} |`);
  expect(rows.length).toBeGreaterThanOrEqual(FAULTS_LEAST);
  await expect(
    [
      '# Seeded faults',
      '',
      'Each is put into a sound project, alone; the rungs named found it, by the rules named. Written by `npx vitest run test/verify -u`.',
      'Only rungs of seekstack itself are tried here: what compilers and linters of others find comes on top.',
      '',
      `| fault | in | rung | rules |`,
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  ).toMatchFileSnapshot('../../docs/seeded-faults.md');
});

afterAll(() => table.splice(0));
