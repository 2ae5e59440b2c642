// Simulating a plan: an option of a plan file, compiled again from the catalogue, under drawn or replayed requests.
// In: plan, catalogue, trace. Out: the simulation document. Throws where plan and catalogue no longer fit.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Simulation } from '../documents/simulation.ts';
import type { Trace } from '../documents/trace.ts';
import { summariseTrace } from '../documents/trace-summary.ts';
import { SeekstackError } from '../errors.ts';
import { type Candidate, compileCandidates, listStacks } from '../search/candidates.ts';
import { listMachines } from '../search/machines.ts';
import type { Latencies } from '../simulate/latencies.ts';
import { replayTrace } from '../simulate/request-stream.ts';
import { type PlannedFleet, simulatePlanned, sliceOf } from './simulate-fleet.ts';
import { unknownName } from './unknown-name.ts';

export interface SimulateInputs {
  readonly plan: Plan;
  readonly planName: string;
  readonly planDigest: string;
  readonly catalog: Catalog;
  readonly version: string;
  /** The winner where null. */
  readonly optionId: string | null;
  readonly trace: { readonly name: string; readonly trace: Trace } | null;
  /** Requests counted; of a trace all of it where null. */
  readonly requests: number | null;
  readonly rateScale: number;
  readonly seed: number;
  /** Replicas that go down when counting starts and stay down. */
  readonly killReplicas: number;
  readonly onProgress?: (counted: number, of: number) => void;
}

/** Larger fleets are simulated as a slice that sees its share of the requests. */
const MOST_REPLICAS = 64;
const DEFAULT_REQUESTS = 100_000;
/** Requests before counting starts: what is in flight three times over, and never fewer than this. */
const WARM_UP = { least: 500, perInFlight: 3 };
const TRACE_WARM_UP_SHARE = 0.05;

/** Runs the simulation. The same inputs give the same document. */
export function simulatePlan(inputs: SimulateInputs): Simulation {
  const { plan, catalog, trace } = inputs;
  const option = findOption(plan, inputs.optionId);
  const whole = rebuildFleet(plan, option, catalog);
  if (inputs.killReplicas >= whole.replicas)
    throw new SeekstackError({
      code: 'E_USAGE',
      got: `--kill ${inputs.killReplicas} of ${whole.replicas} ${whole.replicas === 1 ? 'replica' : 'replicas'}`,
      expected: 'at least one replica left',
      fix: 'kill fewer, or plan with availability: { survive: node }',
    });
  const { workload } = plan;
  const demand =
    workload.peakRequestsPerSecond === null
      ? { concurrency: Math.max(1, Math.round((workload.peakConcurrency ?? 1) * inputs.rateScale)) }
      : { requestsPerSecond: workload.peakRequestsPerSecond * inputs.rateScale };
  const slice = sliceOf(whole, demand, MOST_REPLICAS);
  const inFlight = option.batch.atPeak * slice.planned.replicas;
  const every = Math.max(1, Math.round(whole.replicas / slice.planned.replicas));
  const inTrace = trace === null ? 0 : Math.floor(trace.trace.arrivalSeconds.length / every);
  const warmUpRequests =
    trace === null
      ? Math.round(Math.max(WARM_UP.least, WARM_UP.perInFlight * inFlight))
      : Math.floor(inTrace * TRACE_WARM_UP_SHARE);
  const countedRequests =
    trace === null
      ? (inputs.requests ?? DEFAULT_REQUESTS)
      : Math.min(inputs.requests ?? Number.POSITIVE_INFINITY, inTrace - warmUpRequests);
  const { onProgress } = inputs;
  const result = simulatePlanned(slice.planned, {
    demand: trace === null ? slice.demand : { requestsPerSecond: 1 },
    requests:
      trace === null
        ? {
            prompt: { points: workload.lengths.prompt },
            output: { points: workload.lengths.output },
            thinking: { points: workload.lengths.thinking },
            cacheHitRatio: workload.cacheHitRatio,
            burstiness: workload.burstiness,
            maximumTokens: workload.maximumTokens,
          }
        : replayTrace(trace.trace, {
            rateScale: inputs.rateScale,
            every,
            cacheHitRatio: workload.cacheHitRatio,
            maximumTokens: workload.maximumTokens,
          }),
    warmUpRequests,
    countedRequests,
    ttftTargetSeconds: workload.ttftTargetSeconds,
    tpotTargetSeconds: workload.tpotTargetSeconds,
    prefixBlockTokens: trace?.trace.blockTokens ?? 0,
    failures: Array.from({ length: inputs.killReplicas }, (_, worker) => ({
      atSeconds: trace === null ? warmUpSeconds(warmUpRequests, slice.demand, option) : 0,
      worker,
      forSeconds: Number.POSITIVE_INFINITY,
    })),
    seed: inputs.seed,
    ...(onProgress === undefined ? {} : { onProgress: (counted: number) => onProgress(counted, countedRequests) }),
  });
  const within = (target: number | null, latencies: Latencies) =>
    target === null || latencies.count === 0 || latencies.quantileSeconds(workload.percentile) <= target;
  const summary = trace === null ? null : summariseTrace(trace.trace);
  return {
    schema: 'seekstack/simulation@1',
    generator: { name: 'seekstack', version: inputs.version },
    inputs: {
      plan: { name: inputs.planName, sha256: inputs.planDigest },
      optionId: option.id,
      trace:
        trace === null || summary === null
          ? null
          : {
              name: trace.name,
              format: trace.trace.format,
              requests: summary.requests,
              meanRequestsPerSecond: summary.meanRequestsPerSecond,
              peakRequestsPerSecond: summary.peakRequestsPerSecond,
              skipped: trace.trace.skipped.reduce((sum, each) => sum + each.count, 0),
            },
      rateScale: inputs.rateScale,
      seed: inputs.seed,
      replicas: slice.planned.replicas,
      ofReplicas: whole.replicas,
      killedReplicas: inputs.killReplicas,
    },
    requests: result.requests,
    seconds: result.seconds,
    saturated: result.saturated,
    ttft: percentilesOf(result.ttft),
    tpot: percentilesOf(result.tpot),
    endToEnd: percentilesOf(result.endToEnd),
    requestsPerSecond: result.requestsPerSecond,
    outputTokensPerSecond: result.outputTokensPerSecond,
    goodRatio: result.goodRatio,
    meanInFlight: result.meanInFlight,
    preemptions: result.preemptions,
    refused: result.refused,
    retried: result.retried,
    prefillRatio: result.prefillRatio,
    plan: {
      percentile: workload.percentile,
      ttftTargetSeconds: workload.ttftTargetSeconds,
      tpotTargetSeconds: workload.tpotTargetSeconds,
      ttftSeconds: option.latency.ttftSeconds.typical,
      tpotSeconds: option.latency.tpotSeconds.typical,
    },
    holds:
      !result.saturated && within(workload.ttftTargetSeconds, result.ttft) && within(workload.tpotTargetSeconds, result.tpot),
    warnings: warningsOf(plan, catalog, slice.planned.replicas < whole.replicas ? whole.replicas : null, trace?.trace ?? null),
  };
}

function warmUpSeconds(requests: number, demand: ReturnType<typeof sliceOf>['demand'], option: PlanOption): number {
  const rate = 'requestsPerSecond' in demand ? demand.requestsPerSecond : option.capacity.requestsPerSecond.typical;
  return requests / rate;
}

function percentilesOf(latencies: Latencies): Simulation['ttft'] {
  return {
    count: latencies.count,
    meanSeconds: latencies.meanSeconds,
    p50Seconds: latencies.quantileSeconds(0.5),
    p90Seconds: latencies.quantileSeconds(0.9),
    p95Seconds: latencies.quantileSeconds(0.95),
    p99Seconds: latencies.quantileSeconds(0.99),
  };
}

function findOption(plan: Plan, id: string | null): PlanOption {
  const wanted = id ?? plan.verdict.winner;
  const option = plan.options.find((each) => each.id === wanted);
  if (option !== undefined) return option;
  if (wanted === null)
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      got: 'a plan without a winner',
      expected: 'an option to simulate',
      fix: 'name one with --option; "seekstack plan FILE --format csv" lists their ids',
    });
  throw new SeekstackError({
    ...unknownName(
      '--option',
      wanted,
      plan.options.map((each) => each.id),
      'see the ids in the plan',
    ),
    code: 'E_OPTION_UNKNOWN',
  });
}

/**
 * The option's replicas, compiled from the catalogue as the plan compiled them.
 * @throws SeekstackError E_REFERENCE where the catalogue no longer has what the plan rests on
 */
export function rebuildFleet(plan: Plan, option: PlanOption, catalog: Catalog): PlannedFleet {
  const machine = listMachines(catalog).find((each) => each.id === option.machine.id && each.provider === option.provider);
  const model = catalog.model(plan.workload.model);
  const architecture = model === undefined ? undefined : catalog.architecture(model.architecture);
  if (machine === undefined || model === undefined || architecture === undefined) throw gone(option);
  const wanted = option.speculation === null ? null : { draftTokens: option.speculation.draftTokens, acceptanceRate: null };
  const stack = listStacks(catalog, machine, model, architecture, wanted).find(
    (each) =>
      each.checkpoint.id === option.checkpoint.id &&
      each.engine.id === option.engine &&
      each.mode === option.mode &&
      each.kvFormat.id === option.kvFormat,
  );
  if (stack === undefined) throw gone(option);
  const compiled = { ...stack, speculation: option.speculation ?? stack.speculation };
  const find = (
    nodes: number,
    name: { tensorParallel: number; dataParallel: number; expertParallel: number; pipelineParallel: number },
  ) => {
    const candidate = compileCandidates(compiled, nodes).find(
      ({ layout }) =>
        layout.tensorParallel === name.tensorParallel &&
        layout.dataParallel === name.dataParallel &&
        layout.expertParallel === name.expertParallel &&
        layout.pipelineParallel === name.pipelineParallel,
    );
    if (candidate === undefined) throw gone(option);
    return candidate;
  };
  const candidate: Candidate = find(option.nodesPerReplica, option.layout);
  return {
    candidate,
    replicas: option.replicas + option.spareReplicas,
    maximumSequences: option.batch.limit,
    prefill:
      option.prefill === null
        ? null
        : {
            candidate: find(option.prefill.nodesPerWorker, option.prefill.layout),
            workers: option.prefill.workers + option.prefill.spareWorkers,
          },
  };
}

function gone(option: PlanOption): SeekstackError {
  return new SeekstackError({
    code: 'E_REFERENCE',
    got: `option ${option.id}, which this catalogue cannot compile any more`,
    expected: 'the catalogue the plan was made with',
    fix: 'plan again, or give the old catalogue with --catalog',
  });
}

function warningsOf(plan: Plan, catalog: Catalog, slicedFrom: number | null, trace: Trace | null): Simulation['warnings'] {
  const now = new Map(catalog.files.map((file) => [file.path, file.sha256]));
  const changed = plan.inputs.catalog.filter((file) => now.get(file.path) !== file.sha256).map((file) => file.path);
  const warnings: Simulation['warnings'] = [];
  if (changed.length > 0)
    warnings.push({
      id: 'W_CATALOG_CHANGED',
      message: `the catalogue is not the plan's: ${changed.slice(0, 4).join(', ')}${changed.length > 4 ? ' and more' : ''} differ`,
    });
  if (slicedFrom !== null)
    warnings.push({
      id: 'W_SLICE',
      message: `${slicedFrom} replicas are simulated as a slice; a whole fleet evens out its load a little better`,
    });
  const longest = trace === null ? 0 : trace.promptTokens.reduce((most, tokens) => Math.max(most, tokens), 0);
  if (longest > plan.workload.maximumTokens)
    warnings.push({
      id: 'W_TRACE_CUT',
      message: `the trace has prompts of up to ${longest} tokens; they are cut to the plan's longest context of ${plan.workload.maximumTokens}`,
    });
  return warnings;
}
