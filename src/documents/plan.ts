// The plan document: the answer, with everything needed to check it. The spine that diff, emit, report and explain read.
// It holds no clock and no machine path: the same workload and catalogue give the same bytes.
import { z } from 'zod';
import { sourceSchema } from './fact.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const number = z.number();
const ratio = z.number();
/** A prediction with its 80 % interval, or an amount with its price range. */
const interval = z.strictObject({ typical: number, low: number, high: number });

export const constraintSchema = z.enum([
  'engine',
  'precision',
  'memory',
  'context',
  'tpot',
  'ttft',
  'prefill',
  'spans-nodes',
  'placement',
  'rack-power',
  'cooling',
  'price',
  'budget',
  'capex',
  'availability',
  'simulation',
]);

/** The one thing that binds: what it takes, what there is, in one unit. */
const bindingSchema = z.strictObject({
  constraint: constraintSchema,
  needed: number.nullable(),
  got: number.nullable(),
  unit: z.enum(['bytes', 'seconds', 'ratio', 'watts', 'usdPerMonth', 'usd', 'none']),
});

const lengthPoints = z.array(z.strictObject({ probability: ratio, tokens: number })).min(1);

const layoutSchema = z.strictObject({
  /** In the field's terms, such as TP8 or TP1·DP8·EP8. */
  name: z.string(),
  tensorParallel: z.int(),
  dataParallel: z.int(),
  expertParallel: z.int(),
  pipelineParallel: z.int(),
});

const planCostLineSchema = z.strictObject({
  id: z.string(),
  label: z.string(),
  /** Null where no price was found. */
  usdPerMonth: number.nullable(),
  low: number.nullable(),
  high: number.nullable(),
  basis: z.string(),
  sources: z.array(z.string()),
});

export const optionSchema = z.strictObject({
  id: z.string(),
  /** 1 is the winner; null where the option is not feasible. */
  rank: z.int().nullable(),
  provider: z.enum(['aws', 'azure', 'onprem']),
  feasible: z.boolean(),
  /** Why it won, lost or fell, in one sentence. */
  reason: z.string(),
  /** Set where it is not feasible. */
  binding: bindingSchema.nullable(),
  machine: z.strictObject({
    kind: z.enum(['instance', 'server']),
    id: z.string(),
    name: z.string(),
    accelerator: z.string().nullable(),
    acceleratorsPerNode: z.int(),
    processor: z.string().nullable(),
    vcpus: z.int().nullable(),
    cpuArchitecture: z.enum(['x86_64', 'arm64']),
    acceleratorVendor: z.enum(['nvidia', 'amd']).nullable(),
    acceleratorBytes: number,
    hostBytes: number.nullable(),
    localDiskBytes: number,
    quota: z.string().nullable(),
  }),
  region: z.string(),
  country: z.string(),
  zones: z.array(z.string()),
  purchase: z.enum(['on-demand', 'spot', 'commitment-1y', 'commitment-3y', 'owned']),
  checkpoint: z.strictObject({
    id: z.string(),
    precision: z.string(),
    weightFormat: z.string(),
    hfId: z.string().nullable(),
    hfInclude: z.string().nullable(),
    diskBytes: number,
    basis: z.enum(['published', 'computed']),
  }),
  engine: z.enum(['vllm', 'sglang', 'tensorrt-llm', 'llama.cpp', 'ktransformers']),
  mode: z.enum(['accelerator', 'cpu', 'hybrid']),
  kvFormat: z.string(),
  /** What the serving process is started from; null where no image is known for this hardware. */
  serving: z.strictObject({
    image: z.strictObject({ repository: z.string(), tag: z.string(), digest: z.string().nullable() }).nullable(),
    /** Arguments that follow from the model, not from the layout. */
    modelFlags: z.array(z.string()),
    memoryShare: ratio,
  }),
  /** Null without speculative decoding. */
  speculation: z.strictObject({ draftTokens: z.int(), acceptedTokens: number }).nullable(),
  layout: layoutSchema,
  nodesPerReplica: z.int(),
  replicas: z.int(),
  spareReplicas: z.int(),
  nodes: z.int(),
  accelerators: z.int(),
  /** Sequences one replica decodes at once: at the planned peak, at its capacity, and as many as it is let run. */
  batch: z.strictObject({ atPeak: z.int(), atCapacity: z.int(), limit: z.int() }),
  /** Set where some workers only prefill and `layout` and `replicas` tell of those that decode. */
  prefill: z.strictObject({ layout: layoutSchema, workers: z.int(), spareWorkers: z.int(), nodesPerWorker: z.int() }).nullable(),
  latency: z.strictObject({
    percentile: ratio,
    ttftSeconds: interval,
    tpotSeconds: interval,
    /** Whether the prediction rests on runs of this class. */
    basis: z.enum(['measured', 'interpolated', 'extrapolated']),
  }),
  capacity: z.strictObject({
    /** Fleet, within the targets. */
    requestsPerSecond: interval,
    outputTokensPerSecond: interval,
    /** Planned peak over capacity. */
    peakUtilisation: ratio,
    /** Mean load over capacity. */
    meanUtilisation: ratio,
  }),
  memory: z.strictObject({
    capacityBytes: number,
    usableBytes: number,
    weightBytes: number,
    reserveBytes: number,
    cacheBytes: number,
    hostTableBytes: number,
  }),
  /** What keeps the promise when nodes go, when load comes and goes, and what must be asked of the cloud first. */
  operations: z.strictObject({
    /** Share of the time with enough nodes up for the peak. */
    upRatio: ratio,
    /** Replicas by zone; empty where the place has none. */
    placement: z.array(z.strictObject({ zone: z.string(), replicas: z.int() })),
    coldStart: z.strictObject({
      provisionSeconds: number,
      readSeconds: number,
      warmUpSeconds: number,
      totalSeconds: number,
    }),
    scaling: z.strictObject({
      minimumNodes: z.int(),
      maximumNodes: z.int(),
      /** Nodes in each hour of a working day. */
      dayNodes: z.array(z.int()),
      /** Load over the capacity of what runs at which a replica is added, and over that of one less at which one goes. */
      scaleOutUtilisation: ratio,
      scaleInUtilisation: ratio,
      /** Compute a month at the lower bound, following the demand, and at the upper bound; null for what one owns or commits to. */
      usdPerMonth: z.strictObject({ atMinimum: number, followingDemand: number, atMaximum: number }).nullable(),
    }),
    /** One replica after the other. */
    upgrade: z.strictObject({ durationSeconds: number, hoursWithRoom: z.int(), needsOneMore: z.boolean() }),
    /** Nodes from each month of the term on. */
    growth: z.array(z.strictObject({ month: z.int(), nodes: z.int() })),
    quota: z.strictObject({ name: z.string(), vcpus: z.int(), region: z.string(), command: z.string() }).nullable(),
  }),
  /** Disks of one node: system, and a network disk for weights where local NVMe is missing or too small. */
  disk: z.strictObject({ rootBytes: number, weightsBytes: number }),
  /** Mean over the hours of a week, at three boundaries: accelerator boards, server wall, facility. */
  energy: z.strictObject({
    boardWatts: number,
    wallWatts: number,
    facilityWatts: number,
    pueRatio: ratio,
    nodeMaximumWatts: number,
    /** One node at the wall: on with nothing loaded, weights loaded and no request, in prefill, in decode at full load. */
    nodePhaseWatts: z.strictObject({ idle: number, loadedIdle: number, prefill: number, decode: number }),
    /** Whether the power curve was measured on this architecture; `nameplate`: a share of the nameplate stands in. */
    basis: z.enum(['measured', 'interpolated', 'extrapolated', 'nameplate']),
    /** Measured over predicted, 10th to 90th percentile. */
    error: z.strictObject({ low: ratio, high: ratio }),
    kilowattHoursPerMonth: number,
    megawattHoursPerYear: number,
    boardJoulesPerOutputToken: number,
    wallJoulesPerOutputToken: number,
    /** At the facility's meter. */
    joulesPerOutputToken: number,
    /** The tariff that this consumption falls under; null where the workload gives a price, and in the cloud. */
    tariff: z
      .strictObject({
        id: z.string(),
        usdPerKilowattHour: number,
        minimumMegawattHoursPerYear: number.nullable(),
        maximumMegawattHoursPerYear: number.nullable(),
      })
      .nullable(),
    kilogramsCo2ePerMonth: number.nullable(),
    gramsCo2ePerKilowattHour: number.nullable(),
    gridZone: z.string().nullable(),
    carbonMethod: z.string().nullable(),
  }),
  cost: z.strictObject({
    usdPerMonth: interval,
    usdPerHour: number,
    /** Months of the term times the month. */
    usdOverTerm: number,
    /** At the mean load, all costs over all output tokens. */
    usdPerMillionOutputTokens: interval,
    /** Paid at once; 0 in the cloud. */
    capexUsd: number,
    /** A life of the hardware at the owner's cost of capital; months are 730 hours. */
    presentValue: z.strictObject({ usd: number, months: z.int(), costOfCapitalPerYear: ratio }),
    lines: z.array(planCostLineSchema),
    capital: z.array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        quantity: number,
        usdEach: number,
        low: number,
        high: number,
        source: z.string(),
      }),
    ),
    priceAsOf: z.string(),
  }),
  /** Other places and ways to buy the same, priced, cheapest first. */
  alternatives: z.array(z.strictObject({ region: z.string(), purchase: z.string(), usdPerMonth: number })),
  /** Other layouts and engines that serve here, and what they take. */
  otherLayouts: z.array(
    z.strictObject({ engine: z.string(), layout: z.string(), nodes: z.int(), tpotSeconds: number, ttftSeconds: number }),
  ),
});

/** One machine and checkpoint that fell, with the nearest of its candidates and each other one. */
export const rejectedSchema = z.strictObject({
  provider: z.enum(['aws', 'azure', 'onprem']),
  machine: z.string(),
  checkpoint: z.string().nullable(),
  engine: z.string().nullable(),
  binding: bindingSchema,
  /** What was needed over what there was, or the other way round; 1 is just enough; null where no number tells. */
  missRatio: ratio.nullable(),
  reason: z.string(),
  candidates: z.array(z.strictObject({ layout: z.string(), nodes: z.int(), constraint: constraintSchema, missRatio: ratio })),
});

const assumptionSchema = z.strictObject({ field: z.string(), value: z.string(), source: sourceSchema });

export const planSchema = z.strictObject({
  schema: z.literal('seekstack/plan@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  /** Newest date among the facts used. */
  asOf: z.string(),
  inputs: z.strictObject({
    workload: z.strictObject({ name: z.string(), sha256 }),
    catalog: z.array(z.strictObject({ path: z.string(), sha256 })),
  }),
  name: z.string(),
  workload: z.strictObject({
    model: z.string(),
    use: z.string(),
    /** Peak rate; null where the demand is a number in flight. */
    peakRequestsPerSecond: number.nullable(),
    peakConcurrency: number.nullable(),
    meanToPeakRatio: ratio,
    /** `demand` of the plan is the peak at the end of the term. */
    growthPerYear: ratio,
    /** Shape of gamma-distributed gaps between arrivals; 1 is Poisson. */
    burstiness: ratio,
    promptMeanTokens: number,
    outputMeanTokens: number,
    thinkingMeanTokens: number,
    /** Lengths by percentile; one point is a fixed length. */
    lengths: z.strictObject({ prompt: lengthPoints, output: lengthPoints, thinking: lengthPoints }),
    cacheHitRatio: ratio,
    ttftTargetSeconds: number.nullable(),
    tpotTargetSeconds: number.nullable(),
    percentile: ratio,
    /** Confidence at which targets are met, one-sided; 0.5 takes predictions as they are. */
    confidence: ratio,
    budgetUsdPerMonth: number.nullable(),
    horizonMonths: z.int(),
    maximumTokens: z.int(),
    clients: z.array(z.string()),
    contact: z.string().nullable(),
  }),
  /** Winner and runner-up in the simulator, at the planned peak and without spares. */
  confirmation: z.array(
    z.strictObject({
      optionId: z.string(),
      role: z.enum(['winner', 'runner-up']),
      /** Requests counted, and the seed they were drawn with. */
      requests: z.int(),
      seed: z.int(),
      percentile: ratio,
      ttftSeconds: number,
      tpotSeconds: number,
      /** Simulated over predicted, less 1. */
      ttftDifference: ratio,
      tpotDifference: ratio,
      /** The same of requests a second where a number is always in flight; null where they come at their own rate. */
      throughputDifference: ratio.nullable(),
      /** Share of requests within both targets. */
      goodRatio: ratio,
      preemptions: z.int(),
      saturated: z.boolean(),
      /** Whether the targets hold in the simulator. */
      holds: z.boolean(),
      replicas: z.int(),
      /** Fewest replicas with which they do; null where half as many again do not. */
      replicasThatHold: z.int().nullable(),
    }),
  ),
  assumptions: z.array(assumptionSchema),
  warnings: z.array(z.strictObject({ id: z.string(), message: z.string() })),
  verdict: z.strictObject({
    feasible: z.boolean(),
    winner: z.string().nullable(),
    /** Best feasible option of each provider. */
    best: z.strictObject({ aws: z.string().nullable(), azure: z.string().nullable(), onprem: z.string().nullable() }),
    sentence: z.string(),
    /** Where nothing is feasible: the nearest candidate, and what to relax. */
    nearestMiss: z.strictObject({ machine: z.string(), reason: z.string(), relax: z.string() }).nullable(),
  }),
  /** Owning against renting by the hour. */
  breakEven: z
    .strictObject({
      owned: z.string(),
      rented: z.strictObject({
        machine: z.string(),
        nodes: z.int(),
        region: z.string(),
        purchase: z.string(),
        usdPerMonth: number,
      }),
      /** Share of the hours above which owning is cheaper; null where it never is. */
      utilisationShare: ratio.nullable(),
      sentence: z.string(),
    })
    .nullable(),
  /** How far one thing may move, all else held, until another machine wins; found by search. */
  flips: z.array(
    z.strictObject({
      variable: z.enum(['requestsPerSecond', 'concurrency', 'tpotSeconds', 'ttftSeconds', 'usdPerMonth']),
      from: number,
      at: number,
      factor: ratio,
      /** Machine that wins beyond; null where none serves. */
      becomes: z.string().nullable(),
      becomesName: z.string(),
    }),
  ),
  /** Two machine types side by side, where that costs less than either alone. */
  mixedFleets: z.array(
    z.strictObject({
      provider: z.enum(['aws', 'azure', 'onprem']),
      region: z.string(),
      purchase: z.string(),
      parts: z.array(z.strictObject({ optionId: z.string(), machine: z.string(), nodes: z.int() })),
      usdPerMonth: number,
      savesUsdPerMonth: number,
    }),
  ),
  /** Hosted APIs that sell the same model, as the reference line. */
  hosted: z.array(
    z.strictObject({
      seller: z.string(),
      usdPerMonth: number,
      usdPerMillionOutputTokens: number,
      inputUsdPerMillionTokens: number,
      outputUsdPerMillionTokens: number,
      source: z.string(),
    }),
  ),
  options: z.array(optionSchema),
  /** Cheapest way to each speed: no other option is both cheaper and faster. */
  pareto: z.array(
    z.strictObject({
      optionId: z.string(),
      nodes: z.int(),
      usdPerMonth: number,
      tpotSeconds: number,
      tokensPerSecondPerUser: number,
    }),
  ),
  rejected: z.array(rejectedSchema),
  search: z.strictObject({ machines: z.int(), evaluations: z.int(), offers: z.int() }),
  /** Sources of every key that appears above. */
  sources: z.record(z.string(), sourceSchema),
});

export type Plan = z.infer<typeof planSchema>;
export type PlanOption = z.infer<typeof optionSchema>;
export type PlanRejected = z.infer<typeof rejectedSchema>;
export type PlanConstraint = z.infer<typeof constraintSchema>;
export type Binding = z.infer<typeof bindingSchema>;
export type Interval = z.infer<typeof interval>;
