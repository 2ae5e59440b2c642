// Energy and carbon of the compared options: where a month's kilowatt-hours go, and what they emit.
// In: options. Out: kWh by boundary, CO2e, joules a token, watts of a node by phase.
import type { PlanOption } from '../documents/plan.ts';
import { nameMachine } from '../render/plan-rows.ts';

export interface EnergyRow {
  readonly optionId: string;
  readonly provider: PlanOption['provider'];
  readonly label: string;
  /** Accelerator boards; the rest of the nodes up to the wall; cooling and losses up to the facility's meter. */
  readonly boardKilowattHoursPerMonth: number;
  readonly restOfNodeKilowattHoursPerMonth: number;
  readonly facilityKilowattHoursPerMonth: number;
  readonly kilowattHoursPerMonth: number;
  readonly pueRatio: number;
  readonly kilogramsCo2ePerMonth: number | null;
  readonly gramsCo2ePerKilowattHour: number | null;
  readonly gridZone: string | null;
  readonly joulesPerOutputToken: number;
  readonly basis: PlanOption['energy']['basis'];
  readonly nodePhaseWatts: PlanOption['energy']['nodePhaseWatts'];
}

export interface EnergyData {
  readonly rows: readonly EnergyRow[];
}

/** @returns null where nothing is compared */
export function energyData(compared: readonly PlanOption[]): EnergyData | null {
  if (compared.length === 0) return null;
  return {
    rows: compared.map((option) => {
      const { energy } = option;
      const share = (watts: number) =>
        energy.facilityWatts === 0 ? 0 : (energy.kilowattHoursPerMonth * watts) / energy.facilityWatts;
      return {
        optionId: option.id,
        provider: option.provider,
        label: `${option.nodes} × ${nameMachine(option)}`,
        boardKilowattHoursPerMonth: share(energy.boardWatts),
        restOfNodeKilowattHoursPerMonth: share(energy.wallWatts - energy.boardWatts),
        facilityKilowattHoursPerMonth: share(energy.facilityWatts - energy.wallWatts),
        kilowattHoursPerMonth: energy.kilowattHoursPerMonth,
        pueRatio: energy.pueRatio,
        kilogramsCo2ePerMonth: energy.kilogramsCo2ePerMonth,
        gramsCo2ePerKilowattHour: energy.gramsCo2ePerKilowattHour,
        gridZone: energy.gridZone,
        joulesPerOutputToken: energy.joulesPerOutputToken,
        basis: energy.basis,
        nodePhaseWatts: energy.nodePhaseWatts,
      };
    }),
  };
}
