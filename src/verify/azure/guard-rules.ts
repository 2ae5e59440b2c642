// Rules about what keeps a bill in bounds on Azure, and who is told.
import { type AzureRule, type Json, ofType } from './rule.ts';

/** Types that cannot carry tags. */
const WITHOUT_TAGS = new Set([
  'authorization:RoleAssignment',
  'consumption:Budget',
  'monitor:DiagnosticSetting',
  'monitor:PrivateLinkScopedResource',
  'dashboard:DashboardDefinition',
  'network:Subnet',
  'network:PrivateDnsZoneGroup',
  'storage:BlobContainer',
  'keyvault:Secret',
  'keyvault:Key',
  'containerservice:MaintenanceConfiguration',
  'features:SubscriptionFeatureRegistration',
  'managedidentity:FederatedIdentityCredential',
]);

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
      const paid = ['compute:VirtualMachineScaleSet', 'containerservice:ManagedCluster', 'containerservice:AgentPool'];
      for (const set of ofType(recording, ...paid))
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
    name: 'outputs',
    check: ({ recording, document }, report) => {
      const own =
        document.tier === 'kubernetes'
          ? ['clusterName', 'clusterId', 'poolNames', 'stackValues', 'endpointAddress']
          : ['endpointUrl', 'scaleSetId'];
      for (const name of [...own, 'resourceGroupName', 'vaultName', 'weightsUrl', 'registryServer', 'usdPerHour', 'planDigest'])
        if (recording.outputs[name] === undefined) report(null, `no output ${name}`, 'what the next step needs');
      if (recording.outputs.planDigest !== document.planDigest) report(null, recording.outputs.planDigest, document.planDigest);
      if (recording.outputs.usdPerHour !== document.cost.usdPerHour)
        report(null, recording.outputs.usdPerHour, String(document.cost.usdPerHour));
    },
  },
];
