// Rules about the machines: type, place, number, how they are bought, what they are told at boot.
import type { Rule } from './rule.ts';
import { type Json, ofType, referenceOf, type TemplateResource } from './template.ts';

const GIB_BYTES = 2 ** 30;
/** Weights, and room to replace them while the old ones are still there. */
const WEIGHTS_ROOM = 1.2;
/** EC2 ends machines of a capacity block this long before the block's own end. */
const BLOCK_LEAVE_SECONDS = 30 * 60;
const RESTORE = 'restore the value of the deployment document, or emit the project again';

const launchData = (template: TemplateResource): Json => template.properties.LaunchTemplateData ?? {};
const groupsOf = (resources: readonly TemplateResource[]) => ofType(resources, 'AWS::AutoScaling::AutoScalingGroup');
const templatesOf = (resources: readonly TemplateResource[]) => ofType(resources, 'AWS::EC2::LaunchTemplate');

export const MACHINE_RULES: readonly Rule[] = [
  {
    name: 'instance-type',
    check: ({ resources, document }, report) => {
      for (const template of templatesOf(resources))
        if (launchData(template).InstanceType !== document.machine.type)
          report(template, launchData(template).InstanceType, `${document.machine.type}, the machine of the plan`, RESTORE);
    },
  },
  {
    name: 'instance-offered',
    check: ({ resources, document, offered }, report) => {
      const { region } = document.placement;
      for (const template of templatesOf(resources)) {
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
    name: 'group-size',
    check: ({ resources, document: { fleet } }, report) => {
      for (const group of groupsOf(resources)) {
        const { MinSize, DesiredCapacity, MaxSize } = group.properties;
        const [least, wanted, most] = [Number(MinSize), Number(DesiredCapacity), Number(MaxSize)];
        if (!(least <= wanted && wanted <= most))
          report(group, `${MinSize} ≤ ${DesiredCapacity} ≤ ${MaxSize}`, 'minimum ≤ desired ≤ maximum', RESTORE);
        else if (least !== fleet.minimumNodes || wanted !== fleet.nodes || most !== fleet.maximumNodes)
          report(
            group,
            `${least}, ${wanted}, ${most}`,
            `${fleet.minimumNodes}, ${fleet.nodes}, ${fleet.maximumNodes} as planned`,
            RESTORE,
          );
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
    check: ({ resources, document: { fleet, placement } }, report) => {
      const wanted = fleet.reservation?.id;
      for (const template of templatesOf(resources)) {
        const data = launchData(template);
        const target = data.CapacityReservationSpecification?.CapacityReservationTarget?.CapacityReservationId;
        if (target !== wanted) report(template, target, wanted ?? 'no reservation', RESTORE);
        if (wanted !== undefined && data.Placement?.GroupName !== undefined)
          report(template, 'a placement group', 'none: a reservation has its machines where they are', 'remove Placement');
      }
      if (wanted === undefined) return;
      for (const group of ofType(resources, 'AWS::EC2::PlacementGroup'))
        report(group, 'a placement group', 'none beside a reservation', 'remove it');
      if (placement.zones.length !== 1)
        report(null, placement.zones.join(', '), 'the one zone of the reservation', 'set placement.zones to it');
    },
  },
  {
    name: 'capacity-block',
    check: ({ resources, document: { fleet } }, report) => {
      const endsAt = fleet.reservation?.endsAt ?? null;
      for (const template of templatesOf(resources)) {
        const market = launchData(template).InstanceMarketOptions?.MarketType;
        const expected = endsAt !== null ? 'capacity-block' : fleet.purchase === 'spot' ? 'spot' : undefined;
        if (market !== expected) report(template, market, expected ?? 'no market option', RESTORE);
      }
      if (endsAt === null) return;
      const leaving = ofType(resources, 'AWS::AutoScaling::ScheduledAction').filter(({ properties }) => {
        const early = (Date.parse(endsAt) - Date.parse(properties.StartTime)) / 1000;
        return (
          early >= BLOCK_LEAVE_SECONDS && [properties.MinSize, properties.DesiredCapacity].every((size) => Number(size) === 0)
        );
      });
      if (leaving.length === 0)
        report(
          null,
          'no action that takes the nodes away in time',
          `one at least ${BLOCK_LEAVE_SECONDS / 60} minutes before ${endsAt}`,
          RESTORE,
        );
    },
  },
  {
    name: 'disk-room',
    check: ({ resources, document: { model, machine } }, report) => {
      for (const template of templatesOf(resources)) {
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
  {
    name: 'image-pinned',
    check: ({ resources, bootFiles }, report) => {
      const immutable = ofType(resources, 'AWS::ECR::Repository').every(
        (each) => each.properties.ImageTagMutability === 'IMMUTABLE',
      );
      for (const repository of ofType(resources, 'AWS::ECR::Repository'))
        if (!immutable) report(repository, repository.properties.ImageTagMutability, 'IMMUTABLE', RESTORE);
      for (const template of templatesOf(resources))
        for (const [path, text] of bootFiles.get(template.logicalId) ?? [])
          for (const [, reference = ''] of text.matchAll(/\$\{REPOSITORY\}([^"\s]*)/g))
            if (!/^@sha256:[0-9a-f]{64}$/.test(reference) && !(immutable && /^:[\w.-]+$/.test(reference)))
              report(template, `${path}: ${reference}`, 'an image by digest, or by a tag that cannot be moved', RESTORE);
    },
  },
  {
    name: 'shared-memory',
    check: ({ resources, bootFiles, document: { engine } }, report) => {
      if (engine.sharedMemoryBytes === 0) return;
      for (const template of templatesOf(resources)) {
        const text = engineUnit(bootFiles.get(template.logicalId));
        const bytes = Number(/--shm-size=(\d+)/.exec(text)?.[1] ?? 0);
        if (bytes < engine.sharedMemoryBytes)
          report(template, `${bytes} bytes`, `${engine.sharedMemoryBytes} bytes for the collectives`, RESTORE);
      }
    },
  },
  {
    name: 'engine-arguments',
    check: ({ resources, bootFiles, document: { pools, machine } }, report) => {
      for (const template of templatesOf(resources)) {
        const text = engineUnit(bootFiles.get(template.logicalId));
        const degree = /"(?:--tensor-parallel-size|--tp|--tp_size)" "(\d+)"/.exec(text)?.[1];
        const most = machine.accelerator?.count ?? 1;
        if (degree !== undefined && Number(degree) > most)
          report(template, `${degree} tensor-parallel ranks`, `at most the machine's ${most}`, RESTORE);
        if (machine.accelerator !== null && !text.includes('--gpus=all'))
          report(template, 'no accelerators for the container', '--gpus=all', RESTORE);
        if (pools.length === 0) report(template, 'no pool', 'one', RESTORE);
      }
    },
  },
  {
    name: 'start-time',
    check: ({ resources, document: { engine } }, report) => {
      if (engine.startupSeconds < engine.readSeconds)
        report(
          null,
          `${engine.startupSeconds} s`,
          `at least ${Math.ceil(engine.readSeconds)} s, which reading the weights takes`,
          'raise engine.startupSeconds',
        );
      for (const group of groupsOf(resources))
        if (Number(group.properties.HealthCheckGracePeriod ?? 0) < engine.startupSeconds)
          report(
            group,
            `${group.properties.HealthCheckGracePeriod} s`,
            `at least the ${engine.startupSeconds} s of a start`,
            RESTORE,
          );
    },
  },
  {
    name: 'spot-drains',
    check: ({ resources, bootFiles, document: { fleet } }, report) => {
      if (fleet.purchase !== 'spot' || fleet.reservation !== null) return;
      for (const template of templatesOf(resources))
        if (![...(bootFiles.get(template.logicalId)?.keys() ?? [])].some((path) => path.endsWith('/seekstack-drain.service')))
          report(template, 'no drain before an interruption', 'seekstack-drain.service', RESTORE);
    },
  },
  {
    name: 'group-uses-template',
    check: ({ resources }, report) => {
      const known = new Set(templatesOf(resources).map((each) => each.logicalId));
      for (const group of groupsOf(resources)) {
        const id = referenceOf(group.properties.LaunchTemplate?.LaunchTemplateId);
        if (id === null || !known.has(id)) report(group, id, 'the launch template of the stack', RESTORE);
      }
    },
  },
];

function engineUnit(files: ReadonlyMap<string, string> | undefined): string {
  return files?.get('/etc/systemd/system/seekstack-engine.service') ?? '';
}
