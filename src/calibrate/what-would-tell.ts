// What would tell: the run that pins a constant down where this one did not. Words for people, by field.

const WOULD_TELL: Readonly<Record<string, string>> = {
  kernelScale: 'points from few requests in flight to many: kernels grow with the batch, time a layer does not',
  prefillScale: 'points with prompts of a few hundred tokens and of many thousand',
  perLayer: 'a point with one or two requests in flight beside one with many',
  perLayerDataParallel: 'the same load on a layout with data-parallel attention and on one without',
  perStep: 'models of different depth on the same engine; one model cannot tell it from the time a layer',
  perSequence: 'points with hundreds of requests in flight beside one with few',
  expertImbalance: 'points with hundreds of requests in flight on an expert-parallel layout',
  hostFloor: 'a point at low load with prompts of a few hundred tokens',
  prefillInterference: 'points with long prompts at low load and near saturation',
  packing: 'closed loops with short prompts and many requests in flight',
  groupOverlap: 'closed loops with many long prompts on a data-parallel layout',
  waitSteps: 'points with short prompts from low to medium load',
  waitStepsDataParallel: 'points with short prompts on a data-parallel layout and on one without',
  burstShare: 'closed loops with long prompts and many requests in flight',
  queueScale: 'a point with long prompts near the highest rate it can hold',
  'speculation.cacheReread': 'points with long contexts, with and without speculation',
  'speculation.perStep': 'points with few requests in flight, with and without speculation',
  'speculation.perSequence': 'points with many requests in flight, with and without speculation',
  'disaggregation.hostFloor': 'a point at low load with short prompts on the two pools',
  'disaggregation.transferRate': 'points at low load with prompts of a few hundred tokens and of many thousand',
  'disaggregation.groupOverlap': 'a point near the highest rate of the prefill pool, on data-parallel workers',
  'disaggregation.poolShare': 'a point near the highest rate of the prefill pool',
  'disaggregation.decodeScale': 'points from few requests in flight to many on the decode pool',
  memoryBandwidth: 'a point with one request in flight and a long answer',
  flopPerCore: 'a point with long prompts and one request in flight',
  flopPerCoreAmx: 'a point with long prompts and one request in flight',
  floor: 'watts from a low load to the highest',
  expertKernels: 'watts of a model with experts and of one without',
  otherKernels: 'watts from a low load to the highest',
  arithmetic: 'watts of a load of long prompts and of one of long answers',
  loadedIdle: 'watts at a load so low that boards wait most of the time',
};

/** What to measure for a constant; null for a field nobody has words for. */
export function whatWouldTell(field: string): string | null {
  return WOULD_TELL[field] ?? null;
}
