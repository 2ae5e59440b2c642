// Roofline: time of work bounded by memory, by arithmetic and by links.
// In: bytes, operations, rates. Out: seconds. Nothing here knows a model or an accelerator.

/**
 * Time of a kernel that must both move bytes and do operations.
 * The root of the sum of squares bends smoothly from one bound to the other, as measured matrix products do;
 * it is never below either bound and at most 41 % above the larger one.
 */
export function kernelSeconds(memorySeconds: number, computeSeconds: number): number {
  return Math.sqrt(memorySeconds * memorySeconds + computeSeconds * computeSeconds);
}

/** Rates of the wires between the ranks of a group, efficiency included. */
export interface Wire {
  readonly latencySeconds: number;
  readonly bytesPerSecond: number;
}

/** Ring all-reduce of one buffer over `ranks`: latency and 2·(n−1)/n times the bytes. */
export function allReduceSeconds(ranks: number, bytes: number, wire: Wire): number {
  if (ranks <= 1) return 0;
  return wire.latencySeconds + (2 * (ranks - 1) * bytes) / (ranks * wire.bytesPerSecond);
}

/** Each rank sends `bytes` in all, of which the share for the other ranks crosses the wire. */
export function allToAllSeconds(ranks: number, bytes: number, wire: Wire): number {
  if (ranks <= 1) return 0;
  return wire.latencySeconds + ((ranks - 1) * bytes) / (ranks * wire.bytesPerSecond);
}

/**
 * Share of the routed experts of a layer that at least one of `tokens` chooses, choices taken as independent and even.
 * @source 1 − (1 − k/E)^T; at 100 tokens of DeepSeek-V3 (8 of 256) it is 96 %
 */
export function touchedExpertShare(experts: number, expertsPerToken: number, tokens: number): number {
  if (experts === 0) return 0;
  return 1 - (1 - expertsPerToken / experts) ** tokens;
}

/**
 * Experts touched on the busiest of `ranks` when `touched` are spread over them evenly on average.
 * @source mean plus √(2·mean·ln ranks), the usual bound on the fullest of many bins; never more than a rank holds
 */
export function busiestRankExperts(touched: number, held: number, ranks: number): number {
  const mean = touched / ranks;
  if (ranks <= 1) return mean;
  return Math.min(held, mean + Math.sqrt(2 * mean * Math.log(ranks)));
}
