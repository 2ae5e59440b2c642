// What the owner needs after a deployment.
// In: the finished resources. Out: stack outputs.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';

export interface OutputsProps {
  readonly document: Deployment;
  readonly endpoint: NetworkLoadBalancer;
  readonly group: AutoScalingGroup;
  readonly engineLogs: ILogGroup;
}

/** Adds the outputs; amounts are the plan's, in USD. */
export function addOutputs(stack: Stack, { document, endpoint, group, engineLogs }: OutputsProps): void {
  const { cost, engine, planDigest } = document;
  const output = (id: string, value: string, description: string) => new CfnOutput(stack, id, { value, description });
  output('EndpointDnsName', endpoint.loadBalancerDnsName, 'Reachable from the client networks only');
  output(
    'EndpointUrl',
    `https://${endpoint.loadBalancerDnsName}`,
    `Point the certificate's name here; answers within ${engine.startupSeconds} seconds of a node's container start`,
  );
  output('NodeGroupName', group.autoScalingGroupName, 'Auto Scaling group of the serving nodes');
  output('EngineLogGroupName', engineLogs.logGroupName, 'What the engine prints, one stream a node');
  output('CostUsdPerHour', String(cost.usdPerHour), `As planned, prices of ${cost.priceAsOf}`);
  output('CostUsdPerMonth', String(cost.usdPerMonth), `As planned, prices of ${cost.priceAsOf}`);
  output('PlanDigest', planDigest, 'SHA-256 of the plan behind this deployment');
}
