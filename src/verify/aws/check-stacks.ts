// All of seekstack's own checks over synthesized AWS stacks.
import type { CountedBill } from '../compare-bill.ts';
import type { Finding } from '../finding.ts';
import { CLUSTER_RULES } from './cluster-rules.ts';
import { countBill } from './count-cost.ts';
import { GUARD_RULES } from './guard-rules.ts';
import { MACHINE_RULES } from './machine-rules.ts';
import { applyRules, type Checked } from './rule.ts';
import { SINGLE_NODE_RULES } from './single-node-rules.ts';

export interface CheckedStacks {
  readonly findings: readonly Finding[];
  readonly bill: CountedBill;
  /** How many rules were applied. */
  readonly rules: number;
}

/** Applies every semantic rule and counts the bill. */
export function checkAwsStacks(checked: Checked): CheckedStacks {
  const own = checked.document.tier === 'kubernetes' ? CLUSTER_RULES : SINGLE_NODE_RULES;
  const rules = [...MACHINE_RULES, ...own, ...GUARD_RULES];
  return {
    findings: applyRules(rules, checked),
    bill: countBill(checked, checked.document, checked.inCluster),
    rules: rules.length,
  };
}
