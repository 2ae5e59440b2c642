// The stack of one deployment on Kubernetes: wires the rooms together and owns nothing else.
// In: a deployment document and its supplies. Out: network, cluster, node groups and identities in one CloudFormation stack.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { addClusterAddOns, addNodeAddOns } from './add-ons.ts';
import { addControlPlane } from './control-plane.ts';
import { addClusterKey } from './encryption.ts';
import { addIdentities } from './identities.ts';
import { addClusterLogs } from './logs.ts';
import { addClusterNetwork, clusterZones } from './network.ts';
import { addNodeRole } from './node-role.ts';
import { addOutputs } from './outputs.ts';
import { addServingPools } from './serving-pools.ts';
import { type ClusterSupplies, clusterSuppliesOf } from './supplies.ts';
import { addSystemNodes } from './system-nodes.ts';

export interface ClusterStackProps {
  readonly document: Deployment;
  /** Twelve-digit account number; undefined leaves the template free of one. */
  readonly account: string | undefined;
  /** Left out, they are asked for at deployment. */
  readonly supplies?: ClusterSupplies | undefined;
}

export class ClusterStack extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { document, account, supplies: known }: ClusterStackProps) {
    const { model, machine, fleet, placement } = document;
    super(scope, id, {
      stackName: document.name,
      description: `${model.id} on ${fleet.nodes} x ${machine.type} in ${placement.region}, plan ${document.planDigest.slice(0, 12)}`,
      env: { region: placement.region, ...(account === undefined ? {} : { account }) },
    });
    this.#zones = clusterZones(document);

    const supplies = clusterSuppliesOf(this, known);
    const key = addClusterKey(this, document);
    const logs = addClusterLogs(this, document, key);
    const network = addClusterNetwork(this, document, logs.network);
    const { cluster, administratorRoleArn } = addControlPlane(this, { document, network, key, logs: logs.controlPlane });
    const role = addNodeRole(this);
    const addOns = { clusterName: document.name, cluster, key };
    const nodeAddOns = addNodeAddOns(this, addOns);
    const systemNodes = addSystemNodes(this, { cluster, role, key });
    systemNodes.node.addDependency(...nodeAddOns);
    const clusterAddOns = addClusterAddOns(this, addOns, systemNodes);
    addIdentities(this, { document, cluster, network, supplies });
    const pools = addServingPools(this, { document, cluster, network, role, key });
    // What costs most starts last, in a cluster that is known to work.
    for (const { nodes } of pools) nodes.node.addDependency(...clusterAddOns);
    addOutputs(this, { document, cluster, network, key, administratorRoleArn, systemNodes, pools });
  }

  /** The plan's zones. Without the override CDK asks an account for its zones, which needs credentials. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }
}
