// Planning: the only orchestrator. A workload and a catalogue go in, a plan comes out; no clock, no disk, no chance.

import { breakEvenShare } from '../cost/break-even.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { fullDate } from '../documents/catalog/dates.ts';
import type { TariffWeek } from '../documents/hourly-tariff.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import type { WorkloadSource } from '../documents/workload-source.ts';
import { state, warned } from '../language/say-statement.ts';
import { sayBreakEven } from '../language/say-verdict.ts';
import { speak } from '../language/speak.ts';
import { meanTokens } from '../physics/lengths.ts';
import { paretoSet } from '../search/pareto.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR, TOKENS_PER_MILLION } from '../units.ts';
import { type Calibration, calibrationsOf, warnOfStaleness } from './calibrations.ts';
import type { Confirmation } from './confirm.ts';
import { findFlips } from './find-flips.ts';
import type { Memory } from './memory.ts';
import { mixFleets } from './mix-fleets.ts';
import { planTraining } from './plan-training.ts';
import { datedPrices, newestFact, pricesOf, warnOfAge } from './price-ages.ts';
import type { Priced } from './price-machines.ts';
import { rankWorkload } from './rank-workload.ts';
import { rejectStacks } from './reject.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { outputMeanOf } from './sizing-task.ts';
import { findNearestMiss, sayConfirmation, sayLosers, sayVerdict } from './verdict.ts';

export interface PlanInputs {
  readonly workload: Workload;
  /** SHA-256 of the workload's text. */
  readonly workloadDigest: string;
  /** Names the deployment where the workload does not. */
  readonly fallbackName: string;
  readonly catalog: Catalog;
  /** Version of the planner. */
  readonly version: string;
  /** What the file of `demand.trace` holds. */
  readonly trace?: TraceSummary;
  /** Set where the catalogue holds the prices of a day. */
  readonly pricesAsOf?: string;
  /** Electricity by the hour, in place of any other price of it. */
  readonly tariff?: TariffWeek;
  /** The workload as it was written, for whoever plans it again; the plan carries it. */
  readonly source?: WorkloadSource;
  /** The file as it was written, comments and all; the plan carries it. */
  readonly text?: string;
  /** A first answer that a whole one follows: neither simulated nor asked what would turn it over. */
  readonly draft?: boolean;
  /** What earlier plans found, where many are made in a row; the answer is the same with and without. */
  readonly memory?: Memory;
  readonly onMachine?: (done: number, of: number) => void;
}

/**
 * Plans a workload.
 * No feasible option is an answer: `verdict.feasible` is false and `nearestMiss` says what to relax.
 * @throws SeekstackError E_REFERENCE for unknown names, E_PRICE_MISSING when options fit but none has a price
 */
export function planWorkload(inputs: PlanInputs): Plan {
  return planInDetail(inputs).plan;
}

/** A plan with what it was made from. */
export interface PlanDetail {
  readonly plan: Plan;
  readonly workload: ResolvedWorkload;
  readonly priced: readonly Priced[];
  /** What it was priced with: the catalogue, with what the workload itself says of prices. */
  readonly catalog: Catalog;
}

/** The same as `planWorkload`, for whoever goes on from its sizings and offers. */
export function planInDetail(inputs: PlanInputs): PlanDetail {
  const { catalog, workload, task, search, found, priced, options, confirmation, ...ranking } = rankWorkload({
    ...inputs,
    ...(inputs.draft === true ? { confirmedRanks: 0 } : {}),
  });
  const outputMeanTokens = outputMeanOf(workload);
  const rejected = [...ranking.outOfPlace, ...found.machines.flatMap(rejectStacks), ...ranking.unpriced];
  const best = bestOf(options);
  const winner = options.find((option) => option.rank === 1) ?? null;
  const nearestMiss = winner === null ? findNearestMiss(options, rejected, workload) : null;
  const pareto = paretoOf(priced);
  const asOf = newestFact(catalog);
  const day = fullDate(inputs.pricesAsOf ?? asOf);
  const prices = pricesOf({
    options,
    best: Object.values(best).filter((option) => option !== undefined),
    winner,
    workload,
    catalog,
    asOf: inputs.pricesAsOf ?? null,
    day,
  });
  const calibrations = calibrationsOf(catalog, workload.architecture.id, options);
  const warnings = [
    ...warningsOf(priced, winner, confirmation, workload),
    ...warnOfAge(prices),
    ...warnOfStaleness(calibrations),
  ];
  const breakEven = breakEvenOf(best, options);
  const plan: Plan = {
    schema: 'seekstack/plan@1',
    generator: { name: 'seekstack', version: inputs.version },
    asOf,
    inputs: {
      workload: {
        name: inputs.fallbackName,
        sha256: inputs.workloadDigest,
        source: inputs.source ?? null,
        ...(inputs.text === undefined ? {} : { text: inputs.text }),
      },
      catalog: catalog.files.map(({ path, sha256 }) => ({ path, sha256 })),
    },
    name: workload.name,
    workload: {
      model: workload.model.id,
      use: workload.use,
      peakRequestsPerSecond: 'requestsPerSecond' in workload.demand ? workload.demand.requestsPerSecond : null,
      peakConcurrency: 'concurrency' in workload.demand ? workload.demand.concurrency : null,
      meanToPeakRatio: workload.meanToPeakRatio,
      growthPerYear: workload.growthPerYear,
      burstiness: workload.burstiness,
      lengths: {
        prompt: workload.prompt.points.map((point) => ({ ...point })),
        output: workload.output.points.map((point) => ({ ...point })),
        thinking: workload.thinking.points.map((point) => ({ ...point })),
      },
      promptMeanTokens: meanTokens(workload.prompt),
      outputMeanTokens: meanTokens(workload.output),
      thinkingMeanTokens: meanTokens(workload.thinking),
      cacheHitRatio: workload.cacheHitRatio,
      ttftTargetSeconds: workload.ttftTarget?.seconds ?? null,
      tpotTargetSeconds: workload.tpotTarget?.seconds ?? null,
      percentile: workload.percentile,
      confidence: workload.confidence,
      budgetUsdPerMonth: workload.budgetUsdPerMonth,
      horizonMonths: workload.horizonMonths,
      maximumTokens: workload.maximumTokens,
      clients: [...workload.clients],
      contact: workload.contact,
      deployment: { ...workload.deployment },
    },
    confirmation,
    assumptions: workload.assumptions.map((each) => ({ ...each })),
    warnings,
    verdict: {
      feasible: winner !== null,
      winner: winner?.id ?? null,
      best: { aws: best.aws?.id ?? null, azure: best.azure?.id ?? null, onprem: best.onprem?.id ?? null },
      sentence: sayVerdict(winner, options, nearestMiss),
      nearestMiss,
    },
    breakEven,
    flips: winner === null || inputs.draft === true ? [] : findFlips(search, task, workload, catalog, options),
    mixedFleets: mixFleets(priced, options, workload),
    hosted: hostedOf(catalog, workload, winner, outputMeanTokens),
    training: planTraining(
      priced.filter((entry) => entry.option.feasible),
      workload,
      catalog,
    ),
    options: sayLosers(options).map((option) => withPriceAge(option, catalog, day)),
    pareto,
    rejected,
    search: {
      machines: ranking.machineCount,
      evaluations: found.evaluations,
      offers: priced.reduce((sum, entry) => sum + entry.offers, 0),
    },
    prices,
    ...(calibrations.length === 0 ? {} : { calibrations }),
    sources: sourcesUsed(catalog, options, calibrations),
  };
  return { plan, workload, priced, catalog };
}

function withPriceAge(option: PlanOption, catalog: Catalog, day: string): PlanOption {
  const oldestPriceDays = datedPrices(option, catalog, day)[0]?.ageDays ?? 0;
  return { ...option, cost: { ...option.cost, oldestPriceDays } };
}

type Best = Record<'aws' | 'azure' | 'onprem', PlanOption | undefined>;

function bestOf(options: readonly PlanOption[]): Best {
  const first = (provider: PlanOption['provider']) => options.find((option) => option.provider === provider && option.feasible);
  return { aws: first('aws'), azure: first('azure'), onprem: first('onprem') };
}

function paretoOf(priced: readonly Priced[]): Plan['pareto'] {
  const points = priced
    .filter((entry) => entry.option.feasible)
    .flatMap(({ option, frontier }) =>
      frontier.map((point) => ({
        optionId: option.id,
        nodes: point.nodes,
        usdPerMonth: (option.cost.usdPerMonth.typical * point.nodes) / option.nodes,
        tpotSeconds: point.tpotSeconds,
        tokensPerSecondPerUser: 1 / point.tpotSeconds,
      })),
    );
  return paretoSet(points, [(point) => point.usdPerMonth, (point) => point.tpotSeconds]).toSorted(
    (one, other) => one.usdPerMonth - other.usdPerMonth,
  );
}

function warningsOf(
  priced: readonly Priced[],
  winner: PlanOption | null,
  confirmation: readonly Confirmation[],
  workload: ResolvedWorkload,
): Plan['warnings'] {
  const all = priced.flatMap((entry) => entry.offer.warnings.map((warning) => ({ ...warning })));
  all.push(...confirmation.flatMap((each) => sayConfirmation(each, workload)));
  if (winner?.latency.basis === 'extrapolated')
    all.push(
      warned(
        'W_EXTRAPOLATED',
        state('warning.extrapolated', {
          engine: winner.engine,
          hardware: winner.machine.accelerator ?? winner.machine.processor ?? '',
        }),
      ),
    );
  const byId = new Map(all.map((warning) => [`${warning.id} ${warning.message.split(',')[0]}`, warning]));
  return [...byId.values()];
}

/** The cheapest feasible fleet that is paid by the hour, whichever offer of its machine that is. */
function cheapestByTheHour(
  options: readonly PlanOption[],
): { option: PlanOption; region: string; purchase: string; usdPerMonth: number } | undefined {
  return options
    .filter((option) => option.feasible && option.provider !== 'onprem')
    .flatMap((option) => [
      { option, region: option.region, purchase: option.purchase as string, usdPerMonth: option.cost.usdPerMonth.typical },
      ...option.alternatives.map((offer) => ({ option, ...offer })),
    ])
    .filter((offer) => offer.purchase === 'on-demand' || offer.purchase === 'spot')
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0];
}

function breakEvenOf(best: Best, options: readonly PlanOption[]): Plan['breakEven'] {
  const owned = best.onprem;
  const rented = cheapestByTheHour(options);
  if (owned === undefined || rented === undefined) return null;
  const utilisationShare = breakEvenShare(owned.cost.usdPerMonth.typical, rented.usdPerMonth / HOURS_PER_MONTH, HOURS_PER_MONTH);
  const { option, region, purchase, usdPerMonth } = rented;
  const fleet = { machine: option.machine.id, nodes: option.nodes, region, purchase, usdPerMonth };
  return {
    owned: owned.id,
    rented: fleet,
    utilisationShare,
    sentence: sayBreakEven(speak('en'), owned.cost.usdPerMonth.typical, fleet, utilisationShare),
  };
}

/** What sellers of the same model by the token would ask for the mean load. */
function hostedOf(
  catalog: Catalog,
  workload: ResolvedWorkload,
  winner: PlanOption | null,
  outputMeanTokens: number,
): Plan['hosted'] {
  const meanRequestsPerSecond =
    'requestsPerSecond' in workload.demand
      ? workload.demand.requestsPerSecond * workload.meanToPeakRatio
      : winner === null
        ? 0
        : winner.capacity.requestsPerSecond.typical * winner.capacity.meanUtilisation;
  const requestsPerMonth = meanRequestsPerSecond * HOURS_PER_MONTH * SECONDS_PER_HOUR;
  const promptTokens = meanTokens(workload.prompt);
  return catalog.hostedPrices
    .filter((price) => price.model === workload.model.id)
    .map((price) => {
      const cachedUsd = price.cachedInputUsdPerMillionTokens ?? price.inputUsdPerMillionTokens;
      const inputUsd = workload.cacheHitRatio * cachedUsd + (1 - workload.cacheHitRatio) * price.inputUsdPerMillionTokens;
      const usdPerRequest = (promptTokens * inputUsd + outputMeanTokens * price.outputUsdPerMillionTokens) / TOKENS_PER_MILLION;
      return {
        seller: `${price.provider} ${price.service}`,
        usdPerMonth: usdPerRequest * requestsPerMonth,
        usdPerMillionOutputTokens: (usdPerRequest / outputMeanTokens) * TOKENS_PER_MILLION,
        inputUsdPerMillionTokens: price.inputUsdPerMillionTokens,
        outputUsdPerMillionTokens: price.outputUsdPerMillionTokens,
        source: price.source,
      };
    })
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth || one.seller.localeCompare(other.seller, 'en'));
}

function sourcesUsed(catalog: Catalog, options: readonly PlanOption[], calibrations: readonly Calibration[]): Plan['sources'] {
  const keys = new Set([
    ...options.flatMap((option) => [
      ...option.cost.lines.flatMap((line) => line.sources),
      ...option.cost.capital.map((item) => item.source),
    ]),
    ...calibrations.map((each) => each.source),
  ]);
  return Object.fromEntries(
    [...keys].sort().flatMap((key) => {
      const source = catalog.sources.get(key);
      return source === undefined ? [] : [[key, source]];
    }),
  );
}
