// Scaling: how many replicas each hour of a week needs, when the autoscaler adds one, and between which bounds it works.
// In: the week's shape, what the peak needs, what stays as spare, how long a replica takes to start. Out: a schedule and a rule.
import type { WeekShape } from './load-shape.ts';

export interface ScalingInput {
  readonly week: WeekShape;
  /** Peak load in replicas, not rounded: 3.4 means that 4 replicas carry it. */
  readonly peakReplicas: number;
  readonly spareReplicas: number;
  readonly coldStartSeconds: number;
}

export interface Scaling {
  readonly minimumReplicas: number;
  readonly maximumReplicas: number;
  /** Mean over a week of following the demand, replicas. */
  readonly meanReplicas: number;
  /** Of a working day, by hour. */
  readonly dayReplicas: readonly number[];
  /** Load over the capacity of what runs at which one more is asked for, so that it is up in time. */
  readonly scaleOutUtilisation: number;
  /** Load over the capacity of one replica less, below which one may go. */
  readonly scaleInUtilisation: number;
  /** How much the load grows while a replica starts, at the steepest hour, as a share of the peak. */
  readonly growthWhileStarting: number;
}

const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;
/** Between scaling in and out again lies this much load, or the autoscaler would swing. */
const HYSTERESIS = 0.15;

/** Replicas are up before the hour that needs them: each hour is sized for the highest load until one more could be up. */
export function scheduleScaling({ week, peakReplicas, spareReplicas, coldStartSeconds }: ScalingInput): Scaling {
  const ahead = Math.ceil(coldStartSeconds / SECONDS_PER_HOUR);
  const { hours } = week;
  const replicasAt = (index: number) => {
    let load = 0;
    for (let step = 0; step <= ahead; step += 1) load = Math.max(load, hours[(index + step) % hours.length] ?? 0);
    return Math.max(1, Math.ceil(load * peakReplicas - ROUNDING)) + spareReplicas;
  };
  const replicas = hours.map((_, index) => replicasAt(index));
  const steepest = hours.reduce((most, load, index) => Math.max(most, (hours[(index + 1) % hours.length] ?? 0) - load), 0);
  const growthWhileStarting = steepest * (coldStartSeconds / SECONDS_PER_HOUR);
  const scaleOutUtilisation = Math.max(LOWEST_SCALE_OUT, 1 / (1 + growthWhileStarting));
  return {
    minimumReplicas: Math.min(...replicas),
    maximumReplicas: Math.max(...replicas),
    meanReplicas: replicas.reduce((sum, count) => sum + count, 0) / replicas.length,
    dayReplicas: replicas.slice(0, HOURS_PER_DAY),
    scaleOutUtilisation,
    scaleInUtilisation: scaleOutUtilisation * (1 - HYSTERESIS),
    growthWhileStarting,
  };
}

const ROUNDING = 1e-9;
/** However steep the morning, half-empty replicas are enough warning. */
const LOWEST_SCALE_OUT = 0.5;

export interface Upgrade {
  /** One replica after the other, seconds. */
  readonly durationSeconds: number;
  /** Hours of a week in which one replica may be missing. */
  readonly hoursWithRoom: number;
  /** Whether a replica must be rented or bought on top to upgrade without breaking the promise. */
  readonly needsOneMore: boolean;
}

/** A rolling upgrade: drain, start anew, next; in hours when one replica can be spared. */
export function planUpgrade(
  { week, peakReplicas, coldStartSeconds }: ScalingInput,
  replicas: number,
  drainSeconds: number,
): Upgrade {
  const each = drainSeconds + coldStartSeconds;
  const hoursWithRoom = week.hours.filter((load) => Math.ceil(load * peakReplicas - ROUNDING) <= replicas - 1).length;
  return {
    durationSeconds: replicas * each,
    hoursWithRoom,
    needsOneMore: hoursWithRoom * SECONDS_PER_HOUR < replicas * each,
  };
}
