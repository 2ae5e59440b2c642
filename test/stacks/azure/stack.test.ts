import * as compute from '@pulumi/azure-native/types/enums/compute/index.js';
import * as consumption from '@pulumi/azure-native/types/enums/consumption/index.js';
import * as monitor from '@pulumi/azure-native/types/enums/monitor/index.js';
import * as network from '@pulumi/azure-native/types/enums/network/index.js';
import * as operationalinsights from '@pulumi/azure-native/types/enums/operationalinsights/index.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCpuDeployment, buildGpuDeployment } from './fixture.ts';
import { findInputs, type Registration, registerDeployment, testKey } from './registration.ts';

/** Every property value of a tree, with the name it stands under. */
function* walkProperties(node: unknown, name = ''): Generator<[string, unknown]> {
  yield [name, node];
  if (Array.isArray(node)) for (const item of node) yield* walkProperties(item, name);
  else if (typeof node === 'object' && node !== null)
    for (const [key, value] of Object.entries(node)) yield* walkProperties(value, key);
}

describe('the GPU stack', () => {
  let registrations: Registration[];
  beforeAll(async () => {
    registrations = await registerDeployment(buildGpuDeployment());
  });
  const profile = () => findInputs(registrations, 'compute:VirtualMachineScaleSet').virtualMachineProfile;

  it('declares each resource once', () => {
    expect(registrations.map(({ type }) => type).sort()).toMatchInlineSnapshot(`
      [
        "alertsmanagement:PrometheusRuleGroup",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "compute:VirtualMachineScaleSet",
        "consumption:Budget",
        "dashboard:Dashboard",
        "dashboard:DashboardDefinition",
        "dashboard:Grafana",
        "keyvault:Secret",
        "keyvault:Vault",
        "managedidentity:UserAssignedIdentity",
        "monitor:ActionGroup",
        "monitor:AzureMonitorWorkspace",
        "monitor:DataCollectionEndpoint",
        "monitor:DataCollectionRule",
        "monitor:DiagnosticSetting",
        "monitor:DiagnosticSetting",
        "monitor:DiagnosticSetting",
        "monitor:DiagnosticSetting",
        "monitor:MetricAlert",
        "monitor:PrivateLinkScope",
        "monitor:PrivateLinkScopedResource",
        "network:LoadBalancer",
        "network:NatGateway",
        "network:NetworkSecurityGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PublicIPAddress",
        "network:Subnet",
        "network:VirtualNetwork",
        "operationalinsights:Workspace",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "resources:ResourceGroup",
      ]
    `);
  });

  it('gives nodes no public address', () => {
    expect([...walkProperties(profile())].map(([name]) => name)).not.toContain('publicIPAddressConfiguration');
    const holders = registrations.filter(({ inputs }) => JSON.stringify(inputs).includes('/egress-address'));
    expect(holders.map(({ type }) => type)).toEqual(['network:NatGateway']);
  });

  it('puts nodes and endpoint in one private subnet whose only way out is the NAT gateway', () => {
    const subnet = findInputs(registrations, 'network:Subnet');
    expect(subnet).toMatchObject({ addressPrefix: '10.40.0.0/17', defaultOutboundAccess: false });
    expect(subnet.natGateway.id).toMatch(/\/egress$/);
    expect(subnet.networkSecurityGroup.id).toMatch(/\/node-firewall$/);
    const [nic] = profile().networkProfile.networkInterfaceConfigurations;
    expect(nic.ipConfigurations[0].subnet.id).toMatch(/\/node-subnet$/);
  });

  it('admits only the clients and the probe, and those only to the engine port', () => {
    const { securityRules } = findInputs(registrations, 'network:NetworkSecurityGroup');
    const allowed = securityRules.filter((rule: { access: string }) => rule.access === 'Allow');
    expect(allowed).toMatchObject([
      { sourceAddressPrefixes: ['10.0.0.0/8', '192.168.7.0/24'], destinationPortRange: '8000', protocol: 'Tcp' },
      { sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '8000', protocol: 'Tcp' },
    ]);
    const last = securityRules.at(-1);
    expect(last).toMatchObject({ access: 'Deny', sourceAddressPrefix: '*', destinationPortRange: '*', protocol: '*' });
    expect(last.priority).toBeGreaterThan(Math.max(...allowed.map((rule: { priority: number }) => rule.priority)));
  });

  it('answers on an internal standard load balancer that probes the health path', () => {
    const balancer = findInputs(registrations, 'network:LoadBalancer');
    expect(balancer.sku.name).toBe('Standard');
    expect(balancer.frontendIPConfigurations).toHaveLength(1);
    expect(balancer.frontendIPConfigurations[0]).not.toHaveProperty('publicIPAddress');
    expect(balancer.frontendIPConfigurations[0]).not.toHaveProperty('zones');
    expect(balancer.frontendIPConfigurations[0].subnet.id).toMatch(/\/node-subnet$/);
    expect(balancer.probes).toMatchObject([{ protocol: 'Http', port: 8000, requestPath: '/health' }]);
    expect(balancer.loadBalancingRules).toMatchObject([{ protocol: 'Tcp', frontendPort: 8000, backendPort: 8000 }]);
  });

  it('lets the nodes join the pool the rule serves', () => {
    const [rule] = findInputs(registrations, 'network:LoadBalancer').loadBalancingRules;
    const suffix = '/backendAddressPools/nodes';
    expect(rule.backendAddressPools[0].id).toMatch(new RegExp(`/loadBalancers/chat-prod-endpoint${suffix}$`));
    const [nic] = profile().networkProfile.networkInterfaceConfigurations;
    expect(nic.ipConfigurations[0].loadBalancerBackendAddressPools[0].id).toMatch(new RegExp(`/endpoint${suffix}$`));
  });

  it('encrypts at the host and admits a key, never a password', () => {
    expect(profile().securityProfile.encryptionAtHost).toBe(true);
    expect(profile().osProfile.linuxConfiguration.disablePasswordAuthentication).toBe(true);
    expect(profile().osProfile.linuxConfiguration.ssh.publicKeys[0].keyData).toBe(testKey);
    expect(profile().osProfile).not.toHaveProperty('adminPassword');
    expect(profile().diagnosticsProfile.bootDiagnostics).toEqual({ enabled: true });
  });

  it('runs the planned number of the planned size from a pinned image', () => {
    const scaleSet = findInputs(registrations, 'compute:VirtualMachineScaleSet');
    expect(scaleSet).toMatchObject({
      location: 'norwayeast',
      orchestrationMode: 'Flexible',
      sku: { name: 'Standard_ND96isr_H200_v5', capacity: 2 },
    });
    expect(scaleSet).not.toHaveProperty('zones');
    const { imageReference, osDisk, dataDisks } = profile().storageProfile;
    expect(imageReference).toEqual({
      publisher: 'microsoft-dsvm',
      offer: 'ubuntu-hpc',
      sku: '2404',
      version: '24.04.2026072901',
    });
    expect(osDisk.diskSizeGB).toBe(512);
    expect(dataDisks).toEqual([]);
  });

  it('buys no spot capacity unless asked', () => {
    expect(profile().priority).toBe('Regular');
    expect(profile()).not.toHaveProperty('evictionPolicy');
    expect(profile()).not.toHaveProperty('billingProfile');
  });

  it('grants nodes the one key and the way in for metrics, Grafana the metrics, and nothing else', () => {
    const roles = registrations.filter(({ type }) => type.includes('RoleAssignment'));
    expect(roles.map(({ inputs }) => [inputs.scope, inputs.roleDefinitionId.split('/').at(-1)])).toEqual([
      [expect.stringMatching(/\/vault$/), '4633458b-17de-408a-b874-0445c86b69e6'],
      [expect.stringMatching(/\/metrics-rule$/), '3913510d-42f4-4e42-8a64-420c390055eb'],
      [expect.stringMatching(/\/metrics$/), 'b0d8363b-8ddd-447d-831f-62ca05bff136'],
    ]);
    const { identity } = findInputs(registrations, 'compute:VirtualMachineScaleSet');
    expect(identity).toMatchObject({
      type: 'UserAssigned',
      userAssignedIdentities: [expect.stringMatching(/\/node-identity$/)],
    });
  });

  it('raises the alarm at each share of the budget', () => {
    const budget = findInputs(registrations, 'consumption:Budget');
    expect(budget).toMatchObject({
      amount: 150_000,
      timeGrain: 'Monthly',
      timePeriod: { startDate: '2026-11-01T00:00:00Z' },
    });
    expect(budget.scope).toMatch(/\/group$/);
    const notifications = Object.values(budget.notifications) as { threshold: number; contactEmails: string[] }[];
    expect(notifications.map(({ threshold }) => threshold).sort((left, right) => left - right)).toEqual([55, 100]);
    expect(notifications.every(({ contactEmails }) => contactEmails[0] === 'ops@example.com')).toBe(true);
  });

  it('tags all that can be tagged', () => {
    const untaggable = [
      'authorization:RoleAssignment',
      'consumption:Budget',
      'dashboard:DashboardDefinition',
      'monitor:DiagnosticSetting',
      'monitor:PrivateLinkScopedResource',
      'network:PrivateDnsZoneGroup',
      'network:Subnet',
    ];
    for (const { type, inputs } of registrations.filter(({ type }) => !untaggable.includes(type)))
      expect(inputs.tags, type).toEqual({
        owner: 'platform team',
        'cost-centre': '4711',
        'seekstack-plan': 'ab'.repeat(32),
        'seekstack-deployment': 'chat-prod',
      });
  });

  it('uses only values the SDK knows', () => {
    const known: Record<string, object> = {
      orchestrationMode: compute.OrchestrationMode,
      priority: compute.VirtualMachinePriorityTypes,
      evictionPolicy: compute.VirtualMachineEvictionPolicyTypes,
      networkApiVersion: compute.NetworkApiVersion,
      caching: compute.CachingTypes,
      createOption: compute.DiskCreateOptionTypes,
      deleteOption: compute.DiskDeleteOptionTypes,
      storageAccountType: compute.StorageAccountTypes,
      access: network.SecurityRuleAccess,
      direction: network.SecurityRuleDirection,
      privateIPAllocationMethod: network.IPAllocationMethod,
      publicIPAllocationMethod: network.IPAllocationMethod,
      publicIPAddressVersion: network.IPVersion,
      loadDistribution: network.LoadDistribution,
      category: { ...consumption.CategoryType, metrics: 'AllMetrics' },
      timeGrain: consumption.TimeGrainType,
      operator: { ...consumption.OperatorType, ...monitor.Operator },
      thresholdType: consumption.ThresholdType,
    };
    const seen = new Set<string>();
    for (const { type, inputs } of registrations)
      for (const [name, value] of walkProperties(inputs)) {
        const values = known[name];
        if (values === undefined || typeof value !== 'string') continue;
        seen.add(name);
        expect(Object.values(values), `${type} ${name}`).toContain(value);
      }
    expect(seen.size).toBe(Object.keys(known).length - 1); // evictionPolicy shows in the spot test
    expect(Object.values(operationalinsights.WorkspaceSkuNameEnum)).toContain(
      findInputs(registrations, 'operationalinsights:Workspace').sku.name,
    );
    for (const { protocol } of findInputs(registrations, 'network:NetworkSecurityGroup').securityRules)
      expect(Object.values(network.SecurityRuleProtocol)).toContain(protocol);
  });
});

describe('variants', () => {
  const scaleSetOf = async (...changes: Parameters<typeof buildGpuDeployment>) =>
    findInputs(await registerDeployment(buildGpuDeployment(...changes)), 'compute:VirtualMachineScaleSet');

  it('buys spot capacity when asked, at no price ceiling, and drops evicted nodes', async () => {
    const { virtualMachineProfile } = await scaleSetOf({ fleet: { purchase: 'spot' } });
    expect(virtualMachineProfile).toMatchObject({
      priority: compute.VirtualMachinePriorityTypes.Spot,
      evictionPolicy: compute.VirtualMachineEvictionPolicyTypes.Delete,
      billingProfile: { maxPrice: -1 },
    });
  });

  it.each(['commitment-1y', 'commitment-3y'] as const)('deploys %s as regular capacity', async (purchase) => {
    expect((await scaleSetOf({ fleet: { purchase } })).virtualMachineProfile.priority).toBe('Regular');
  });

  it.each([
    [['2'], ['2']],
    [
      ['1', '3'],
      ['1', '2', '3'],
    ],
  ])('places nodes in zones %j and the frontend in %j', async (zones, frontendZones) => {
    const registrations = await registerDeployment(buildGpuDeployment({ placement: { zones } }));
    expect(findInputs(registrations, 'compute:VirtualMachineScaleSet').zones).toEqual(zones);
    expect(findInputs(registrations, 'network:LoadBalancer').frontendIPConfigurations[0].zones).toEqual(frontendZones);
  });

  it('boots plain Ubuntu and attaches the weights disk on a CPU-only machine', async () => {
    const registrations = await registerDeployment(buildCpuDeployment());
    const { storageProfile } = findInputs(registrations, 'compute:VirtualMachineScaleSet').virtualMachineProfile;
    expect(storageProfile.imageReference).toMatchObject({
      publisher: 'Canonical',
      sku: 'server',
      version: '24.04.202609040',
    });
    // 600e9 bytes / 2^30 = 558.8, rounded up
    expect(storageProfile.dataDisks).toMatchObject([{ lun: 0, diskSizeGB: 559, caching: 'None', createOption: 'Empty' }]);
  });

  it('picks the ROCm image for AMD and the arm64 image for a CPU-only arm64 machine', async () => {
    const amd = await scaleSetOf({
      machine: { accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 } },
    });
    expect(amd.virtualMachineProfile.storageProfile.imageReference).toMatchObject({
      sku: '2404-rocm',
      version: '24.04.2026072801',
    });
    const arm = findInputs(
      await registerDeployment(buildCpuDeployment({ machine: { cpuArchitecture: 'arm64', type: 'Standard_E96ps_v6' } })),
      'compute:VirtualMachineScaleSet',
    );
    expect(arm.virtualMachineProfile.storageProfile.imageReference.sku).toBe('server-arm64');
  });

  it('tells the owners of the group where no address was given', async () => {
    const { notifications } = findInputs(await registerDeployment(buildCpuDeployment()), 'consumption:Budget');
    for (const notification of Object.values(notifications))
      expect(notification).toMatchObject({ contactEmails: [], contactRoles: ['Owner'] });
  });
});
