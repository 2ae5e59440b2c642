// Rules about who may reach what on Azure, and about what keeps a bill in bounds.
import { type AzureRule, type Json, list, ofType } from './rule.ts';

const EVERYONE = new Set(['*', 'Internet', '0.0.0.0/0', '::/0']);
const HIGHEST_PRIORITY = 4096;
/** Types that cannot carry tags. */
const WITHOUT_TAGS = new Set([
  'authorization:RoleAssignment',
  'consumption:Budget',
  'monitor:DiagnosticSetting',
  'network:Subnet',
  'network:PrivateDnsZoneGroup',
  'storage:BlobContainer',
  'keyvault:Secret',
  'keyvault:Key',
]);
/** Settings that hold a secret, which may only come as one. */
const SECRET_INPUT = /^(admin)?password$|^accountKey$|^connectionString$|^clientSecret$/i;

export const AZURE_GUARD_RULES: readonly AzureRule[] = [
  {
    name: 'declared-inputs',
    check: ({ recording }, report) => {
      for (const { urn, field, got, expected, source } of recording.problems)
        report(
          recording.registrations.find((each) => each.urn === urn) ?? null,
          `${field}: ${got}, refused by ${source}`,
          expected,
        );
    },
  },
  {
    name: 'no-public-address',
    check: ({ recording }, report) => {
      const out = ofType(recording, 'network:NatGateway').flatMap((each) =>
        list(each.inputs.publicIpAddresses).map((address) => String(address?.id)),
      );
      for (const address of ofType(recording, 'network:PublicIPAddress'))
        if (!out.some((id) => id.endsWith(`/${address.name}`)))
          report(address, 'a public address', 'none but that of the way out');
      for (const balancer of ofType(recording, 'network:LoadBalancer', 'network:ApplicationGateway'))
        for (const front of list(balancer.inputs.frontendIPConfigurations))
          if (front.publicIPAddress !== undefined) report(balancer, 'a public frontend', 'a private one');
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet')) {
        const network = (set.inputs.virtualMachineProfile as Json)?.networkProfile ?? {};
        for (const card of list(network.networkInterfaceConfigurations))
          for (const each of list(card.ipConfigurations))
            if (each.publicIPAddressConfiguration !== undefined) report(set, 'public addresses of nodes', 'private ones only');
      }
      for (const subnet of ofType(recording, 'network:Subnet'))
        if (subnet.inputs.defaultOutboundAccess !== false)
          report(subnet, subnet.inputs.defaultOutboundAccess, 'defaultOutboundAccess: false');
    },
  },
  {
    name: 'closed-network',
    check: ({ recording, document: { network, engine } }, report) => {
      const callers = new Set<string>([...network.clientCidrs, 'AzureLoadBalancer']);
      for (const group of ofType(recording, 'network:NetworkSecurityGroup')) {
        const rules = list(group.inputs.securityRules).filter((rule) => rule.direction === 'Inbound');
        for (const rule of rules.filter((each) => each.access === 'Allow')) {
          for (const from of [...list(rule.sourceAddressPrefix), ...list(rule.sourceAddressPrefixes)]) {
            if (EVERYONE.has(from)) report(group, `${rule.name} from ${from}`, 'the networks of the callers');
            else if (!callers.has(from)) report(group, `${rule.name} from ${from}`, `one of ${[...callers].join(', ')}`);
          }
          const port = String(rule.destinationPortRange);
          if (port !== String(engine.port)) report(group, `${rule.name} to port ${port}`, `port ${engine.port} only`);
        }
        const last = rules.find((rule) => rule.access === 'Deny' && rule.sourceAddressPrefix === '*');
        if (last === undefined || Number(last.priority) > HIGHEST_PRIORITY)
          report(group, 'no rule that denies the rest', 'a last rule that denies everything else');
      }
      const guarded = ofType(recording, 'network:Subnet').filter((each) => each.inputs.networkSecurityGroup === undefined);
      for (const subnet of guarded) report(subnet, 'no security group', 'one on every subnet');
    },
  },
  {
    name: 'no-passwords',
    check: ({ recording }, report) => {
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet')) {
        const system = (set.inputs.virtualMachineProfile as Json)?.osProfile ?? {};
        if (system.linuxConfiguration?.disablePasswordAuthentication !== true) report(set, 'passwords', 'keys only');
        if (system.adminPassword !== undefined) report(set, 'a password', 'none');
      }
    },
  },
  {
    name: 'encrypted',
    check: ({ recording }, report) => {
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet'))
        if ((set.inputs.virtualMachineProfile as Json)?.securityProfile?.encryptionAtHost !== true)
          report(set, 'disks and caches in clear on the host', 'encryptionAtHost: true');
    },
  },
  {
    name: 'closed-stores',
    check: ({ recording }, report) => {
      for (const account of ofType(recording, 'storage:StorageAccount')) {
        const wanted = {
          allowSharedKeyAccess: false,
          allowBlobPublicAccess: false,
          publicNetworkAccess: 'Disabled',
          minimumTlsVersion: 'TLS1_2',
        };
        for (const [name, value] of Object.entries(wanted))
          if (account.inputs[name] !== value) report(account, `${name}: ${account.inputs[name]}`, String(value));
        if (!account.protect) report(account, 'weights that a destroy takes along', 'protect: true');
      }
      for (const vault of ofType(recording, 'keyvault:Vault')) {
        const settings = (vault.inputs.properties as Json) ?? {};
        const wanted = { enableRbacAuthorization: true, enablePurgeProtection: true, publicNetworkAccess: 'Disabled' };
        for (const [name, value] of Object.entries(wanted))
          if (settings[name] !== value) report(vault, `${name}: ${settings[name]}`, String(value));
      }
    },
  },
  {
    name: 'secrets-stay-secret',
    check: ({ recording, document: { engine } }, report) => {
      const kept = ofType(recording, 'keyvault:Secret');
      if (engine.apiKey !== null && kept.length === 0) report(null, 'no API key', 'one in a vault');
      for (const secret of kept)
        if (
          typeof (secret.inputs.properties as Json)?.value !== 'object' &&
          (secret.inputs.properties as Json)?.secret === undefined
        )
          report(secret, 'a value in clear', 'a secret of the configuration');
      for (const registration of recording.registrations)
        walk(registration.inputs, '', (path, key, value) => {
          if (SECRET_INPUT.test(key) && typeof value === 'string')
            report(registration, `${path} in clear`, 'a secret of the configuration');
        });
    },
  },
  {
    name: 'least-privilege',
    check: ({ recording }, report) => {
      const group = recording.registrations.find((each) => each.type.endsWith(':ResourceGroup'));
      for (const role of ofType(recording, 'authorization:RoleAssignment')) {
        const scope = String(role.inputs.scope);
        const ours = recording.registrations.some((each) => scope.endsWith(`/${each.name}`));
        if (!ours) report(role, scope, `a resource of ${group?.name ?? 'the deployment'}, not more`);
        if (role.inputs.principalType !== 'ServicePrincipal') report(role, role.inputs.principalType, 'ServicePrincipal');
      }
    },
  },
  {
    name: 'tagged',
    check: ({ recording, document }, report) => {
      const wanted = { 'seekstack-deployment': document.name, 'seekstack-plan': document.planDigest };
      for (const registration of recording.registrations) {
        const type = registration.type.replace(/^azure-native:/, '');
        if (!registration.custom || WITHOUT_TAGS.has(type) || !registration.type.startsWith('azure-native:')) continue;
        const tags = (registration.inputs.tags as Json) ?? {};
        for (const [key, value] of Object.entries(wanted))
          if (tags[key] !== value) report(registration, tags[key], `the tag ${key}`);
      }
    },
  },
  {
    name: 'budget',
    check: ({ recording, document }, report) => {
      const budgets = ofType(recording, 'consumption:Budget');
      if (budgets.length === 0) report(null, 'no budget', `one of USD ${document.budget.usdPerMonth} a month`);
      for (const budget of budgets) {
        if (budget.inputs.amount !== document.budget.usdPerMonth)
          report(budget, budget.inputs.amount, `${document.budget.usdPerMonth}`);
        const told = Object.values((budget.inputs.notifications as Json) ?? {}).filter((each: Json) => each.enabled === true);
        if (told.length < document.budget.alertShares.length)
          report(budget, `${told.length} notifications`, `one for each of ${document.budget.alertShares.join(', ')}`);
      }
    },
  },
  {
    name: 'guards-first',
    check: ({ recording }, report) => {
      const guards = ofType(recording, 'consumption:Budget', 'logic:Workflow').map((each) => each.urn);
      for (const set of ofType(recording, 'compute:VirtualMachineScaleSet'))
        for (const guard of guards)
          if (!set.dependencies.includes(guard))
            report(set, `nodes that do not wait for ${guard.split('::').at(-1)}`, 'guards before nodes');
    },
  },
  {
    name: 'time-to-live',
    check: ({ recording, document: { purpose, timeToLiveHours } }, report) => {
      if (purpose !== 'benchmark') return;
      const reapers = ofType(recording, 'logic:Workflow').filter((each) => {
        const text = JSON.stringify(each.inputs.definition ?? {});
        return (
          each.inputs.state === 'Enabled' &&
          text.includes(`, ${timeToLiveHours}))`) &&
          text.includes('"DELETE"') &&
          text.includes('"Recurrence"')
        );
      });
      if (reapers.length === 0)
        report(null, 'nothing that ends the benchmark', `a workflow that deletes the group after ${timeToLiveHours} hours`);
      else if (
        !ofType(recording, 'authorization:RoleAssignment').some((each) =>
          reapers.some(({ urn }) => each.dependencies.includes(urn)),
        )
      )
        report(reapers[0] ?? null, 'a workflow without a role', 'a role on the resource group');
    },
  },
  {
    name: 'watched',
    check: ({ recording }, report) => {
      for (const balancer of ofType(recording, 'network:LoadBalancer'))
        if (!ofType(recording, 'monitor:DiagnosticSetting').some((each) => each.dependencies.includes(balancer.urn)))
          report(balancer, 'no diagnostic setting', 'logs and metrics in the workspace');
    },
  },
  {
    name: 'outputs',
    check: ({ recording, document }, report) => {
      for (const name of ['endpointUrl', 'resourceGroupName', 'scaleSetName', 'usdPerHour', 'planDigest'])
        if (recording.outputs[name] === undefined) report(null, `no output ${name}`, 'what the next step needs');
      if (recording.outputs.planDigest !== document.planDigest) report(null, recording.outputs.planDigest, document.planDigest);
      if (recording.outputs.usdPerHour !== document.cost.usdPerHour)
        report(null, recording.outputs.usdPerHour, String(document.cost.usdPerHour));
    },
  },
];

function walk(value: Json, path: string, visit: (path: string, key: string, value: Json) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries<Json>(value)) {
    const place = path === '' ? key : `${path}.${key}`;
    visit(place, key, inner);
    walk(inner, place, visit);
  }
}
