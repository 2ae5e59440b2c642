// The Kubernetes tier on Azure under the SDK's own mocks: what is registered, with the inputs as the engine gets them.
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { declareCluster } from '../../../stacks/azure/cluster/declare-cluster.ts';
import { measurePool } from '../../../stacks/azure/cluster/pool-size.ts';
import { checkValues, fillChart, fillObject, splitPath } from '../../../stacks/azure/in-cluster/fill-values.ts';
import { disaggregatedCluster, reservationGroup, spanningCluster, spotCluster } from './cluster-fixture.ts';
import { type Registration, startRecording, testApiKey, testKey } from './registration.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nx\n';
const administratorGroup = '11111111-2222-3333-4444-555555555555';

async function register(document: Deployment): Promise<{ registrations: Registration[]; values: Record<string, string> }> {
  const registrations = await startRecording();
  const outputs = declareCluster(document, {
    budgetStart: '2026-11-01',
    sshPublicKey: testKey,
    apiKey: pulumi.secret(testApiKey),
    certificate: pulumi.secret(certificate),
    administratorGroup,
  });
  const values = await new Promise<Record<string, string>>((resolve) => outputs.stackValues.apply(resolve));
  await pulumi.runtime.disconnect();
  return { registrations, values };
}

const all = (registrations: Registration[], type: string) => registrations.filter((each) => each.type === type);
const pools = (registrations: Registration[]) => all(registrations, 'containerservice:AgentPool').map((each) => each.inputs);
const role = (registrations: Registration[], name: string) =>
  registrations.find((each) => each.type === 'authorization:RoleAssignment' && each.name === name)?.inputs;

describe('a cluster of replicas over two nodes', () => {
  let registrations: Registration[];
  let values: Record<string, string>;
  beforeAll(async () => {
    ({ registrations, values } = await register(spanningCluster()));
  });
  const cluster = () => all(registrations, 'containerservice:ManagedCluster')[0]?.inputs;

  it('answers inside the network only, to people of Entra only', () => {
    expect(cluster()).toMatchObject({
      apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false, disableRunCommand: true },
      disableLocalAccounts: true,
      enableRBAC: true,
      aadProfile: { managed: true, enableAzureRBAC: true },
      sku: { name: 'Base', tier: 'Standard' },
    });
    for (const name of ['people-run-cluster', 'people-reach-cluster'])
      expect(role(registrations, name)).toMatchObject({ principalId: administratorGroup, principalType: 'Group' });
  });

  it('holds the system pool inline and alone', () => {
    expect(cluster().agentPoolProfiles).toHaveLength(1);
    expect(cluster().agentPoolProfiles[0]).toMatchObject({
      mode: 'System',
      count: 2,
      vmSize: 'Standard_D4s_v5',
      enableEncryptionAtHost: true,
    });
  });

  it('has one agent pool for the one pool, bounded in whole replicas, on one fabric', () => {
    expect(pools(registrations)).toHaveLength(1);
    expect(pools(registrations)[0]).toMatchObject({
      agentPoolName: 'serve',
      vmSize: 'Standard_ND96isr_H100_v5',
      count: 4,
      enableAutoScaling: true,
      minCount: 2,
      maxCount: 6,
      availabilityZones: ['1'],
      gpuProfile: { driver: 'None' },
      nodeTaints: ['nvidia.com/gpu=present:NoSchedule'],
      nodeLabels: { 'seekstack.dev/pool': 'serve', 'seekstack.dev/server': 'Standard_ND96isr_H100_v5' },
      scaleSetPriority: 'Regular',
      enableNodePublicIP: false,
      enableEncryptionAtHost: true,
      upgradeSettings: { maxSurge: '0', maxUnavailable: '1' },
    });
    expect(pools(registrations)[0].capacityReservationGroupID).toBeUndefined();
    expect(all(registrations, 'features:SubscriptionFeatureRegistration').map((each) => each.inputs.featureName)).toEqual([
      'AKSInfinibandSupport',
    ]);
  });

  it('goes out by the NAT gateway, and lets callers in at one port', () => {
    expect(cluster().networkProfile).toMatchObject({
      outboundType: 'userAssignedNATGateway',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
    });
    const group = all(registrations, 'network:NetworkSecurityGroup').find(({ name }) => name === 'node-firewall');
    const [callers] = group?.inputs.securityRules ?? [];
    expect(callers).toMatchObject({ sourceAddressPrefixes: ['10.0.0.0/8', '192.168.7.0/24'], destinationPortRange: '443' });
  });

  it('lends pods three identities, each with the least', () => {
    const trusted = all(registrations, 'managedidentity:FederatedIdentityCredential').map((each) => each.inputs.subject);
    expect(trusted.sort()).toEqual([
      'system:serviceaccount:monitoring:prometheus',
      'system:serviceaccount:wide:wide',
      'system:serviceaccount:wide:wide-gateway',
    ]);
    expect(role(registrations, 'publish-metrics')).toMatchObject({ principalId: 'metrics-identity-principal' });
    expect(role(registrations, 'publish-metrics').scope).toMatch(/\/metrics-rule$/);
    expect(role(registrations, 'engine-reads-weights').scope).toMatch(/\/weights-container$/);
    expect(role(registrations, 'engine-reads-key').scope).toMatch(/\/secrets\/[^/]+$/);
    expect(role(registrations, 'gateway-reads-certificate').scope).toMatch(/\/secrets\/[^/]+$/);
    expect(role(registrations, 'kubelet-pulls-images').scope).toMatch(/\/registry$/);
    expect(role(registrations, 'control-plane-joins-subnet').scope).toMatch(/\/node-subnet$/);
  });

  it('tells the manifests everything they ask for', () => {
    expect(Object.keys(values).sort()).toEqual(
      [
        'API_KEY_SECRET',
        'CERTIFICATE_SECRET',
        'CLIENT_IMAGE',
        'COUNTERS_IMAGE',
        'ENGINE_IDENTITY',
        'ENGINE_IMAGE',
        'GATEWAY_IDENTITY',
        'GATEWAY_IMAGE',
        'METRICS_IDENTITY',
        'REMOTE_WRITE_URL',
        'STORAGE_ACCOUNT',
        'STORAGE_KEY',
        'TENANT',
        'VAULT',
        'WEIGHTS_CONTAINER',
      ].sort(),
    );
    expect(JSON.stringify(values)).not.toContain(testApiKey);
    expect(values).toMatchObject({ METRICS_IDENTITY: 'metrics-identity-client', TENANT: 'tenant-1' });
    expect(values.REMOTE_WRITE_URL).toMatch(/^https:.*\/dataCollectionRules\/.*\?api-version=/);
  });

  it('is watched by the managed services, which nobody reaches from outside', () => {
    const rules = all(registrations, 'alertsmanagement:PrometheusRuleGroup')[0]?.inputs.rules ?? [];
    const alert = (name: string) => rules.find((each: { alert?: string }) => each.alert === name);
    expect(alert('EngineDown').expression).toBe('(sum(up{namespace="wide",pool=~".+"}) or vector(0)) < 1');
    expect(alert('EngineDown').actions).toHaveLength(1);
    expect(all(registrations, 'monitor:AzureMonitorWorkspace')).toHaveLength(1);
    expect(all(registrations, 'monitor:DataCollectionEndpoint')[0]?.inputs.networkAcls).toEqual({
      publicNetworkAccess: 'Disabled',
    });
    expect(all(registrations, 'dashboard:Grafana')[0]?.inputs.properties).toMatchObject({ publicNetworkAccess: 'Disabled' });
    const doors = all(registrations, 'network:PrivateEndpoint').map((each) => each.name);
    expect(doors).toEqual(expect.arrayContaining(['metrics-door', 'grafana-door']));
  });
});

describe('what differs', () => {
  it('an engine that publishes nothing, without counters, has no workspace and nobody to send', async () => {
    const wide = spanningCluster();
    const silent = {
      ...wide,
      engine: { ...wide.engine, metrics: null },
      companions: { ...wide.companions, acceleratorMetrics: null },
    };
    const { registrations, values } = await register(silent);
    expect(all(registrations, 'monitor:AzureMonitorWorkspace')).toEqual([]);
    expect(all(registrations, 'dashboard:Grafana')).toEqual([]);
    expect(values.REMOTE_WRITE_URL).toBe('');
  });

  it('pools apart are two agent pools of fixed size', async () => {
    const { registrations } = await register(disaggregatedCluster());
    expect(pools(registrations).map((each) => [each.agentPoolName, each.count, each.enableAutoScaling])).toEqual([
      ['prefill', 2, false],
      ['decode', 2, false],
    ]);
  });

  it('spot machines are evicted for good, and know no upgrades one by one', async () => {
    const { registrations } = await register(spotCluster());
    for (const pool of pools(registrations)) {
      expect(pool).toMatchObject({ scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete', spotMaxPrice: -1 });
      expect(pool.upgradeSettings).toBeUndefined();
    }
  });

  it('a reservation is used, by an identity that may use it', async () => {
    const wide = spanningCluster();
    const fleet = { ...wide.fleet, minimumNodes: 4, maximumNodes: 4, reservation: { id: reservationGroup, endsAt: null } };
    const { registrations } = await register(deploymentSchema.parse({ ...wide, fleet }));
    expect(pools(registrations)[0].capacityReservationGroupID).toBe(reservationGroup);
    expect(role(registrations, 'control-plane-uses-reservation').scope).toBe(reservationGroup);
  });

  it('a benchmark has what ends it', async () => {
    const { registrations } = await register({ ...spanningCluster(), purpose: 'benchmark', timeToLiveHours: 8 });
    expect(all(registrations, 'logic:Workflow')).toHaveLength(1);
  });

  it('Arm machines are nodes like others: their size says it', async () => {
    const wide = spanningCluster();
    const machine = { ...wide.machine, type: 'Standard_ND128isr_NDR_GB200_v6', cpuArchitecture: 'arm64' as const };
    const arm = deploymentSchema.parse({
      ...wide,
      machine: { ...machine, accelerator: { id: 'gb200', vendor: 'nvidia', count: 4, memoryBytes: 186e9 } },
      pools: [{ ...wide.pools[0], layout: { ...wide.pools[0]?.layout, tensorParallel: 4 } }],
    });
    const { registrations } = await register(arm);
    expect(pools(registrations)[0]).toMatchObject({ vmSize: 'Standard_ND128isr_NDR_GB200_v6', osSKU: 'Ubuntu' });
  });

  it.each([
    [
      'spot for replicas of several',
      { fleet: { ...spanningCluster().fleet, purpose: undefined, purchase: 'spot' } },
      /one node taken away/,
    ],
    [
      'another fabric',
      { machine: { ...spanningCluster().machine, fabric: { kind: 'efa', interfaces: 8, networkCards: 8 } } },
      /infiniband/,
    ],
    ['no fabric', { machine: { ...spanningCluster().machine, fabric: null } }, /the network between nodes/],
    [
      'a reservation of EC2',
      { fleet: { ...spanningCluster().fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt: null } } },
      /capacity reservation group on Azure/,
    ],
    [
      'a network of the cluster’s own range',
      { network: { ...spanningCluster().network, vpcCidr: '100.64.0.0/16' } },
      /outside of 100\.64/,
    ],
    ['nothing that ends TLS', { companions: { ...spanningCluster().companions, tlsProxy: null } }, /ends TLS/],
    ['a network too small', { network: { ...spanningCluster().network, vpcCidr: '10.0.0.0/27' } }, /at most/],
  ] as const)('Fails for %s before anything is declared', async (_, change, why) => {
    const registrations = await startRecording();
    const document = { ...spanningCluster(), ...change } as Deployment;
    const settings = { budgetStart: '2026-11-01', sshPublicKey: testKey, apiKey: pulumi.secret(testApiKey) };
    expect(() => declareCluster(document, { ...settings, certificate: pulumi.secret(''), administratorGroup })).toThrow(why);
    expect(registrations).toEqual([]);
  });
});

describe('settings of a cluster', () => {
  const read = async (config: Record<string, string>) => {
    vi.resetModules();
    await startRecording();
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`seekstack-azure:${key}`, value])),
    );
    const { readClusterSettings } = await import('../../../stacks/azure/cluster/cluster-settings.ts');
    return readClusterSettings();
  };
  it('are read', async () => {
    expect((await read({ certificate, administratorGroup })).administratorGroup).toBe(administratorGroup);
  });
  it.each([
    ['no group', { certificate }, /administratorGroup is missing/],
    ['a name for a group', { certificate, administratorGroup: 'people' }, /administratorGroup is malformed/],
  ])('Fails for %s', async (_, config, why) => {
    await expect(read(config as Record<string, string>)).rejects.toThrow(why);
  });
});

describe('pool sizes', () => {
  it('are whole replicas, within the fleet’s bounds', () => {
    const {
      pools: [pool],
      fleet,
    } = spanningCluster();
    if (pool === undefined) throw new Error('no pool');
    expect(measurePool(pool, { ...fleet, minimumNodes: 1, maximumNodes: 7 })).toEqual({
      minimumNodes: 2,
      desiredNodes: 4,
      maximumNodes: 6,
    });
  });
});

describe('values of charts', () => {
  const values = { REMOTE_WRITE_URL: 'https://x.example/write?api-version=1', TENANT: 'tenant-1' };
  it('are filled wherever a mark stands, and stay as they are elsewhere', () => {
    const chart = { remoteWrite: [{ url: 'from stack.env: REMOTE_WRITE_URL', keep: 3 }], note: 'from stack.env', off: null };
    expect(fillChart('prometheus', chart, values)).toEqual({
      remoteWrite: [{ url: values.REMOTE_WRITE_URL, keep: 3 }],
      note: 'from stack.env',
      off: null,
    });
    expect(chart.remoteWrite[0]?.url).toBe('from stack.env: REMOTE_WRITE_URL');
  });
  it('Fails for a mark without a value', () => {
    expect(() => fillChart('prometheus', { url: 'from stack.env: OTHER' }, values)).toThrow(/no value OTHER.*prometheus/);
    expect(() => checkValues({ REMOTE_WRITE_URL: 'https://x.example/ write' })).toThrow(/REMOTE_WRITE_URL/);
    expect(checkValues(values)).toBe(values);
  });
});

describe('values in manifests', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one', annotations: { 'a.b/c': 'from stack.env' } },
    spec: {
      containers: [
        { name: 'x', image: 'old' },
        { name: 'y', image: 'old' },
      ],
    },
  };
  const fill = (fieldPath: string, value: string, select = { kind: 'Pod', name: 'one' }) =>
    fillObject(
      object,
      [{ source: { kind: 'ConfigMap', name: 'stack', fieldPath: 'data.KEY' }, targets: [{ select, fieldPaths: [fieldPath] }] }],
      { KEY: value },
      'stack',
    );
  it('go to the element of a list by its name, and to keys with dots', () => {
    expect(fill('spec.containers.[name=y].image', 'new').spec).toEqual({
      containers: [
        { name: 'x', image: 'old' },
        { name: 'y', image: 'new' },
      ],
    });
    expect(fill('metadata.annotations.a\\.b/c', 'new').metadata.annotations).toEqual({ 'a.b/c': 'new' });
    expect(splitPath('a.b\\.c/d.[name=e].f')).toEqual(['a', 'b.c/d', '[name=e]', 'f']);
  });
  it('leave other objects, and the one they are given, alone', () => {
    expect(fill('spec.containers.[name=y].image', 'new', { kind: 'Pod', name: 'two' })).toEqual(object);
    expect(object.spec.containers[1]?.image).toBe('old');
  });
  it.each([
    ['a value that is missing', 'spec.containers.[name=y].image', '', /no value KEY/],
    ['a container that is not there', 'spec.containers.[name=z].image', 'new', /has no field/],
    ['a field that is not there', 'metadata.annotations.d', 'new', /has no field/],
    ['a field of the language', 'constructor.name', 'new', /has no field/],
  ])('Fails for %s', (_, path, value, why) => {
    expect(() => fill(path, value)).toThrow(why);
  });
});
