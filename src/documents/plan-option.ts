// One option of a plan: a machine with a model on it, sized, priced and described so that it can be checked and built.
import { z } from 'zod';
import { statementSchema } from './statement.ts';

export const number = z.number();
export const ratio = z.number();
/** A prediction with its 80 % interval, or an amount with its price range. */
export const interval = z.strictObject({ typical: number, low: number, high: number });

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
export const bindingSchema = z.strictObject({
  constraint: constraintSchema,
  needed: number.nullable(),
  got: number.nullable(),
  unit: z.enum(['bytes', 'seconds', 'ratio', 'watts', 'usdPerMonth', 'usd', 'none']),
});

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
  /** Units a month and what one costs; null where the amount is not a product. */
  quantity: z.strictObject({ units: number, unit: z.string(), usdPerUnit: number }).nullable(),
  sources: z.array(z.string()),
});

export const optionSchema = z.strictObject({
  id: z.string(),
  /** 1 is the winner; null where the option is not feasible. */
  rank: z.int().nullable(),
  provider: z.enum(['aws', 'azure', 'onprem']),
  feasible: z.boolean(),
  /** Why it won, lost or fell, in one English sentence. */
  reason: z.string(),
  /** The same apart from any language; absent in files of earlier versions. */
  statement: statementSchema.optional(),
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
    /** The network between nodes; null where there is none. */
    fabric: z.strictObject({ kind: z.string(), interfaces: z.int().nullable(), networkCards: z.int().nullable() }).nullable(),
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
    /** Where the engine publishes its state, and under which names; null where it does not. */
    metrics: z
      .strictObject({
        path: z.string(),
        waitingRequests: z.string(),
        runningRequests: z.string(),
        cacheUse: z.string(),
        ttftSeconds: z.string(),
        tpotSeconds: z.string(),
        outputTokens: z.string(),
        /** Time series one rank publishes of these. */
        seriesPerRank: z.number(),
      })
      .nullable(),
    /** Containers that run beside it. */
    companions: z.array(z.strictObject({ id: z.string(), repository: z.string(), tag: z.string(), digest: z.string() })),
    /** Controllers of its cluster, as charts; none where it needs no cluster. */
    operators: z.array(
      z.strictObject({ id: z.string(), repository: z.string(), chart: z.string(), version: z.string(), namespace: z.string() }),
    ),
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
    /** Prices and intensities by the hour, weighted with the energy drawn in each; null where one price holds all week. */
    hourly: z
      .strictObject({
        name: z.string(),
        paidUsdPerKilowattHour: number,
        meanUsdPerKilowattHour: number,
        gramsCo2ePerKilowattHour: number.nullable(),
        meanGramsCo2ePerKilowattHour: number.nullable(),
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
    /** Days from the oldest price behind this option to the day of the plan's prices. */
    oldestPriceDays: z.int(),
    /** Ids of lines and capital items that rest on prices of the buyer's own. */
    own: z.array(z.string()),
  }),
  /** Other places and ways to buy the same, priced, cheapest first. */
  alternatives: z.array(z.strictObject({ region: z.string(), purchase: z.string(), usdPerMonth: number })),
  /** Other layouts and engines that serve here, and what they take. */
  otherLayouts: z.array(
    z.strictObject({ engine: z.string(), layout: z.string(), nodes: z.int(), tpotSeconds: number, ttftSeconds: number }),
  ),
});

export type PlanOption = z.infer<typeof optionSchema>;
export type PlanConstraint = z.infer<typeof constraintSchema>;
export type Binding = z.infer<typeof bindingSchema>;
export type Interval = z.infer<typeof interval>;
