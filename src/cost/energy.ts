// Energy: from mean power of boards to the wall, the facility's meter, a month, a token and a gram of CO2.
// Three boundaries are kept apart: accelerator boards, server wall, facility (wall × PUE).
import type { Facility } from '../documents/catalog/sites.ts';
import { HOURS_PER_MONTH, HOURS_PER_YEAR, SECONDS_PER_HOUR, WATTS_PER_KILOWATT } from '../units.ts';

/** What one node is made of, as far as power goes. */
export interface NodePower {
  /** Most one node draws at the wall. */
  readonly maximumWatts: number;
  readonly accelerators: number;
  /** Nameplate of one board; 0 without accelerators. */
  readonly boardMaximumWatts: number;
}

/** A host of this many accelerators is what `hostPower` was measured on. */
const ACCELERATORS_OF_A_HOST = 8;

/**
 * Watts at the wall of one node whose boards draw that much together: host power grows with the boards', since fans and
 * processors do, between the low and the high end of `hostPower`, and the sum stays below the nameplate.
 * @source catalogs/facility.yaml; an 8 × H100 node at full boards then draws 8.1 kW, measured 8.4 (Latif et al. 2025)
 */
export function wallWatts(server: NodePower, boardsWatts: number, facility: Pick<Facility, 'hostPower'>): number {
  const boardsMaximum = server.accelerators * server.boardMaximumWatts;
  const hosts = Math.max(1, Math.ceil(server.accelerators / ACCELERATORS_OF_A_HOST));
  const most = Math.min(facility.hostPower.high * hosts, Math.max(0, server.maximumWatts - boardsMaximum));
  const least = (most * facility.hostPower.low) / facility.hostPower.high;
  const busy = boardsMaximum === 0 ? 0 : Math.min(1, boardsWatts / boardsMaximum);
  return Math.min(server.maximumWatts, boardsWatts + least + (most - least) * busy);
}

/**
 * Watts at the wall of a node whose power does not follow from the work of boards: P = Pmax · (idle + (serving − idle) · u).
 * @param utilisation - load over capacity, 0–1
 * @source shares of nameplate in catalogs/facility.yaml
 */
export function hostWallWatts(
  maximumWatts: number,
  utilisation: number,
  facility: Pick<Facility, 'servingPowerShare' | 'idlePowerShare'>,
): number {
  const idle = facility.idlePowerShare.ratio;
  return maximumWatts * (idle + (facility.servingPowerShare.ratio - idle) * Math.min(1, Math.max(0, utilisation)));
}

/** Mean power of a fleet over the term. */
export interface FleetPower {
  /** Boards of all nodes; 0 without accelerators. */
  readonly boardWatts: number;
  readonly wallWatts: number;
  /** One node: most it draws, and at the wall in each phase. */
  readonly nodeMaximumWatts: number;
  readonly nodePhaseWatts: {
    readonly idle: number;
    readonly loadedIdle: number;
    readonly prefill: number;
    readonly decode: number;
  };
  /** Whether boards follow a curve that was measured on their architecture, was carried over, or nameplate shares stand in. */
  readonly basis: 'measured' | 'interpolated' | 'extrapolated' | 'nameplate';
  /** Measured over predicted, 10th to 90th percentile of what is known of such predictions. */
  readonly error: { readonly low: number; readonly high: number };
}

export interface Energy extends FleetPower {
  readonly facilityWatts: number;
  readonly pueRatio: number;
  readonly kilowattHoursPerMonth: number;
  readonly megawattHoursPerYear: number;
  /** At each boundary, over the tokens of the mean load. */
  readonly boardJoulesPerOutputToken: number;
  readonly wallJoulesPerOutputToken: number;
  readonly joulesPerOutputToken: number;
  readonly kilogramsCo2ePerMonth: number | null;
}

/** A month of a fleet at the facility's meter. */
export function computeEnergy(
  power: FleetPower,
  pueRatio: number,
  outputTokensPerMonth: number,
  gramsCo2ePerKilowattHour: number | null,
): Energy {
  const facilityWatts = power.wallWatts * pueRatio;
  const kilowattHoursPerMonth = (facilityWatts / WATTS_PER_KILOWATT) * HOURS_PER_MONTH;
  const joulesPerToken = (watts: number) => (watts * HOURS_PER_MONTH * SECONDS_PER_HOUR) / outputTokensPerMonth;
  return {
    ...power,
    facilityWatts,
    pueRatio,
    kilowattHoursPerMonth,
    megawattHoursPerYear: ((facilityWatts / WATTS_PER_KILOWATT) * HOURS_PER_YEAR) / 1000,
    boardJoulesPerOutputToken: joulesPerToken(power.boardWatts),
    wallJoulesPerOutputToken: joulesPerToken(power.wallWatts),
    joulesPerOutputToken: joulesPerToken(facilityWatts),
    kilogramsCo2ePerMonth: gramsCo2ePerKilowattHour === null ? null : (kilowattHoursPerMonth * gramsCo2ePerKilowattHour) / 1000,
  };
}

/** Most a node draws at the wall when its maker states no figure: boards at full power, and the host. */
export function estimateNodeWatts(boardWatts: number, accelerators: number, facility: Pick<Facility, 'hostPower'>): number {
  return boardWatts * accelerators + facility.hostPower.high * Math.max(1, Math.ceil(accelerators / ACCELERATORS_OF_A_HOST));
}
