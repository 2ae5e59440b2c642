// Puts the parts together: one deployment document in, all its Azure resources declared, the stack's outputs out.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { checkDeployment } from './check-deployment.ts';
import { declareBudget } from './guards/budget.ts';
import { declareReaper } from './guards/reaper.ts';
import { declareIdentity } from './identity.ts';
import { declareLogging } from './logging.ts';
import { declareNetwork, declareResourceGroup } from './network.ts';
import { declareEndpoint } from './serving/endpoint.ts';
import { declareServingNodes } from './serving/serving-nodes.ts';
import type { StackSettings } from './stack-settings.ts';
import { admitReader, declareSupplies, placesOf } from './supplies/supplies.ts';
import { declareWatching } from './watching/declare-watching.ts';
import { declareDiagnostics } from './watching/diagnostics.ts';

export interface StackOutputs {
  /** Private IPv4 address clients call; the certificate's name points to it. */
  endpointAddress: pulumi.Output<string>;
  /** The same with scheme. */
  endpointUrl: pulumi.Output<string>;
  resourceGroupName: pulumi.Output<string>;
  scaleSetName: pulumi.Output<string>;
  scaleSetId: pulumi.Output<string>;
  vaultName: pulumi.Output<string>;
  weightsUrl: pulumi.Output<string>;
  registryServer: pulumi.Output<string>;
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
  settings: Pick<StackSettings, 'budgetStart' | 'sshPublicKey' | 'apiKey' | 'certificate' | 'nodeImage'>,
): StackOutputs {
  checkDeployment(document, settings.nodeImage);
  const resourceGroup = declareResourceGroup(document);
  // The alarm comes before anything that costs money.
  const budget = declareBudget(document, resourceGroup, settings.budgetStart);
  // And what ends a benchmark before there is one.
  const guards = [budget, ...declareReaper(document, resourceGroup)];
  const network = declareNetwork(document, resourceGroup.name);
  const identity = declareIdentity(document, resourceGroup.name);
  const supplies = declareSupplies(document, { resourceGroup, network, ...settings });
  const readers = admitReader(document, supplies, { name: 'nodes', principalId: identity.principalId });
  const endpoint = declareEndpoint(document, resourceGroup, network.subnet);
  const logs = declareLogging(document, resourceGroup.name);
  declareDiagnostics('vault', supplies.kept.vault, logs);
  declareDiagnostics('weights', supplies.store.account, logs, { part: 'blobServices/default' });
  declareDiagnostics('registry', supplies.images.registry, logs);
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
      nodeImage: settings.nodeImage,
      subnet: network.subnet,
      backendPoolId: endpoint.backendPoolId,
      identity,
      diskEncryptionSetId: supplies.encryption.diskEncryptionSetId,
      places: placesOf(supplies, identity.clientId),
      ...(watching.agent === undefined ? {} : { agent: watching.agent }),
      sshPublicKey: settings.sshPublicKey,
    },
    { dependsOn: [...guards, ...supplies.ready, ...readers, ...watching.ready] },
  );
  return {
    endpointAddress: endpoint.address,
    endpointUrl: pulumi.interpolate`https://${endpoint.address}`,
    resourceGroupName: resourceGroup.name,
    scaleSetName: nodes.name,
    scaleSetId: nodes.id,
    vaultName: supplies.kept.vault.name,
    weightsUrl: supplies.store.containerUrl,
    registryServer: supplies.images.registry.loginServer,
    remoteWriteUrl: watching.remoteWriteUrl,
    dashboardId: watching.dashboardId,
    grafanaEndpoint: watching.grafanaEndpoint,
    usdPerHour: document.cost.usdPerHour,
    planDigest: document.planDigest,
  };
}
