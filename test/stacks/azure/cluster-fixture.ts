// Deployment documents for the Kubernetes tier on Azure: replicas over two nodes, pools apart, what differs by way of buying.
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { buildGpuDeployment } from './fixture.ts';

const gibibyte = 2 ** 30;
const image = (repository: string, tag: string, digits: string) => ({ repository, tag, digest: `sha256:${digits.repeat(32)}` });
const chart = (id: Deployment['operators'][number]['id'], name: string, version: string, namespace: string) => ({
  id,
  repository: 'https://charts.example.com/stable',
  chart: name,
  version,
  namespace,
});

export const reservationGroup =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/capacity/providers/Microsoft.Compute/capacityReservationGroups/h100';

/** Two replicas of two 8×H100 nodes each, joined by InfiniBand. */
export function spanningCluster(): Deployment {
  const gpu = buildGpuDeployment();
  return deploymentSchema.parse({
    ...gpu,
    name: 'wide',
    optionId: 'azure/eastus2/Standard_ND96isr_H100_v5/x4',
    tier: 'kubernetes',
    placement: { region: 'eastus2', zones: ['1', '2'] },
    machine: {
      ...gpu.machine,
      type: 'Standard_ND96isr_H100_v5',
      memoryBytes: 1900 * gibibyte,
      accelerator: { id: 'h100-sxm', vendor: 'nvidia', count: 8, memoryBytes: 80e9 },
      fabric: { kind: 'infiniband', interfaces: 8, networkCards: 8 },
    },
    fleet: {
      ...gpu.fleet,
      nodes: 4,
      minimumNodes: 2,
      maximumNodes: 6,
      billedNodes: 4,
      quota: { code: 'standardNDSH100v5Family', vcpus: 384 },
    },
    pools: [
      {
        role: 'serve',
        replicas: 2,
        nodesPerReplica: 2,
        layout: { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 2, maxSequences: 256 },
        args: ['/weights/model', '--tensor-parallel-size', '8', '--pipeline-parallel-size', '2', '--port', '8000'],
      },
    ],
    operators: [
      chart('leader-worker-set', 'lws', '0.9.0', 'lws-system'),
      chart('keda', 'keda', '2.21.0', 'keda'),
      chart('prometheus', 'kube-prometheus-stack', '92.1.0', 'monitoring'),
      chart('local-disks', 'local-csi-driver', '0.2.9', 'kube-system'),
      chart('fabric', 'network-operator', '25.10.0', 'network-operator'),
      chart('accelerators', 'gpu-operator', '26.3.3', 'gpu-operator'),
    ],
    companions: {
      objectStoreClient: image('mcr.microsoft.com/azure-cli', '2.80.0', 'a2'),
      acceleratorMetrics: image('nvcr.io/nvidia/k8s/dcgm-exporter', '4.5.2', 'dc'),
      metricsAgent: null,
      seeder: image('mcr.microsoft.com/azurelinux/base/python', '3.12', '5e'),
      tlsProxy: image('docker.io/nginxinc/nginx-unprivileged', '1.30.5-alpine', 'e9'),
    },
  });
}

/** One prefill and one decode replica, two nodes each, under SGLang. */
export function disaggregatedCluster(): Deployment {
  const wide = spanningCluster();
  const layout = { tensorParallel: 2, dataParallel: 8, expertParallel: 16, pipelineParallel: 1, maxSequences: 512 };
  const args = (mode: string) => ['--model-path', '/weights/model', '--tp', '16', '--dp', '8', '--disaggregation-mode', mode];
  return deploymentSchema.parse({
    ...wide,
    name: 'apart',
    fleet: { ...wide.fleet, minimumNodes: 4, maximumNodes: 4 },
    pools: [
      { role: 'prefill', replicas: 1, nodesPerReplica: 2, layout, args: args('prefill') },
      { role: 'decode', replicas: 1, nodesPerReplica: 2, layout, args: args('decode') },
    ],
    engine: {
      ...wide.engine,
      id: 'sglang',
      image: image('docker.io/lmsysorg/sglang', 'v0.5.6', '5a'),
      command: ['python3', '-m', 'sglang.launch_server'],
      environment: {},
      apiKey: { variable: null, argument: '--api-key' },
    },
  });
}

/** Pools apart whose replicas are one node each, bought as spot. */
export function spotCluster(): Deployment {
  const apart = disaggregatedCluster();
  const layout = { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 1, maxSequences: 256 };
  return deploymentSchema.parse({
    ...apart,
    fleet: { ...apart.fleet, purchase: 'spot' },
    pools: apart.pools.map((pool) => ({ ...pool, replicas: 2, nodesPerReplica: 1, layout })),
  });
}

/** The same on AMD accelerators: another operator, and a driver that the node image has not. */
export function amdCluster(): Deployment {
  const wide = spanningCluster();
  return deploymentSchema.parse({
    ...wide,
    optionId: 'azure/eastus2/Standard_ND96isr_MI300X_v5/x4',
    machine: {
      ...wide.machine,
      type: 'Standard_ND96isr_MI300X_v5',
      accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 },
    },
    fleet: { ...wide.fleet, quota: { code: 'standardNDISv5MI300XFamily', vcpus: 384 } },
    operators: [
      ...wide.operators.filter((each) => each.id !== 'accelerators'),
      chart('certificates', 'cert-manager', '1.15.1', 'cert-manager'),
      chart('accelerators', 'gpu-operator-charts', '1.5.1', 'kube-amd-gpu'),
    ],
    companions: { ...wide.companions, acceleratorMetrics: null },
    engine: { ...wide.engine, image: image('docker.io/vllm/vllm-openai-rocm', 'v0.23.1', '40') },
  });
}
