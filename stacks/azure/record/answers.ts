// What Azure would add to a resource once it is there, as far as the program reads it.
import type { Registration } from './monitor.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000';
const SOME_ID = '00000000-0000-0000-0000-000000000001';
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** Inputs that name a resource's parent, and so are not its own name. */
const PARENTS = new Set(['resourceGroupName', 'virtualNetworkName', 'accountName', 'vaultName', 'automationAccountName']);

/** What only Azure knows, by type; properties that were asked for stay beside it. */
export const MADE_BY_AZURE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'azure-native:monitor:DataCollectionEndpoint': {
    metricsIngestion: { endpoint: 'https://recorded.westeurope-1.metrics.ingest.monitor.azure.com' },
  },
  'azure-native:monitor:DataCollectionRule': { immutableId: 'dcr-00000000000000000000000000000001' },
  'azure-native:dashboard:Grafana': { properties: { endpoint: 'https://recorded.weu.grafana.azure.com' } },
};

/** An id of the right shape, the name that was asked for, and the few values that other resources are made with. */
export const azureAnswers = ({
  type,
  name,
  inputs,
}: Pick<Registration, 'type' | 'name' | 'inputs'>): Readonly<Record<string, unknown>> => {
  const own = azureName(type, name, inputs);
  const frontends = inputs.frontendIPConfigurations;
  return {
    name: own,
    id: `${SUBSCRIPTION}/recorded/${name}`,
    principalId: SOME_ID,
    clientId: SOME_ID,
    ...(type.endsWith(':Registry') ? { loginServer: `${own}.azurecr.io` } : {}),
    ...(type.endsWith(':Key') ? { keyUriWithVersion: `https://recorded.vault.azure.net/keys/${own}/1` } : {}),
    ...(typeof inputs.identity === 'object' ? { identity: { ...inputs.identity, principalId: SOME_ID } } : {}),
    ...(MADE_BY_AZURE[type] ?? {}),
    ...(Array.isArray(frontends)
      ? { frontendIPConfigurations: frontends.map((each) => ({ ...each, privateIPAddress: '10.42.0.4' })) }
      : {}),
  };
};

/** The name Azure would answer with: the input that carries it, else the logical name, to which the engine adds digits. */
export function azureName(type: string, name: string, inputs: Readonly<Record<string, unknown>>): string {
  const carrier =
    Object.keys(inputs).find((key) => /Name$/.test(key) && !PARENTS.has(key)) ??
    Object.keys(inputs).find((key) => PARENTS.has(key) && ownedBy(type, key)) ??
    '';
  return typeof inputs[carrier] === 'string' ? inputs[carrier] : name;
}

/** A group, a network and an account are named by what names the parent elsewhere. */
function ownedBy(type: string, key: string): boolean {
  const [kind = ''] = type.split(':').slice(-1);
  return key.toLowerCase() === `${kind}Name`.toLowerCase() || (kind === 'StorageAccount' && key === 'accountName');
}

/** What a function of the provider gives back: whoever deploys is nobody, here. */
export function answerFunction(_token: string): Record<string, string> {
  return { tenantId: NOBODY, subscriptionId: NOBODY, clientId: NOBODY, objectId: NOBODY };
}
