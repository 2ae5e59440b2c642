// The deployment that was measured: an option's replicas, compiled as the plan compiled them, with any constants.
// In: plan, option, catalogue, replicas that were up. Out: a fleet for each set of constants.
import type { Efficiency, HostEfficiency, PowerCurve } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';
import type { PlannedFleet } from '../plan/simulate-fleet.ts';
import { rebuildFleet } from '../plan/simulate-plan.ts';
import { type Candidate, compileCandidates } from '../search/candidates.ts';

/** The speed row of a deployment: of accelerators or of a host. */
export type SpeedRow = Efficiency | HostEfficiency;

export interface Deployment {
  readonly plan: Plan;
  readonly option: PlanOption;
  /** As the catalogue has it; replicas are those that were up. */
  readonly fleet: PlannedFleet;
  readonly row: SpeedRow;
  /** Null where power does not follow work: on hosts. */
  readonly power: PowerCurve | null;
  /** The fleet with another speed row. */
  readonly fleetWith: (row: SpeedRow) => PlannedFleet;
}

/**
 * Compiles the option of a plan.
 * @param replicas - of the benchmark; those of the plan where null
 * @throws SeekstackError E_REFERENCE where the catalogue cannot compile it any more
 */
export function compileDeployment(plan: Plan, option: PlanOption, catalog: Catalog, replicas: number | null): Deployment {
  const whole = rebuildFleet(plan, option, catalog);
  if (whole.prefill !== null && replicas !== null && replicas !== whole.replicas)
    throw new SeekstackError({
      code: 'E_VALUE',
      got: `${replicas} of ${whole.replicas} decode workers`,
      expected: 'all workers of both pools, since one pool alone is not the deployment that was planned',
      fix: 'measure the whole fleet',
    });
  const fleet = { ...whole, replicas: replicas ?? whole.replicas };
  const { stack } = fleet.candidate;
  const { accelerator } = stack.machine;
  return {
    plan,
    option,
    fleet,
    row: stack.calibration.efficiency,
    power: accelerator === null || fleet.candidate.steps.work === null ? null : (catalog.power(accelerator.architecture) ?? null),
    fleetWith: (row) => ({
      ...fleet,
      candidate: recompile(fleet.candidate, row),
      prefill: fleet.prefill === null ? null : { ...fleet.prefill, candidate: recompile(fleet.prefill.candidate, row) },
    }),
  };
}

/** The same replica with another row. */
function recompile(candidate: Candidate, row: SpeedRow): Candidate {
  const { stack, nodesPerReplica, layout } = candidate;
  const { calibration } = stack;
  const changed =
    calibration.kind === 'accelerator'
      ? { ...calibration, efficiency: row as Efficiency }
      : { ...calibration, efficiency: row as HostEfficiency };
  const [found] = compileCandidates({ ...stack, calibration: changed }, nodesPerReplica, layout);
  if (found === undefined) throw new RangeError(`${stack.engine.id} has no layout ${JSON.stringify(layout)}`);
  return found;
}
