// What differs between places a cluster can be: where weights and keys come from, and how the fabric is asked for.
// In: a deployment document. Out: a few words and objects that the manifests are made with.
import type { Deployment } from '../../documents/deployment.ts';
import { imageReference } from '../../documents/deployment.ts';

/** What a container of the engine asks for beside its accelerators, to reach other machines. */
export interface FabricClaim {
  readonly resources: Readonly<Record<string, string>>;
  /** Capabilities beyond none at all. */
  readonly capabilities: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the network plug-in in the log of the collective library: one must appear, and `NET/Socket` must not. */
  readonly logged: readonly string[];
}

/** Memory in pages of 2 MiB that the EFA provider of libfabric keeps its buffers in. */
const EFA_HUGE_PAGES = '5120Mi';

/** Values known only after a deployment, under these names in `stack.env`. */
export const STACK_CONFIG = 'stack';

/** Whether weights lie in a store of the deployment; else the engine fetches them from the hub. */
export function weightsFromBucket({ provider }: Deployment): boolean {
  return provider !== 'onprem';
}

/** How a pod gets to the fabric; nothing where none is between the machines. */
export function fabricClaim({ machine: { fabric } }: Deployment): FabricClaim {
  switch (fabric?.kind) {
    case 'efa':
      return {
        resources: { 'vpc.amazonaws.com/efa': String(fabric.interfaces), 'hugepages-2Mi': EFA_HUGE_PAGES },
        capabilities: [],
        environment: { FI_PROVIDER: 'efa', SGLANG_DISAGGREGATION_NIXL_BACKEND: 'LIBFABRIC' },
        logged: ['NET/OFI Selected provider is efa', 'Using network AWS Libfabric', 'Using network Libfabric'],
      };
    case 'infiniband':
      return {
        // One handle on all adapters of the node, as the shared device plugin of the RDMA operators hands out.
        resources: { 'rdma/shared_ib': '1' },
        // Adapters write into memory that must not be moved.
        capabilities: ['IPC_LOCK'],
        environment: { NCCL_IB_DISABLE: '0' },
        logged: ['Using network IB'],
      };
    default:
      return { resources: {}, capabilities: [], environment: {}, logged: [] };
  }
}

/** Image of a container; in a cloud `stack.env` puts the deployment's own copy in its place. */
export function engineImage({ engine }: Deployment): string {
  return imageReference(engine.image);
}
