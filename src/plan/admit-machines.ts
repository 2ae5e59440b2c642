// Admission: machines that may be used at all, and why the others may not: place, rack power, cooling.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { PlanRejected } from '../documents/plan.ts';
import { listMachines, type Machine } from '../search/machines.ts';
import { nodeWatts } from './fleet-power.ts';
import { rejectMachine } from './reject.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** Machines that may be used at all, and why the others may not: place, rack, cooling. */
export function admitMachines(catalog: Catalog, workload: ResolvedWorkload): { machines: Machine[]; rejected: PlanRejected[] } {
  const machines: Machine[] = [];
  const rejected: PlanRejected[] = [];
  const { site } = workload;
  for (const machine of listMachines(catalog)) {
    if (workload.machines !== null && !workload.machines.includes(machine.id)) continue;
    if (machine.provider !== 'onprem') {
      if (workload.onPremises === 'required')
        rejected.push(rejectMachine(machine, 'placement', 'the workload must run on premises'));
      else if (workload.noRegionReason !== null) rejected.push(rejectMachine(machine, 'placement', workload.noRegionReason));
      else machines.push(machine);
      continue;
    }
    const watts = nodeWatts(machine, catalog);
    const cooling = 'server' in machine.row ? machine.row.server.cooling : 'air';
    if (workload.onPremises === 'excluded')
      rejected.push(rejectMachine(machine, 'placement', 'the workload may not run on premises'));
    else if (!site.allowed) rejected.push(rejectMachine(machine, 'placement', `data may not be kept in ${site.country}`));
    else if (
      'server' in machine.row &&
      machine.row.server.soldIn !== undefined &&
      !machine.row.server.soldIn.includes(site.country)
    )
      rejected.push(rejectMachine(machine, 'placement', `it is sold in ${machine.row.server.soldIn.join(', ')} only`));
    else if (watts > site.rackLimitWatts)
      rejected.push(
        rejectMachine(
          machine,
          'rack-power',
          `one server draws up to ${(watts / 1000).toFixed(1)} kW, a rack may draw ${(site.rackLimitWatts / 1000).toFixed(1)} kW`,
          { needed: watts, got: site.rackLimitWatts, unit: 'watts' },
        ),
      );
    else if (cooling === 'liquid' && site.cooling === 'air')
      rejected.push(rejectMachine(machine, 'cooling', 'it must be cooled by liquid, the hall is cooled by air'));
    else machines.push(machine);
  }
  return { machines, rejected };
}
