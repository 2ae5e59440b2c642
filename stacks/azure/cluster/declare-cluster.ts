// Puts the parts of the Kubernetes tier together: one deployment document in, all its Azure resources declared, outputs out.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { declareBudget } from '../guards/budget.ts';
import { declareReaper } from '../guards/reaper.ts';
import { declareLogging, watchControlPlane } from '../logging.ts';
import { declareNetwork, declareResourceGroup } from '../network.ts';
import { grantRole } from '../roles.ts';
import type { StackSettings } from '../stack-settings.ts';
import { declareSupplies } from '../supplies/supplies.ts';
import { declareWatching } from '../watching/declare-watching.ts';
import { declareDiagnostics } from '../watching/diagnostics.ts';
import { checkCluster } from './check-cluster.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { declareControlIdentities } from './control-identities.ts';
import { declareControlPlane } from './control-plane.ts';
import { registerInfiniband } from './infiniband.ts';
import { listClusterDoors } from './network-doors.ts';
import { lendSupplies } from './own-supplies.ts';
import { declarePodIdentities } from './pod-identities.ts';
import { declareServingPools } from './serving-pools.ts';
import { collectStackValues } from './stack-values.ts';

export interface ClusterOutputs {
  resourceGroupName: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  clusterId: pulumi.Output<string>;
  /** Names of the pools with accelerators. */
  poolNames: pulumi.Output<string[]>;
  /** What the program of the cluster's inside fills manifests with. */
  stackValues: pulumi.Output<Record<string, string>>;
  vaultName: pulumi.Output<string>;
  weightsUrl: pulumi.Output<string>;
  registryServer: pulumi.Output<string>;
  /** Where the cluster's Prometheus sends to; null where nothing is published. */
  remoteWriteUrl: pulumi.Output<string> | null;
  /** The page of plan against actual in the portal; null likewise. */
  dashboardId: pulumi.Output<string> | null;
  /** Grafana, as it is reached from the deployment's network; null likewise. */
  grafanaEndpoint: pulumi.Output<string> | null;
  /** Planned cost of the whole deployment, USD an hour. */
  usdPerHour: number;
  /** SHA-256 of the plan this deployment came from. */
  planDigest: string;
}

export type ClusterInputs = Pick<StackSettings, 'budgetStart' | 'sshPublicKey' | 'apiKey' | 'certificate'> & ClusterSettings;

/**
 * Declares every resource of the Kubernetes tier outside of the cluster.
 * @throws RunError when the document asks for what this tier cannot give; nothing is declared then
 */
export function declareCluster(document: Deployment, settings: ClusterInputs): ClusterOutputs {
  checkCluster(document);
  const resourceGroup = declareResourceGroup(document);
  // The alarm, and what ends a benchmark, come before anything that costs money.
  const guards = [declareBudget(document, resourceGroup, settings.budgetStart), ...declareReaper(document, resourceGroup)];
  const network = declareNetwork(document, resourceGroup.name, listClusterDoors(document));
  const { sshPublicKey, administratorGroup } = settings;
  const declared = declareSupplies(document, { resourceGroup, network, ...settings });
  const { diskEncryptionSetId } = declared.encryption;
  const supplies = lendSupplies(document, declared, network);
  const identities = declareControlIdentities(document, resourceGroup, supplies, diskEncryptionSetId);
  const cluster = declareControlPlane(
    document,
    { resourceGroup, supplies, identities, diskEncryptionSetId, sshPublicKey },
    { dependsOn: [...guards, ...identities.roles, ...supplies.ready] },
  );
  const logs = declareLogging(document, resourceGroup.name);
  watchControlPlane(cluster.id, logs);
  declareDiagnostics('vault', declared.kept.vault, logs);
  declareDiagnostics('weights', declared.store.account, logs, { part: 'blobServices/default' });
  declareDiagnostics('registry', declared.images.registry, logs);
  for (const [verb, role] of [
    ['reach', 'Azure Kubernetes Service Cluster User Role'],
    ['run', 'Azure Kubernetes Service RBAC Cluster Admin'],
  ] as const)
    grantRole(`people-${verb}-cluster`, {
      role,
      scope: cluster.id,
      principalId: administratorGroup,
      description: `People who run ${document.name}`,
      people: true,
    });
  const pods = declarePodIdentities(document, resourceGroup, cluster, supplies);
  const watching = declareWatching(document, { resourceGroup, network, publisher: pods.metrics, logs });
  const pools = declareServingPools(
    document,
    { resourceGroup, cluster, subnet: network.subnet },
    { dependsOn: [...guards, ...registerInfiniband(document)] },
  );
  return {
    resourceGroupName: resourceGroup.name,
    clusterName: cluster.name,
    clusterId: cluster.id,
    poolNames: pulumi.all(pools.map((pool) => pool.name)),
    stackValues: collectStackValues(supplies, diskEncryptionSetId, pods, watching.remoteWriteUrl),
    vaultName: supplies.vaultName,
    weightsUrl: declared.store.containerUrl,
    registryServer: supplies.registryLoginServer,
    remoteWriteUrl: watching.remoteWriteUrl,
    dashboardId: watching.dashboardId,
    grafanaEndpoint: watching.grafanaEndpoint,
    usdPerHour: document.cost.usdPerHour,
    planDigest: document.planDigest,
  };
}
