// Rules about the scale set: size, place, number, how it is bought, what its nodes are told at boot.
import { suppliedImages } from '../../documents/deployment.ts';
import { type AzureRule, bootFilesOf, type Json, list, ofType } from './rule.ts';

const GIB_BYTES = 2 ** 30;
const WEIGHTS_ROOM = 1.2;
const SCALE_SET = 'compute:VirtualMachineScaleSet';

export const AZURE_MACHINE_RULES: readonly AzureRule[] = [
  {
    name: 'one-scale-set',
    tier: 'single-node',
    check: ({ recording }, report) => {
      const sets = ofType(recording, SCALE_SET);
      if (sets.length !== 1) report(null, `${sets.length} scale sets`, 'one: machines that share a fabric are in one');
      for (const set of sets)
        if (set.inputs.orchestrationMode !== 'Flexible') report(set, set.inputs.orchestrationMode, 'Flexible');
    },
  },
  {
    name: 'vm-size',
    check: ({ recording, document, offered }, report) => {
      for (const set of ofType(recording, SCALE_SET)) {
        const size = (set.inputs.sku as Json)?.name;
        if (size !== document.machine.type) report(set, size, `${document.machine.type}, the machine of the plan`);
        const region = String(set.inputs.location);
        const known = offered(String(size), region);
        if (known === null) report(set, size, 'a size of the catalogue', 'correct the size, or add it to the catalogue');
        else if (!known) report(set, `${size} in ${region}`, 'a region where it is offered', 'plan again with another region');
      }
    },
  },
  {
    name: 'placed-as-planned',
    check: ({ recording, document: { placement } }, report) => {
      // Zones of names belong to no region.
      for (const { inputs, name } of recording.registrations)
        if (typeof inputs.location === 'string' && inputs.location !== placement.region && inputs.location !== 'Global')
          report(recording.registrations.find((each) => each.name === name) ?? null, inputs.location, placement.region);
      for (const set of ofType(recording, SCALE_SET)) {
        const zones = list(set.inputs.zones).map(String);
        if (zones.join() !== placement.zones.join()) report(set, zones.join(', '), `zones ${placement.zones.join(', ')}`);
      }
    },
  },
  {
    name: 'group-size',
    check: ({ recording, document: { fleet } }, report) => {
      for (const set of ofType(recording, SCALE_SET)) {
        const capacity = Number((set.inputs.sku as Json)?.capacity);
        if (capacity !== fleet.nodes) report(set, `${capacity} nodes`, `${fleet.nodes} as planned`);
        if (capacity > fleet.maximumNodes) report(set, `${capacity} nodes`, `at most ${fleet.maximumNodes}`);
      }
    },
  },
  {
    name: 'ranks-fill-machines',
    check: ({ document: { pools, machine } }, report) => {
      for (const { role, layout, nodesPerReplica } of pools) {
        const ranks = layout.tensorParallel * layout.pipelineParallel * layout.dataParallel;
        const accelerators = (machine.accelerator?.count ?? 1) * nodesPerReplica;
        if (ranks !== accelerators) report(null, `${role}: ${ranks} ranks`, `${accelerators}, one an accelerator`);
      }
    },
  },
  {
    name: 'bought-as-planned',
    check: ({ recording, document: { fleet } }, report) => {
      const wanted = fleet.purchase === 'spot' ? 'Spot' : 'Regular';
      for (const set of ofType(recording, SCALE_SET)) {
        const profile = set.inputs.virtualMachineProfile as Json;
        if (profile?.priority !== wanted) report(set, profile?.priority, wanted);
        if (wanted === 'Spot' && profile?.evictionPolicy !== 'Delete')
          report(set, profile?.evictionPolicy, 'Delete: the disk of an evicted node is paid for');
      }
    },
  },
  {
    name: 'disk-room',
    check: ({ recording, document: { model, machine } }, report) => {
      for (const set of ofType(recording, SCALE_SET)) {
        const storage = (set.inputs.virtualMachineProfile as Json)?.storageProfile ?? {};
        const data = list(storage.dataDisks).reduce((sum, each) => sum + Number(each.diskSizeGB ?? 0) * GIB_BYTES, 0);
        const root = Number(storage.osDisk?.diskSizeGB ?? 0) * GIB_BYTES;
        const bytes = data > 0 ? data : machine.localDiskBytes > 0 ? machine.localDiskBytes : root;
        if (bytes < model.weightBytes * WEIGHTS_ROOM)
          report(
            set,
            `${Math.round(bytes / 1e9)} GB`,
            `${Math.ceil((model.weightBytes * WEIGHTS_ROOM) / 1e9)} GB: the weights × ${WEIGHTS_ROOM}`,
            'enlarge disk.weightsBytes',
          );
      }
    },
  },
  {
    name: 'image-pinned',
    check: ({ recording, document }, report) => {
      const [engine] = suppliedImages(document);
      for (const set of ofType(recording, SCALE_SET)) {
        const { version, id } = (set.inputs.virtualMachineProfile as Json)?.storageProfile?.imageReference ?? {};
        const pinned = /^\d+(\.\d+)+$/.test(String(version)) || /\/versions\/\d+(\.\d+)+$/.test(String(id));
        if (!pinned) report(set, version ?? id, 'one version of the machine image');
        if (!new RegExp(`"[\\w.]+/seekstack${engine?.suffix ?? ''}"`).test(engineUnit(set)))
          report(set, 'another container image', `${engine?.source}, from the registry of the deployment`);
        const told = bootFilesOf(set).get('/etc/seekstack/supplies.json') ?? '{}';
        for (const { role, suffix } of suppliedImages(document))
          if (!list(JSON.parse(told).images).includes(`seekstack${suffix}`))
            report(set, `no image for ${role}`, `seekstack${suffix}`);
      }
      for (const seed of ofType(recording, 'containerinstance:ContainerGroup'))
        for (const { image } of list(seed.inputs.containers))
          if (!/@sha256:[0-9a-f]{64}$/.test(String(image))) report(seed, image, 'an image by digest');
    },
  },
  {
    name: 'reserved-as-planned',
    check: ({ recording, document: { fleet } }, report) => {
      for (const set of ofType(recording, SCALE_SET)) {
        const group = (set.inputs.virtualMachineProfile as Json)?.capacityReservation?.capacityReservationGroup?.id;
        if (group !== fleet.reservation?.id) report(set, group, fleet.reservation?.id ?? 'no reservation');
        if (group !== undefined && list(set.inputs.zones).length !== 1)
          report(set, `zones ${list(set.inputs.zones).join(', ')}`, 'the zone of the reservation');
      }
    },
  },
  {
    name: 'quota-known',
    check: ({ document: { fleet, machine } }, report) => {
      const vcpus = machine.vcpus * fleet.nodes;
      if (fleet.quota === null) report(null, 'no quota family', `the family of ${machine.type}`);
      else if (fleet.quota.vcpus < vcpus)
        report(null, `${fleet.quota.vcpus} vCPUs of ${fleet.quota.code}`, `${vcpus}, for all nodes`);
    },
  },
  {
    name: 'shared-memory',
    check: ({ recording, document: { engine } }, report) => {
      for (const set of ofType(recording, SCALE_SET)) {
        const [, bytes = '0'] = /"--shm-size"[\s\\]+"(\d+)b"/.exec(engineUnit(set)) ?? [];
        if (Number(bytes) < engine.sharedMemoryBytes)
          report(set, `${bytes} bytes`, `${engine.sharedMemoryBytes} bytes for the collectives`);
      }
    },
  },
  {
    name: 'arguments-as-planned',
    check: ({ recording, document: { pools, engine } }, report) => {
      // An engine that takes its key as an argument has it last: the flag, and a value that systemd fills in on the node.
      const key = typeof engine.apiKey?.argument === 'string' ? [engine.apiKey.argument] : [];
      for (const set of ofType(recording, SCALE_SET)) {
        const words = [...engineUnit(set).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => unquote(word));
        const wanted = [...(pools[0]?.args ?? []), ...key];
        const start = words.length - key.length - wanted.length;
        const differs = wanted.findIndex((word, index) => words[start + index] !== word);
        if (start < 0 || differs >= 0)
          report(set, words[start + Math.max(0, differs)], `${wanted[Math.max(0, differs)]}, as planned`);
        if (key.length > 0 && !/^\$\{\w+\}$/.test(words.at(-1) ?? ''))
          report(set, 'a key in clear', 'a variable that the node fills in from the vault');
      }
    },
  },
  {
    name: 'start-time',
    check: ({ document: { engine } }, report) => {
      if (engine.startupSeconds < engine.readSeconds)
        report(
          null,
          `${engine.startupSeconds} s`,
          `at least ${Math.ceil(engine.readSeconds)} s, which reading the weights takes`,
        );
    },
  },
];

function engineUnit(set: Parameters<typeof bootFilesOf>[0]): string {
  return bootFilesOf(set).get('/etc/systemd/system/seekstack-engine.service') ?? '';
}

/** As systemd reads a quoted word. */
function unquote(word: string): string {
  return word.replaceAll(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$');
}
