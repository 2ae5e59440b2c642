// The workload of a benchmark: that of the plan, for one option of it, on capacity paid by the hour, with an end.
// In: the workload as it was written, the option, the hours to live. Out: a workload as one would have written it.
import type { PlanOption } from '../documents/plan.ts';

/** Names of stacks may be this long. */
const NAME_MOST_CHARACTERS = 32;
const SUFFIX = '-bench';

/** A name of its own, so that a benchmark never updates the deployment that serves. */
export function benchmarkName(name: string): string {
  if (name.endsWith(SUFFIX)) return name;
  return `${name.slice(0, NAME_MOST_CHARACTERS - SUFFIX.length).replace(/-+$/, '')}${SUFFIX}`;
}

/**
 * Changes what a benchmark changes, and nothing else: name, purpose, term, and where it may run.
 * @param document - a workload as it was written
 * @param timeToLiveHours - whole hours, 1 to 720
 */
export function benchmarkWorkload(
  document: Readonly<Record<string, unknown>>,
  name: string,
  option: PlanOption,
  timeToLiveHours: number,
): Record<string, unknown> {
  const section = (key: string) => (document[key] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...document,
    name: benchmarkName(name),
    // A commitment of years is not what a few hours are paid by.
    budget: { monthly: 'unlimited', term: 'none' },
    place: { ...section('place'), clouds: [option.provider], regions: [option.region], onPremises: 'excluded' },
    limits: { ...section('limits'), machines: [option.machine.id], engines: [option.engine] },
    deployment: { ...section('deployment'), purpose: 'benchmark', timeToLive: `${timeToLiveHours}h` },
  };
}
