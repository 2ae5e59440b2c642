// The simulation document: what a planned fleet did under simulated or replayed requests.
import { z } from 'zod';
import { warningSchema } from './statement.ts';

const number = z.number();
const percentiles = z.strictObject({
  count: z.int(),
  meanSeconds: number,
  p50Seconds: number,
  p90Seconds: number,
  p95Seconds: number,
  p99Seconds: number,
});

export const simulationSchema = z.strictObject({
  schema: z.literal('seekstack/simulation@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  inputs: z.strictObject({
    plan: z.strictObject({ name: z.string(), sha256: z.string() }),
    optionId: z.string(),
    /** Null where requests were drawn from the plan's distributions. */
    trace: z
      .strictObject({
        name: z.string(),
        format: z.string(),
        requests: z.int(),
        meanRequestsPerSecond: number,
        peakRequestsPerSecond: number,
        skipped: z.int(),
      })
      .nullable(),
    rateScale: number,
    seed: z.int(),
    /** Replicas simulated, of how many the option has. */
    replicas: z.int(),
    ofReplicas: z.int(),
    killedReplicas: z.int(),
  }),
  requests: z.int(),
  /** Simulated time that was counted. */
  seconds: number,
  saturated: z.boolean(),
  ttft: percentiles,
  tpot: percentiles,
  endToEnd: percentiles,
  requestsPerSecond: number,
  outputTokensPerSecond: number,
  /** Share of requests within both targets. */
  goodRatio: number,
  meanInFlight: number,
  preemptions: z.int(),
  refused: z.int(),
  retried: z.int(),
  prefillRatio: number,
  /** What the plan asked for and foretold. */
  plan: z.strictObject({
    percentile: number,
    ttftTargetSeconds: number.nullable(),
    tpotTargetSeconds: number.nullable(),
    ttftSeconds: number,
    tpotSeconds: number,
  }),
  holds: z.boolean(),
  warnings: z.array(warningSchema),
});

export type Simulation = z.infer<typeof simulationSchema>;
