// Values of the charts that a cluster's controllers are installed from.
// In: a deployment document and one of its operators. Out: values as data; what differs from the chart's own defaults.
import type { Deployment } from '../../documents/deployment.ts';
import { installsDriver } from './accelerator-driver.ts';
import { GPU_RESOURCES, SERVER_LABEL } from './manifest.ts';
import { isKeptByAzure, remoteWriteValues } from './remote-write.ts';
import { storageClassName } from './storage.ts';
import { fabricClaim } from './surroundings.ts';

export type Operator = Deployment['operators'][number];

const METRICS_RETENTION = '30d';
const METRICS_DISK = '50Gi';
const SCALE_IN_AFTER = '15m';
const CLUSTER_NODES = { 'seekstack.dev/pool': 'system' };

export function valuesOf(deployment: Deployment, { id }: Operator): Record<string, unknown> {
  const { name, placement, machine, provider } = deployment;
  const onDevices = {
    nodeSelector: { [SERVER_LABEL]: machine.type },
    tolerations: [{ key: GPU_RESOURCES[machine.accelerator?.vendor ?? 'nvidia'], operator: 'Exists', effect: 'NoSchedule' }],
  };
  switch (id) {
    case 'leader-worker-set':
      return { replicaCount: 2 };
    case 'keda':
      return { operator: { replicaCount: 2 } };
    case 'prometheus':
      return prometheusValues(deployment);
    case 'accelerators':
      if (installsDriver(deployment)) return amdAccelerators(deployment);
      if (provider === 'azure') return azureAccelerators(deployment);
      // The chart's own affinity asks for labels that only another operator sets.
      return { ...onDevices, affinity: null };
    case 'fabric':
      if (provider === 'azure') return featureDiscovery(onDevices.tolerations);
      return {
        supportedInstanceLabels: { keys: ['node.kubernetes.io/instance-type'], values: [machine.type] },
        tolerations: onDevices.tolerations,
      };
    case 'certificates':
      return { crds: { enabled: true } };
    case 'local-disks':
      return { daemonset: onDevices };
    case 'load-balancer':
      return {
        clusterName: name,
        region: placement.region,
        replicaCount: 2,
        serviceAccount: { name: 'aws-load-balancer-controller' },
        nodeSelector: CLUSTER_NODES,
      };
    case 'node-autoscaler':
      return {
        autoDiscovery: { clusterName: name },
        awsRegion: placement.region,
        rbac: { serviceAccount: { name: 'cluster-autoscaler' } },
        nodeSelector: CLUSTER_NODES,
        extraArgs: { 'scale-down-unneeded-time': SCALE_IN_AFTER, 'skip-nodes-with-local-storage': false },
      };
  }
}

/**
 * What it keeps is what replicas are scaled by. On Azure the managed service has rules, alerts and page: the chart's own
 * would tell nobody, and show the same in a second place.
 */
function prometheusValues(deployment: Deployment): Record<string, unknown> {
  const { provider } = deployment;
  const off = { enabled: false };
  const { serviceAccount, prometheusSpec } = isKeptByAzure(deployment)
    ? remoteWriteValues(deployment)
    : { serviceAccount: null, prometheusSpec: {} };
  return {
    ...(provider === 'azure'
      ? { grafana: off, alertmanager: off, defaultRules: { create: false } }
      : { grafana: { sidecar: { dashboards: { searchNamespace: 'ALL' } } } }),
    prometheus: {
      ...(serviceAccount === null ? {} : { serviceAccount }),
      prometheusSpec: {
        // Scrapes and rules of all namespaces, not of this chart's own release only.
        podMonitorSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
        retention: METRICS_RETENTION,
        storageSpec: {
          volumeClaimTemplate: {
            spec: {
              ...(provider === 'onprem' ? {} : { storageClassName: storageClassName(deployment) }),
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: METRICS_DISK } },
            },
          },
        },
        ...prometheusSpec,
      },
    },
  };
}

/** Which adapters and accelerators a node has, found out on those of pools that serve only. */
function featureDiscovery(tolerations: readonly unknown[]): Record<string, unknown> {
  return {
    nfd: { enabled: true, deployNodeFeatureRules: true },
    'node-feature-discovery': {
      worker: { nodeSelector: { 'kubernetes.azure.com/mode': 'user' }, tolerations: [...tolerations] },
    },
  };
}

/**
 * Between machines on InfiniBand the operator brings the driver, which must be built beside that of the adapters; elsewhere
 * the node image has it. Counters come from a daemon set of the deployment's own.
 * @source https://github.com/Azure/aks-rdma-infiniband (configs/values/gpu-operator)
 */
function azureAccelerators(deployment: Deployment): Record<string, unknown> {
  const fabric = Object.keys(fabricClaim(deployment).resources).length > 0;
  const off = { enabled: false };
  return {
    nfd: { enabled: !fabric },
    driver: fabric ? { enabled: true, rdma: { enabled: true } } : off,
    toolkit: { enabled: fabric },
    dcgmExporter: off,
    migManager: off,
    vgpuDeviceManager: off,
    vfioManager: off,
    sandboxDevicePlugin: off,
  };
}

/** The plug-in as Azure has tried it on these machines. @source https://github.com/Azure/AgentBaker (e2e, AMD scenario) */
const AMD_DEVICE_PLUGIN =
  'docker.io/rocm/k8s-device-plugin@sha256:e4df5dc9a7fa34e2344852256dcc5762171a6d68f1f9a34026ce26786ae335e2';
/** What the discovery of features calls accelerators that a virtual machine is given. */
const AMD_NODES = { 'feature.node.kubernetes.io/amd-gpu': null, 'feature.node.kubernetes.io/amd-vgpu': 'true' };

/**
 * The operator hands devices out; the driver is put on nodes by a daemon set of the deployment's own, since the operator
 * would keep one it built in a registry that it needs a password for. Its controller wants the definitions of the part that
 * would build it all the same.
 * @source https://github.com/Azure/aks-rdma-infiniband (configs/values/amd-gpu-operator, configs/amd-device-config),
 *   https://learn.microsoft.com/azure/aks/use-amd-gpus
 */
function amdAccelerators(deployment: Deployment): Record<string, unknown> {
  const tolerations = [{ key: GPU_RESOURCES.amd, operator: 'Exists', effect: 'NoSchedule' }];
  const fabric = Object.keys(fabricClaim(deployment).resources).length > 0;
  const off = { enabled: false };
  return {
    // The operator of the fabric brings one already.
    'node-feature-discovery': fabric ? off : { enabled: true, worker: { tolerations } },
    kmm: { enabled: true },
    remediation: off,
    deviceConfig: {
      spec: {
        selector: AMD_NODES,
        driver: { enable: false, blacklist: false },
        devicePlugin: {
          devicePluginImage: AMD_DEVICE_PLUGIN,
          devicePluginTolerations: tolerations,
          enableNodeLabeller: false,
        },
        metricsExporter: { enable: false },
        testRunner: { enable: false },
        configManager: { enable: false },
      },
    },
  };
}
