// The network cards of a node that takes part in the fabric.
// In: cards and interfaces of a machine type. Out: its interfaces as a launch template wants them.
// See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html

export interface FabricCards {
  /** Interfaces of the fabric, at most one a card. */
  readonly interfaces: number;
  /** One more than interfaces where the first card carries none. */
  readonly networkCards: number;
}

export interface NetworkInterface {
  readonly NetworkCardIndex: number;
  readonly DeviceIndex: number;
  readonly InterfaceType: 'interface' | 'efa-only';
  readonly Groups: readonly string[];
  readonly DeleteOnTermination: true;
}

export interface InterfaceGroups {
  /** The cluster's own group, without which a node cannot join. */
  readonly cluster: string;
  readonly fabric: string;
}

/**
 * The first card has the node's only addresses. All others carry the fabric alone and take no address of the subnet.
 * Whether there is a public address is left to the subnet: EC2 refuses the question where interfaces are many.
 */
export function networkInterfaces({ interfaces, networkCards }: FabricCards, groups: InterfaceGroups): NetworkInterface[] {
  const fabric = (NetworkCardIndex: number, DeviceIndex: number): NetworkInterface => ({
    NetworkCardIndex,
    DeviceIndex,
    InterfaceType: 'efa-only',
    Groups: [groups.fabric],
    DeleteOnTermination: true,
  });
  const first: NetworkInterface = {
    ...fabric(0, 0),
    InterfaceType: 'interface',
    Groups: [groups.cluster, groups.fabric],
  };
  const shared = interfaces === networkCards ? [fabric(0, 1)] : [];
  return [first, ...shared, ...Array.from({ length: networkCards - 1 }, (_, index) => fabric(index + 1, 0))];
}
