// Explaining a plan: it is made again from its own workload, and each figure becomes a derivation. Pure; the only orchestrator here.
// In: a plan in detail, the same plan as it was kept. Out: derivations by path, and documents of them.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan } from '../documents/plan.ts';
import { workloadSchema } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { type PlannedAgain, planAgain } from '../plan/plan-again.ts';
import { priceSizing } from '../plan/price-sizing.ts';
import type { Derivation } from './derive.ts';
import { Ledger } from './ledger.ts';
import { explainOptionFigure } from './option-figures.ts';
import { explainPlanFigure, type Options } from './plan-figures.ts';
import type { Planned, Subject } from './subject.ts';

/** The derivation of a figure by its path. */
export type Explainer = (path: string) => Derivation;

/**
 * Makes a plan again from the workload it carries, ready to tell any of its figures.
 * @param catalog - with the prices that the plan was made with
 * @throws SeekstackError E_PLAN_STALE where the plan made again is another one, E_FACT_MISSING where it does not carry its workload
 */
export function prepareExplainer(kept: Plan, catalog: Catalog): Explainer {
  const again = planAgain(kept, catalog);
  if (again === null)
    throw new SeekstackError({
      code: 'E_FACT_MISSING',
      got: 'a plan without the workload behind it',
      expected: 'inputs.workload.source: plans of workloads with a tariff by the hour and of older versions have none',
      fix: 'plan the workload anew, with onPremises.electricity in place of a tariff by the hour',
    });
  if (!again.same) throw stale(again.detail.plan, kept, again.changedFiles);
  return explainerOf(again, catalog);
}

/** The same for a plan that was made again already, and is what it was. */
export function explainerOf({ detail }: PlannedAgain, listed: Catalog): Explainer {
  const { plan, workload, catalog } = detail;
  const given = workloadSchema.parse(plan.inputs.workload.source?.document);
  const planned: Planned = { plan, given, workload, ledger: new Ledger(catalog, plan), listed };
  const subjects = new Map<string, Subject>();
  const byId = (id: string): Subject => {
    const known = subjects.get(id);
    if (known !== undefined) return known;
    const option = plan.options.find((each) => each.id === id);
    const priced = detail.priced.find((each) => each.option.id === id);
    if (option === undefined || priced === undefined) throw new Error(`the plan has no option ${id}`);
    const made: Subject = { ...planned, option, priced };
    subjects.set(id, made);
    return made;
  };
  const options: Options = {
    byId,
    winner: () => (plan.verdict.winner === null ? null : byId(plan.verdict.winner)),
    elsewhere: (machine, region, purchase, usdPerMonth) => {
      const fitting = plan.options.filter((option) => option.machine.id === machine);
      const own = fitting.find(
        (option) => option.region === region && option.purchase === purchase && option.cost.usdPerMonth.typical === usdPerMonth,
      );
      if (own !== undefined) return byId(own.id);
      for (const option of fitting) {
        const subject = byId(option.id);
        const offer = priceSizing(subject.priced.sizing, workload, catalog).offers.find(
          (each) => each.region === region && each.purchase === purchase && each.usdPerMonth === usdPerMonth,
        );
        if (offer !== undefined) return { ...subject, priced: { ...subject.priced, offer } };
      }
      throw new Error(`no offer of ${machine} in ${region}`);
    },
  };
  return (path) => {
    const option = /^options\.(\d+)\.(.+)$/.exec(path);
    if (option === null) return explainPlanFigure(planned, options, path);
    const id = plan.options[Number(option[1]) - 1]?.id ?? '';
    return explainOptionFigure(byId(id), option[2] ?? '');
  };
}

function stale(made: Plan, kept: Plan, changed: readonly string[]): SeekstackError {
  const files =
    changed.length === 0
      ? ''
      : `; changed since: ${changed.slice(0, FILES_TOLD).join(', ')}${changed.length > FILES_TOLD ? ' …' : ''}`;
  return new SeekstackError({
    code: 'E_PLAN_STALE',
    got: `made again from its own workload the plan is another one: ${firstDifference(made, kept)}${files}`,
    expected: 'the catalogue and the prices that the plan was made with',
    fix: 'give the same --catalog, --prices and --price as for the plan, or plan the workload anew',
  });
}

const FILES_TOLD = 5;

/** The first figure that differs, with both values. */
function firstDifference(made: Plan, kept: Plan): string {
  const winner = (plan: Plan) => plan.verdict.winner ?? 'none';
  if (winner(made) !== winner(kept)) return `the winner is ${winner(made)}, was ${winner(kept)}`;
  for (const [index, option] of kept.options.entries()) {
    const other = made.options[index];
    if (other?.id !== option.id) return `option ${index + 1} is ${other?.id ?? 'gone'}, was ${option.id}`;
    const [now, before] = [other.cost.usdPerMonth.typical, option.cost.usdPerMonth.typical];
    if (now !== before) return `${option.id} costs USD ${now.toFixed(2)} a month, did USD ${before.toFixed(2)}`;
  }
  return 'figures beside cost differ';
}
