// All of seekstack's own checks over what an Azure program registered.
import type { Finding } from '../finding.ts';
import { checkSchemas, type PublishedSchemas } from '../kubernetes/check-schemas.ts';
import { AZURE_CLUSTER_RULES } from './cluster-rules.ts';
import { AZURE_GUARD_RULES } from './guard-rules.ts';
import { IN_CLUSTER_RULES } from './in-cluster-rules.ts';
import { AZURE_MACHINE_RULES } from './machine-rules.ts';
import { AZURE_NETWORK_RULES } from './network-rules.ts';
import { AZURE_POOL_RULES } from './pool-rules.ts';
import { AZURE_STACK, applyAzureRules, type CheckedRecording } from './rule.ts';
import { AZURE_STORE_RULES } from './store-rules.ts';
import { AZURE_WATCHING_RULES } from './watching-rules.ts';

export interface CheckedGraph {
  readonly findings: readonly Finding[];
  /** How many rules were applied. */
  readonly rules: number;
}

/** What the SDK's declarations say is told by a rung of its own, and left out here. */
export function checkRecording(checked: CheckedRecording): CheckedGraph {
  const rules = [
    ...AZURE_MACHINE_RULES,
    ...AZURE_NETWORK_RULES,
    ...AZURE_STORE_RULES,
    ...AZURE_GUARD_RULES,
    ...AZURE_WATCHING_RULES,
    ...AZURE_CLUSTER_RULES,
    ...AZURE_POOL_RULES,
    ...IN_CLUSTER_RULES,
  ]
    .filter((each) => each.name !== 'declared-inputs')
    .filter((each) => (each.tier ?? checked.document.tier) === checked.document.tier);
  return { findings: applyAzureRules(rules, checked), rules: rules.length };
}

/** Inputs against the SDK's own declarations. */
export function checkDeclarations(checked: CheckedRecording): readonly Finding[] {
  return applyAzureRules(
    AZURE_GUARD_RULES.filter((each) => each.name === 'declared-inputs'),
    checked,
  );
}

/** Objects of the cluster as they are registered, every value in its place, against the published schemas of their kinds. */
export function checkObjects({ recording }: CheckedRecording, schemas: PublishedSchemas): readonly Finding[] {
  return recording.registrations
    .filter((each) => each.type.startsWith('kubernetes:') && each.inputs.kind !== undefined)
    .flatMap((each) =>
      checkSchemas([{ file: each.name, content: each.inputs }], schemas).map((finding) => ({
        ...finding,
        stack: AZURE_STACK,
        resource: each.name,
      })),
    );
}
