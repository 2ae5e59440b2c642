// How an emitted stack is to be run, with what a workload leaves out filled in.
import type { Workload } from '../documents/workload.ts';

/** A working day: long enough for a benchmark, short enough to forget. */
const DEFAULT_TIME_TO_LIVE_HOURS = 8;

export interface ResolvedDeployment {
  readonly purpose: 'serving' | 'benchmark';
  /** Null for serving. */
  readonly timeToLiveHours: number | null;
  readonly reservation: {
    readonly provider: 'aws' | 'azure';
    readonly id: string;
    readonly zone: string;
    readonly endsAt: string | null;
  } | null;
  readonly certificate: string | null;
}

/** @returns serving on unreserved capacity where the workload says nothing */
export function resolveDeployment(deployment: Workload['deployment']): ResolvedDeployment {
  const purpose = deployment?.purpose ?? 'serving';
  return {
    purpose,
    timeToLiveHours: purpose === 'benchmark' ? (deployment?.timeToLive ?? DEFAULT_TIME_TO_LIVE_HOURS) : null,
    reservation:
      deployment?.reservation === undefined || deployment.zone === undefined
        ? null
        : {
            // Ids of resources on Azure are paths.
            provider: deployment.reservation.startsWith('/') ? 'azure' : 'aws',
            id: deployment.reservation,
            zone: deployment.zone,
            endsAt: deployment.reservationEnds ?? null,
          },
    certificate: deployment?.certificate ?? null,
  };
}
