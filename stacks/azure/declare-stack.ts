// Puts the parts together: one deployment document in, all its Azure resources declared, the stack's outputs out.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { declareBudget } from './budget.ts';
import { checkDeployment } from './check-deployment.ts';
import { declareEndpoint } from './endpoint.ts';
import { declareIdentity } from './identity.ts';
import { declareLogging } from './logging.ts';
import { declareNetwork, declareResourceGroup } from './network.ts';
import { declareReaper } from './reaper.ts';
import { declareServingNodes } from './serving-nodes.ts';
import type { StackSettings } from './stack-settings.ts';
import { declareApiKey } from './vault.ts';
import { declareWatching } from './watching/declare-watching.ts';
import { declareDiagnostics } from './watching/diagnostics.ts';

export interface StackOutputs {
  /** Private IPv4 address clients call. */
  endpointAddress: pulumi.Output<string>;
  /** The same with scheme and port. */
  endpointUrl: pulumi.Output<string>;
  resourceGroupName: pulumi.Output<string>;
  scaleSetName: pulumi.Output<string>;
  /** Where nodes send their metrics; null where there are none. */
  remoteWriteUrl: pulumi.Output<string> | null;
  /** The page of plan against actual in the portal; null where there is nothing to show. */
  dashboardId: pulumi.Output<string> | null;
  /** Grafana, as it is reached from the deployment's network; null likewise. */
  grafanaEndpoint: pulumi.Output<string> | null;
  /** Planned cost of the whole deployment, USD an hour. */
  usdPerHour: number;
  /** SHA-256 of the plan this deployment came from. */
  planDigest: string;
}

/**
 * Declares every resource of the single-node tier.
 * @throws RunError when the document asks for what this tier cannot give; nothing is declared then
 */
export function declareStack(
  document: Deployment,
  settings: Pick<StackSettings, 'budgetStart' | 'sshPublicKey' | 'apiKey'>,
): StackOutputs {
  const image = checkDeployment(document);
  const resourceGroup = declareResourceGroup(document);
  // The alarm comes before anything that costs money.
  const budget = declareBudget(document, resourceGroup, settings.budgetStart);
  // And what ends a benchmark before there is one.
  const guards = [budget, ...declareReaper(document, resourceGroup)];
  const network = declareNetwork(document, resourceGroup.name);
  const { subnet } = network;
  const identity = declareIdentity(document, resourceGroup.name);
  const { apiKey } = settings;
  const key = apiKey === undefined ? undefined : declareApiKey(document, { resourceGroup, network, identity, apiKey });
  const endpoint = declareEndpoint(document, resourceGroup, subnet);
  const logs = declareLogging(document, resourceGroup.name);
  if (key !== undefined) declareDiagnostics('vault', key.vault, logs);
  const watching = declareWatching(document, {
    resourceGroup,
    network,
    publisher: identity,
    logs,
    loadBalancer: endpoint.loadBalancer,
  });
  const nodes = declareServingNodes(
    document,
    {
      resourceGroupName: resourceGroup.name,
      image,
      subnet,
      backendPoolId: endpoint.backendPoolId,
      identity,
      ...(key === undefined ? {} : { key: pulumi.output({ secretUrl: key.secretUrl, clientId: identity.clientId }) }),
      ...(watching.agent === undefined ? {} : { agent: watching.agent }),
      sshPublicKey: settings.sshPublicKey,
    },
    { dependsOn: [...guards, ...(key?.readers ?? []), ...watching.ready] },
  );
  return {
    endpointAddress: endpoint.address,
    endpointUrl: pulumi.interpolate`http://${endpoint.address}:${document.engine.port}`,
    resourceGroupName: resourceGroup.name,
    scaleSetName: nodes.name,
    remoteWriteUrl: watching.remoteWriteUrl,
    dashboardId: watching.dashboardId,
    grafanaEndpoint: watching.grafanaEndpoint,
    usdPerHour: document.cost.usdPerHour,
    planDigest: document.planDigest,
  };
}
