// Rules about a cluster on Azure: who reaches its API server, whom it and its pods act as, what it is encrypted with.
import { METRICS_ACCOUNT } from '../../watching/ingestion.ts';
import { type AzureRule, type Json, list, ofType } from './rule.ts';

const CLUSTER = 'containerservice:ManagedCluster';
const HTTPS_PORT = '443';
const EVERYONE = new Set(['*', 'Internet', '0.0.0.0/0', '::/0']);
const AUDIENCE = 'api://AzureADTokenExchange';
/** What says who asked for what. */
const LOGGED = ['kube-apiserver', 'kube-audit-admin', 'guard'];
/** Storage Blob Data Reader, Key Vault Secrets User. @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const BLOB_READER = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1';
const SECRETS_USER = '4633458b-17de-408a-b874-0445c86b69e6';
const ACR_PULL = '7f951dda-4ed3-4680-a7ca-43fe172d538d';
const NETWORK_CONTRIBUTOR = '4d97b98b-1d4f-4787-a291-c67834d212e7';

/** Role → the one kind of resource it may be held on. */
const ROLE_SCOPES: readonly (readonly [role: string, scope: RegExp, words: string])[] = [
  [BLOB_READER, /\/weights-container$/, 'the one container with the weights'],
  [SECRETS_USER, /\/secrets\/[^/]+$/, 'one secret of the vault'],
  [ACR_PULL, /\/registry$/, 'the one registry'],
  [NETWORK_CONTRIBUTOR, /\/[^/]*subnet$/, 'the one subnet'],
];

export const AZURE_CLUSTER_RULES: readonly AzureRule[] = [
  {
    name: 'one-cluster',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const clusters = ofType(recording, CLUSTER);
      if (clusters.length !== 1) report(null, `${clusters.length} clusters`, 'one');
      for (const cluster of clusters)
        if ((cluster.inputs.sku as Json)?.tier !== 'Standard')
          report(cluster, (cluster.inputs.sku as Json)?.tier, 'Standard: the tier with an agreement on its hours');
    },
  },
  {
    name: 'private-api-server',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const access = (cluster.inputs.apiServerAccessProfile as Json) ?? {};
        const wanted = { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false, disableRunCommand: true };
        for (const [name, value] of Object.entries(wanted))
          if (access[name] !== value) report(cluster, `${name}: ${access[name]}`, `${name}: ${value}`);
      }
    },
  },
  {
    name: 'cluster-access',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const { disableLocalAccounts, enableRBAC, aadProfile } = cluster.inputs as Json;
        if (disableLocalAccounts !== true) report(cluster, 'local accounts', 'disableLocalAccounts: true');
        if (enableRBAC !== true) report(cluster, 'rights for everybody', 'enableRBAC: true');
        if (aadProfile?.managed !== true || aadProfile?.enableAzureRBAC !== true)
          report(cluster, JSON.stringify(aadProfile), 'people of Entra, by roles of Azure');
        const people = ofType(recording, 'authorization:RoleAssignment').filter((each) => each.inputs.principalType === 'Group');
        if (people.length === 0) report(cluster, 'nobody who may run it', 'a role for one group of people');
      }
    },
  },
  {
    name: 'workload-identity',
    tier: 'kubernetes',
    check: ({ recording, document }, report) => {
      const { name, operators } = document;
      for (const cluster of ofType(recording, CLUSTER)) {
        const { oidcIssuerProfile, securityProfile, identity } = cluster.inputs as Json;
        if (oidcIssuerProfile?.enabled !== true) report(cluster, 'no issuer of tokens', 'oidcIssuerProfile.enabled: true');
        if (securityProfile?.workloadIdentity?.enabled !== true)
          report(cluster, 'pods without identities', 'securityProfile.workloadIdentity.enabled: true');
        if (identity?.type !== 'UserAssigned') report(cluster, identity?.type, 'UserAssigned: its roles are there before it is');
      }
      const trusted = ofType(recording, 'managedidentity:FederatedIdentityCredential');
      const metrics = operators.find((each) => each.id === 'prometheus')?.namespace ?? '';
      const accounts = [`${name}:${name}`, `${name}:${name}-gateway`, `${metrics}:${METRICS_ACCOUNT}`];
      for (const account of accounts) {
        const found = trusted.filter((each) => each.inputs.subject === `system:serviceaccount:${account}`);
        if (found.length !== 1)
          report(null, `${found.length} identities of ${account}`, `one, for the service account ${account}`);
      }
      for (const each of trusted) {
        if (!accounts.some((account) => each.inputs.subject === `system:serviceaccount:${account}`))
          report(each, each.inputs.subject, `one of ${accounts.join(', ')}`);
        if (list(each.inputs.audiences).join() !== AUDIENCE) report(each, list(each.inputs.audiences).join(), AUDIENCE);
      }
    },
  },
  {
    name: 'roles-on-one-resource',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const roles = ofType(recording, 'authorization:RoleAssignment');
      for (const [id, scope, words] of ROLE_SCOPES) {
        const held = roles.filter((each) => String(each.inputs.roleDefinitionId).endsWith(id));
        if (held.length === 0) report(null, `nobody with the role ${id}`, `somebody, on ${words}`);
        for (const role of held) if (!scope.test(String(role.inputs.scope))) report(role, role.inputs.scope, words);
      }
    },
  },
  {
    name: 'cluster-network',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const network = (cluster.inputs.networkProfile as Json) ?? {};
        const wanted = {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          networkDataplane: 'cilium',
          networkPolicy: 'cilium',
          outboundType: 'userAssignedNATGateway',
          loadBalancerSku: 'standard',
        };
        for (const [name, value] of Object.entries(wanted))
          if (network[name] !== value) report(cluster, `${name}: ${network[name]}`, `${name}: ${value}`);
      }
      for (const subnet of ofType(recording, 'network:Subnet'))
        if (subnet.inputs.natGateway === undefined) report(subnet, 'no way out', 'the NAT gateway');
    },
  },
  {
    name: 'closed-network',
    tier: 'kubernetes',
    check: ({ recording, document: { network } }, report) => {
      const callers = new Set<string>(network.clientCidrs);
      const own = new Set<string>([
        ...ofType(recording, 'network:Subnet').map((each) => String(each.inputs.addressPrefix)),
        ...ofType(recording, CLUSTER).map((each) => String((each.inputs.networkProfile as Json)?.podCidr)),
      ]);
      for (const group of ofType(recording, 'network:NetworkSecurityGroup')) {
        const rules = list(group.inputs.securityRules).filter((rule) => rule.direction === 'Inbound');
        for (const rule of rules.filter((each) => each.access === 'Allow'))
          for (const from of [...list(rule.sourceAddressPrefix), ...list(rule.sourceAddressPrefixes)]) {
            if (EVERYONE.has(from)) report(group, `${rule.name} from ${from}`, 'the networks of the callers');
            else if (callers.has(from)) {
              if (String(rule.destinationPortRange) !== HTTPS_PORT)
                report(group, `${rule.name} to port ${rule.destinationPortRange}`, `port ${HTTPS_PORT} only`);
            } else if (from !== 'AzureLoadBalancer' && !own.has(from))
              report(group, `${rule.name} from ${from}`, `one of ${[...callers, ...own].join(', ')}`);
          }
        if (!rules.some((rule) => rule.access === 'Deny' && rule.sourceAddressPrefix === '*'))
          report(group, 'no rule that denies the rest', 'a last rule that denies everything else');
      }
      for (const subnet of ofType(recording, 'network:Subnet'))
        if (subnet.inputs.networkSecurityGroup === undefined) report(subnet, 'no security group', 'one on every subnet');
    },
  },
  {
    name: 'encrypted-with-own-key',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const sets = ofType(recording, 'compute:DiskEncryptionSet');
      for (const set of sets)
        if (set.inputs.encryptionType !== 'EncryptionAtRestWithCustomerKey')
          report(set, set.inputs.encryptionType, 'EncryptionAtRestWithCustomerKey');
      for (const cluster of ofType(recording, CLUSTER)) {
        const { diskEncryptionSetID, securityProfile } = cluster.inputs as Json;
        if (!sets.some((each) => String(diskEncryptionSetID).endsWith(`/${each.name}`)))
          report(cluster, diskEncryptionSetID, 'the disk encryption set of the deployment');
        const kms = securityProfile?.azureKeyVaultKms ?? {};
        if (kms.enabled !== true || kms.keyVaultNetworkAccess !== 'Private')
          report(cluster, JSON.stringify(kms), 'secrets of the cluster under a key of the vault, reached privately');
      }
    },
  },
  {
    name: 'kept-current',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const { upgradeChannel, nodeOSUpgradeChannel } = ((cluster.inputs as Json).autoUpgradeProfile as Json) ?? {};
        if (upgradeChannel !== 'patch') report(cluster, upgradeChannel, 'patch: another minor version is somebody’s decision');
        if (nodeOSUpgradeChannel !== 'NodeImage') report(cluster, nodeOSUpgradeChannel, 'NodeImage');
        if ((cluster.inputs.securityProfile as Json)?.imageCleaner?.enabled !== true)
          report(cluster, 'old images stay on nodes', 'securityProfile.imageCleaner.enabled: true');
      }
      const windows = ofType(recording, 'containerservice:MaintenanceConfiguration').map((each) => each.inputs.configName);
      for (const name of ['aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'])
        if (!windows.includes(name)) report(null, `no window for ${name}`, 'hours in which nodes may restart');
    },
  },
  {
    name: 'control-plane-logs',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const settings = ofType(recording, 'monitor:DiagnosticSetting').filter((each) => each.dependencies.includes(cluster.urn));
        const logged = new Set(
          settings.flatMap((each) => list(each.inputs.logs).flatMap((log) => (log.enabled === true ? [log.category] : []))),
        );
        const missing = LOGGED.filter((each) => !logged.has(each));
        if (missing.length > 0) report(cluster, `no log of ${missing.join(', ')}`, `${LOGGED.join(', ')} in the workspace`);
      }
    },
  },
  {
    name: 'protected',
    tier: 'kubernetes',
    check: ({ recording, document: { purpose, fleet } }, report) => {
      // A benchmark's supplies go with it.
      const kept = purpose === 'serving' ? ofType(recording, 'keyvault:Vault', 'keyvault:Key', CLUSTER) : [];
      const reserved = fleet.reservation === null ? [] : ofType(recording, 'containerservice:AgentPool');
      for (const each of [...kept, ...reserved])
        if (!each.protect) report(each, 'something that a slip takes along', 'protect: true');
    },
  },
];
