// Faults of what the two Azure programs register for a cluster, and the rule each is found by.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { type Recording, recordingSchema } from '../../src/documents/recording.ts';
import { kubernetesFiles } from '../../src/emit/kubernetes/files.ts';
import { checkDeclarations, checkRecording } from '../../src/verify/azure/check-recording.ts';
import { countAzureBill } from '../../src/verify/azure/count-cost.ts';
import {
  amdCluster,
  disaggregatedCluster,
  reservationGroup,
  spanningCluster,
  spotCluster,
} from '../stacks/azure/cluster-fixture.ts';
import type { Fault } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings are JSON without a type, and the assertions are the check
type Json = any;

export interface RecordedCluster {
  readonly recording: Json;
  readonly document: Json;
  readonly objects: Json;
}

const root = join(import.meta.dirname, '..', '..');
const wide = spanningCluster();

export const AZURE_CLUSTER_VARIANTS: Readonly<Record<string, Deployment>> = {
  spanning: wide,
  apart: disaggregatedCluster(),
  spot: spotCluster(),
  reserved: deploymentSchema.parse({
    ...wide,
    fleet: { ...wide.fleet, minimumNodes: 4, maximumNodes: 4, reservation: { id: reservationGroup, endsAt: null } },
  }),
  benchmark: { ...wide, purpose: 'benchmark', timeToLiveHours: 8 },
  amd: amdCluster(),
};

/** Runs both built programs through the SDK's entry point over a written project, as a user's `verify` does. */
export function recordClusterOf(draft: Deployment): RecordedCluster {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-aks-'));
  try {
    const document = deploymentSchema.parse(draft);
    const files = new Map([...kubernetesFiles(document), ['deployment.json', JSON.stringify(document)]]);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const program = join(root, 'dist', 'stacks', 'azure', 'record', 'main.js');
    const run = spawnSync(process.execPath, [program, join(folder, 'deployment.json')], {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    });
    if (run.status !== 0) throw new Error(run.stderr);
    const recording: Recording = recordingSchema.parse(JSON.parse(run.stdout));
    const objects = [...files]
      .filter(([path]) => /^kubernetes\/\d[^/]*\.yaml$/.test(path))
      .map(([file, text]) => ({ file, content: parse(text) as Json }));
    return { recording, document, objects };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function rulesBrokenInAzureCluster({ recording, document, objects }: RecordedCluster): string[] {
  const offered = (machine: string, region: string) =>
    [wide.machine.type, amdCluster().machine.type].includes(machine)
      ? region === wide.placement.region
      : machine === 'Standard_ND96isr_H200_v5'
        ? false
        : null;
  const checked = { document, recording, offered, objects };
  const { findings } = countAzureBill(recording, document);
  // The fixture's bill is a line in words; what it pays for is tried with real plans.
  const bill = findings.filter((each) => !each.expected.startsWith('none: no line'));
  return [...checkDeclarations(checked), ...checkRecording(checked).findings, ...bill].map((each) => each.rule);
}

const all = (s: RecordedCluster, type: string): Json[] =>
  s.recording.registrations.filter(
    (each: Json) => each.type === (type.startsWith('kubernetes:') ? type : `azure-native:${type}`),
  );
const the = (s: RecordedCluster, type: string, name?: string): Json => {
  const found = all(s, type).find((each) => name === undefined || each.name === name);
  if (found === undefined) throw new Error(`no ${type} ${name ?? ''}`);
  return found;
};
const cluster = (s: RecordedCluster): Json => the(s, 'containerservice:ManagedCluster').inputs;
const pool = (s: RecordedCluster): Json => the(s, 'containerservice:AgentPool').inputs;
const role = (s: RecordedCluster, name: string): Json => the(s, 'authorization:RoleAssignment', name).inputs;
const drop = (s: RecordedCluster, type: string, name?: string) => {
  const { registrations } = s.recording;
  registrations.splice(registrations.indexOf(the(s, type, name)), 1);
};
const engines = (s: RecordedCluster): Json => the(s, 'kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet');
const release = (s: RecordedCluster, name: string): Json => the(s, 'kubernetes:helm.sh/v3:Release', name);
const provider = (s: RecordedCluster): Json =>
  s.recording.registrations.find((each: Json) => each.type === 'pulumi:providers:kubernetes').inputs;

export const AZURE_CLUSTER_FAULTS: readonly Fault<RecordedCluster>[] = [
  ['no cluster', 'spanning', 'one-cluster', (s) => drop(s, 'containerservice:ManagedCluster')],
  ['a tier without an agreement', 'spanning', 'one-cluster', (s) => (cluster(s).sku.tier = 'Free')],
  [
    'a public API server',
    'spanning',
    'private-api-server',
    (s) => (cluster(s).apiServerAccessProfile.enablePrivateCluster = false),
  ],
  [
    'a public name of the API server',
    'spanning',
    'private-api-server',
    (s) => delete cluster(s).apiServerAccessProfile.enablePrivateClusterPublicFQDN,
  ],
  [
    'commands through Azure’s own door',
    'spanning',
    'private-api-server',
    (s) => (cluster(s).apiServerAccessProfile.disableRunCommand = false),
  ],
  ['local accounts', 'spanning', 'cluster-access', (s) => (cluster(s).disableLocalAccounts = false)],
  ['rights by a map in the cluster', 'spanning', 'cluster-access', (s) => (cluster(s).aadProfile.enableAzureRBAC = false)],
  [
    'a cluster that nobody may run',
    'spanning',
    'cluster-access',
    (s) => {
      drop(s, 'authorization:RoleAssignment', 'people-run-cluster');
      drop(s, 'authorization:RoleAssignment', 'people-reach-cluster');
    },
  ],
  [
    'pods without identities',
    'spanning',
    'workload-identity',
    (s) => (cluster(s).securityProfile.workloadIdentity.enabled = false),
  ],
  ['no issuer of tokens', 'spanning', 'workload-identity', (s) => delete cluster(s).oidcIssuerProfile],
  [
    'an identity for any pod of a namespace',
    'spanning',
    'workload-identity',
    (s) =>
      (the(s, 'managedidentity:FederatedIdentityCredential', 'engine-account').inputs.subject =
        'system:serviceaccount:wide:default'),
  ],
  [
    'an identity for another namespace',
    'spanning',
    'workload-identity',
    (s) =>
      (the(s, 'managedidentity:FederatedIdentityCredential', 'gateway-account').inputs.subject =
        'system:serviceaccount:kube-system:wide-gateway'),
  ],
  [
    'all weights of an account',
    'spanning',
    'roles-on-one-resource',
    (s) => (role(s, 'engine-reads-weights').scope = '/recorded/weights-account'),
  ],
  [
    'every secret of the vault',
    'spanning',
    'roles-on-one-resource',
    (s) => (role(s, 'engine-reads-key').scope = '/recorded/vault'),
  ],
  [
    'every registry of the group',
    'spanning',
    'roles-on-one-resource',
    (s) => (role(s, 'kubelet-pulls-images').scope = '/recorded/group'),
  ],
  [
    'the whole network',
    'spanning',
    'roles-on-one-resource',
    (s) => (role(s, 'control-plane-joins-subnet').scope = '/recorded/network'),
  ],
  [
    'nodes that pull nothing',
    'spanning',
    'roles-on-one-resource',
    (s) => drop(s, 'authorization:RoleAssignment', 'kubelet-pulls-images'),
  ],
  [
    'rights over a subscription',
    'spanning',
    'least-privilege',
    (s) => (role(s, 'control-plane-reaches-vault').scope = '/subscriptions/0'),
  ],
  [
    'people with rights on the vault',
    'spanning',
    'least-privilege',
    (s) => (role(s, 'control-plane-reaches-vault').principalType = 'Group'),
  ],
  ['a way out by the balancer', 'spanning', 'cluster-network', (s) => (cluster(s).networkProfile.outboundType = 'loadBalancer')],
  ['no policies between pods', 'spanning', 'cluster-network', (s) => delete cluster(s).networkProfile.networkPolicy],
  ['a subnet without a way out', 'spanning', 'cluster-network', (s) => delete the(s, 'network:Subnet').inputs.natGateway],
  [
    'a cluster open to somebody',
    'spanning',
    'closed-network',
    (s) => the(s, 'network:NetworkSecurityGroup').inputs.securityRules[0].sourceAddressPrefixes.push('203.0.113.0/24'),
  ],
  [
    'callers at any port',
    'spanning',
    'closed-network',
    (s) => (the(s, 'network:NetworkSecurityGroup').inputs.securityRules[0].destinationPortRange = '*'),
  ],
  [
    'no denial of the rest',
    'spanning',
    'closed-network',
    (s) => the(s, 'network:NetworkSecurityGroup').inputs.securityRules.pop(),
  ],
  ['disks under Azure’s key', 'spanning', 'encrypted-with-own-key', (s) => delete cluster(s).diskEncryptionSetID],
  [
    'secrets of the cluster in clear',
    'spanning',
    'encrypted-with-own-key',
    (s) => delete cluster(s).securityProfile.azureKeyVaultKms,
  ],
  ['a cluster that grows old', 'spanning', 'kept-current', (s) => (cluster(s).autoUpgradeProfile.upgradeChannel = 'none')],
  ['upgrades at any hour', 'spanning', 'kept-current', (s) => drop(s, 'containerservice:MaintenanceConfiguration')],
  ['no audit log', 'spanning', 'control-plane-logs', (s) => the(s, 'monitor:DiagnosticSetting').inputs.logs.splice(1, 1)],
  [
    'a cluster that a slip takes along',
    'spanning',
    'protected',
    (s) => (the(s, 'containerservice:ManagedCluster').protect = false),
  ],
  ['a key that a slip takes along', 'spanning', 'protected', (s) => (the(s, 'keyvault:Key').protect = false)],
  [
    'reserved machines that a slip lets go',
    'reserved',
    'protected',
    (s) => (the(s, 'containerservice:AgentPool').protect = false),
  ],
  ['no pool for a pool', 'apart', 'one-pool-one-fabric', (s) => (pool(s).agentPoolName = 'serve')],
  [
    'a pool over two agent pools',
    'spanning',
    'one-pool-one-fabric',
    (s) => s.recording.registrations.push(structuredClone(the(s, 'containerservice:AgentPool'))),
  ],
  ['a fabric over two zones', 'spanning', 'one-pool-one-fabric', (s) => (pool(s).availabilityZones = ['1', '2'])],
  ['another zone than planned', 'spanning', 'one-pool-one-fabric', (s) => (pool(s).availabilityZones = ['3'])],
  ['half a replica', 'spanning', 'pool-size', (s) => (pool(s).count = 3)],
  ['a higher ceiling than planned', 'spanning', 'pool-size', (s) => (pool(s).maxCount = 60)],
  ['minimum above maximum', 'spanning', 'pool-size', (s) => (pool(s).minCount = 8)],
  ['autoscaling that nobody planned', 'reserved', 'pool-size', (s) => (pool(s).enableAutoScaling = true)],
  ['accelerators for half the ranks', 'spanning', 'accelerators-fill-replicas', (s) => (pool(s).count = 2)],
  ['another size', 'spanning', 'vm-size', (s) => (pool(s).vmSize = 'Standard_ND96isr_H200_v5')],
  ['a size that nobody sells', 'spanning', 'vm-size', (s) => (pool(s).vmSize = 'Standard_ND97')],
  [
    'pools within the cluster',
    'spanning',
    'system-pool-alone',
    (s) => cluster(s).agentPoolProfiles.push({ ...cluster(s).agentPoolProfiles[0], name: 'more', mode: 'User' }),
  ],
  ['one system node', 'spanning', 'system-pool-alone', (s) => (cluster(s).agentPoolProfiles[0].count = 1)],
  [
    'accelerators for the system',
    'spanning',
    'system-pool-alone',
    (s) => (cluster(s).agentPoolProfiles[0].vmSize = 'Standard_ND96isr_H100_v5'),
  ],
  ['public nodes', 'spanning', 'no-node-address', (s) => (pool(s).enableNodePublicIP = true)],
  ['caches in clear on the host', 'spanning', 'no-node-address', (s) => (pool(s).enableEncryptionAtHost = false)],
  ['accelerators for anybody', 'spanning', 'accelerators-kept-free', (s) => delete pool(s).nodeTaints],
  [
    'a taint that keeps nobody off',
    'spanning',
    'accelerators-kept-free',
    (s) => (pool(s).nodeTaints = ['nvidia.com/gpu=present:PreferNoSchedule']),
  ],
  ['nodes that pods do not find', 'spanning', 'labels-for-pods', (s) => delete pool(s).nodeLabels['seekstack.dev/server']],
  ['spot for a replica of several', 'spanning', 'bought-as-planned', (s) => (pool(s).scaleSetPriority = 'Spot')],
  ['regular for what was planned as spot', 'spot', 'bought-as-planned', (s) => (pool(s).scaleSetPriority = 'Regular')],
  ['evicted nodes whose disks are paid for', 'spot', 'bought-as-planned', (s) => (pool(s).scaleSetEvictionPolicy = 'Deallocate')],
  ['a reservation left unused', 'reserved', 'bought-as-planned', (s) => delete pool(s).capacityReservationGroupID],
  ['no feature for the fabric', 'spanning', 'infiniband-first', (s) => drop(s, 'features:SubscriptionFeatureRegistration')],
  [
    'nodes before their feature',
    'spanning',
    'infiniband-first',
    (s) =>
      (the(s, 'containerservice:AgentPool').dependencies = the(s, 'containerservice:AgentPool').dependencies.filter(
        (each: string) => !each.endsWith('::infiniband'),
      )),
  ],
  ['two drivers on one node', 'spanning', 'infiniband-first', (s) => (pool(s).gpuProfile.driver = 'Install')],
  ['no room for images', 'spanning', 'disk-of-nodes', (s) => (pool(s).osDiskSizeGB = 30)],
  ['nodes before their budget', 'spanning', 'guards-first', (s) => (the(s, 'containerservice:AgentPool').dependencies = [])],
  [
    'a cluster before what ends it',
    'benchmark',
    'guards-first',
    (s) =>
      (the(s, 'containerservice:ManagedCluster').dependencies = the(s, 'containerservice:ManagedCluster').dependencies.filter(
        (each: string) => !each.endsWith('::reaper'),
      )),
  ],
  ['a benchmark that stays', 'benchmark', 'time-to-live', (s) => drop(s, 'logic:Workflow')],
  ['a pool of another plan', 'spanning', 'tagged', (s) => (pool(s).tags = { ...pool(s).tags, 'seekstack-plan': 'other' })],
  [
    'a vault on the internet',
    'spanning',
    'closed-stores',
    (s) => (the(s, 'keyvault:Vault').inputs.properties.publicNetworkAccess = 'Enabled'),
  ],
  [
    'a certificate in clear',
    'spanning',
    'secrets-stay-secret',
    (s) => (the(s, 'keyvault:Secret', 'endpoint-certificate').inputs.properties.value = 'pem'),
  ],
  ['no values for the manifests', 'spanning', 'outputs', (s) => delete s.recording.outputs.stackValues],
  ['an object that is not registered', 'spanning', 'every-object-registered', (s) => drop(s, 'kubernetes:core/v1:Namespace')],
  [
    'an object that was not emitted',
    'spanning',
    'every-object-registered',
    (s) => {
      const copy = structuredClone(the(s, 'kubernetes:core/v1:Namespace'));
      copy.inputs.metadata.name = 'more';
      s.recording.registrations.push(copy);
    },
  ],
  [
    'a place left unfilled',
    'spanning',
    'objects-as-emitted',
    (s) =>
      (the(s, 'kubernetes:storage.k8s.io/v1:StorageClass', 'StorageClass/wide-encrypted').inputs.parameters.diskEncryptionSetID =
        'from stack.env'),
  ],
  [
    'an object unlike the emitted one',
    'spanning',
    'objects-as-emitted',
    (s) => (engines(s).inputs.spec.leaderWorkerTemplate.leaderTemplate.spec.containers[0].args[3] = '4'),
  ],
  ['the newest operator', 'spanning', 'operators-pinned', (s) => delete release(s, 'fabric').inputs.version],
  [
    'an operator from elsewhere',
    'spanning',
    'operators-pinned',
    (s) => (release(s, 'accelerators').inputs.repositoryOpts.repo = 'https://charts.invalid'),
  ],
  [
    'groups without their operator',
    'spanning',
    'operators-pinned',
    (s) => drop(s, 'kubernetes:helm.sh/v3:Release', 'leader-worker-set'),
  ],
  [
    'engines before the check of the fabric',
    'spanning',
    'stages-in-order',
    (s) => (engines(s).dependencies = engines(s).dependencies.filter((each: string) => !each.includes('Job/wide-fabric'))),
  ],
  [
    'engines before an operator',
    'spanning',
    'stages-in-order',
    (s) => (engines(s).dependencies = engines(s).dependencies.filter((each: string) => !each.endsWith('::accelerators'))),
  ],
  [
    'a check before its policy',
    'spanning',
    'stages-in-order',
    (s) => {
      const job = the(s, 'kubernetes:batch/v1:Job', 'Job/wide-fabric');
      job.dependencies = job.dependencies.filter((each: string) => !each.includes('NicClusterPolicy'));
    },
  ],
  ['a kubeconfig in clear', 'spanning', 'reached-with-a-login', (s) => (provider(s).kubeconfig = provider(s).kubeconfig.secret)],
  [
    'a kubeconfig with a token',
    'spanning',
    'reached-with-a-login',
    (s) => (provider(s).kubeconfig.secret = provider(s).kubeconfig.secret.replace('"exec"', '"token":"t0ken","exec"')),
  ],
  ['an object in another cluster', 'spanning', 'reached-with-a-login', (s) => (engines(s).provider = '')],
  [
    'a misspelt property',
    'spanning',
    'declared-inputs',
    (s) =>
      s.recording.problems.push({
        urn: the(s, 'containerservice:AgentPool').urn,
        field: 'osSKUU',
        got: 'a property nobody knows',
        expected: 'osSKU',
      }),
  ],
];
