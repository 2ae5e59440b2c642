// What the owner, and the manifests, need after a deployment.
// In: the finished resources. Out: stack outputs.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import type { Cluster, Nodegroup } from 'aws-cdk-lib/aws-eks-v2';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { engineIdentity } from './identities.ts';
import { poolId, type ServingPool } from './serving-pools.ts';

export interface OutputsProps {
  readonly document: Deployment;
  readonly cluster: Cluster;
  readonly network: Vpc;
  readonly key: IKey;
  readonly administratorRoleArn: string;
  readonly systemNodes: Nodegroup;
  readonly pools: readonly ServingPool[];
}

/** Adds the outputs; amounts are the plan's, in USD. */
export function addOutputs(stack: Stack, props: OutputsProps): void {
  const { document, cluster, network, key, administratorRoleArn, systemNodes, pools } = props;
  const { cost, planDigest, placement } = document;
  const { namespace, serviceAccount } = engineIdentity(document);
  const output = (id: string, value: string, description: string) => new CfnOutput(stack, id, { value, description });
  output('ClusterName', cluster.clusterName, 'The API answers in the network and to the client networks only');
  output(
    'KubeconfigCommand',
    `aws eks update-kubeconfig --region ${placement.region} --name ${cluster.clusterName} --role-arn ${administratorRoleArn}`,
    'Run where a client network has a route into the VPC',
  );
  output('Namespace', namespace, 'Where the serving pods are');
  output('ServiceAccount', serviceAccount, 'The only one whose pods may read weights and API key');
  output('NetworkId', network.vpcId, 'For the load balancer controller, whose pods cannot ask their node');
  output('StorageKeyArn', key.keyArn, 'For the storage class: volumes of pods are encrypted with it');
  output('SystemNodeGroupName', (systemNodes.node.defaultChild as CfnNodegroup).attrNodegroupName, "The cluster's controllers");
  for (const { role, group } of pools)
    output(`${poolId(role)}NodeGroupName`, group.attrNodegroupName, `Nodes with the label seekstack.dev/pool=${role}`);
  output('CostUsdPerHour', String(cost.usdPerHour), `As planned, prices of ${cost.priceAsOf}`);
  output('CostUsdPerMonth', String(cost.usdPerMonth), `As planned, prices of ${cost.priceAsOf}`);
  output('PlanDigest', planDigest, 'SHA-256 of the plan behind this deployment');
}
