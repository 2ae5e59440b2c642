// The lease of a benchmark's stack: what was asked for, until when, for how much at most, and what became of it.
// Kept beside the emitted project (.seekstack/lease.json), written before the first resource is asked for. It names no account.
import { z } from 'zod';

export const leaseSchema = z.strictObject({
  schema: z.literal('seekstack/lease@1'),
  /** Name of the stacks: `NAME`, `NAME-supplies`, … */
  name: z.string(),
  provider: z.enum(['aws', 'azure']),
  region: z.string(),
  planDigest: z.string(),
  optionId: z.string(),
  /** While the nodes stand. */
  usdPerHour: z.number(),
  timeToLiveHours: z.number(),
  maximumUsd: z.number(),
  /** When the first resource was asked for, and when the nodes were; UTC. Null until then. */
  startedAt: z.string(),
  nodesAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** `left`: taking it down failed, and something may still be paid for. */
  state: z.enum(['starting', 'up', 'ending', 'down', 'left']),
  /** Where requests go; null until it stands. */
  endpointUrl: z.string().nullable(),
  /** What the stack tells of itself; no secret is among it. */
  outputs: z.record(z.string(), z.string()),
});

export type Lease = z.infer<typeof leaseSchema>;
