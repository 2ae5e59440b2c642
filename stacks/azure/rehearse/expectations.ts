// What must hold between the state that the engine keeps and what the stand-in of the provider was told to do.
// In: resources of an exported state, deeds. Out: a line for each thing that is not so.
import { compareInputs } from './compare.ts';
import type { Deed } from './ledger.ts';

/** A resource as `pulumi stack export` writes it, as far as is needed here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** What a provider makes: neither components nor providers. */
export function madeByProvider(resources: readonly StateResource[]): StateResource[] {
  return resources.filter((each) => each.custom && !each.type.startsWith('pulumi:'));
}

/** What a resource waits for. */
function needsOf({ dependencies = [], propertyDependencies = {} }: StateResource): string[] {
  return [...new Set([...dependencies, ...Object.values(propertyDependencies).flatMap((each) => each ?? [])])];
}

/** Exists and is in the state, or neither. */
export function compareWithState(existing: ReadonlyMap<string, Deed>, resources: readonly StateResource[]): string[] {
  const known = new Set(madeByProvider(resources).map((each) => each.urn));
  return [
    ...[...known].filter((urn) => !existing.has(urn)).map((urn) => `${urn} is in the state and does not exist`),
    ...[...existing.keys()].filter((urn) => !known.has(urn)).map((urn) => `${urn} exists and is not in the state`),
  ];
}

/** What is made comes after what it needs; what goes, goes before. */
export function checkOrder(deeds: readonly Deed[], did: 'create' | 'delete', resources: readonly StateResource[]): string[] {
  const position = new Map(deeds.filter((each) => each.did === did).map((each, index) => [each.urn, index]));
  return madeByProvider(resources).flatMap((resource) =>
    needsOf(resource).flatMap((needed) => {
      const [own, other] = [position.get(resource.urn), position.get(needed)];
      if (own === undefined || other === undefined || (did === 'create' ? other < own : own < other)) return [];
      return [`${did} of ${resource.urn} came ${did === 'create' ? 'before' : 'after'} that of ${needed}, which it needs`];
    }),
  );
}

/** Protected resources, and all they need. */
export function keptBy(resources: readonly StateResource[]): Set<string> {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  const kept = new Set<string>();
  const keep = (urn: string): void => {
    const resource = byUrn.get(urn);
    if (resource === undefined || kept.has(urn)) return;
    kept.add(urn);
    for (const needed of needsOf(resource)) keep(needed);
  };
  for (const each of resources) if (each.protect === true) keep(each.urn);
  return kept;
}

/**
 * What a changed document must do: change in place, what it concerns, and nothing else.
 * @param before - what existed
 * @param deeds - what was done since
 * @param tag - the tag that is new; beside it only the fleet grew, by as many nodes as a replica has
 */
export function checkUpdate(before: ReadonlyMap<string, Deed>, deeds: readonly Deed[], tag: string): string[] {
  const changed = deeds
    .filter((each) => each.did === 'update')
    .map((each) => ({ urn: each.urn, changes: compareInputs(before.get(each.urn)?.inputs ?? {}, each.inputs) }));
  const tagged = [...before.values()].filter((each) => 'tags' in each.inputs).map((each) => each.urn);
  const retagged = new Set(
    changed.filter(({ changes }) => changes.some(({ path }) => path === `tags.${tag}`)).map(({ urn }) => urn),
  );
  const grown = changed.some(({ changes }) =>
    changes.some((each) => typeof each.before === 'number' && typeof each.after === 'number' && each.after > each.before),
  );
  return [
    ...deeds.filter((each) => each.did !== 'update').map((each) => `${each.did} of ${each.urn}, expected changes in place only`),
    ...tagged.filter((urn) => !retagged.has(urn)).map((urn) => `${urn} did not get the tag ${tag}`),
    ...(grown ? [] : ['the fleet grew, and no number with it']),
    ...changed.filter(({ changes }) => changes.length === 0).map(({ urn }) => `${urn} was changed to what it was`),
  ];
}

/** Long enough to be more than a word that happens to be written in the same letters. */
const BASE64 = /[A-Za-z0-9+/]{24,}={0,2}/g;

/** @param texts - whole files, by name. @param secret - must be in none of them, neither as it is nor inside something encoded */
export function findLeaks(texts: ReadonlyMap<string, string>, secret: string): string[] {
  const holds = (text: string): boolean =>
    text.includes(secret) ||
    (text.match(BASE64) ?? []).some((each) => Buffer.from(each, 'base64').toString('latin1').includes(secret));
  return [...texts].filter(([, text]) => holds(text)).map(([name]) => `the secret stands readable in ${name}`);
}
