// How nodes on InfiniBand are made ready: the driver of their adapters, and a device plugin that shares them.
// In: a deployment document. Out: the one object the network operator acts on; nothing elsewhere.
import type { Deployment } from '../../documents/deployment.ts';
import { GPU_RESOURCES, type Manifest, metadataOf } from './manifest.ts';

/**
 * Of the operator's release in the catalogue.
 * @source https://github.com/Azure/aks-rdma-infiniband (configs/nicclusterpolicy: base, rdma-shared-device-plugin)
 */
const IMAGES = {
  repository: 'nvcr.io/nvidia/mellanox',
  driver: { image: 'doca-driver', version: 'doca3.2.0-25.10-1.2.8.0-2' },
  plugin: { image: 'k8s-rdma-shared-dev-plugin', version: 'network-operator-v25.10.0' },
} as const;
/** Adapters of one maker; a node with one has this label from the discovery of features. */
const MAKER = '15b3';
/** Pods that may share the adapters of a node: one engine, and a check before it. */
const PODS_MOST = 63;

/** The operator knows one policy a cluster, by its kind. */
export function fabricPolicy(deployment: Deployment): Map<string, Manifest> {
  const { provider, machine } = deployment;
  if (provider !== 'azure' || machine.fabric?.kind !== 'infiniband') return new Map();
  const { namespace: _, ...metadata } = metadataOf(deployment, 'nic-cluster-policy', 'fabric');
  const settings = {
    configList: [
      { resourceName: 'shared_ib', rdmaHcaMax: PODS_MOST, selectors: { vendors: [MAKER], linkTypes: ['infiniband'] } },
    ],
  };
  return new Map([
    [
      'fabric-policy',
      {
        apiVersion: 'mellanox.com/v1alpha1',
        kind: 'NicClusterPolicy',
        metadata,
        spec: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchExpressions: [
                    { key: `feature.node.kubernetes.io/pci-${MAKER}.present`, operator: 'In', values: ['true'] },
                    { key: 'kubernetes.azure.com/mode', operator: 'In', values: ['user'] },
                  ],
                },
              ],
            },
          },
          tolerations: [
            { key: GPU_RESOURCES[machine.accelerator?.vendor ?? 'nvidia'], operator: 'Exists', effect: 'NoSchedule' },
          ],
          ofedDriver: {
            repository: IMAGES.repository,
            ...IMAGES.driver,
            // The list of the host, so that its own modules do not come back between two starts.
            env: [{ name: 'OFED_BLACKLIST_MODULES_FILE', value: '/host/etc/modprobe.d/blacklist-ofed-modules.conf' }],
            startupProbe: { initialDelaySeconds: 10, periodSeconds: 20 },
            livenessProbe: { initialDelaySeconds: 30, periodSeconds: 30 },
            readinessProbe: { initialDelaySeconds: 10, periodSeconds: 30 },
          },
          rdmaSharedDevicePlugin: {
            repository: IMAGES.repository,
            ...IMAGES.plugin,
            config: `${JSON.stringify(settings, null, 2)}\n`,
          },
        },
      },
    ],
  ]);
}
