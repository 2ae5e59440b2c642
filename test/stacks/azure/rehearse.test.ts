// The rehearsal's own judgement: what counts as a change, a replacement, a refusal, a wrong order, a leak.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareInputs } from '../../../stacks/azure/rehearse/compare.ts';
import {
  checkOrder,
  checkUpdate,
  compareWithState,
  findLeaks,
  keptBy,
  type StateResource,
} from '../../../stacks/azure/rehearse/expectations.ts';
import { type Deed, existingAfter, holdersOf, missingFor, readLedger, writeDeed } from '../../../stacks/azure/rehearse/ledger.ts';
import { unmark } from '../../../stacks/azure/rehearse/plugin.ts';
import { renderReport } from '../../../stacks/azure/rehearse/report.ts';

const PREFIX = 'urn:pulumi:rehearsal::seekstack-azure::azure-native';
const urnOf = (type: string, name: string) => `${PREFIX}:${type}::${name}`;
const idOf = (name: string) => `/subscriptions/00000000-0000-0000-0000-000000000000/recorded/${name}`;

function deed(did: Deed['did'], type: string, name: string, inputs: Deed['inputs'] = {}): Deed {
  return { did, urn: urnOf(type, name), type: `azure-native:${type}`, id: idOf(name), inputs };
}

function inState(type: string, name: string, dependencies: string[] = [], more: Partial<StateResource> = {}): StateResource {
  return { urn: urnOf(type, name), type: `azure-native:${type}`, custom: true, dependencies, ...more };
}

const GROUP = 'resources:ResourceGroup';
const group = deed('create', GROUP, 'group', { resourceGroupName: 'chat' });
const network = deed('create', 'network:VirtualNetwork', 'network', { resourceGroupName: 'chat' });
const nodes = deed('create', 'compute:VirtualMachineScaleSet', 'nodes', {
  resourceGroupName: 'chat',
  sku: { name: 'big', capacity: 1 },
  subnet: { id: `${idOf('network')}/subnets/nodes` },
  tags: { plan: 'a' },
});

describe('comparing inputs', () => {
  it('finds each leaf that differs, by a path that the engine can read', () => {
    const changes = compareInputs(
      { sku: { capacity: 1 }, tags: { a: '1', 'cost centre': 'x' }, zones: ['1', '2'] },
      { sku: { capacity: 2 }, tags: { a: '1', b: '2' }, zones: ['1', '3', '4'] },
    );
    expect(changes.map(({ path, kind }) => [path, kind])).toEqual([
      ['sku.capacity', 'update'],
      ['tags.b', 'add'],
      ['tags["cost centre"]', 'delete'],
      ['zones[1]', 'update'],
      ['zones[2]', 'add'],
    ]);
  });

  it('finds nothing between equals, whatever the order of their keys', () => {
    expect(compareInputs({ a: 1, b: { c: [null] } }, { b: { c: [null] }, a: 1 })).toEqual([]);
  });

  it.each([
    ['location', true],
    ['resourceGroupName', true],
    ['vmScaleSetName', true],
    ['scope', true],
    ['displayName', false],
    ['sku', false],
    ['tags', false],
  ])('another %s replaces: %s', (property, replaces) => {
    expect(compareInputs({ [property]: 'a' }, { [property]: 'b' }).map((each) => each.replaces)).toEqual([replaces]);
  });
});

describe('the ledger', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps deeds between runs, and knows what is there after them', () => {
    const path = join(folder, 'ledger.jsonl');
    expect(readLedger(path)).toEqual([]);
    const changed = { ...nodes, did: 'update' as const, inputs: { ...nodes.inputs, sku: { capacity: 2 } } };
    for (const each of [group, network, nodes, changed, { ...network, did: 'delete' as const }]) writeDeed(path, each);
    const existing = existingAfter(readLedger(path));
    expect([...existing.keys()]).toEqual([group.urn, nodes.urn]);
    expect(existing.get(nodes.urn)?.inputs.sku).toEqual({ capacity: 2 });
  });

  it('refuses what is in no group, or refers to nothing', () => {
    expect(missingFor(nodes, existingAfter([group, network]))).toEqual([]);
    expect(missingFor(nodes, existingAfter([group]))).toEqual([`it refers to ${idOf('network')}, which does not exist`]);
    expect(missingFor(network, existingAfter([]))).toEqual(['there is no resource group chat']);
    expect(missingFor(group, existingAfter([]))).toEqual([]);
  });

  it('lets nothing go that something uses or that has something in it', () => {
    const existing = existingAfter([group, network, nodes]);
    expect(holdersOf(network.urn, existing)).toEqual([nodes.urn]);
    expect(holdersOf(group.urn, existing)).toEqual([network.urn, nodes.urn]);
    expect(holdersOf(nodes.urn, existing)).toEqual([]);
  });
});

describe('what the state says and what exists', () => {
  const state = [
    inState(GROUP, 'group'),
    inState('network:VirtualNetwork', 'network', [group.urn]),
    inState('compute:VirtualMachineScaleSet', 'nodes', [], { propertyDependencies: { subnet: [network.urn] } }),
    { urn: `${PREFIX}::default`, type: 'pulumi:providers:azure-native', custom: true },
    { urn: `${PREFIX}::stack`, type: 'pulumi:pulumi:Stack', custom: false },
  ];

  it('must be the same', () => {
    expect(compareWithState(existingAfter([group, network, nodes]), state)).toEqual([]);
    expect(compareWithState(existingAfter([group, network]), state)).toEqual([`${nodes.urn} is in the state and does not exist`]);
    expect(compareWithState(existingAfter([group, network, nodes]), state.slice(0, 2))).toEqual([
      `${nodes.urn} exists and is not in the state`,
    ]);
  });

  it('is made after what it needs, and goes before it', () => {
    const gone = (each: Deed) => ({ ...each, did: 'delete' as const });
    expect(checkOrder([group, network, nodes], 'create', state)).toEqual([]);
    expect(checkOrder([group, nodes, network], 'create', state)).toEqual([
      `create of ${nodes.urn} came before that of ${network.urn}, which it needs`,
    ]);
    expect(checkOrder([nodes, network, group].map(gone), 'delete', state)).toEqual([]);
    expect(checkOrder([nodes, group, network].map(gone), 'delete', state)).toEqual([
      `delete of ${network.urn} came after that of ${group.urn}, which it needs`,
    ]);
  });

  it('stays where something protected needs it', () => {
    expect(keptBy(state).size).toBe(0);
    const locked = state.map((each) => (each.urn === network.urn ? { ...each, protect: true } : each));
    expect([...keptBy(locked)].sort()).toEqual([network.urn, group.urn].sort());
  });
});

describe('an update', () => {
  const before = existingAfter([group, network, nodes]);
  const grown = (inputs: Deed['inputs']) => ({ ...nodes, did: 'update' as const, inputs: { ...nodes.inputs, ...inputs } });
  const [sku, tags] = [
    { name: 'big', capacity: 2 },
    { plan: 'a', rehearsed: 'yes' },
  ];
  const check = (...deeds: Deed[]) => checkUpdate(before, deeds, 'rehearsed');

  it('passes where all that it concerns is changed in place', () => {
    expect(check(grown({ sku, tags }))).toEqual([]);
  });

  it.each([
    ['nothing grew', [grown({ tags })], 'the fleet grew, and no number with it'],
    ['a tag is missing', [grown({ sku })], `${nodes.urn} did not get the tag rehearsed`],
    [
      'something was replaced',
      [grown({ sku, tags }), { ...network, did: 'delete' as const }],
      `delete of ${network.urn}, expected changes in place only`,
    ],
    [
      'nothing was changed',
      [grown({ sku, tags }), { ...network, did: 'update' as const }],
      `${network.urn} was changed to what it was`,
    ],
  ])('fails where %s', (_what, deeds, line) => {
    expect(check(...deeds)).toEqual([line]);
  });
});

describe('secrets', () => {
  const marked = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'key' };

  it('are read with their marks, and hidden where they are written down', () => {
    expect(unmark({ properties: [marked] })).toEqual({ properties: ['key'] });
    expect(unmark({ properties: [marked] }, '(secret)')).toEqual({ properties: ['(secret)'] });
  });

  it('are found in whatever spelling a file holds them', () => {
    const texts = new Map([
      ['plain', 'a: opens-nothing'],
      ['encoded', `"${Buffer.from('KEY=opens-nothing, and more').toString('base64')}"`],
      ['clean', 'a: v1:abc'],
    ]);
    expect(findLeaks(texts, 'opens-nothing')).toEqual([
      'the secret stands readable in plain',
      'the secret stands readable in encoded',
    ]);
  });
});

it('tells steps, failures and how far it reached', () => {
  const steps = [
    { name: 'pulumi preview', seconds: 1.23, passed: true, found: '2 to create', failures: [] },
    { name: 'pulumi up', seconds: 4.56, passed: false, found: '', failures: ['x is left'] },
  ];
  const resources = [
    { stack: 'chat', logicalId: 'a', type: 't', reached: 'simulated' as const },
    { stack: 'chat', logicalId: 'b', type: 't', reached: 'not-simulated' as const },
  ];
  expect(renderReport({ schema: 'seekstack/rehearsal@1', server: 'pulumi v3', passed: false, steps, resources })).toBe(
    [
      'Rehearsed on pulumi v3',
      '  ok   pulumi preview (1.2 s): 2 to create',
      '  FAIL pulumi up (4.6 s)',
      '       x is left',
      '1 of 2 resources were made; what only Azure can refuse was not asked',
      '',
    ].join('\n'),
  );
});
