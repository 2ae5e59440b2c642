// Puts the parts of the Kubernetes tier together: one deployment document in, all its Azure resources declared, outputs out.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { declareBudget } from '../budget.ts';
import { declareWorkspace, watchControlPlane } from '../logging.ts';
import { declareNetwork, declareResourceGroup } from '../network.ts';
import { declareReaper } from '../reaper.ts';
import type { StackSettings } from '../stack-settings.ts';
import { checkCluster } from './check-cluster.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { declareControlIdentities } from './control-identities.ts';
import { declareControlPlane } from './control-plane.ts';
import { declareDiskEncryption } from './disk-encryption.ts';
import { registerInfiniband } from './infiniband.ts';
import { listClusterDoors } from './network-doors.ts';
import { declareOwnSupplies } from './own-supplies.ts';
import { declarePodIdentities } from './pod-identities.ts';
import { grantRole } from './roles.ts';
import { declareServingPools } from './serving-pools.ts';
import { collectStackValues } from './stack-values.ts';

export interface ClusterOutputs {
  resourceGroupName: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  /** Names of the pools with accelerators. */
  poolNames: pulumi.Output<string[]>;
  /** What the program of the cluster's inside fills manifests with. */
  stackValues: pulumi.Output<Record<string, string>>;
  /** Planned cost of the whole deployment, USD an hour. */
  usdPerHour: number;
  /** SHA-256 of the plan this deployment came from. */
  planDigest: string;
}

export type ClusterInputs = Pick<StackSettings, 'budgetStart' | 'sshPublicKey' | 'apiKey'> & ClusterSettings;

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
  const { certificate, sshPublicKey, administratorGroup } = settings;
  const supplies = declareOwnSupplies(document, { resourceGroup, network, apiKey: settings.apiKey ?? '', certificate });
  const encryption = declareDiskEncryption(document, resourceGroup, supplies);
  const identities = declareControlIdentities(document, resourceGroup, supplies, encryption.set.id);
  const cluster = declareControlPlane(
    document,
    { resourceGroup, supplies, identities, diskEncryptionSetId: encryption.set.id, sshPublicKey },
    { dependsOn: [...guards, ...identities.roles, encryption.role, ...supplies.ready] },
  );
  const workspace = declareWorkspace(document, resourceGroup.name);
  watchControlPlane(cluster.id, workspace);
  for (const role of ['clusterUser', 'clusterAdministrator'] as const)
    grantRole(`people-${role === 'clusterUser' ? 'reach' : 'run'}-cluster`, {
      role,
      scope: cluster.id,
      principalId: administratorGroup,
      description: `People who run ${document.name}`,
      people: true,
    });
  const pods = declarePodIdentities(document, resourceGroup, cluster, supplies);
  const pools = declareServingPools(
    document,
    { resourceGroup, cluster, subnet: network.subnet },
    { dependsOn: [...guards, ...registerInfiniband(document)] },
  );
  return {
    resourceGroupName: resourceGroup.name,
    clusterName: cluster.name,
    poolNames: pulumi.all(pools.map((pool) => pool.name)),
    stackValues: collectStackValues(supplies, encryption.set, pods),
    usdPerHour: document.cost.usdPerHour,
    planDigest: document.planDigest,
  };
}
