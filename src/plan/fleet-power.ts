// Fleet power: mean watts of a fleet over the hours of a week, from what its boards do at each hour's load.
// In: a sizing, its load, the workload, the catalogue. Out: board and wall watts of the fleet, and of a node by phase.
import { estimateNodeWatts, type FleetPower, hostWallWatts, wallWatts } from '../cost/energy.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { StepTimes } from '../physics/accelerator-step.ts';
import { compileReplicaPower, type ReplicaPower } from '../physics/replica-power.ts';
import type { Candidate } from '../search/candidates.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import type { FleetLoad } from './fleet-load.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { taskOf } from './sizing-task.ts';

/** Where boards follow nothing but their nameplate, the shares of it that a study of many nodes found. */
const NAMEPLATE_ERROR = { low: 0.57, high: 1.29 };
/** Hours of a week whose loads are this close are looked at as one. */
const LOAD_STEPS = 24;

/** Most one node draws: its nameplate, or an estimate from its boards. */
export function nodeWatts(machine: Machine, catalog: Catalog): number {
  if ('server' in machine.row && machine.row.server.maximumPower !== undefined) return machine.row.server.maximumPower.watts;
  return estimateNodeWatts(machine.accelerator?.boardPower.watts ?? 0, machine.acceleratorCount, catalog.facility);
}

/** Power of the whole fleet at the wall in each hour of the week, Monday 00:00 first; their mean is that of `fleetPowerOf`. */
export function weekWallWatts(sizing: Sizing, load: FleetLoad, workload: ResolvedWorkload, catalog: Catalog): number[] {
  const levels = loadLevels(workload);
  const wattsOf = new Map(
    levels.map(({ step, level }) => [step, fleetPowerOf(sizing, load, workload, catalog, [{ step, level, share: 1 }]).wallWatts]),
  );
  return workload.week.hours.map((hour) => wattsOf.get(stepOf(hour)) ?? 0);
}

/** Mean power of the whole fleet, spares and both pools included; nothing is switched off at night. */
export function fleetPowerOf(
  sizing: Sizing,
  load: FleetLoad,
  workload: ResolvedWorkload,
  catalog: Catalog,
  levels: readonly LoadLevel[] = loadLevels(workload),
): FleetPower {
  const { machine } = sizing.candidate.stack;
  const nodeMaximumWatts = nodeWatts(machine, catalog);
  const replicas = sizing.replicas + load.spareReplicas;
  const rateAt = (level: number) => load.peakRequestsPerSecond * level;
  const own = powerOf(sizing.candidate, workload, catalog, sizing.capacityBatch);
  if (own === null) {
    const wallAt = (utilisation: number) => hostWallWatts(nodeMaximumWatts, utilisation, catalog.facility);
    const node = meanOver(levels, (level) => wallAt(rateAt(level) / load.capacityRequestsPerSecond));
    const serving = wallAt(1);
    return {
      boardWatts: 0,
      wallWatts: node * load.nodes,
      nodeMaximumWatts,
      nodePhaseWatts: { idle: wallAt(0), loadedIdle: wallAt(0), prefill: serving, decode: serving },
      basis: 'nameplate',
      error: NAMEPLATE_ERROR,
    };
  }
  const { power, curve } = own;
  const shape = {
    maximumWatts: nodeMaximumWatts,
    accelerators: machine.acceleratorCount,
    boardMaximumWatts: machine.accelerator?.boardPower.watts ?? 0,
  };
  const wallOf = (boardWatts: number) => wallWatts(shape, boardWatts * machine.acceleratorCount, catalog.facility);
  const prefill = sizing.prefill;
  const prefillWorkers = prefill === null ? 0 : prefill.workers + load.sparePrefillWorkers;
  const prefillNodes = prefill === null ? 0 : prefillWorkers * prefill.candidate.nodesPerReplica;
  const decodeNodes = load.nodes - prefillNodes;
  const prefillPower = prefill === null ? null : powerOf(prefill.candidate, workload, catalog, 1);
  const decodeBoard = (level: number) => power.boardWatts(rateAt(level) / replicas, prefill === null ? 'both' : 'decode');
  const prefillBoard = (level: number) =>
    prefillPower === null ? 0 : prefillPower.power.boardWatts(rateAt(level) / prefillWorkers, 'prefill');
  const boards = (nodes: number, watts: (level: number) => number) => nodes * machine.acceleratorCount * meanOver(levels, watts);
  const { phases } = power;
  return {
    boardWatts: boards(decodeNodes, decodeBoard) + boards(prefillNodes, prefillBoard),
    wallWatts:
      decodeNodes * meanOver(levels, (level) => wallOf(decodeBoard(level))) +
      prefillNodes * meanOver(levels, (level) => wallOf(prefillBoard(level))),
    nodeMaximumWatts,
    nodePhaseWatts: {
      idle: wallOf(phases.idle),
      loadedIdle: wallOf(phases.loadedIdle),
      prefill: wallOf(prefillPower?.power.phases.prefill ?? phases.prefill),
      decode: wallOf(phases.decode),
    },
    basis: curve.basis,
    error: curve.error,
  };
}

/** Compiled once for each candidate and batch: every offer of a sizing asks for it again. */
const known = new WeakMap<StepTimes, Map<string, ReplicaPower | null>>();

export function powerOf(candidate: Candidate, workload: ResolvedWorkload, catalog: Catalog, largestBatch: number) {
  const { accelerator } = candidate.stack.machine;
  const curve = accelerator === null ? undefined : catalog.power(accelerator.architecture);
  if (accelerator === null || curve === undefined || candidate.steps.work === null) return null;
  const { request } = taskOf(workload);
  const key = [largestBatch, request.prefillMeanTokens, request.promptMeanTokens, request.outputMeanTokens].join(' ');
  const ofSteps = known.get(candidate.steps) ?? new Map<string, ReplicaPower | null>();
  known.set(candidate.steps, ofSteps);
  if (!ofSteps.has(key)) ofSteps.set(key, compileReplicaPower(candidate.steps, request, accelerator, curve, largestBatch));
  const power = ofSteps.get(key) ?? null;
  return power === null ? null : { power, curve };
}

export interface LoadLevel {
  /** Which of the steps that hours are gathered in. */
  readonly step: number;
  /** Load over the peak at the end of the term. */
  readonly level: number;
  readonly share: number;
}

const levelsOf = new WeakMap<ResolvedWorkload, LoadLevel[]>();

/** Hours of the week by load, scaled so that growth before the end of the term is in the mean; worked out once a workload. */
export function loadLevels(workload: ResolvedWorkload): LoadLevel[] {
  const before = levelsOf.get(workload);
  if (before !== undefined) return before;
  const levels = gatherLevels(workload);
  levelsOf.set(workload, levels);
  return levels;
}

function gatherLevels(workload: ResolvedWorkload): LoadLevel[] {
  const { hours, meanToPeakRatio } = workload.week;
  const growth = workload.meanToPeakRatio / meanToPeakRatio;
  const shares = new Map<number, { sum: number; count: number }>();
  for (const load of hours) {
    const step = stepOf(load);
    const entry = shares.get(step) ?? { sum: 0, count: 0 };
    shares.set(step, { sum: entry.sum + load, count: entry.count + 1 });
  }
  return [...shares].map(([step, { sum, count }]) => ({
    step,
    level: (sum / count) * growth,
    share: count / hours.length,
  }));
}

function stepOf(load: number): number {
  return Math.round(load * LOAD_STEPS);
}

function meanOver(levels: readonly LoadLevel[], of: (level: number) => number): number {
  return levels.reduce((sum, { level, share }) => sum + share * of(level), 0);
}
