// Reviewing a change: both sides compared, its causes told apart, its guardrails judged, in one document.
// In: two sides, a policy, the day. Out: the diff document and the exit code it ends with. No disk, no clock.
import { compareLines, compareRows } from '../diff/compare-options.ts';
import { weighAssumptions } from '../diff/weigh-assumptions.ts';
import type { Attribution, Judgement, PlanDiff } from '../documents/diff.ts';
import type { Policy } from '../documents/policy.ts';
import { EXIT } from '../errors.ts';
import { judgePolicy } from '../policy/judge-policy.ts';
import { type AttributeInputs, attributeChange } from './attribute-change.ts';
import { figuresOf, findFixes } from './find-fixes.ts';
import { type Choice, lostPrices, type Side } from './plan-side.ts';

export interface ReviewInputs {
  readonly base: Side;
  readonly head: Side;
  readonly choice: Choice;
  readonly version: string;
  readonly policy: { readonly content: Policy; readonly where: (index: number) => { file: string; line: number } } | null;
  /** The day that ages and expiries are judged on; the newest date among the head's facts where null. */
  readonly today: string | null;
  readonly moment: PlanDiff['moment'];
  readonly reproduce: string;
  /** Attribution made elsewhere, for sides that are no plans. */
  readonly attribute?: (base: Side, head: Side) => Attribution;
}

export async function reviewChange(inputs: ReviewInputs): Promise<PlanDiff> {
  const { base, choice, version } = inputs;
  const head = withMissing(inputs.head, lostPrices(base, inputs.head));
  const remembered: AttributeInputs['remembered'] = new Map();
  const today = inputs.today ?? head.told.asOf ?? base.told.asOf ?? '1970-01-01';
  const attribution = inputs.attribute?.(base, head) ?? (await attributeChange({ base, head, choice, version, remembered }));
  const guardrails = await judgeSides(inputs, base, head, today, remembered);
  const rows = compareRows(base.measured, head.measured);
  const moved = attribution.causes.length > 0 || rows.some((row) => row.before !== row.after);
  return {
    schema: 'seekstack/diff@1',
    generator: { name: 'seekstack', version },
    name: head.name ?? base.name ?? 'plan',
    moment: { ...inputs.moment },
    verdict:
      base.told.missing.length + head.told.missing.length > 0
        ? 'incomplete'
        : head.measured === null || !head.measured.option.feasible
          ? 'infeasible'
          : guardrails.some((each) => each.outcome === 'failed')
            ? 'guardrail-failed'
            : moved
              ? 'changed'
              : 'unchanged',
    today,
    base: base.told,
    head: head.told,
    rows,
    attribution,
    guardrails,
    lines: compareLines(base.measured?.option ?? null, head.measured?.option ?? null),
    assumptions: weighAssumptions(head.plan, head.measured?.option ?? null),
    reproduce: inputs.reproduce,
  };
}

/** @param detailed - tells a change from none by its exit code */
export function exitCodeOf({ verdict }: PlanDiff, detailed: boolean): number {
  switch (verdict) {
    case 'incomplete':
      return EXIT.dataMissingOrOld;
    case 'infeasible':
      return EXIT.noFeasibleOption;
    case 'guardrail-failed':
      return EXIT.thresholdFailed;
    case 'changed':
      return detailed ? EXIT.changesFound : EXIT.ok;
    case 'unchanged':
      return EXIT.ok;
  }
}

/** A side that lacks a price has no total. */
function withMissing(side: Side, missing: PlanDiff['head']['missing']): Side {
  if (missing.length === 0) return side;
  return {
    ...side,
    measured: side.measured === null ? null : { ...side.measured, priced: false },
    told: { ...side.told, missing: [...side.told.missing, ...missing] },
  };
}

async function judgeSides(
  { policy, choice, version }: ReviewInputs,
  base: Side,
  head: Side,
  today: string,
  remembered: AttributeInputs['remembered'],
): Promise<Judgement[]> {
  if (policy === null || head.measured === null) return [];
  const judge = {
    policy: policy.content,
    base: base.measured === null ? null : figuresOf(base.measured),
    head: figuresOf(head.measured),
    today,
    where: policy.where,
  };
  return findFixes(judgePolicy(judge), judge, head, { choice, version, remembered });
}
