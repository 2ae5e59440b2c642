// Declares a stack under Pulumi's own mocks and hands back what was registered, with the inputs as the engine gets them.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { declareStack } from '../../../stacks/azure/declare-stack.ts';
import { azureName } from '../../../stacks/azure/record/answers.ts';

export interface Registration {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach deep into untyped inputs
  inputs: any;
}

export const testApiKey = 'k3y-of-a-test-0123456789';
export const testCertificate =
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n';
export const testKey = 'ssh-ed25519 AAAAtest someone@example.com';
export const frontendAddress = '10.40.0.4';

/** Mocks that answer as Azure does: every resource gets an id, a load balancer its private address. */
export async function startRecording(): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registrations.push({ type: type.replace('azure-native:', ''), name, inputs });
        const id = `/subscriptions/0000/resourceGroups/test/${name}`;
        const state = { ...inputs, name: azureName(type, name, inputs) };
        if (type.endsWith(':LoadBalancer'))
          state.frontendIPConfigurations = [{ ...inputs.frontendIPConfigurations[0], privateIPAddress: frontendAddress }];
        if (type.endsWith(':Registry')) state.loginServer = `${name}.azurecr.io`;
        if (type.endsWith(':Key')) state.keyUriWithVersion = `https://vault.example/keys/${inputs.keyName}/1`;
        if (type.endsWith(':DataCollectionEndpoint'))
          state.metricsIngestion = { endpoint: 'https://metrics.ingest.monitor.azure.com' };
        if (type.endsWith(':DataCollectionRule')) state.immutableId = 'dcr-1';
        if (inputs.identity?.type === 'SystemAssigned') state.identity = { ...inputs.identity, principalId: `${name}-principal` };
        if (type.endsWith(':UserAssignedIdentity'))
          Object.assign(state, { principalId: `${name}-principal`, clientId: `${name}-client`, tenantId: 'tenant-1' });
        return { id, state };
      },
      call: () => ({ tenantId: '0000', subscriptionId: '0000' }),
    },
    'seekstack-azure',
    'test',
  );
  return registrations;
}

/** Registrations of one document, complete: returns when the last resource has been answered. */
export async function registerDeployment(document: Deployment, nodeImage?: string): Promise<Registration[]> {
  const registrations = await startRecording();
  declareStack(document, {
    budgetStart: '2026-11-01',
    sshPublicKey: testKey,
    apiKey: pulumi.secret(testApiKey),
    certificate: pulumi.secret(testCertificate),
    nodeImage,
  });
  await pulumi.runtime.disconnect();
  return registrations;
}

/** The one registration of a type such as `network:LoadBalancer`; its inputs. */
export function findInputs(registrations: Registration[], type: string): Registration['inputs'] {
  const found = registrations.filter((registration) => registration.type === type);
  if (found.length !== 1) throw new Error(`${found.length} registrations of ${type}`);
  return found[0]?.inputs;
}
