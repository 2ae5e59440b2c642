// Admission: machines that may be used at all, and why the others may not: place, rack power, cooling.

import type { Catalog } from '../documents/catalog/catalog.ts';
import type { PlanRejected } from '../documents/plan.ts';
import { state } from '../language/say-statement.ts';
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
        rejected.push(rejectMachine(machine, 'placement', state('reason.onPremisesWanted')));
      else if (workload.noRegion !== null) rejected.push(rejectMachine(machine, 'placement', workload.noRegion));
      else machines.push(machine);
      continue;
    }
    const watts = nodeWatts(machine, catalog);
    const cooling = 'server' in machine.row ? machine.row.server.cooling : 'air';
    if (workload.onPremises === 'excluded') rejected.push(rejectMachine(machine, 'placement', state('reason.onPremisesRefused')));
    else if (!site.allowed)
      rejected.push(rejectMachine(machine, 'placement', state('reason.dataNotKept', { country: site.country })));
    else if (
      'server' in machine.row &&
      machine.row.server.soldIn !== undefined &&
      !machine.row.server.soldIn.includes(site.country)
    )
      rejected.push(
        rejectMachine(machine, 'placement', state('reason.soldElsewhere', { countries: machine.row.server.soldIn.join(', ') })),
      );
    else if (watts > site.rackLimitWatts)
      rejected.push(
        rejectMachine(
          machine,
          'rack-power',
          state('reason.rackPower', { needed: { watts }, got: { watts: site.rackLimitWatts } }),
          { needed: watts, got: site.rackLimitWatts, unit: 'watts' },
        ),
      );
    else if (cooling === 'liquid' && site.cooling === 'air')
      rejected.push(rejectMachine(machine, 'cooling', state('reason.liquid')));
    else machines.push(machine);
  }
  return { machines, rejected };
}
