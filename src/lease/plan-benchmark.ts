// Planning a benchmark: the option of a plan as it will be emitted to be measured, priced by the hour.
// In: a plan, one of its options, hours to live, a catalogue. Out: a plan with that one option; the fleet is the option's own.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { workloadSchema } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { type PinnedFleet, pinOption } from '../plan/pin-option.ts';
import { planWorkload } from '../plan/plan-workload.ts';
import { benchmarkName, benchmarkWorkload } from './benchmark-workload.ts';

export interface BenchmarkInputs {
  readonly plan: Plan;
  readonly planDigest: string;
  readonly option: PlanOption;
  readonly timeToLiveHours: number;
  readonly catalog: Catalog;
  /** Version of the planner. */
  readonly version: string;
}

/**
 * Plans the benchmark of an option: same machine, region, weights, engine, layout and number of replicas.
 * What was committed for years is paid by the hour instead; what is reserved or spot stays so.
 * @throws SeekstackError E_NOT_EMITTABLE where the option cannot be benchmarked so, E_PRICE_MISSING where the hour has no price
 */
export function planBenchmark(inputs: BenchmarkInputs): { readonly plan: Plan; readonly option: PlanOption } {
  const { plan, planDigest, option, timeToLiveHours, catalog, version } = inputs;
  const { source } = plan.inputs.workload;
  if (option.provider === 'onprem' || option.prefill !== null)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got:
        option.provider === 'onprem' ? `option ${option.id}, on machines of your own` : `option ${option.id}, with pools apart`,
      expected: 'an option on AWS or Azure whose replicas do prefill and decode alike',
      fix:
        option.provider === 'onprem'
          ? 'choose one with --provider aws or azure; what serves already is measured by "seekstack bench run --endpoint URL"'
          : 'choose another --option, or emit it with "deployment: { purpose: benchmark }" in the workload',
    });
  if (source === null)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got: 'a plan that does not carry its workload',
      expected: 'a plan that can be made again for a benchmark',
      fix: 'plan the workload again with this version, without --tariff',
    });
  const document = benchmarkWorkload(source.document, plan.name, option, timeToLiveHours);
  const workload = workloadSchema.parse(document);
  const name = benchmarkName(plan.name);
  const { trace } = source;
  const pinned = pinOption({ workload, name, catalog, trace, fleet: fleetOf(option), confirmed: false });
  if ('reason' in pinned)
    throw new SeekstackError({
      code: 'E_PRICE_MISSING',
      got: `${pinned.what}: ${pinned.reason}`,
      expected: 'a price by the hour in the region of the option',
      fix: 'choose another --option, or add the price with "seekstack catalog refresh"',
    });
  const whole = planWorkload({
    workload,
    workloadDigest: planDigest,
    fallbackName: name,
    catalog,
    version,
    source: { ...source, document },
    ...(trace === null ? {} : { trace }),
  });
  const best = { ...whole.verdict.best, [option.provider]: pinned.option.id };
  return {
    plan: { ...whole, options: [pinned.option], pareto: [], verdict: { ...whole.verdict, winner: pinned.option.id, best } },
    option: pinned.option,
  };
}

function fleetOf(option: PlanOption): PinnedFleet {
  return {
    provider: option.provider,
    machine: option.machine.id,
    region: option.region,
    purchase: option.purchase.startsWith('commitment') ? 'on-demand' : option.purchase,
    engine: option.engine,
    weightFormat: option.checkpoint.weightFormat,
    hfId: option.checkpoint.hfId ?? '',
    layout: option.layout,
    nodesPerReplica: option.nodesPerReplica,
    replicas: option.replicas + option.spareReplicas,
    spareReplicas: option.spareReplicas,
    maximumSequences: option.batch.limit,
  };
}
