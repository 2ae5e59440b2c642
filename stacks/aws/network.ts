// The deployment's own network.
// In: a CIDR block and zones. Out: private subnets with a way out through one NAT gateway and no way in from the internet.
import { type Stack, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../src/documents/deployment.ts';

/** The smallest subnet AWS allows; it holds a NAT gateway and nothing else. */
const WAY_OUT_PREFIX_BITS = 28;

/**
 * Adds the network.
 *
 * One NAT gateway, not one a zone: nodes need the internet only while they fetch image and weights, so losing its zone
 * stops new nodes from starting but none from serving. S3, from where system packages and many registries' layers come,
 * is reached through a gateway endpoint, which costs nothing.
 * @returns a network whose subnet group `Nodes` is the only place for machines
 */
export function addNetwork(stack: Stack, document: Deployment, logs: ILogGroup): Vpc {
  const vpc = new Vpc(stack, 'Network', {
    ipAddresses: IpAddresses.cidr(document.network.vpcCidr),
    availabilityZones: document.placement.zones,
    natGateways: 1,
    subnetConfiguration: [
      { name: 'Nodes', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'WayOut', subnetType: SubnetType.PUBLIC, cidrMask: WAY_OUT_PREFIX_BITS, mapPublicIpOnLaunch: false },
    ],
    gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    restrictDefaultSecurityGroup: true,
  });
  const writer = new Role(stack, 'FlowLogWriter', { assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com') });
  vpc.addFlowLog('FlowLog', {
    destination: FlowLogDestination.toCloudWatchLogs(logs, writer),
    trafficType: FlowLogTrafficType.ALL,
  });
  Validations.of(vpc).acknowledge({
    id: 'CloudFormation-Validate::W3010',
    reason: 'The zones are part of the plan: they are the ones where the machine type is offered.',
  });
  return vpc;
}
