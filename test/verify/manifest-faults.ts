// Faults of manifests, and the rule each is found by.
import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { disaggregatedDeployment, spanningDeployment } from '../stacks/aws/fixture.ts';
import { amdCluster, spanningCluster } from '../stacks/azure/cluster-fixture.ts';
import { type Json, type Manifests, object } from '../stacks/kubernetes.ts';
import type { Fault } from './stage.ts';

const onPremises: Deployment = deploymentSchema.parse({
  ...spanningDeployment(),
  provider: 'onprem',
  placement: { region: 'NO', zones: [] },
  machine: { ...spanningDeployment().machine, fabric: { kind: 'infiniband', interfaces: 8, networkCards: 8 } },
});
export const MANIFEST_VARIANTS: Record<string, Deployment> = {
  spanning: spanningDeployment(),
  apart: disaggregatedDeployment(),
  owned: onPremises,
  azure: spanningCluster(),
  amd: amdCluster(),
};

const set = (m: Manifests): Json => object(m, 'LeaderWorkerSet').spec.leaderWorkerTemplate;
const leader = (m: Manifests): Json => set(m).leaderTemplate.spec;
const engine = (m: Manifests): Json => leader(m).containers[0];
const worker = (m: Manifests): Json => set(m).workerTemplate.spec.containers[0];
const endpoint = (m: Manifests): Json => object(m, 'Service', /endpoint/);
const gateway = (m: Manifests): Json => object(m, 'ConfigMap', /gateway/).data;
const fabricPolicy = (m: Manifests): Json => object(m, 'NicClusterPolicy').spec;
const driver = (m: Manifests, what: RegExp, by: string) => {
  const { data } = object(m, 'ConfigMap', /driver/);
  data['install.sh'] = data['install.sh'].replace(what, by);
};
const AZURE_INTERNAL = 'service.beta.kubernetes.io/azure-load-balancer-internal';
const BALANCER = 'service.beta.kubernetes.io/aws-load-balancer';
const drop = (m: Manifests, kind: string, name?: RegExp) => {
  const gone = object(m, kind, name);
  const index = m.objects.findIndex(({ content }) => content === gone);
  const [{ file } = { file: '' }] = m.objects.splice(index, 1);
  m.listed.splice(m.listed.indexOf(file), 1);
};

export const MANIFEST_FAULTS: readonly Fault<Manifests>[] = [
  ['a field that no schema knows', 'spanning', 'published-schema', (m) => (engine(m).resourcs = {})],
  ['a number where a text belongs', 'spanning', 'published-schema', (m) => (engine(m).image = 7)],
  ['a restart policy that does not exist', 'spanning', 'published-schema', (m) => (set(m).restartPolicy = 'Never')],
  ['a scaler without a target', 'spanning', 'published-schema', (m) => delete object(m, 'ScaledObject').spec.scaleTargetRef],
  [
    'an older kind of group',
    'spanning',
    'published-schema',
    (m) => (object(m, 'LeaderWorkerSet').apiVersion = 'leaderworkerset.x-k8s.io/v1alpha1'),
  ],
  [
    'an alert without an expression',
    'spanning',
    'published-schema',
    (m) => delete object(m, 'PrometheusRule').spec.groups[0].rules[0].expr,
  ],
  ['a file that nobody applies', 'spanning', 'kustomization', (m) => m.listed.pop()],
  ['a file that is not there', 'spanning', 'kustomization', (m) => m.listed.push('kubernetes/999-more.yaml')],
  ['groups of another size', 'spanning', 'group-size', (m) => (set(m).size = 3)],
  ['fewer replicas than planned', 'spanning', 'group-size', (m) => (object(m, 'LeaderWorkerSet').spec.replicas = 1)],
  ['ranks that restart one by one', 'spanning', 'group-size', (m) => (set(m).restartPolicy = 'None')],
  ['a pool that is not there', 'apart', 'group-size', (m) => drop(m, 'LeaderWorkerSet', /prefill/)],
  ['half the accelerators', 'spanning', 'ranks-fill-machines', (m) => (engine(m).resources.limits['nvidia.com/gpu'] = '4')],
  ['workers without accelerators', 'apart', 'ranks-fill-machines', (m) => delete worker(m).resources.limits['nvidia.com/gpu']],
  ['no interface of the fabric', 'spanning', 'whole-machine', (m) => delete engine(m).resources.limits['vpc.amazonaws.com/efa']],
  [
    'too few interfaces of the fabric',
    'spanning',
    'whole-machine',
    (m) => (worker(m).resources.limits['vpc.amazonaws.com/efa'] = '16'),
  ],
  ['no huge pages', 'spanning', 'whole-machine', (m) => delete engine(m).resources.limits['hugepages-2Mi']],
  [
    'little shared memory',
    'spanning',
    'shared-memory',
    (m) => (leader(m).volumes.find((v: Json) => v.name === 'shared-memory').emptyDir.sizeLimit = '67108864'),
  ],
  [
    'shared memory on a disk',
    'spanning',
    'shared-memory',
    (m) => delete leader(m).volumes.find((v: Json) => v.name === 'shared-memory').emptyDir.medium,
  ],
  ['a start that is given up early', 'spanning', 'start-time', (m) => (engine(m).startupProbe.failureThreshold = 30)],
  ['a probe of another path', 'spanning', 'start-time', (m) => (engine(m).startupProbe.httpGet.path = '/')],
  [
    'another degree of parallelism',
    'spanning',
    'arguments-as-planned',
    (m) => (engine(m).args[engine(m).args.indexOf('--tensor-parallel-size') + 1] = '4'),
  ],
  [
    'a rank for all',
    'spanning',
    'arguments-as-planned',
    (m) => (worker(m).args[worker(m).args.indexOf('--node-rank') + 1] = '1'),
  ],
  ['workers that serve', 'spanning', 'arguments-as-planned', (m) => worker(m).args.pop()],
  [
    'ranks of another count',
    'apart',
    'arguments-as-planned',
    (m) => (engine(m).args[engine(m).args.indexOf('--nnodes') + 1] = '4'),
  ],
  [
    'no room for the weights',
    'spanning',
    'weights-room',
    (m) => (leader(m).volumes.find((v: Json) => v.name === 'weights').emptyDir.sizeLimit = '689000000000'),
  ],
  [
    'a claim too small for the weights',
    'owned',
    'weights-room',
    (m) => (set(m).volumeClaimTemplates[0].spec.resources.requests.storage = '1000'),
  ],
  ['an image by a tag that moves', 'spanning', 'image-pinned', (m) => (engine(m).image = 'docker.io/vllm/vllm-openai:latest')],
  [
    'a stranger beside the engine',
    'spanning',
    'image-pinned',
    (m) => leader(m).containers.push({ ...engine(m), name: 'more', image: 'docker.io/x/y:1' }),
  ],
  ['a privileged engine', 'spanning', 'confined-pods', (m) => (engine(m).securityContext.privileged = true)],
  [
    'an engine that may gain rights',
    'spanning',
    'confined-pods',
    (m) => delete engine(m).securityContext.allowPrivilegeEscalation,
  ],
  ['an engine that keeps its capabilities', 'spanning', 'confined-pods', (m) => delete engine(m).securityContext.capabilities],
  ['the right to load modules', 'owned', 'confined-pods', (m) => engine(m).securityContext.capabilities.add.push('SYS_MODULE')],
  ['the network of the host', 'spanning', 'confined-pods', (m) => (leader(m).hostNetwork = true)],
  ['a folder of the host', 'spanning', 'confined-pods', (m) => leader(m).volumes.push({ name: 'host', hostPath: { path: '/' } })],
  ['no denial', 'spanning', 'default-deny', (m) => drop(m, 'NetworkPolicy', /deny-all/)],
  ['a denial of half', 'spanning', 'default-deny', (m) => object(m, 'NetworkPolicy', /deny-all/).spec.policyTypes.pop()],
  [
    'callers from everywhere',
    'spanning',
    'no-open-door',
    (m) => (object(m, 'NetworkPolicy', /callers/).spec.ingress[0].from[0].ipBlock.cidr = '0.0.0.0/0'),
  ],
  ['a door without a name', 'spanning', 'no-open-door', (m) => delete object(m, 'NetworkPolicy', /callers/).spec.ingress[0].from],
  [
    'an endpoint on the internet',
    'spanning',
    'endpoint',
    (m) => (endpoint(m).metadata.annotations[`${BALANCER}-scheme`] = 'internet-facing'),
  ],
  [
    'a port without TLS',
    'spanning',
    'endpoint',
    (m) => endpoint(m).spec.ports.push({ name: 'plain', port: 80, targetPort: 'http' }),
  ],
  [
    'old TLS',
    'spanning',
    'endpoint',
    (m) => (endpoint(m).metadata.annotations[`${BALANCER}-ssl-negotiation-policy`] = 'ELBSecurityPolicy-2016-08'),
  ],
  ['an endpoint for everyone', 'spanning', 'endpoint', (m) => delete endpoint(m).spec.loadBalancerSourceRanges],
  ['a port on every node', 'spanning', 'endpoint', (m) => (object(m, 'Service', /^wide$/).spec.type = 'NodePort')],
  ['no endpoint', 'spanning', 'endpoint', (m) => drop(m, 'Service', /endpoint/)],
  ['no budget for disruptions', 'spanning', 'disruption-budget', (m) => drop(m, 'PodDisruptionBudget')],
  [
    'a budget of half a replica',
    'spanning',
    'disruption-budget',
    (m) => (object(m, 'PodDisruptionBudget').spec.maxUnavailable = 1),
  ],
  ['a higher ceiling than planned', 'spanning', 'scaler-bounds', (m) => (object(m, 'ScaledObject').spec.maxReplicaCount = 30)],
  ['nothing that scales', 'spanning', 'scaler-bounds', (m) => drop(m, 'ScaledObject')],
  ['no check of the fabric', 'spanning', 'checks-in-cluster', (m) => drop(m, 'Job', /fabric/)],
  ['no check of the endpoint', 'spanning', 'checks-in-cluster', (m) => drop(m, 'Job', /smoke/)],
  ['a key in a manifest', 'spanning', 'key-not-written', (m) => engine(m).env.push({ name: 'VLLM_API_KEY', value: 'secret' })],
  [
    'an object of another plan',
    'spanning',
    'ties-to-plan',
    (m) => (object(m, 'Service', /^wide$/).metadata.labels['seekstack.dev/plan'] = 'other'),
  ],
  [
    'an object in another namespace',
    'spanning',
    'ties-to-plan',
    (m) => (object(m, 'Service', /^wide$/).metadata.namespace = 'default'),
  ],
  ['a public address on Azure', 'azure', 'endpoint', (m) => delete endpoint(m).metadata.annotations[AZURE_INTERNAL]],
  ['callers past the gateway', 'azure', 'endpoint', (m) => (endpoint(m).spec.selector['app.kubernetes.io/component'] = 'engine')],
  ['callers without their address', 'azure', 'endpoint', (m) => (endpoint(m).spec.externalTrafficPolicy = 'Cluster')],
  ['an endpoint in clear on Azure', 'azure', 'endpoint', (m) => (endpoint(m).spec.ports[0].port = 80)],
  ['nothing that ends TLS', 'azure', 'tls-proxy', (m) => drop(m, 'Deployment', /gateway/)],
  ['one gateway', 'azure', 'tls-proxy', (m) => (object(m, 'Deployment', /gateway/).spec.replicas = 1)],
  [
    'a gateway in clear',
    'azure',
    'tls-proxy',
    (m) => (gateway(m)['nginx.conf'] = gateway(m)['nginx.conf'].replace('listen 8443 ssl;', 'listen 8443;')),
  ],
  [
    'an old protocol',
    'azure',
    'tls-proxy',
    (m) => (gateway(m)['nginx.conf'] = gateway(m)['nginx.conf'].replace('TLSv1.2 TLSv1.3', 'TLSv1 TLSv1.3')),
  ],
  [
    'a gateway to somewhere else',
    'azure',
    'tls-proxy',
    (m) => (gateway(m)['nginx.conf'] = gateway(m)['nginx.conf'].replace('wide.wide.svc', 'elsewhere.svc')),
  ],
  [
    'a gateway of the newest image',
    'azure',
    'image-pinned',
    (m) => (object(m, 'Deployment', /gateway/).spec.template.spec.containers[0].image = 'nginx:latest'),
  ],
  ['no adapters', 'azure', 'whole-machine', (m) => delete engine(m).resources.limits['rdma/shared_ib']],
  ['memory that moves under adapters', 'azure', 'whole-machine', (m) => delete engine(m).securityContext.capabilities.add],
  ['adapters without a driver', 'azure', 'fabric-made-ready', (m) => drop(m, 'NicClusterPolicy')],
  ['the newest driver', 'azure', 'fabric-made-ready', (m) => (fabricPolicy(m).ofedDriver.version = 'latest')],
  [
    'adapters under another name',
    'azure',
    'fabric-made-ready',
    (m) => (fabricPolicy(m).rdmaSharedDevicePlugin.config = '{"configList":[]}'),
  ],
  ['a driver kept off its nodes', 'azure', 'fabric-made-ready', (m) => (fabricPolicy(m).tolerations = [])],
  [
    'a claim too small for the weights',
    'azure',
    'weights-room',
    (m) =>
      (leader(m).volumes.find(
        (each: Json) => each.name === 'weights',
      ).ephemeral.volumeClaimTemplate.spec.resources.requests.storage = '100'),
  ],
  ['no check of the fabric on Azure', 'azure', 'checks-in-cluster', (m) => drop(m, 'Job', /fabric/)],
  ['nobody who installs the driver', 'amd', 'accelerator-driver', (m) => drop(m, 'DaemonSet', /driver/)],
  [
    'a driver on nodes of the system',
    'amd',
    'accelerator-driver',
    (m) => delete object(m, 'DaemonSet', /driver/).spec.template.spec.nodeSelector,
  ],
  ['the newest driver', 'amd', 'accelerator-driver', (m) => driver(m, /^version=.*$/m, 'version=latest')],
  ['a driver signed by anybody', 'amd', 'accelerator-driver', (m) => driver(m, /^ {2}if ! on_host gpg[\s\S]*?^ {2}fi$/m, '')],
  ['rights over the host for an engine', 'amd', 'confined-pods', (m) => (engine(m).securityContext.privileged = true)],
];
