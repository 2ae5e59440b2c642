// Runs whose truth is known: a plan's option under other constants, played by the simulator and written down as a benchmark would.
// The simulator is not the closed form that is fitted, so its figures scatter and err as those of a server do.

import { boardsOf } from '../../src/calibrate/compare.ts';
import { compileDeployment } from '../../src/calibrate/deployment.ts';
import type { MeasuredPoint } from '../../src/calibrate/measured-points.ts';
import { predictWatts } from '../../src/calibrate/predict-point.ts';
import type { BenchLoad } from '../../src/documents/bench-manifest.ts';
import type { BenchPoint } from '../../src/documents/bench-point.ts';
import { type BenchRun, benchRunSchema } from '../../src/documents/bench-run.ts';
import { canonicalOf, constantOf, withConstant } from '../../src/documents/catalog/apply-overlay.ts';
import type { PowerCurve } from '../../src/documents/catalog/calibration.ts';
import type { AnyFact } from '../../src/documents/catalog/calibration-overlay.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { meanTokens } from '../../src/physics/lengths.ts';
import { simulatePlanned } from '../../src/plan/simulate-fleet.ts';
import type { Latencies } from '../../src/simulate/latencies.ts';
import { seededChance } from '../../src/simulate/random.ts';

export interface Truth {
  readonly plan: Plan;
  readonly planDigest?: string;
  readonly option: PlanOption;
  readonly catalog: Catalog;
  /** Factor on constants by field, and on those of the power curve. */
  readonly factors: Readonly<Record<string, number>>;
  readonly powerFactors?: Readonly<Record<string, number>>;
  readonly loads: readonly BenchLoad[];
  /** Prompts and answers other than the plan's, one pair a load; the plan's where absent. */
  readonly lengths?: readonly ({ prompt: number; output: number } | null)[];
  readonly requests?: number;
  readonly seed?: number;
  readonly metered?: boolean;
  readonly name?: string;
}

/** A row with some of its constants multiplied. */
export function multiplied<Row extends object>(row: Row, factors: Readonly<Record<string, number>>): Row {
  return Object.entries(factors).reduce((made, [field, factor]) => {
    const fact = constantOf(made, field) as AnyFact;
    const key = Object.keys(fact).find((name) => !['low', 'high', 'source', 'asOf', 'note', 'stated'].includes(name)) as string;
    return withConstant(made, field, { ...fact, [key]: canonicalOf(fact) * factor } as AnyFact);
  }, row);
}

const interval = (typical: number, low = typical, high = typical) => ({ typical, low, high });

function spread(latencies: Latencies, percentile: number) {
  const n = latencies.count;
  const at = (probability: number) => {
    const reach = 1.96 * Math.sqrt((probability * (1 - probability)) / n);
    const of = (p: number) => latencies.quantileSeconds(Math.min(0.9999, Math.max(0.0001, p)));
    return interval(of(probability), of(probability - reach), of(probability + reach));
  };
  return {
    count: n,
    meanSeconds: interval(latencies.meanSeconds),
    p50Seconds: at(0.5),
    p90Seconds: at(0.9),
    p95Seconds: at(0.95),
    p99Seconds: n >= 1000 ? at(0.99) : null,
    atTargetSeconds: at(percentile),
    maximumSeconds: latencies.quantileSeconds(1),
  };
}

const noSpread = {
  count: 0,
  meanSeconds: null,
  p50Seconds: null,
  p90Seconds: null,
  p95Seconds: null,
  p99Seconds: null,
  atTargetSeconds: null,
  maximumSeconds: null,
};

export function syntheticRun(truth: Truth): BenchRun {
  const { plan, option, catalog, loads } = truth;
  const deployment = compileDeployment(plan, option, catalog, null);
  const fleet = deployment.fleetWith(multiplied(deployment.row, truth.factors));
  const curve = deployment.power === null ? null : multiplied<PowerCurve>(deployment.power, truth.powerFactors ?? {});
  const { workload } = plan;
  const seed = truth.seed ?? 1;
  const counted = truth.requests ?? 2000;
  const { normal } = seededChance(seed ^ 0x77a7);
  const points = loads.map((load, index): BenchPoint => {
    const own = truth.lengths?.[index] ?? null;
    const prompt = own === null ? workload.lengths.prompt : [{ probability: 0.5, tokens: own.prompt }];
    const output = own === null ? workload.lengths.output : [{ probability: 0.5, tokens: own.output }];
    const result = simulatePlanned(fleet, {
      demand: load.kind === 'open' ? { requestsPerSecond: load.requestsPerSecond } : { concurrency: load.concurrency },
      requests: {
        prompt: { points: prompt },
        output: { points: output },
        thinking: { points: [{ probability: 0.5, tokens: 0 }] },
        cacheHitRatio: 0,
        burstiness: load.kind === 'open' ? load.burstiness : 1,
        maximumTokens: workload.maximumTokens,
      },
      warmUpRequests: 500,
      countedRequests: counted,
      ttftTargetSeconds: workload.ttftTargetSeconds,
      tpotTargetSeconds: workload.tpotTargetSeconds,
      seed: seed * 1009 + index,
    });
    const promptMean = meanTokens({ points: prompt });
    const outputMean = result.outputTokensPerSecond / result.requestsPerSecond;
    const measured: MeasuredPoint = {
      id: `p${index}`,
      group: `g${index}`,
      load:
        load.kind === 'closed' ? load : { kind: 'open', requestsPerSecond: load.requestsPerSecond, burstiness: load.burstiness },
      requests: counted,
      prompt: { points: prompt },
      output: { points: output },
      promptMeanTokens: promptMean,
      outputMeanTokens: outputMean,
      cacheHitRatio: 0,
      figures: [],
      requestsPerSecond: result.requestsPerSecond,
      power: null,
    };
    const watts =
      truth.metered === true && curve !== null
        ? (predictWatts(fleet, measured, curve, option.batch.atCapacity, workload.maximumTokens) ?? 0) * (1 + 0.02 * normal())
        : null;
    return {
      point: { id: `p${index}`, load, repeat: 1 },
      attempt: 1,
      startedAt: '2026-11-29T10:00:00.000Z',
      warmUp: { seconds: 60, requests: 500, steady: true },
      window: { fromSeconds: 60, toSeconds: 60 + result.seconds },
      drainedSeconds: 60 + result.seconds,
      complete: true,
      client: {
        loopDelayP99Seconds: 0,
        loopDelayMaximumSeconds: 0,
        cpuCores: 0.1,
        mostInFlight: 100,
        meanInFlight: result.meanInFlight,
      },
      power: watts === null ? null : { meanWatts: watts, samples: 100, coveredRatio: 1, sources: boardsOf(fleet) },
      server: null,
      requests: { all: counted, warmUp: 500, measured: counted, drain: 0, outcomes: { ok: counted } },
      rates: {
        askedRequestsPerSecond: load.kind === 'open' ? load.requestsPerSecond : null,
        offeredRequestsPerSecond: result.requestsPerSecond,
        sentRequestsPerSecond: result.requestsPerSecond,
        completedRequestsPerSecond: result.requestsPerSecond,
        outputTokensPerSecond: result.outputTokensPerSecond,
        promptTokensPerSecond: null,
      },
      metrics: {
        ttft: spread(result.ttft, workload.percentile),
        ttfr: noSpread,
        ttfa: noSpread,
        tpot: spread(result.tpot, workload.percentile),
        latencyPerToken: noSpread,
        interChunk: noSpread,
        interToken: noSpread,
        endToEnd: spread(result.endToEnd, workload.percentile),
        sendSlip: noSpread,
      },
      goodput: { good: counted, offered: counted, ratio: null, requestsPerSecond: result.requestsPerSecond },
      verdict: { ttftRatio: 1, tpotRatio: 1, endToEndRatio: null, holds: true },
      tokens: {
        promptTokens: Math.round(promptMean * counted),
        cachedTokens: 0,
        completionTokens: Math.round(outputMean * counted),
        reasoningTokens: null,
        countedFrom: { usage: counted },
        promptLengths: [...prompt],
        outputLengths: [...output],
        promptMeanTokens: promptMean,
        outputMeanTokens: outputMean,
      },
      little: {
        meanInFlight: result.meanInFlight,
        arrivalsPerSecond: result.requestsPerSecond,
        meanSojournSeconds: result.endToEnd.meanSeconds,
        differenceRatio: 0,
        edgeRatio: 0,
      },
      energy:
        watts === null
          ? null
          : {
              joules: watts * result.seconds,
              meanWatts: watts,
              joulesPerMillionOutputTokens: null,
              joulesPerMillionTokens: null,
            },
      cost: null,
      valid: true,
      doubts: [],
    };
  });
  return benchRunSchema.parse({
    schema: 'seekstack/bench-run@1',
    manifest: {
      schema: 'seekstack/bench-manifest@1',
      generator: { name: 'seekstack', version: '0.0.0' },
      name: truth.name ?? 'chat',
      startedAt: '2026-11-29T10:00:00Z',
      endpoint: { url: 'http://127.0.0.1:8000/v1', api: 'chat', keyVariable: null },
      model: workload.model,
      plan: { name: 'plan.json', sha256: truth.planDigest ?? '0'.repeat(64), optionId: option.id },
      deployment: {
        engine: option.engine,
        machine: option.machine.id,
        accelerator: option.machine.accelerator,
        accelerators: option.accelerators,
        replicas: deployment.fleet.replicas,
        region: null,
        label: null,
      },
      targets: {
        percentile: workload.percentile,
        ttftSeconds: workload.ttftTargetSeconds,
        tpotSeconds: workload.tpotTargetSeconds,
        endToEndSeconds: null,
      },
      points: points.map((each) => each.point),
      search: null,
      trace: null,
      dayShape: null,
      lengths: { ...workload.lengths, maximumTokens: null, cacheHitRatio: 0, from: 'plan' },
      prompts: { tokenizer: 'deepseek', tokenizerFile: null, templateTokens: null, salt: 1 },
      output: { control: 'exact', chunkUsage: false, extraBody: {} },
      phases: { warmUpLeastSeconds: 10, warmUpMostSeconds: 60, measureSeconds: 600, measureRequests: 0, drainSeconds: 60 },
      requestTimeoutSeconds: 600,
      seed,
      price: null,
      meter: null,
      client: { nodeVersion: '20.20.2', cores: 2 },
    },
    complete: true,
    missing: [],
    requests: { all: counted * points.length, replaced: 0 },
    points,
    search: null,
    valid: true,
    holds: true,
    doubts: [],
    seconds: 600,
    usd: null,
  });
}
