// Rules about the machines of either tier: type, place, how they are bought, room for the weights.
import type { Rule } from './rule.ts';
import { type Json, launchData, ofType, servingTemplates } from './template.ts';

const GIB_BYTES = 2 ** 30;
/** Weights, and room to replace them while the old ones are still there. */
const WEIGHTS_ROOM = 1.2;
export const RESTORE = 'restore the value of the deployment document, or emit the project again';

export const MACHINE_RULES: readonly Rule[] = [
  {
    name: 'instance-type',
    check: ({ resources, document }, report) => {
      for (const template of servingTemplates(resources))
        if (launchData(template).InstanceType !== document.machine.type)
          report(template, launchData(template).InstanceType, `${document.machine.type}, the machine of the plan`, RESTORE);
    },
  },
  {
    name: 'instance-offered',
    check: ({ resources, document, offered }, report) => {
      const { region } = document.placement;
      for (const template of servingTemplates(resources)) {
        const type = String(launchData(template).InstanceType);
        const known = offered(type, region);
        if (known === null)
          report(template, type, 'an instance type of the catalogue', 'correct the type, or add it to the catalogue');
        else if (!known)
          report(template, `${type} in ${region}`, 'a region where it is offered', 'plan again with another region');
      }
    },
  },
  {
    name: 'ranks-fill-machines',
    check: ({ document: { pools, machine } }, report) => {
      for (const { role, layout, nodesPerReplica } of pools) {
        const ranks = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
        const accelerators = (machine.accelerator?.count ?? 1) * nodesPerReplica;
        if (ranks !== accelerators)
          report(
            null,
            `${role}: ${ranks} ranks`,
            `${accelerators}, one an accelerator`,
            'correct layout or machine in deployment.json',
          );
      }
    },
  },
  {
    name: 'zones',
    check: ({ resources, document: { placement } }, report) => {
      for (const subnet of ofType(resources, 'AWS::EC2::Subnet'))
        if (!placement.zones.includes(subnet.properties.AvailabilityZone))
          report(subnet, subnet.properties.AvailabilityZone, `one of ${placement.zones.join(', ')}`, RESTORE);
    },
  },
  {
    name: 'reservation',
    check: ({ resources, document: { fleet, placement, tier } }, report) => {
      const wanted = fleet.reservation?.id;
      for (const template of servingTemplates(resources)) {
        const data = launchData(template);
        const target = data.CapacityReservationSpecification?.CapacityReservationTarget?.CapacityReservationId;
        if (target !== wanted) report(template, target, wanted ?? 'no reservation', RESTORE);
        if (wanted !== undefined && data.Placement?.GroupName !== undefined)
          report(template, 'a placement group', 'none: a reservation has its machines where they are', 'remove Placement');
      }
      if (wanted === undefined) return;
      for (const group of ofType(resources, 'AWS::EC2::PlacementGroup'))
        report(group, 'a placement group', 'none beside a reservation', 'remove it');
      // A control plane lies in two zones; machines of a cluster are in the first.
      if (tier === 'single-node' && placement.zones.length !== 1)
        report(null, placement.zones.join(', '), 'the one zone of the reservation', 'set placement.zones to it');
    },
  },
  {
    name: 'disk-room',
    check: ({ resources, document: { model, machine } }, report) => {
      for (const template of servingTemplates(resources)) {
        const volumes: Json[] = launchData(template).BlockDeviceMappings ?? [];
        const volumeBytes = volumes.slice(1).reduce((sum, each) => sum + Number(each.Ebs?.VolumeSize ?? 0) * GIB_BYTES, 0);
        const rootBytes = Number(volumes[0]?.Ebs?.VolumeSize ?? 0) * GIB_BYTES;
        const bytes = volumeBytes > 0 ? volumeBytes : machine.localDiskBytes > 0 ? machine.localDiskBytes : rootBytes;
        if (bytes < model.weightBytes * WEIGHTS_ROOM)
          report(
            template,
            `${Math.round(bytes / 1e9)} GB`,
            `${Math.ceil((model.weightBytes * WEIGHTS_ROOM) / 1e9)} GB: the weights × ${WEIGHTS_ROOM}`,
            'enlarge disk.weightsBytes',
          );
      }
    },
  },
];
