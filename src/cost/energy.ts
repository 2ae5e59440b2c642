// Energy: power at the wall as a function of load, and what follows for a month.
// Three boundaries are kept apart: accelerator boards, server wall, facility (wall × PUE).
import type { Facility } from '../documents/catalog/sites.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR, WATTS_PER_KILOWATT } from '../units.ts';

export interface EnergyInput {
  readonly nodes: number;
  /** Most one node draws at the wall, watts. */
  readonly nodeMaximumWatts: number;
  /** Mean load over the load of the fleet's capacity, 0–1. */
  readonly meanUtilisation: number;
  readonly pue: number;
  readonly facility: Pick<Facility, 'servingPowerShare' | 'idlePowerShare'>;
  /** Null where no grid factor is known. */
  readonly gramsCo2ePerKilowattHour: number | null;
  readonly outputTokensPerMonth: number;
}

export interface Energy {
  /** Mean draw of the fleet at the servers' wall. */
  readonly wallWatts: number;
  /** Mean draw of the fleet at the facility's meter. */
  readonly facilityWatts: number;
  readonly kilowattHoursPerMonth: number;
  readonly joulesPerOutputToken: number;
  readonly kilogramsCo2ePerMonth: number | null;
}

/**
 * Mean power between idle and serving in proportion to load: P = Pmax · (idle + (serving − idle) · u).
 * @source shares of nameplate in catalogs/facility.yaml
 */
export function computeEnergy(input: EnergyInput): Energy {
  const { facility } = input;
  const idle = facility.idlePowerShare.ratio;
  const share = idle + (facility.servingPowerShare.ratio - idle) * Math.min(1, Math.max(0, input.meanUtilisation));
  const wallWatts = input.nodes * input.nodeMaximumWatts * share;
  const facilityWatts = wallWatts * input.pue;
  const kilowattHoursPerMonth = (facilityWatts / WATTS_PER_KILOWATT) * HOURS_PER_MONTH;
  return {
    wallWatts,
    facilityWatts,
    kilowattHoursPerMonth,
    joulesPerOutputToken: (facilityWatts * HOURS_PER_MONTH * SECONDS_PER_HOUR) / input.outputTokensPerMonth,
    kilogramsCo2ePerMonth:
      input.gramsCo2ePerKilowattHour === null ? null : (kilowattHoursPerMonth * input.gramsCo2ePerKilowattHour) / 1000,
  };
}

/** Most a node draws at the wall when its maker states no figure: boards at full power, and the host. */
export function estimateNodeWatts(boardWatts: number, accelerators: number, facility: Pick<Facility, 'hostPower'>): number {
  return boardWatts * accelerators + facility.hostPower.watts;
}
