// What the stand-in of a provider made, changed and deleted, a line each, and so what exists.
// In: a file that several runs add to. Out: the deeds in order; what is there now; what Azure would refuse of it.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Deed {
  readonly did: 'create' | 'update' | 'delete';
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  /** Secrets replaced by a word. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Ids as the answers give them. */
const ID = /\/subscriptions\/[0-9-]+\/recorded\/[\w.-]+/g;

export function readLedger(path: string): Deed[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Deed);
}

export function writeDeed(path: string, deed: Deed): void {
  appendFileSync(path, `${JSON.stringify(deed)}\n`);
}

/** What there is after the deeds, by URN. */
export function existingAfter(deeds: readonly Deed[]): Map<string, Deed> {
  const existing = new Map<string, Deed>();
  for (const deed of deeds) {
    if (deed.did === 'delete') existing.delete(deed.urn);
    else existing.set(deed.urn, deed);
  }
  return existing;
}

/**
 * Why a resource cannot be made or changed as asked: it is in a group, or refers to something, that is not there.
 * @returns a line each; empty where Azure would go on to ask what only Azure knows
 */
export function missingFor(asked: Pick<Deed, 'urn' | 'inputs'>, existing: ReadonlyMap<string, Deed>): string[] {
  const others = [...existing.values()].filter((each) => each.urn !== asked.urn);
  const ids = new Set(others.map((each) => each.id));
  const own = existing.get(asked.urn)?.id;
  const dangling = idsIn(asked.inputs).filter((id) => id !== own && !ids.has(id));
  const group = asked.inputs.resourceGroupName;
  const homeless =
    typeof group === 'string' && !isGroup(asked) && !others.some((each) => isGroup(each) && groupOf(each) === group);
  return [
    ...(homeless ? [`there is no resource group ${group}`] : []),
    ...dangling.map((id) => `it refers to ${id}, which does not exist`),
  ];
}

/** Why a resource cannot go yet: something is in it, or refers to it. */
export function holdersOf(urn: string, existing: ReadonlyMap<string, Deed>): string[] {
  const going = existing.get(urn);
  if (going === undefined) return [];
  return [...existing.values()]
    .filter((each) => each.urn !== urn)
    .filter((each) => idsIn(each.inputs).includes(going.id) || (isGroup(going) && groupOf(each) === groupOf(going)))
    .map((each) => each.urn);
}

function idsIn(inputs: Deed['inputs']): string[] {
  return [...new Set(JSON.stringify(inputs).match(ID) ?? [])];
}

function groupOf({ inputs }: Pick<Deed, 'inputs'>): unknown {
  return inputs.resourceGroupName;
}

function isGroup({ urn }: Pick<Deed, 'urn'>): boolean {
  return /:ResourceGroup::[^:]*$/.test(urn);
}
