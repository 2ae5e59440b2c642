// Fixes: the cheapest change that would satisfy a broken guardrail, found by looking at the plan's other options and by
// planning again with one field changed. What is served, to how many and how fast stays as it is asked for.
import { headroomOf, type Measured } from '../diff/compare-options.ts';
import type { Fix, Judgement } from '../documents/diff.ts';
import type { Guardrail, Policy } from '../documents/policy.ts';
import { documentOf, fieldsOf } from '../documents/workload-source.ts';
import { type Figures, type Judged, type JudgeInputs, judgePolicy } from '../policy/judge-policy.ts';
import type { AttributeInputs } from './attribute-change.ts';
import { catalogOf, measuredOf, type Side } from './plan-side.ts';

export function figuresOf(measured: Measured): Figures {
  const { option, priced } = measured;
  return {
    usdPerMonth: priced ? option.cost.usdPerMonth.typical : null,
    usdPerMillionOutputTokens: priced ? option.cost.usdPerMillionOutputTokens.typical : null,
    capexUsd: priced ? option.cost.capexUsd : null,
    kilowattHoursPerMonth: option.energy.kilowattHoursPerMonth,
    kilogramsCo2ePerMonth: option.energy.kilogramsCo2ePerMonth,
    ttftHeadroom: headroomOf('ttftSeconds', measured),
    tpotHeadroom: headroomOf('tpotSeconds', measured),
    peakUtilisation: option.capacity.peakUtilisation,
    priceAsOf: option.cost.priceAsOf,
    region: option.region,
  };
}

interface Candidate {
  readonly change: string;
  readonly optionId: string | null;
  readonly figures: Figures;
}

/** Judgements with the cheapest fix of each that is broken and not acknowledged. */
export async function findFixes(
  judged: readonly Judged[],
  judge: JudgeInputs,
  head: Side,
  attribute: Pick<AttributeInputs, 'choice' | 'remembered' | 'version'>,
): Promise<Judgement[]> {
  const broken = judged.filter((each) => each.outcome === 'failed' || each.outcome === 'warned');
  const mendable = broken.some((each) => each.measure !== 'priceAgeDays');
  const candidates = mendable ? [...otherOptions(head), ...(await changedWorkloads(head, judge.policy, attribute))] : [];
  return judged.map((each) => ({ ...each, fix: broken.includes(each) ? cheapestFix(each, judged, candidates, judge) : null }));
}

function cheapestFix(
  broken: Judged,
  judged: readonly Judged[],
  candidates: readonly Candidate[],
  judge: JudgeInputs,
): Fix | null {
  const mustHold = judged.filter((each) => each.severity === 'fail' && each.outcome === 'passed').map((each) => each.id);
  const before = judge.head.usdPerMonth;
  const satisfying = candidates.flatMap((candidate): Fix[] => {
    const again = judgePolicy({ ...judge, head: candidate.figures });
    const outcome = (id: string) => again.find((each) => each.id === id);
    if (outcome(broken.id)?.outcome !== 'passed') return [];
    if (mustHold.some((id) => outcome(id)?.outcome !== 'passed')) return [];
    const { usdPerMonth } = candidate.figures;
    if (usdPerMonth === null || before === null) return [];
    return [
      {
        change: candidate.change,
        optionId: candidate.optionId,
        value: outcome(broken.id)?.value ?? null,
        usdPerMonth,
        savesUsdPerMonth: before - usdPerMonth,
      },
    ];
  });
  return (
    satisfying.toSorted((one, other) => one.usdPerMonth - other.usdPerMonth || one.change.localeCompare(other.change, 'en'))[0] ??
    null
  );
}

/** The plan's other feasible options, as they are. */
function otherOptions({ plan, measured }: Side): Candidate[] {
  if (plan === null) return [];
  return plan.options
    .filter((option) => option.feasible && option.id !== measured?.option.id)
    .map((option) => ({
      change: `option ${option.id}`,
      optionId: option.id,
      figures: figuresOf(measuredOf(plan, option)),
    }));
}

/** Fields whose change leaves the service as it was asked for, and what they might be. */
function changesOf(fields: ReadonlyMap<string, unknown>, policy: Policy): readonly (readonly [field: string, value: unknown])[] {
  const regions = policy.guardrails.filter(
    (each): each is Extract<Guardrail, { measure: 'region' }> => each.measure === 'region',
  );
  const set = (field: string, ...values: unknown[]) =>
    values.filter((value) => JSON.stringify(fields.get(field)) !== JSON.stringify(value)).map((value) => [field, value] as const);
  const unset = (...names: string[]) => names.filter((field) => fields.has(field)).map((field) => [field, undefined] as const);
  return [
    ...set('budget.term', '1y', '3y'),
    ...set('limits.spot', 'allowed'),
    ...set('place.onPremises', 'allowed', 'excluded'),
    ...set('onPremises.life', '6y', '7y'),
    ...set('confidence', '80%', '90%'),
    ...unset('place.clouds', 'limits.machines', 'limits.engines', 'limits.precisions', 'place.regions'),
    ...regions.flatMap(({ allowed }) => set('place.regions', allowed)),
    ...unset('availability.spareReplicas', 'availability.survive', 'availability.target'),
  ];
}

/** One field changed, planned again; what is no workload or has no option is no fix. */
async function changedWorkloads(
  head: Side,
  policy: Policy,
  { choice, remembered }: Pick<AttributeInputs, 'choice' | 'remembered'>,
): Promise<Candidate[]> {
  const { source, plan } = head;
  const catalog = source === null ? null : await catalogOf(head);
  if (source === null || catalog === null || plan === null) return [];
  const { rankDocument } = await import('./rank-hybrids.ts');
  const fields = fieldsOf(source.document);
  return changesOf(fields, policy).flatMap(([field, value]): Candidate[] => {
    const changed = new Map(fields);
    if (value === undefined) changed.delete(field);
    else changed.set(field, value);
    // Regions are part of an option's name: with another one the same choice is the winner.
    const option = rankDocument(
      documentOf(changed),
      source.trace,
      catalog,
      choice.by === 'id' ? { by: 'winner' } : choice,
      remembered,
    );
    if (option === null) return [];
    const say =
      value === undefined ? `without ${field}` : `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    return [{ change: say, optionId: null, figures: figuresOf(measuredOf(plan, option)) }];
  });
}
