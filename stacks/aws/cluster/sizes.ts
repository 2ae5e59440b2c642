// Figures that the stack builds, and that documents are checked against before it does.

/** A control plane lies in two zones at least, and each further one costs a set of private endpoints. */
export const CLUSTER_ZONES = 2;
/** Sixteen addresses hold the NAT gateway of a zone. */
export const OUTWARD_PREFIX_BITS = 28;
/** What the bill counts as nodes of the cluster itself. */
export const SYSTEM_NODES = { count: 2, machineType: 'm7i.large', diskGibibytes: 50 } as const;
/** Addresses a node keeps ready for pods. The default keeps a whole interface's worth, dozens on a large machine. */
export const POD_ADDRESSES = { leastPerNode: 16, spare: 4 } as const;
