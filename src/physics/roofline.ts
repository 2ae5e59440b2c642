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

/** A kind of kernel on one accelerator: what the smallest takes, and the rates it reaches. */
export interface KernelRate {
  readonly launchSeconds: number;
  readonly bytesPerSecond: number;
  readonly flopPerSecond: number;
}

/** Time of `launches` kernels that together move bytes and do operations. */
export function launchedSeconds(rate: KernelRate, launches: number, bytes: number, flop: number): number {
  return launches * rate.launchSeconds + kernelSeconds(bytes / rate.bytesPerSecond, flop / rate.flopPerSecond);
}

/** Rates of the wires between the ranks of a group, efficiency included. */
export interface Wire {
  readonly latencySeconds: number;
  readonly bytesPerSecond: number;
}

/** All-reduce of one buffer over `ranks`: latency and 2·(n−1)/n times the bytes. */
export function allReduceSeconds(ranks: number, bytes: number, wire: Wire): number {
  if (ranks <= 1) return 0;
  return wire.latencySeconds + (2 * (ranks - 1) * bytes) / (ranks * wire.bytesPerSecond);
}

/** Tokens sent to the ranks of their experts and back; `bytes` is what one rank sends and receives in all. */
export function exchangeSeconds(ranks: number, bytes: number, wire: Wire): number {
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
 * Experts touched on the busiest of `ranks` when `touched` are spread over them, choices as a power law spreads them.
 * Between the mean (all touched) and about half as many again (few touched), growing with the logarithm of the ranks.
 */
export function busiestRankExperts(experts: number, touched: number, ranks: number): number {
  if (ranks <= 1) return touched;
  const untouchedShare = 1 - touched / experts;
  return Math.min(experts, touched * (1 + (untouchedShare * Math.log2(ranks)) / 6)) / ranks;
}

/** Tokens on the busiest rank over the mean: `atEight` beyond one at eight ranks, reached as tokens grow past a few dozen. */
export function busiestRankTokens(atEight: number, tokens: number, ranks: number): number {
  if (ranks <= 1) return 1;
  return 1 + (atEight * Math.log2(ranks) * tokens) / (3 * (tokens + 64));
}
