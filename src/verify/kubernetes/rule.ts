// A rule over manifests: what it is given, and how it speaks.
import type { Deployment } from '../../documents/deployment.ts';
import type { Finding } from '../finding.ts';
import { type Json, type KubernetesObject, nameOf } from './objects.ts';

export interface CheckedManifests {
  readonly document: Deployment;
  readonly objects: readonly KubernetesObject[];
}

/** Says that an object is not as it must be; without one, the project as a whole. */
export type Report = (object: KubernetesObject | null, got: Json, expected: string, fix?: string) => void;

export interface ManifestRule {
  readonly name: string;
  /** Which projects it is about. */
  readonly tier: 'any' | 'kubernetes';
  readonly check: (checked: CheckedManifests, report: Report) => void;
}

const RESTORE = 'restore what was emitted, or emit the project again';
const SHOWN_MOST = 120;

/** @returns findings in the order of rules and objects */
export function applyManifestRules(rules: readonly ManifestRule[], checked: CheckedManifests): Finding[] {
  const findings: Finding[] = [];
  for (const { name, tier, check } of rules)
    if (tier === 'any' || tier === checked.document.tier)
      check(checked, (object, got, expected, fix = RESTORE) => {
        const text = got === undefined ? 'nothing' : typeof got === 'string' ? got : JSON.stringify(got);
        findings.push({
          rule: name,
          stack: 'kubernetes',
          resource: object === null ? null : nameOf(object),
          got: text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}…` : text,
          expected,
          fix,
        });
      });
  return findings;
}
