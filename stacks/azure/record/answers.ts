// What Azure would add to a resource once it is there, and answer to a question, as far as the programs read it.
import type { Answers } from './monitor.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000';
const SOME_ID = '00000000-0000-0000-0000-000000000001';
/** Inputs that name a resource's parent, and so are not its own name. */
const PARENTS = new Set([
  'resourceGroupName',
  'virtualNetworkName',
  'accountName',
  'vaultName',
  'automationAccountName',
  'registryName',
  'resourceName',
]);
/** Whoever deploys: nobody, here. */
const SOMEONE = '00000000-0000-0000-0000-000000000000';
const CLUSTER = {
  clusters: [
    {
      name: 'recorded',
      cluster: { server: 'https://recorded.privatelink.invalid:443', 'certificate-authority-data': 'UkVDT1JERUQ=' },
    },
  ],
};

/** What only Azure knows, by type; properties that were asked for stay beside it. */
export const MADE_BY_AZURE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'azure-native:monitor:DataCollectionEndpoint': {
    metricsIngestion: { endpoint: 'https://recorded.westeurope-1.metrics.ingest.monitor.azure.com' },
  },
  'azure-native:monitor:DataCollectionRule': { immutableId: 'dcr-00000000000000000000000000000001' },
  'azure-native:dashboard:Grafana': { properties: { endpoint: 'https://recorded.weu.grafana.azure.com' } },
};

/** An id of the right shape, the name that was asked for, and the few values that other resources are made with. */
const made: Answers['made'] = ({ type, name, inputs }) => {
  const own = azureName(type, name, inputs);
  const frontends = inputs.frontendIPConfigurations;
  return {
    name: own,
    id: `${SUBSCRIPTION}/recorded/${name}`,
    principalId: SOME_ID,
    clientId: SOME_ID,
    tenantId: SOMEONE,
    ...(kindOf(type) === 'ManagedCluster' ? { oidcIssuerProfile: { enabled: true, issuerURL: 'https://issuer.invalid/' } } : {}),
    ...(kindOf(type) === 'Registry' ? { loginServer: `${own}.azurecr.io` } : {}),
    ...(kindOf(type) === 'Key' ? { keyUriWithVersion: `https://vault.invalid/keys/${own}/0` } : {}),
    ...(type === 'kubernetes:core/v1:Service' ? { status: { loadBalancer: { ingress: [{ ip: '10.42.0.5' }] } } } : {}),
    ...(MADE_BY_AZURE[type] ?? {}),
    ...(typeof inputs.identity === 'object' ? { identity: { ...inputs.identity, principalId: SOME_ID } } : {}),
    ...(Array.isArray(frontends)
      ? { frontendIPConfigurations: frontends.map((each) => ({ ...each, privateIPAddress: '10.42.0.4' })) }
      : {}),
  };
};

/**
 * @param others - outputs of the stack that a program refers to
 */
export function azureAnswers(others: Readonly<Record<string, unknown>> = {}): Answers {
  return {
    made,
    found: () => ({ outputs: others, secretOutputNames: [] }),
    called: (token) =>
      token.endsWith(':listManagedClusterUserCredentials')
        ? { kubeconfigs: [{ name: 'clusterUser', value: Buffer.from(JSON.stringify(CLUSTER)).toString('base64') }] }
        : { tenantId: SOMEONE, subscriptionId: SOMEONE, clientId: SOMEONE, objectId: SOMEONE },
  };
}

/** The name Azure would answer with: the input that carries it, else the logical name, to which the engine adds digits. */
export function azureName(type: string, name: string, inputs: Readonly<Record<string, unknown>>): string {
  const carrier =
    Object.keys(inputs).find((key) => /Name$/.test(key) && !PARENTS.has(key)) ??
    Object.keys(inputs).find((key) => PARENTS.has(key) && ownedBy(type, key)) ??
    '';
  return typeof inputs[carrier] === 'string' ? inputs[carrier] : name;
}

function kindOf(type: string): string {
  return type.split(':').at(-1) ?? '';
}

/** A group, a network, a vault, a registry and an account are named by what names the parent elsewhere. */
function ownedBy(type: string, key: string): boolean {
  const kind = kindOf(type);
  const owner: Readonly<Record<string, string>> = {
    StorageAccount: 'accountName',
    ManagedCluster: 'resourceName',
    UserAssignedIdentity: 'resourceName',
  };
  return key.toLowerCase() === `${kind}Name`.toLowerCase() || owner[kind] === key;
}
