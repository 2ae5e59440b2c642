// What Azure would add to a resource once it is there, as far as the program reads it.
import type { Answers } from './monitor.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000';
const SOME_ID = '00000000-0000-0000-0000-000000000001';
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
export const azureAnswers: Answers = ({ type, name, inputs }) => {
  const carrier =
    Object.keys(inputs).find((key) => /Name$/.test(key) && !PARENTS.has(key)) ??
    Object.keys(inputs).find((key) => PARENTS.has(key) && ownedBy(type, key)) ??
    '';
  const own = typeof inputs[carrier] === 'string' ? inputs[carrier] : name;
  const frontends = inputs.frontendIPConfigurations;
  return {
    name: own,
    id: `${SUBSCRIPTION}/recorded/${name}`,
    principalId: SOME_ID,
    clientId: SOME_ID,
    ...(typeof inputs.identity === 'object' ? { identity: { ...inputs.identity, principalId: SOME_ID } } : {}),
    ...(MADE_BY_AZURE[type] ?? {}),
    ...(Array.isArray(frontends)
      ? { frontendIPConfigurations: frontends.map((each) => ({ ...each, privateIPAddress: '10.42.0.4' })) }
      : {}),
  };
};

/** A group, a network and an account are named by what names the parent elsewhere. */
function ownedBy(type: string, key: string): boolean {
  const [kind = ''] = type.split(':').slice(-1);
  return key.toLowerCase() === `${kind}Name`.toLowerCase() || (kind === 'StorageAccount' && key === 'accountName');
}
