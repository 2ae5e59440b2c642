// Planning: the only orchestrator. A workload and a catalogue go in, a plan comes out; no clock, no disk, no chance.
import { breakEvenShare } from '../cost/break-even.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption, PlanRejected } from '../documents/plan.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { meanTokens } from '../physics/lengths.ts';
import { listMachines, type Machine } from '../search/machines.ts';
import { paretoSet } from '../search/pareto.ts';
import { compareSizings, type MachineResult, needsOptionsFile, nodesOf, searchMachines } from '../search/search.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR, TOKENS_PER_MILLION } from '../units.ts';
import { buildOption } from './build-option.ts';
import { type Confirmation, confirmSizing } from './confirm.ts';
import { nodeWatts, type Offer, priceSizing } from './price-sizing.ts';
import { rejectMachine, rejectStacks } from './reject.ts';
import { outputMeanOf, taskOf } from './sizing-task.ts';
import { type ResolvedWorkload, resolveWorkload } from './resolve-workload.ts';
import { findNearestMiss, sayBreakEven, sayConfirmation, sayLosers, sayVerdict } from './verdict.ts';

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
  readonly onMachine?: (done: number, of: number) => void;
}

/**
 * Plans a workload.
 * No feasible option is an answer: `verdict.feasible` is false and `nearestMiss` says what to relax.
 * @throws SeekstackError E_REFERENCE for unknown names, E_PRICE_MISSING when options fit but none has a price
 */
export function planWorkload(inputs: PlanInputs): Plan {
  const { catalog } = inputs;
  const workload = resolveWorkload(inputs.workload, catalog, inputs.fallbackName, inputs.trace ?? null);
  const outputMeanTokens = outputMeanOf(workload);
  const task = taskOf(workload);
  const { machines, rejected: outOfPlace } = admitMachines(catalog, workload);
  const found = searchMachines(
    catalog,
    machines,
    workload.model,
    workload.architecture,
    {
      precisions: workload.precisions,
      engines: workload.engines,
      minimumBits: workload.minimumBits,
      speculation: workload.speculation,
    },
    task,
    inputs.onMachine,
  );
  const priced = found.machines.flatMap((result) => priceMachine(result, workload, catalog));
  const options = rankOptions(preferOneNode(priced.map((entry) => entry.option)));
  const unpriced = found.machines.flatMap((result) => missingPrices(result, priced, workload, catalog));
  if (options.length === 0 && unpriced.some((row) => row.binding.constraint === 'price'))
    throw new SeekstackError({
      code: 'E_PRICE_MISSING',
      got: `no price for ${[...new Set(unpriced.map((row) => row.machine))].join(', ')}`,
      expected: 'at least one machine that fits and has a price in an allowed region',
      fix: 'allow other machines or ways of buying, or add the price to the catalogue',
    });
  const rejected = [...outOfPlace, ...found.machines.flatMap(rejectStacks), ...unpriced];
  const best = bestOf(options);
  const winner = options.find((option) => option.rank === 1) ?? null;
  const nearestMiss = winner === null ? findNearestMiss(options, rejected, workload) : null;
  const pareto = paretoOf(priced);
  const confirmation = confirmBest(priced, options, workload);
  const warnings = warningsOf(priced, winner, confirmation, workload);
  const breakEven = breakEvenOf(best, options);
  return {
    schema: 'seekstack/plan@1',
    generator: { name: 'seekstack', version: inputs.version },
    asOf: [...catalog.sources.values()].reduce((newest, source) => (source.asOf > newest ? source.asOf : newest), ''),
    inputs: {
      workload: { name: inputs.fallbackName, sha256: inputs.workloadDigest },
      catalog: catalog.files.map((file) => ({ ...file })),
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
    hosted: hostedOf(catalog, workload, winner, outputMeanTokens),
    options: sayLosers(options),
    pareto,
    rejected,
    search: {
      machines: machines.length,
      evaluations: found.evaluations,
      offers: priced.reduce((sum, entry) => sum + entry.offers, 0),
    },
    sources: sourcesUsed(catalog, options),
  };
}

/** Machines that may be used at all, and why the others may not: place, rack, cooling. */
function admitMachines(catalog: Catalog, workload: ResolvedWorkload): { machines: Machine[]; rejected: PlanRejected[] } {
  const machines: Machine[] = [];
  const rejected: PlanRejected[] = [];
  const { site } = workload;
  for (const machine of listMachines(catalog)) {
    if (workload.machines !== null && !workload.machines.includes(machine.id)) continue;
    if (machine.provider !== 'onprem') {
      if (workload.onPremises === 'required')
        rejected.push(rejectMachine(machine, 'placement', 'the workload must run on premises'));
      else if (workload.noRegionReason !== null) rejected.push(rejectMachine(machine, 'placement', workload.noRegionReason));
      else machines.push(machine);
      continue;
    }
    const watts = nodeWatts(machine, catalog);
    const cooling = 'server' in machine.row ? machine.row.server.cooling : 'air';
    if (workload.onPremises === 'excluded')
      rejected.push(rejectMachine(machine, 'placement', 'the workload may not run on premises'));
    else if (!site.allowed) rejected.push(rejectMachine(machine, 'placement', `data may not be kept in ${site.country}`));
    else if (
      'server' in machine.row &&
      machine.row.server.soldIn !== undefined &&
      !machine.row.server.soldIn.includes(site.country)
    )
      rejected.push(rejectMachine(machine, 'placement', `it is sold in ${machine.row.server.soldIn.join(', ')} only`));
    else if (watts > site.rackLimitWatts)
      rejected.push(
        rejectMachine(
          machine,
          'rack-power',
          `one server draws up to ${(watts / 1000).toFixed(1)} kW, a rack may draw ${(site.rackLimitWatts / 1000).toFixed(1)} kW`,
          { needed: watts, got: site.rackLimitWatts, unit: 'watts' },
        ),
      );
    else if (cooling === 'liquid' && site.cooling === 'air')
      rejected.push(rejectMachine(machine, 'cooling', 'it must be cooled by liquid, the hall is cooled by air'));
    else machines.push(machine);
  }
  return { machines, rejected };
}

interface Priced {
  readonly option: PlanOption;
  readonly sizing: Sizing;
  readonly offer: Offer;
  /** Offers priced for this option. */
  readonly offers: number;
  /** Every sizing of the same machine, priced at the same offer, for the Pareto set. */
  readonly frontier: readonly { readonly nodes: number; readonly tpotSeconds: number }[];
}

/** One option a checkpoint and mode: the sizing and offer that cost least. */
function priceMachine(result: MachineResult, workload: ResolvedWorkload, catalog: Catalog): Priced[] {
  const checkpoints = [...new Set(result.stacks.map((stack) => stack.stack.checkpoint.id))];
  return checkpoints.flatMap((id): Priced[] => {
    const siblings = result.stacks.filter((stack) => stack.stack.checkpoint.id === id);
    const sizings = siblings.flatMap((stack) => stack.sizings).toSorted(compareSizings);
    const whole = cheapest(sizings.filter((sizing) => sizing.prefill === null), workload, catalog);
    const apart = cheapest(sizings.filter((sizing) => sizing.prefill !== null), workload, catalog);
    return [whole, apart].flatMap((best): Priced[] => {
      if (best === null) return [];
      const { sizing, offers } = best;
      const offer = offers[0];
      // Two pools are worth their hand-over only where they take less.
      if (offer === undefined || (best === apart && whole !== null && offer.usdPerMonth >= (whole.offers[0]?.usdPerMonth ?? 0)))
        return [];
      return [
        {
          option: buildOption(sizing, siblings, offers, offer, workload, catalog.operations),
          sizing,
          offer,
          offers: offers.length,
          frontier: siblings
            .flatMap((stack) => stack.sizings)
            .filter((each) => (each.prefill === null) === (sizing.prefill === null))
            .map((each) => ({
              nodes: nodesOf(each) + offer.load.nodes - nodesOf(sizing),
              tpotSeconds: each.operating.tpotSeconds,
            })),
        },
      ];
    });
  });
}

/**
 * The sizing with the cheapest offer; in the order of `compareSizings` among equals. What flags cannot start is left out where
 * something else serves.
 */
function cheapest(
  sizings: readonly Sizing[],
  workload: ResolvedWorkload,
  catalog: Catalog,
): { sizing: Sizing; offers: readonly Offer[] } | null {
  const startable = sizings.filter((sizing) => !needsOptionsFile(sizing));
  let best: { sizing: Sizing; offers: readonly Offer[] } | null = null;
  for (const sizing of startable.length > 0 ? startable : sizings) {
    const { offers } = priceSizing(sizing, workload, catalog);
    const usdPerMonth = offers[0]?.usdPerMonth ?? Number.POSITIVE_INFINITY;
    if (best === null || usdPerMonth < (best.offers[0]?.usdPerMonth ?? Number.POSITIVE_INFINITY) - SAME_USD)
      best = { sizing, offers };
  }
  return best;
}

/** Below a cent a month prices are the same. */
const SAME_USD = 0.01;

/** Machines that fit but cannot be priced: never shown as free, always told. */
function missingPrices(
  result: MachineResult,
  priced: readonly Priced[],
  workload: ResolvedWorkload,
  catalog: Catalog,
): PlanRejected[] {
  const fits = result.stacks.some((stack) => stack.sizings.length > 0);
  if (!fits || priced.some((entry) => entry.option.machine.id === result.machine.id)) return [];
  const { machine } = result;
  if ('server' in machine.row) {
    if (machine.row.server.price === undefined)
      return [rejectMachine(machine, 'price', `no price was found for ${machine.name}`)];
    return [
      rejectMachine(machine, 'price', `no electricity tariff is known for ${workload.site.country}; give onPremises.electricity`),
    ];
  }
  const prices = catalog.pricesOf(machine.id);
  if (prices.length === 0) return [rejectMachine(machine, 'price', `no price was found for ${machine.id} in any region`)];
  const inPlace = prices.filter((price) =>
    workload.regions.some((region) => region.provider === machine.provider && region.id === price.region),
  );
  if (inPlace.length === 0) return [rejectMachine(machine, 'placement', `${machine.id} is not offered in an allowed region`)];
  const ways = [...new Set(inPlace.map((price) => price.purchase))].join(', ');
  return [rejectMachine(machine, 'price', `no price for ${machine.id} that the workload allows; it is priced as ${ways} only`)];
}

/**
 * A replica over many nodes is not chosen where the same provider has a machine that serves on one:
 * it needs a fabric, fails more often, and restarts as a whole.
 */
function preferOneNode(options: readonly PlanOption[]): PlanOption[] {
  return options.map((option) => {
    if (!option.feasible || option.nodesPerReplica === 1) return option;
    const single = options.find((other) => other.provider === option.provider && other.feasible && other.nodesPerReplica === 1);
    if (single === undefined) return option;
    return {
      ...option,
      feasible: false,
      binding: { constraint: 'spans-nodes', needed: option.nodesPerReplica, got: 1, unit: 'none' },
      reason: `one replica spans ${option.nodesPerReplica} nodes, and one node of ${single.machine.id} serves it alone`,
    };
  });
}

/** Feasible before not; cheaper over the term first; more bits a weight, then less time per token, on a tie. */
function rankOptions(options: readonly PlanOption[]): PlanOption[] {
  const bits: Record<string, number> = { bf16: 16, fp8: 8, int8: 8, fp4: 4, int4: 4, gguf: 4 };
  const sorted = options.toSorted(
    (one, other) =>
      Number(other.feasible) - Number(one.feasible) ||
      one.cost.usdOverTerm - other.cost.usdOverTerm ||
      (bits[other.checkpoint.precision] ?? 0) - (bits[one.checkpoint.precision] ?? 0) ||
      one.latency.tpotSeconds.typical - other.latency.tpotSeconds.typical ||
      one.id.localeCompare(other.id, 'en'),
  );
  return sorted.map((option, index) => ({ ...option, rank: option.feasible ? index + 1 : null }));
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

/** Winner and runner-up, simulated. */
function confirmBest(priced: readonly Priced[], options: readonly PlanOption[], workload: ResolvedWorkload): Confirmation[] {
  return options.slice(0, 2).flatMap((option, index) => {
    const entry = priced.find((each) => each.option.id === option.id);
    if (!option.feasible || entry === undefined) return [];
    return [confirmSizing(option.id, index === 0 ? 'winner' : 'runner-up', entry.sizing, workload)];
  });
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
    all.push({
      id: 'W_EXTRAPOLATED',
      message: `the speed of ${winner.engine} on ${winner.machine.accelerator ?? winner.machine.processor} was not measured but carried over from other hardware; measure before you sign`,
    });
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
  return {
    owned: owned.id,
    rented: { machine: option.machine.id, nodes: option.nodes, region, purchase, usdPerMonth },
    utilisationShare,
    sentence: sayBreakEven(
      owned,
      { name: `${option.nodes} × ${option.machine.id} (${region}, ${purchase})`, usdPerMonth },
      utilisationShare,
    ),
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

function sourcesUsed(catalog: Catalog, options: readonly PlanOption[]): Plan['sources'] {
  const keys = new Set(
    options.flatMap((option) => [
      ...option.cost.lines.flatMap((line) => line.sources),
      ...option.cost.capital.map((item) => item.source),
    ]),
  );
  return Object.fromEntries(
    [...keys].sort().flatMap((key) => {
      const source = catalog.sources.get(key);
      return source === undefined ? [] : [[key, source]];
    }),
  );
}
