// The cluster's own network.
// In: a CIDR block and zones. Out: private subnets for nodes, one way out, and private doors to the services they use.
import { type Stack, Tags, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { CLUSTER_ZONES, OUTWARD_PREFIX_BITS } from './sizes.ts';

export const NODES = { subnetGroupName: 'Nodes' };

const HTTPS_PORT = 443;
/** What the bill calls private endpoints of a cluster. */
const SERVICES = {
  Machines: InterfaceVpcEndpointAwsService.EC2,
  ControlPlane: InterfaceVpcEndpointAwsService.EKS,
  PodIdentities: InterfaceVpcEndpointAwsService.EKS_AUTH,
  Tokens: InterfaceVpcEndpointAwsService.STS,
  LoadBalancers: InterfaceVpcEndpointAwsService.ELASTIC_LOAD_BALANCING,
  Registry: InterfaceVpcEndpointAwsService.ECR,
  RegistryImages: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Metrics: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Sessions: InterfaceVpcEndpointAwsService.SSM,
  SessionMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
} as const;

/** The zones a cluster uses: machines that need each other's fabric are in the first. */
export function clusterZones({ placement }: Deployment): string[] {
  return placement.zones.slice(0, CLUSTER_ZONES);
}

/** The one subnet of all serving pools: the fabric between machines ends at the zone. */
export function fabricSubnet(network: Vpc): ISubnet {
  const [first] = network.selectSubnets(NODES).subnets;
  if (first === undefined) throw new Error('the network has no subnet for nodes');
  return first;
}

/** Adds the network. Charts and images of the cluster's own controllers come from public registries, hence the way out. */
export function addClusterNetwork(stack: Stack, document: Deployment, logs: ILogGroup): Vpc {
  const vpc = new Vpc(stack, 'Network', {
    ipAddresses: IpAddresses.cidr(document.network.vpcCidr),
    availabilityZones: clusterZones(document),
    natGateways: 1,
    subnetConfiguration: [
      { name: NODES.subnetGroupName, subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Outward', subnetType: SubnetType.PUBLIC, cidrMask: OUTWARD_PREFIX_BITS, mapPublicIpOnLaunch: false },
    ],
    // Nothing is in the default group, and emptying it takes a function with rights over every group of the account.
    restrictDefaultSecurityGroup: false,
  });
  for (const subnet of vpc.privateSubnets) Tags.of(subnet).add('kubernetes.io/role/internal-elb', '1');
  // The cluster marks these for load balancers on the internet; no load balancer of this deployment belongs there.
  for (const subnet of vpc.publicSubnets) Tags.of(subnet).remove('kubernetes.io/role/elb');
  addServiceDoors(stack, document, vpc);
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

function addServiceDoors(stack: Stack, document: Deployment, vpc: Vpc): void {
  const traffic = new SecurityGroup(stack, 'ServiceDoors', {
    vpc,
    description: 'Private endpoints: in from the network over HTTPS',
    allowAllOutbound: false,
  });
  traffic.addIngressRule(Peer.ipv4(document.network.vpcCidr), Port.tcp(HTTPS_PORT), 'Nodes and pods');
  for (const [name, service] of Object.entries(SERVICES))
    vpc.addInterfaceEndpoint(name, {
      service,
      subnets: NODES,
      securityGroups: [traffic],
      open: false,
      privateDnsEnabled: true,
    });
  // Left open: layers of public images lie in buckets of other accounts, and what pods may read is said by their roles.
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets: [NODES] });
}
