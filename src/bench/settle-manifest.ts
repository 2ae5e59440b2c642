// The manifest: settled from flags and, where there is one, from the option of a plan; flags go first.
// In: what was asked for, what the plan says, what the probe found. Out: the manifest, before anything is sent.
import type { BenchLoad, BenchManifest, Pattern, PlannedPoint } from '../documents/bench-manifest.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { pointId } from './search-rate.ts';

type LengthPoints = readonly { readonly probability: number; readonly tokens: number }[];

/** What flags say; absent where nobody said anything. */
export interface BenchWishes {
  readonly rates?: readonly number[];
  readonly concurrencies?: readonly number[];
  readonly search?: { readonly low: number; readonly high: number } | true;
  readonly resolutionRatio: number;
  readonly pattern?: Pattern;
  readonly burstiness?: number;
  readonly rateScale: number;
  readonly daySeconds?: number;
  readonly repeats: number;
  readonly prompt?: LengthPoints;
  readonly output?: LengthPoints;
  readonly thinking?: LengthPoints;
  readonly cacheHitRatio?: number;
  readonly maximumTokens?: number;
  readonly percentile?: number;
  readonly ttftSeconds?: number;
  readonly tpotSeconds?: number;
  readonly endToEndSeconds?: number;
  readonly usdPerHour?: number;
  readonly replicas?: number;
  readonly accelerators?: number;
  readonly engine?: string;
  readonly machine?: string;
  readonly label?: string;
  readonly warmUpSeconds: number;
  readonly measureSeconds: number;
  readonly measureRequests: number;
  readonly drainSeconds: number;
}

export interface PlannedOption {
  readonly plan: Plan;
  readonly option: PlanOption;
  readonly name: string;
  readonly sha256: string;
}

/** What is known of a trace before it is replayed. */
export interface TraceFacts {
  readonly name: string;
  readonly sha256: string;
  readonly format: string;
  readonly requests: number;
  readonly meanRequestsPerSecond: number;
}

const DEFAULT_PERCENTILE = 0.95;
const DEFAULT_PROMPT_TOKENS = 1000;
const DEFAULT_OUTPUT_TOKENS = 200;
/** Of the planned peak, where no rate was asked for. */
const SHARES_OF_PEAK = [0.5, 0.75, 1];
const SEARCH_START = { low: 1, high: 2 };

/** The loads to be held; empty where they are searched for, null where nothing says which. */
export function settlePoints(
  wishes: BenchWishes,
  planned: PlannedOption | null,
  trace: TraceFacts | null,
): PlannedPoint[] | null {
  if (wishes.search !== undefined) return [];
  const loads = settleLoads(wishes, planned, trace);
  if (loads === null) return null;
  return loads.flatMap((load) =>
    Array.from({ length: wishes.repeats }, (_, index) => ({
      id: idOf(load, index + 1, wishes.repeats),
      load,
      repeat: index + 1,
    })),
  );
}

function settleLoads(wishes: BenchWishes, planned: PlannedOption | null, trace: TraceFacts | null): BenchLoad[] | null {
  const open = (requestsPerSecond: number): BenchLoad => ({
    kind: 'open',
    pattern: settlePattern(wishes, planned),
    requestsPerSecond,
    burstiness: settleBurstiness(wishes, planned),
    rateScale: 1,
  });
  const closed = (concurrency: number): BenchLoad => ({ kind: 'closed', concurrency });
  if (trace !== null)
    return [
      {
        kind: 'open',
        pattern: 'trace',
        requestsPerSecond: trace.meanRequestsPerSecond * wishes.rateScale,
        burstiness: 1,
        rateScale: wishes.rateScale,
      },
    ];
  if (wishes.rates !== undefined || wishes.concurrencies !== undefined)
    return [...(wishes.rates ?? []).map(open), ...(wishes.concurrencies ?? []).map(closed)];
  if (planned === null) return null;
  const { peakRequestsPerSecond, peakConcurrency } = planned.plan.workload;
  const share = upShare(wishes, planned.option);
  if (peakRequestsPerSecond !== null)
    return SHARES_OF_PEAK.map((part) => open(Number((peakRequestsPerSecond * share * part).toPrecision(3))));
  return SHARES_OF_PEAK.map((part) => closed(Math.max(1, Math.round((peakConcurrency ?? 1) * share * part))));
}

export function settleSearch(wishes: BenchWishes, planned: PlannedOption | null): BenchManifest['search'] {
  if (wishes.search === undefined) return null;
  const bracket = wishes.search === true ? bracketOf(wishes, planned) : wishes.search;
  return {
    pattern: settlePattern(wishes, planned),
    burstiness: settleBurstiness(wishes, planned),
    lowRequestsPerSecond: bracket.low,
    highRequestsPerSecond: bracket.high,
    resolutionRatio: wishes.resolutionRatio,
    repeats: wishes.repeats,
  };
}

/** Around the capacity that the plan foretells. */
function bracketOf(wishes: BenchWishes, planned: PlannedOption | null) {
  if (planned === null) return SEARCH_START;
  const capacity = planned.option.capacity.requestsPerSecond.typical * upShare(wishes, planned.option);
  return { low: Number((capacity / 2).toPrecision(3)), high: Number((capacity * 1.5).toPrecision(3)) };
}

function settlePattern(wishes: BenchWishes, planned: PlannedOption | null): Pattern {
  return wishes.pattern ?? (settleBurstiness(wishes, planned) === 1 ? 'poisson' : 'gamma');
}

function settleBurstiness(wishes: BenchWishes, planned: PlannedOption | null): number {
  return wishes.burstiness ?? planned?.plan.workload.burstiness ?? 1;
}

/** Of the option's replicas, how many are up for the benchmark. */
function upShare({ replicas }: BenchWishes, option: PlanOption): number {
  return replicas === undefined ? 1 : replicas / (option.replicas + option.spareReplicas);
}

export function settleTargets(wishes: BenchWishes, planned: PlannedOption | null): BenchManifest['targets'] {
  const workload = planned?.plan.workload;
  return {
    percentile: wishes.percentile ?? workload?.percentile ?? DEFAULT_PERCENTILE,
    ttftSeconds: wishes.ttftSeconds ?? workload?.ttftTargetSeconds ?? null,
    tpotSeconds: wishes.tpotSeconds ?? workload?.tpotTargetSeconds ?? null,
    endToEndSeconds: wishes.endToEndSeconds ?? null,
  };
}

export function settleLengths(
  wishes: BenchWishes,
  planned: PlannedOption | null,
  trace: TraceFacts | null,
): BenchManifest['lengths'] {
  const workload = planned?.plan.workload;
  const fixed = (tokens: number): LengthPoints => [{ probability: 0.5, tokens }];
  const isOwn = wishes.prompt !== undefined || wishes.output !== undefined;
  return {
    prompt: [...(wishes.prompt ?? workload?.lengths.prompt ?? fixed(DEFAULT_PROMPT_TOKENS))],
    output: [...(wishes.output ?? workload?.lengths.output ?? fixed(DEFAULT_OUTPUT_TOKENS))],
    // Whoever gives the output means all of it.
    thinking: [...(wishes.thinking ?? (wishes.output === undefined ? workload?.lengths.thinking : undefined) ?? fixed(0))],
    maximumTokens: wishes.maximumTokens ?? workload?.maximumTokens ?? null,
    cacheHitRatio: wishes.cacheHitRatio ?? workload?.cacheHitRatio ?? 0,
    from: trace !== null ? 'trace' : workload === undefined || isOwn ? 'flags' : 'plan',
  };
}

export function settleDeployment(wishes: BenchWishes, planned: PlannedOption | null): BenchManifest['deployment'] {
  const option = planned?.option;
  return {
    engine: wishes.engine ?? option?.engine ?? null,
    machine: wishes.machine ?? option?.machine.id ?? null,
    accelerator: option?.machine.accelerator ?? null,
    accelerators:
      wishes.accelerators ?? (option === undefined ? null : Math.round(option.accelerators * upShare(wishes, option))),
    replicas: wishes.replicas ?? (option === undefined ? null : option.replicas + option.spareReplicas),
    region: option?.region ?? null,
    label: wishes.label ?? null,
  };
}

export function settlePrice(wishes: BenchWishes, planned: PlannedOption | null): BenchManifest['price'] {
  if (wishes.usdPerHour !== undefined) return { usdPerHour: wishes.usdPerHour, from: 'flag' };
  if (planned === null) return null;
  return { usdPerHour: planned.option.cost.usdPerHour * upShare(wishes, planned.option), from: 'plan' };
}

/** Warm-up takes at least a fifth of the window, so that a slope can be told; a pattern that changes has that and no more. */
export function settlePhases(wishes: BenchWishes): BenchManifest['phases'] {
  return {
    warmUpLeastSeconds: Math.min(wishes.warmUpSeconds, wishes.measureSeconds * WARM_UP_RATIO),
    warmUpMostSeconds: wishes.warmUpSeconds,
    measureSeconds: wishes.measureSeconds,
    measureRequests: wishes.measureRequests,
    drainSeconds: wishes.drainSeconds,
  };
}

const WARM_UP_RATIO = 0.2;

function idOf(load: BenchLoad, repeat: number, repeats: number): string {
  if (load.kind === 'closed') return pointId(load.concurrency, repeat, repeats, 'concurrency');
  return pointId(load.requestsPerSecond, repeat, repeats, load.pattern === 'trace' ? 'trace' : 'rate');
}
