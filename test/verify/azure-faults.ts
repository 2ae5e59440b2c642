// Faults of what the Azure program registers, and the rule each is found by.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { type Recording, recordingSchema } from '../../src/documents/recording.ts';
import { checkDeclarations, checkRecording } from '../../src/verify/azure/check-recording.ts';
import { countAzureBill } from '../../src/verify/azure/count-cost.ts';
import { ArmPackages } from '../../stacks/azure/schema/arm-packages.ts';
import { checkRegistration } from '../../stacks/azure/schema/check-registration.ts';
import { DeclaredTypes } from '../../stacks/azure/schema/declared-types.ts';
import { SecondOpinion } from '../../stacks/azure/schema/second-opinion.ts';
import { buildGpuDeployment } from '../stacks/azure/fixture.ts';
import type { Fault } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings are JSON without a type, and the assertions are the check
type Json = any;

export interface RecordedStage {
  readonly recording: Json;
  readonly document: Json;
}

const root = join(import.meta.dirname, '..', '..');
const sound = buildGpuDeployment();

export const AZURE_VARIANTS: Readonly<Record<string, Deployment>> = {
  serving: sound,
  spot: { ...sound, fleet: { ...sound.fleet, purchase: 'spot' } },
  'a key as an argument': { ...sound, engine: { ...sound.engine, apiKey: { variable: null, argument: '--api-key' } } },
  'no metrics': {
    ...sound,
    engine: { ...sound.engine, metrics: null },
    companions: { ...sound.companions, acceleratorMetrics: null },
    budget: { ...sound.budget, email: null },
  },
  benchmark: { ...sound, purpose: 'benchmark', timeToLiveHours: 8 },
  reserved: {
    ...sound,
    placement: { ...sound.placement, zones: ['1'] },
    fleet: {
      ...sound.fleet,
      reservation: {
        id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shared/providers/Microsoft.Compute/capacityReservationGroups/h200',
        endsAt: null,
      },
    },
  },
};

/** Runs the built program through the SDK's entry point, as a user's `verify` does. */
export function recordOf(draft: Deployment): Recording {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-azure-'));
  try {
    const path = join(folder, 'deployment.json');
    writeFileSync(path, JSON.stringify(deploymentSchema.parse(draft)));
    const run = spawnSync(process.execPath, [join(root, 'dist', 'stacks', 'azure', 'record', 'main.js'), path], {
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(run.stderr);
    return recordingSchema.parse(JSON.parse(run.stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const declared = new DeclaredTypes();
const packages = new ArmPackages();

/** What a recording would say of registrations that were changed after it was made. */
function recheck(recording: Json): void {
  const opinion = new SecondOpinion(packages);
  recording.problems = recording.registrations.flatMap((each: Json) => checkRegistration(each, declared, opinion));
}

export function rulesBrokenOnAzure({ recording, document }: RecordedStage): string[] {
  recheck(recording);
  const offered = (machine: string, region: string) =>
    machine === sound.machine.type ? region === sound.placement.region : null;
  const checked = { document, recording, offered };
  const { findings } = countAzureBill(recording, document);
  // The fixture's bill is a line in words; what it pays for is tried with real plans.
  const bill = findings.filter((each) => !each.expected.startsWith('none: no line'));
  return [...checkDeclarations(checked), ...checkRecording(checked).findings, ...bill].map((each) => each.rule);
}

export const the = (stage: RecordedStage, type: string): Json =>
  stage.recording.registrations.find((each: Json) => each.type === `azure-native:${type}`);
const set = (stage: RecordedStage): Json => the(stage, 'compute:VirtualMachineScaleSet').inputs;
const profile = (stage: RecordedStage): Json => set(stage).virtualMachineProfile;
const named = (stage: RecordedStage, name: string): Json =>
  stage.recording.registrations.find((each: Json) => each.name === name);
const network = (stage: RecordedStage): Json => named(stage, 'node-firewall').inputs.securityRules;
export const remove = (stage: RecordedStage, type: string) => {
  const { registrations } = stage.recording;
  registrations.splice(registrations.indexOf(the(stage, type)), 1);
};
const removeNamed = (stage: RecordedStage, name: string) => {
  const { registrations } = stage.recording;
  registrations.splice(registrations.indexOf(named(stage, name)), 1);
};
const add = (stage: RecordedStage, type: string, inputs: Json, more: Json = {}) =>
  stage.recording.registrations.push({
    ...structuredClone(the(stage, 'network:VirtualNetwork')),
    type: `azure-native:${type}`,
    name: 'added',
    urn: 'urn:added',
    inputs: { tags: the(stage, 'network:VirtualNetwork').inputs.tags, ...inputs },
    ...more,
  });
/** Changes the text of a file that nodes write at boot. */
export const boot = (stage: RecordedStage, change: (text: string) => string) => {
  const system = profile(stage).osProfile;
  const config = JSON.parse(Buffer.from(system.customData, 'base64').toString('utf8').replace('#cloud-config\n', ''));
  for (const file of config.write_files)
    file.content = Buffer.from(change(Buffer.from(file.content, 'base64').toString('utf8'))).toString('base64');
  system.customData = Buffer.from(`#cloud-config\n${JSON.stringify(config)}`).toString('base64');
};

export const AZURE_FAULTS: readonly Fault<RecordedStage>[] = [
  [
    'a second scale set',
    'serving',
    'one-scale-set',
    (s) => s.recording.registrations.push(structuredClone(the(s, 'compute:VirtualMachineScaleSet'))),
  ],
  ['no scale set', 'serving', 'one-scale-set', (s) => remove(s, 'compute:VirtualMachineScaleSet')],
  ['uniform orchestration', 'serving', 'one-scale-set', (s) => (set(s).orchestrationMode = 'Uniform')],
  ['another size', 'serving', 'vm-size', (s) => (set(s).sku.name = 'Standard_ND96isr_H100_v5')],
  ['a region without the size', 'serving', 'vm-size', (s) => (set(s).location = 'westus9')],
  ['another region', 'serving', 'placed-as-planned', (s) => (the(s, 'network:VirtualNetwork').inputs.location = 'westus9')],
  ['another zone', 'serving', 'placed-as-planned', (s) => (set(s).zones = ['3'])],
  ['more nodes than planned', 'serving', 'group-size', (s) => (set(s).sku.capacity = 40)],
  ['no nodes', 'serving', 'group-size', (s) => (set(s).sku.capacity = 0)],
  [
    'ranks that do not fill the machine',
    'serving',
    'ranks-fill-machines',
    (s) => (s.document.pools[0].layout.tensorParallel = 3),
  ],
  ['spot for what was planned on demand', 'serving', 'bought-as-planned', (s) => (profile(s).priority = 'Spot')],
  ['regular for what was planned as spot', 'spot', 'bought-as-planned', (s) => (profile(s).priority = 'Regular')],
  ['evicted nodes whose disks are paid for', 'spot', 'bought-as-planned', (s) => (profile(s).evictionPolicy = 'Deallocate')],
  [
    'no room for the weights',
    'serving',
    'disk-room',
    (s) => {
      s.document.machine.localDiskBytes = 0;
      profile(s).storageProfile.dataDisks = [];
      profile(s).storageProfile.osDisk.diskSizeGB = 30;
    },
  ],
  ['the newest machine image', 'serving', 'image-pinned', (s) => (profile(s).storageProfile.imageReference.version = 'latest')],
  [
    'another container image',
    'serving',
    'image-pinned',
    (s) => boot(s, (text) => text.replaceAll(/@sha256:[0-9a-f]{64}/g, ':latest')),
  ],
  ['little shared memory', 'serving', 'shared-memory', (s) => boot(s, (text) => text.replace(/"\d+b"/, '"64b"'))],
  [
    'another degree of parallelism',
    'serving',
    'arguments-as-planned',
    (s) => boot(s, (text) => text.replace(/("--tensor-parallel-size"[\s\\]+)"\d+"/, '$1"2"')),
  ],
  [
    'a flag that nobody planned',
    'a key as an argument',
    'arguments-as-planned',
    (s) => boot(s, (text) => text.replace('"--api-key"', '"--host" \\\n  "--api-key"')),
  ],
  [
    'a key in clear on the command line',
    'a key as an argument',
    'arguments-as-planned',
    (s) => boot(s, (text) => text.replace(/"\$\{\w+\}"/, '"k3y"')),
  ],
  [
    'a start that is given up early',
    'serving',
    'start-time',
    (s) => {
      s.document.engine.startupSeconds = 1;
      s.document.engine.readSeconds = 200;
    },
  ],
  ['a misspelt property', 'serving', 'declared-inputs', (s) => (the(s, 'network:LoadBalancer').inputs.skuu = {})],
  ['a number in words', 'serving', 'declared-inputs', (s) => (the(s, 'network:LoadBalancer').inputs.probes[0].port = '8000')],
  ['a word that nobody knows', 'serving', 'declared-inputs', (s) => (network(s)[0].protocol = 'QUIC')],
  ['a word in other letters', 'serving', 'declared-inputs', (s) => (set(s).identity.type = 'userAssigned')],
  ['a word of another list', 'serving', 'declared-inputs', (s) => (profile(s).storageProfile.osDisk.createOption = 'Standard')],
  ['a vault without its tenant', 'serving', 'declared-inputs', (s) => delete the(s, 'keyvault:Vault').inputs.properties.tenantId],
  [
    'a word that only the SDK knows',
    'benchmark',
    'declared-inputs',
    (s) => (the(s, 'authorization:RoleAssignment').inputs.principalType = 'AgentUser'),
  ],
  [
    'a container without an image, which only the SDK lets through',
    'serving',
    'declared-inputs',
    (s) =>
      add(s, 'containerinstance:ContainerGroup', {
        resourceGroupName: 'chat',
        osType: 'Linux',
        containers: [{ name: 'one', resources: { requests: { cpu: 1, memoryInGB: 1 } } }],
      }),
  ],
  ['a public address', 'serving', 'no-public-address', (s) => add(s, 'network:PublicIPAddress', {})],
  [
    'a public frontend',
    'serving',
    'no-public-address',
    (s) => (the(s, 'network:LoadBalancer').inputs.frontendIPConfigurations[0].publicIPAddress = { id: 'x' }),
  ],
  [
    'public nodes',
    'serving',
    'no-public-address',
    (s) =>
      (profile(s).networkProfile.networkInterfaceConfigurations[0].ipConfigurations[0].publicIPAddressConfiguration = {
        name: 'x',
      }),
  ],
  [
    'a way out that nobody planned',
    'serving',
    'no-public-address',
    (s) => delete the(s, 'network:Subnet').inputs.defaultOutboundAccess,
  ],
  ['a network open to everyone', 'serving', 'closed-network', (s) => (network(s)[0].sourceAddressPrefixes = ['0.0.0.0/0'])],
  ['a network open to somebody', 'serving', 'closed-network', (s) => network(s)[0].sourceAddressPrefixes.push('203.0.113.0/24')],
  ['a door for administrators', 'serving', 'closed-network', (s) => (network(s)[0].destinationPortRange = '22')],
  ['no denial of the rest', 'serving', 'closed-network', (s) => network(s).splice(2, 1)],
  ['a subnet without a guard', 'serving', 'closed-network', (s) => delete the(s, 'network:Subnet').inputs.networkSecurityGroup],
  [
    'passwords',
    'serving',
    'no-passwords',
    (s) => (profile(s).osProfile.linuxConfiguration.disablePasswordAuthentication = false),
  ],
  ['disks in clear on the host', 'serving', 'encrypted', (s) => (profile(s).securityProfile.encryptionAtHost = false)],
  [
    'a store with shared keys',
    'serving',
    'closed-stores',
    (s) => (the(s, 'storage:StorageAccount').inputs.allowSharedKeyAccess = true),
  ],
  ['a store that a destroy takes along', 'serving', 'closed-stores', (s) => (the(s, 'storage:StorageAccount').protect = false)],
  [
    'a vault on the internet',
    'serving',
    'closed-stores',
    (s) => (the(s, 'keyvault:Vault').inputs.properties.publicNetworkAccess = 'Enabled'),
  ],
  [
    'a registry with a password',
    'serving',
    'closed-stores',
    (s) => (the(s, 'containerregistry:Registry').inputs.adminUserEnabled = true),
  ],
  [
    'weights under a key of Azure',
    'serving',
    'encrypted',
    (s) => (the(s, 'storage:StorageAccount').inputs.encryption.keySource = 'Microsoft.Storage'),
  ],
  [
    'disks under a key of Azure',
    'serving',
    'encrypted',
    (s) => delete profile(s).storageProfile.osDisk.managedDisk.diskEncryptionSet,
  ],
  ['a key that stays the same', 'serving', 'encrypted', (s) => delete the(s, 'keyvault:Key').inputs.properties.rotationPolicy],
  ['a store without a private door', 'serving', 'private-doors', (s) => removeNamed(s, 'weights-door')],
  ['a private door without a name', 'serving', 'private-doors', (s) => removeNamed(s, 'weights-door-zone')],
  ['nothing that fills the stores', 'serving', 'supplies-first', (s) => remove(s, 'containerinstance:ContainerGroup')],
  [
    'nodes before they may read',
    'serving',
    'supplies-first',
    (s) => {
      const nodes = the(s, 'compute:VirtualMachineScaleSet');
      nodes.dependencies = nodes.dependencies.filter((each: string) => !each.endsWith('nodes-read-weights'));
    },
  ],
  ['nodes that reach the internet', 'serving', 'no-way-out', (s) => network(s).pop()],
  ['nodes that reach anything', 'serving', 'no-way-out', (s) => (network(s)[3].access = 'Allow')],
  [
    'an endpoint in clear',
    'serving',
    'tls',
    (s) => (the(s, 'network:LoadBalancer').inputs.loadBalancingRules[0].frontendPort = 80),
  ],
  ['a probe past the proxy', 'serving', 'tls', (s) => (the(s, 'network:LoadBalancer').inputs.probes[0].protocol = 'Tcp')],
  ['a proxy that speaks old TLS', 'serving', 'tls', (s) => boot(s, (text) => text.replace('TLSv1.2 TLSv1.3', 'TLSv1 TLSv1.2'))],
  [
    'an engine that answers the network',
    'serving',
    'tls',
    (s) => boot(s, (text) => text.replace('"127.0.0.1:8000:8000"', '"8000:8000"')),
  ],
  [
    'an image of the seed job that moves',
    'serving',
    'image-pinned',
    (s) => (the(s, 'containerinstance:ContainerGroup').inputs.containers[0].image = 'docker.io/library/python:3'),
  ],
  [
    'an engine from a public registry',
    'serving',
    'image-pinned',
    (s) => boot(s, (text) => text.replaceAll(/"[\w.]+\/seekstack@/g, '"docker.io/vllm/vllm-openai@')),
  ],
  [
    'another reservation',
    'reserved',
    'reserved-as-planned',
    (s) => (profile(s).capacityReservation.capacityReservationGroup.id += '2'),
  ],
  ['a reservation in two zones', 'reserved', 'reserved-as-planned', (s) => set(s).zones.push('2')],
  ['a quota nobody knows', 'serving', 'quota-known', (s) => (s.document.fleet.quota = null)],
  ['a quota that is too small', 'serving', 'quota-known', (s) => (s.document.fleet.quota.vcpus = 95)],
  [
    'nodes that own what they read',
    'serving',
    'least-privilege',
    (s) =>
      (named(s, 'nodes-read-weights').inputs.roleDefinitionId =
        '/subscriptions/0/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c'),
  ],
  ['a password in clear', 'serving', 'secrets-stay-secret', (s) => (profile(s).osProfile.adminPassword = 'hunter2')],
  [
    'rights over a subscription',
    'benchmark',
    'least-privilege',
    (s) => (the(s, 'authorization:RoleAssignment').inputs.scope = '/subscriptions/0'),
  ],
  [
    'rights of a person',
    'benchmark',
    'least-privilege',
    (s) => (the(s, 'authorization:RoleAssignment').inputs.principalType = 'User'),
  ],
  ['a resource without tags', 'serving', 'tagged', (s) => delete set(s).tags],
  [
    'a resource of another plan',
    'serving',
    'tagged',
    (s) => (the(s, 'network:LoadBalancer').inputs.tags = { ...set(s).tags, 'seekstack-plan': 'other' }),
  ],
  ['no budget', 'serving', 'budget', (s) => remove(s, 'consumption:Budget')],
  ['another budget', 'serving', 'budget', (s) => (the(s, 'consumption:Budget').inputs.amount = 1e6)],
  ['a budget that tells nobody', 'serving', 'budget', (s) => (the(s, 'consumption:Budget').inputs.notifications = {})],
  ['nodes before their budget', 'serving', 'guards-first', (s) => (the(s, 'compute:VirtualMachineScaleSet').dependencies = [])],
  ['a benchmark that stays', 'benchmark', 'time-to-live', (s) => remove(s, 'logic:Workflow')],
  ['a benchmark that stays too long', 'benchmark', 'time-to-live', (s) => (s.document.timeToLiveHours = 4)],
  ['a reaper that sleeps', 'benchmark', 'time-to-live', (s) => (the(s, 'logic:Workflow').inputs.state = 'Disabled')],
  [
    'a reaper without a role',
    'benchmark',
    'time-to-live',
    (s) =>
      s.recording.registrations.splice(
        s.recording.registrations.findIndex((each: Json) => each.name === 'reaper-role'),
        1,
      ),
  ],
  ['an endpoint nobody watches', 'serving', 'watched', (s) => remove(s, 'monitor:DiagnosticSetting')],
  ['an output that is missing', 'serving', 'outputs', (s) => delete s.recording.outputs.endpointUrl],
  ['another price', 'serving', 'outputs', (s) => (s.recording.outputs.usdPerHour = 1)],
  ['a key that is nowhere', 'serving', 'secrets-stay-secret', (s) => remove(s, 'keyvault:Secret')],
  [
    'an endpoint without a certificate',
    'serving',
    'secrets-stay-secret',
    (s) => (named(s, 'endpoint-certificate').inputs.secretName = 'other'),
  ],
  ['a key in clear', 'serving', 'secrets-stay-secret', (s) => (the(s, 'keyvault:Secret').inputs.properties.value = 'k3y')],
  [
    'a vault with keys for all of a group',
    'serving',
    'closed-stores',
    (s) => (the(s, 'keyvault:Vault').inputs.properties.enableRbacAuthorization = false),
  ],
];
