// The controllers a cluster needs before it serves: charts at pinned versions, each with its values in a file.
// In: a deployment document. Out: files of values, and a script that is the same words for every deployment.
import { stringify } from 'yaml';
import type { Deployment } from '../../documents/deployment.ts';
import { GPU_RESOURCES, SERVER_LABEL } from './manifest.ts';
import { replicaBounds } from './scaling.ts';
import { keepsOnLocalDisks, storageClassName } from './storage.ts';
import { fabricClaim } from './surroundings.ts';

type Operator = Deployment['operators'][number];

const METRICS_RETENTION = '30d';
const METRICS_DISK = '50Gi';
const SCALE_IN_AFTER = '15m';
const CLUSTER_NODES = { 'seekstack.dev/pool': 'system' };

/** Files under `kubernetes/`; none where no cluster is needed. */
export function operatorFiles(deployment: Deployment): Map<string, string> {
  const wanted = deployment.operators.filter((each) => isNeeded(deployment, each));
  if (wanted.length === 0) return new Map();
  return new Map([
    ...wanted.map((each): [string, string] => [`operators/${each.id}.yaml`, stringify(valuesOf(deployment, each))]),
    // On Azure the program of the cluster's inside installs them.
    ...(deployment.provider === 'azure' ? [] : ([['install-operators.sh', installScript(deployment, wanted)]] as const)),
  ]);
}

function isNeeded(deployment: Deployment, { id }: Operator): boolean {
  if (id === 'fabric') return Object.keys(fabricClaim(deployment).resources).length > 0;
  if (id === 'local-disks') return keepsOnLocalDisks(deployment);
  if (id === 'accelerators') return deployment.machine.accelerator?.vendor === 'nvidia';
  if (id !== 'keda' && id !== 'node-autoscaler') return true;
  return deployment.pools.some((pool) => {
    const { minimum, maximum } = replicaBounds(deployment, pool);
    return minimum < maximum;
  });
}

function valuesOf(deployment: Deployment, { id }: Operator): Record<string, unknown> {
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
      return {
        grafana: { sidecar: { dashboards: { searchNamespace: 'ALL' } } },
        prometheus: {
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
          },
        },
      };
    case 'accelerators':
      if (provider === 'azure') return azureAccelerators(deployment);
      // The chart's own affinity asks for labels that only another operator sets.
      return { ...onDevices, affinity: null };
    case 'fabric':
      if (provider === 'azure') return FEATURE_DISCOVERY;
      return {
        supportedInstanceLabels: { keys: ['node.kubernetes.io/instance-type'], values: [machine.type] },
        tolerations: onDevices.tolerations,
      };
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

/** Which adapters and accelerators a node has, found out on those of pools that serve only. */
const FEATURE_DISCOVERY = {
  nfd: { enabled: true, deployNodeFeatureRules: true },
  'node-feature-discovery': {
    worker: {
      nodeSelector: { 'kubernetes.azure.com/mode': 'user' },
      tolerations: [{ key: GPU_RESOURCES.nvidia, operator: 'Exists', effect: 'NoSchedule' }],
    },
  },
};

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

/** Every word in it is a letter, a digit or one of `:/.-`: the document's schema lets nothing else through. */
function installScript({ provider }: Deployment, operators: readonly Operator[]): string {
  const line = ({ id, repository, chart, version, namespace }: Operator) =>
    [
      `helm upgrade --install ${id}`,
      repository.startsWith('oci://') ? `${repository}/${chart}` : `${chart} --repo ${repository}`,
      `--version ${version} --namespace ${namespace} --create-namespace --wait`,
      `--values "$here/operators/${id}.yaml"`,
      ...(id === 'load-balancer' ? ['--set "vpcId=$NETWORK_ID"'] : []),
    ].join(' \\\n  ');
  return [
    '#!/usr/bin/env bash',
    '# Installs the controllers this deployment needs, at the versions it was checked with. Running it again changes nothing.',
    'set -euo pipefail',
    'here=$(cd "$(dirname "$0")" && pwd)',
    ...(provider === 'aws' ? ['# Written by "npm run stack-env" from the outputs of the stacks.', '. "$here/stack.env"'] : []),
    ...operators.map(line),
    '',
  ].join('\n');
}
