import * as compute from '@pulumi/azure-native/types/enums/compute/index.js';
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
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "authorization:RoleAssignment",
        "compute:DiskEncryptionSet",
        "compute:VirtualMachineScaleSet",
        "consumption:Budget",
        "containerinstance:ContainerGroup",
        "containerregistry:Registry",
        "dashboard:Dashboard",
        "dashboard:DashboardDefinition",
        "dashboard:Grafana",
        "keyvault:Key",
        "keyvault:Secret",
        "keyvault:Secret",
        "keyvault:Vault",
        "managedidentity:UserAssignedIdentity",
        "managedidentity:UserAssignedIdentity",
        "managedidentity:UserAssignedIdentity",
        "monitor:ActionGroup",
        "monitor:AzureMonitorWorkspace",
        "monitor:DataCollectionEndpoint",
        "monitor:DataCollectionRule",
        "monitor:DiagnosticSetting",
        "monitor:DiagnosticSetting",
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
        "network:NetworkSecurityGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateDnsZoneGroup",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PrivateEndpoint",
        "network:PublicIPAddress",
        "network:Subnet",
        "network:Subnet",
        "network:VirtualNetwork",
        "operationalinsights:Workspace",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:PrivateZone",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "privatedns:VirtualNetworkLink",
        "resources:ResourceGroup",
        "storage:BlobContainer",
        "storage:StorageAccount",
      ]
    `);
  });

  it('gives nodes no public address', () => {
    expect([...walkProperties(profile())].map(([name]) => name)).not.toContain('publicIPAddressConfiguration');
    const holders = registrations.filter(({ inputs }) => JSON.stringify(inputs).includes('/egress-address'));
    expect(holders.map(({ type }) => type)).toEqual(['network:NatGateway']);
  });

  it('puts nodes and endpoint in one private subnet, and the seed job in one of its own', () => {
    const subnets = registrations.filter(({ type }) => type === 'network:Subnet').map(({ inputs }) => inputs);
    expect(subnets).toMatchObject([
      { subnetName: 'nodes', addressPrefix: '10.40.0.0/17', defaultOutboundAccess: false },
      {
        subnetName: 'seed',
        addressPrefix: '10.40.128.0/28',
        defaultOutboundAccess: false,
        delegations: [{ serviceName: 'Microsoft.ContainerInstance/containerGroups' }],
      },
    ]);
    expect(subnets.map((each) => each.networkSecurityGroup.id)).toEqual([
      expect.stringMatching(/\/node-firewall$/),
      expect.stringMatching(/\/seed-firewall$/),
    ]);
    const [nic] = profile().networkProfile.networkInterfaceConfigurations;
    expect(nic.ipConfigurations[0].subnet.id).toMatch(/\/node-subnet$/);
    expect(findInputs(registrations, 'containerinstance:ContainerGroup').subnetIds[0].id).toMatch(/\/seed-subnet$/);
  });

  it('admits only the clients and the probe, and lets nodes reach nothing outside', () => {
    const { securityRules } = registrations.find(({ name }) => name === 'node-firewall')?.inputs ?? {};
    const of = (direction: string, access: string) =>
      securityRules.filter(
        (rule: { access: string; direction: string }) => rule.direction === direction && rule.access === access,
      );
    expect(of('Inbound', 'Allow')).toMatchObject([
      { sourceAddressPrefixes: ['10.0.0.0/8', '192.168.7.0/24'], destinationPortRange: '8443', protocol: 'Tcp' },
      { sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '8443', protocol: 'Tcp' },
    ]);
    expect(of('Inbound', 'Deny')).toMatchObject([{ sourceAddressPrefix: '*', destinationPortRange: '*', priority: 4096 }]);
    expect(of('Outbound', 'Allow')).toEqual([]);
    expect(of('Outbound', 'Deny')).toMatchObject([{ destinationAddressPrefix: 'Internet', destinationPortRange: '*' }]);
  });

  it('answers on an internal standard load balancer that probes the health path through the proxy', () => {
    const balancer = findInputs(registrations, 'network:LoadBalancer');
    expect(balancer.sku.name).toBe('Standard');
    expect(balancer.frontendIPConfigurations).toHaveLength(1);
    expect(balancer.frontendIPConfigurations[0]).not.toHaveProperty('publicIPAddress');
    expect(balancer.frontendIPConfigurations[0]).not.toHaveProperty('zones');
    expect(balancer.frontendIPConfigurations[0].subnet.id).toMatch(/\/node-subnet$/);
    expect(balancer.probes).toMatchObject([{ protocol: 'Https', port: 8443, requestPath: '/health' }]);
    expect(balancer.loadBalancingRules).toMatchObject([{ protocol: 'Tcp', frontendPort: 443, backendPort: 8443 }]);
  });

  it('keeps keys, weights and images behind private doors, without keys of their own', () => {
    expect(findInputs(registrations, 'keyvault:Vault').properties).toMatchObject({
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      publicNetworkAccess: 'Disabled',
    });
    expect(findInputs(registrations, 'storage:StorageAccount')).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      publicNetworkAccess: 'Disabled',
      encryption: { keySource: 'Microsoft.Keyvault', keyVaultProperties: { keyVaultUri: 'https://vault.vault.azure.net' } },
    });
    expect(findInputs(registrations, 'containerregistry:Registry')).toMatchObject({
      sku: { name: 'Premium' },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: 'Disabled',
    });
    const doors = registrations.filter(({ type }) => type === 'network:PrivateEndpoint');
    expect(doors.map(({ inputs }) => inputs.privateLinkServiceConnections[0].groupIds[0]).sort()).toEqual([
      'azuremonitor',
      'blob',
      'grafana',
      'registry',
      'vault',
    ]);
  });

  it('encrypts the disks of nodes under the key of the deployment', () => {
    const { osDisk } = profile().storageProfile;
    expect(osDisk.managedDisk.diskEncryptionSet.id).toMatch(/\/disk-encryption$/);
    expect(findInputs(registrations, 'compute:DiskEncryptionSet')).toMatchObject({
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      rotationToLatestKeyVersionEnabled: true,
    });
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

  it('grants each identity single resources and nothing else', () => {
    const roles = registrations.filter(({ type }) => type.includes('RoleAssignment'));
    const granted = roles.map(({ inputs }) => `${inputs.principalId} on ${inputs.scope.split('/').at(-1)}`);
    expect(granted.sort()).toEqual([
      'disk-encryption-principal on key',
      'grafana-principal on metrics',
      'node-identity-principal on api-key',
      'node-identity-principal on endpoint-certificate',
      'node-identity-principal on metrics-rule',
      'node-identity-principal on registry',
      'node-identity-principal on weights-container',
      'seed-identity-principal on registry',
      'seed-identity-principal on weights-container',
      'store-identity-principal on key',
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
      'storage:BlobContainer',
    ];
    for (const { type, inputs } of registrations.filter(({ type }) => !untaggable.includes(type)))
      expect(inputs.tags, type).toEqual({
        owner: 'platform team',
        'cost-centre': '4711',
        'seekstack-plan': 'ab'.repeat(32),
        'seekstack-deployment': 'chat-prod',
      });
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

  it('boots an image with everything on it and attaches the weights disk on a CPU-only machine', async () => {
    const registrations = await registerDeployment(buildCpuDeployment());
    const { storageProfile } = findInputs(registrations, 'compute:VirtualMachineScaleSet').virtualMachineProfile;
    expect(storageProfile.imageReference).toMatchObject({
      publisher: 'microsoft-dsvm',
      sku: '2404',
    });
    // 600e9 bytes / 2^30 = 558.8, rounded up
    expect(storageProfile.dataDisks).toMatchObject([{ lun: 0, diskSizeGB: 559, caching: 'None', createOption: 'Empty' }]);
  });

  it('picks the ROCm image for AMD, and one of the deployer’s own on arm64', async () => {
    const amd = await scaleSetOf({
      machine: { accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 } },
    });
    expect(amd.virtualMachineProfile.storageProfile.imageReference).toMatchObject({
      sku: '2404-rocm',
      version: '24.04.2026072801',
    });
    const own = '/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/gb200/versions/1.0.0';
    const gb200 = buildGpuDeployment({
      machine: {
        type: 'Standard_ND128isr_NDR_GB200_v6',
        cpuArchitecture: 'arm64',
        accelerator: { id: 'gb200', vendor: 'nvidia', count: 8, memoryBytes: 186e9 },
      },
    });
    const arm = findInputs(await registerDeployment(gb200, own), 'compute:VirtualMachineScaleSet');
    expect(arm.virtualMachineProfile.storageProfile.imageReference).toEqual({ id: own });
  });

  it('takes machines that were set aside', async () => {
    const id =
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shared/providers/Microsoft.Compute/capacityReservationGroups/h200';
    const reserved = await scaleSetOf({ fleet: { reservation: { id, endsAt: null } }, placement: { zones: ['1'] } });
    expect(reserved.virtualMachineProfile.capacityReservation).toEqual({ capacityReservationGroup: { id } });
    expect((await scaleSetOf()).virtualMachineProfile).not.toHaveProperty('capacityReservation');
  });

  it('tells the owners of the group where no address was given', async () => {
    const { notifications } = findInputs(await registerDeployment(buildCpuDeployment()), 'consumption:Budget');
    for (const notification of Object.values(notifications))
      expect(notification).toMatchObject({ contactEmails: [], contactRoles: ['Owner'] });
  });
});
