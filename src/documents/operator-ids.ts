// Controllers that a cluster of a deployment may need: one list, which the catalogue and the deployment document share.
// It is copied into every emitted project with the deployment document, so it imports nothing.

/** In the order of what they are for, not of how they are installed. */
export const OPERATOR_IDS = [
  'leader-worker-set',
  'keda',
  'prometheus',
  'accelerators',
  'fabric',
  'load-balancer',
  'node-autoscaler',
  'local-disks',
  'certificates',
] as const;

export type OperatorId = (typeof OPERATOR_IDS)[number];
