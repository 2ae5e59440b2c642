// Operations of an option: zones, cold start, scaling through the week, upgrades, growth, quota.
import type { Operations } from '../documents/catalog/sites.ts';
import type { PlanOption } from '../documents/plan.ts';
import { spreadOverZones } from '../fleet/availability.ts';
import { requestQuota } from '../fleet/quota.ts';
import { planUpgrade, type ScalingInput, scheduleScaling } from '../fleet/scaling.ts';
import type { Sizing } from '../search/size-candidate.ts';
import type { Offer } from './offer.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** What runs when, where and at whose leave. */
export function describeOperations(
  sizing: Sizing,
  offer: Offer,
  workload: ResolvedWorkload,
  operations: Operations,
): PlanOption['operations'] {
  const { load } = offer;
  const { machine } = sizing.candidate.stack;
  const replicas = sizing.replicas + load.spareReplicas;
  const input: ScalingInput = {
    week: workload.week,
    peakReplicas: sizing.peakReplicas,
    spareReplicas: load.spareReplicas,
    coldStartSeconds: load.coldStart.totalSeconds,
  };
  const scaling = scheduleScaling(input);
  // Prefill workers follow in proportion, since both pools see the same requests.
  const nodesAt = (count: number) => Math.ceil((load.nodes * count) / replicas - 1e-9);
  const elastic = offer.purchase === 'on-demand' || offer.purchase === 'spot';
  const compute = offer.lines.find((line) => line.id === 'compute')?.usdPerMonth ?? 0;
  const usdPerNodeMonth = load.billedNodes === 0 ? 0 : compute / load.billedNodes;
  return {
    upRatio: load.upRatio,
    placement: spreadOverZones(replicas, offer.zones),
    coldStart: load.coldStart,
    scaling: {
      minimumNodes: nodesAt(scaling.minimumReplicas),
      maximumNodes: nodesAt(scaling.maximumReplicas),
      dayNodes: scaling.dayReplicas.map(nodesAt),
      scaleOutUtilisation: scaling.scaleOutUtilisation,
      scaleInUtilisation: scaling.scaleInUtilisation,
      usdPerMonth: elastic
        ? {
            atMinimum: usdPerNodeMonth * nodesAt(scaling.minimumReplicas),
            followingDemand: usdPerNodeMonth * ((load.nodes * scaling.meanReplicas) / replicas),
            atMaximum: usdPerNodeMonth * nodesAt(scaling.maximumReplicas),
          }
        : null,
    },
    upgrade: planUpgrade(input, replicas, operations.drain.seconds),
    growth: load.growth.map((step) => ({ ...step })),
    quota:
      machine.provider === 'onprem' || !('instance' in machine.row)
        ? null
        : requestQuota(
            machine.provider,
            (offer.purchase === 'spot' ? machine.row.instance.spotQuota : machine.row.instance.quota) ?? null,
            offer.region,
            machine.vcpus,
            load.nodes,
          ),
  };
}
