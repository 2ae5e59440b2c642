// Machines: cloud instances and servers to buy, as the search sees them.
// In: the catalogue. Out: one list with accelerators and processors resolved, so that no later step asks who sells what.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Accelerator, Fabric, Instance, Processor, Server } from '../documents/catalog/hardware.ts';

export interface Machine {
  readonly provider: 'aws' | 'azure' | 'onprem';
  readonly kind: 'instance' | 'server';
  readonly id: string;
  readonly name: string;
  readonly accelerator: Accelerator | null;
  /** 0 on a CPU-only machine. */
  readonly acceleratorCount: number;
  readonly processor: Processor | null;
  readonly sockets: number;
  /** Host memory, bytes; null where unknown. */
  readonly hostBytes: number | null;
  readonly localDiskBytes: number;
  readonly fabric: Fabric;
  readonly vcpus: number | null;
  readonly cpuArchitecture: 'x86_64' | 'arm64';
  /** The catalogue row, for cost and for emitting. */
  readonly row: { readonly instance: Instance } | { readonly server: Server };
}

/** All machines, in catalogue order. */
export function listMachines(catalog: Catalog): Machine[] {
  const instances = catalog.instances.map(
    (instance): Machine => ({
      ...slots(catalog, instance),
      provider: instance.provider,
      kind: 'instance',
      id: instance.id,
      name: instance.id,
      hostBytes: instance.memory.bytes,
      localDiskBytes: instance.localDisk.bytes,
      fabric: instance.fabric,
      vcpus: instance.vcpus,
      cpuArchitecture: instance.cpuArchitecture,
      row: { instance },
    }),
  );
  const servers = catalog.servers.map(
    (server): Machine => ({
      ...slots(catalog, server),
      provider: 'onprem',
      kind: 'server',
      id: server.id,
      name: server.name,
      hostBytes: server.memory?.bytes ?? null,
      localDiskBytes: server.localDisk?.bytes ?? 0,
      fabric: server.fabric,
      vcpus: null,
      cpuArchitecture: catalog.accelerator(server.accelerator?.id ?? '')?.formFactor === 'superchip' ? 'arm64' : 'x86_64',
      row: { server },
    }),
  );
  return [...instances, ...servers];
}

function slots(catalog: Catalog, row: Pick<Instance, 'accelerator' | 'processor'>) {
  const accelerator = row.accelerator === null ? null : (catalog.accelerator(row.accelerator.id) ?? null);
  return {
    accelerator,
    acceleratorCount: accelerator === null ? 0 : (row.accelerator?.count ?? 0),
    processor: row.processor === null ? null : (catalog.processor(row.processor.id) ?? null),
    sockets: row.processor?.sockets ?? 0,
  };
}
