// The report as one document: everything the page shows, numbers with their units in their names, texts already in a language.
// In: a plan and, where there is one, its comparison of owning with renting. Out: the data of charts, tables and sentences.

import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Tco } from '../documents/tco.ts';
import type { Language } from '../language/catalogue.ts';
import { sayTold } from '../language/say-statement.ts';
import { sayBreakEven, sayFlips, sayPlanVerdict } from '../language/say-verdict.ts';
import type { Speech } from '../language/speak.ts';
import { groupRejections, type RejectionGroup } from '../render/plan-rows.ts';
import { type BreakEvenData, breakEvenData } from './break-even-data.ts';
import { type CashFlowData, cashFlowData } from './cash-flow-data.ts';
import { type CostData, costData } from './cost-data.ts';
import { type EnergyData, energyData } from './energy-data.ts';
import { type GrowthData, growthData } from './growth-data.ts';
import { type KeyFigure, keyFigures } from './key-figures.ts';
import { type MemoryData, memoryData } from './memory-data.ts';
import { type OptionRow, optionRows } from './option-rows.ts';
import { type ParetoData, paretoData } from './pareto-data.ts';
import { type RunningData, runningData } from './running-data.ts';
import { sayWorkload } from './say-workload.ts';
import { type SourceRow, sourceRows } from './source-rows.ts';
import { type TornadoData, tornadoData } from './tornado-data.ts';

export interface ReportInputs {
  readonly plan: Plan;
  /** Null where the plan does not carry its workload, or nothing can be had at all. */
  readonly tco: Tco | null;
  readonly speech: Speech;
  readonly origin: ReportOrigin;
}

/** Where the figures come from, told at the foot of the page. */
export interface ReportOrigin {
  /**
   * `same`: planned again, the same answer; `changed`: planned again, another answer, so that what is marked as recomputed
   * rests on today's catalogue; `file`: the plan carries no workload, what is shown is what it holds.
   */
  readonly kind: 'same' | 'changed' | 'file';
  /** Files of the catalogue that differ from the plan's. */
  readonly changedFiles: readonly string[];
}

export interface ReportData {
  readonly schema: 'seekstack/report@1';
  readonly language: Language;
  readonly name: string;
  readonly plannerVersion: string;
  /** Newest date among the facts used. */
  readonly asOf: string;
  readonly origin: ReportOrigin;
  readonly workloadFile: string | null;
  readonly feasible: boolean;
  readonly verdict: string;
  /** The load and its targets in one sentence. */
  readonly workload: string;
  readonly flips: readonly string[];
  readonly warnings: readonly { readonly id: string; readonly message: string }[];
  readonly keyFigures: readonly KeyFigure[];
  readonly options: readonly OptionRow[];
  readonly whyNot: readonly RejectionGroup[];
  /** What the winner takes to run, and what stands beside it; null where nothing is feasible. */
  readonly running: RunningData | null;
  readonly pareto: ParetoData | null;
  readonly cost: CostData | null;
  readonly breakEven: BreakEvenData | null;
  readonly cashFlow: CashFlowData | null;
  readonly tornado: TornadoData | null;
  readonly growth: GrowthData | null;
  readonly energy: EnergyData | null;
  readonly memory: MemoryData | null;
  readonly assumptions: readonly SourceRow[];
  /** Behind the bills of the options that are compared. */
  readonly priceSources: readonly SourceRow[];
  readonly counts: { readonly evaluations: number; readonly machines: number; readonly offers: number };
}

/** The report of a plan. The same inputs give the same document. */
export function buildReportData({ plan, tco, speech, origin }: ReportInputs): ReportData {
  const compared = comparedOptions(plan);
  return {
    schema: 'seekstack/report@1',
    language: speech.language,
    name: plan.name,
    plannerVersion: plan.generator.version,
    asOf: plan.asOf,
    origin,
    workloadFile: plan.inputs.workload.source?.file ?? null,
    feasible: plan.verdict.feasible,
    verdict: sayPlanVerdict(speech, plan),
    workload: sayWorkload(plan, speech),
    flips: sayFlips(speech, plan),
    warnings: [
      ...plan.warnings,
      ...(tco?.warnings ?? []).filter(({ message }) => !plan.warnings.some((w) => w.message === message)),
    ].map(({ id, message, statement }) => ({ id, message: sayTold(speech, message, statement) })),
    keyFigures: keyFigures(plan),
    options: optionRows(plan),
    whyNot: groupRejections(plan, speech).groups,
    running: runningData(plan, speech),
    pareto: paretoData(plan),
    cost: costData(compared, plan),
    breakEven: breakEvenData(plan, tco, sayPlanBreakEven(plan, speech)),
    cashFlow: cashFlowData(tco),
    tornado: tornadoData(tco),
    growth: growthData(plan, tco),
    energy: energyData(compared),
    memory: memoryData(compared),
    assumptions: plan.assumptions.map(({ field, value, source, statement }) => ({
      what: field,
      value,
      ...source,
      title: sayTold(speech, source.title, statement),
      language: statement === undefined ? 'en' : speech.language,
      url: source.url ?? null,
    })),
    priceSources: sourceRows(plan, compared),
    counts: { ...plan.search },
  };
}

/** How many options the charts set side by side. */
const COMPARED = 5;

/** The best of each provider, then the cheapest on other machines, cheapest first. */
function comparedOptions(plan: Plan): PlanOption[] {
  const feasible = plan.options.filter((option) => option.feasible);
  const best = new Set(Object.values(plan.verdict.best));
  const chosen = feasible.filter((option) => best.has(option.id));
  for (const option of feasible) {
    if (chosen.length >= COMPARED) break;
    if (!chosen.some(({ machine, provider }) => machine.id === option.machine.id && provider === option.provider))
      chosen.push(option);
  }
  return chosen.toSorted((one, other) => (one.rank ?? 0) - (other.rank ?? 0));
}

function sayPlanBreakEven(plan: Plan, speech: Speech): string | null {
  const { breakEven } = plan;
  const owned = plan.options.find((option) => option.id === breakEven?.owned);
  if (breakEven === null || owned === undefined) return null;
  return sayBreakEven(speech, owned.cost.usdPerMonth.typical, breakEven.rented, breakEven.utilisationShare);
}
