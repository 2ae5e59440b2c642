// A rule over synthesized stacks: what it is given, and how it speaks.
import type { Deployment } from '../../documents/deployment.ts';
import type { Finding } from '../finding.ts';
import type { ClusterUse } from './count-cost.ts';
import { type Json, type SynthesizedStacks, show, type TemplateResource } from './template.ts';

export interface Checked extends SynthesizedStacks {
  readonly document: Deployment;
  /** What objects in a cluster have made, and AWS bills; undefined where there is no cluster. */
  readonly inCluster?: ClusterUse | undefined;
  /** Whether the machine is offered in a region; null where the catalogue does not know the machine. */
  readonly offered: (machine: string, region: string) => boolean | null;
}

export interface Rule {
  readonly name: string;
  readonly check: (checked: Checked, report: Report) => void;
}

/** Says that a resource is not as it must be. */
export type Report = (resource: TemplateResource | null, got: Json, expected: string, fix: string) => void;

/** @returns findings of all rules, in the order of rules and resources */
export function applyRules(rules: readonly Rule[], checked: Checked): Finding[] {
  const findings: Finding[] = [];
  for (const { name, check } of rules)
    check(checked, (resource, got, expected, fix) =>
      findings.push({
        rule: name,
        stack: resource?.stack ?? checked.document.name,
        resource: resource?.logicalId ?? null,
        got: show(got),
        expected,
        fix,
      }),
    );
  return findings;
}
