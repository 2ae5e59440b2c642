// The deployment's own network.
// In: a CIDR block and zones. Out: subnets without any way to the internet, and private doors to the services nodes use.
import { Aws, type Stack, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { WEIGHTS_PREFIX } from '../supplies/buckets.ts';
import type { Supplies } from '../supplies/supplies-stack.ts';

const HTTPS_PORT = 443;
const SUBNETS = { subnetGroupName: 'Nodes' };
/** Registry (two), logs, metrics, secrets, sessions (two): what the bill calls private endpoints. */
const SERVICES = {
  Registry: InterfaceVpcEndpointAwsService.ECR,
  RegistryImages: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Metrics: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Sessions: InterfaceVpcEndpointAwsService.SSM,
  SessionMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
} as const;

/**
 * Adds the network. Nodes need no internet: weights and images come from the deployment's own bucket and repository,
 * packages from the buckets behind Amazon Linux.
 * @returns a network whose subnet group `Nodes` is the only place for machines
 */
export function addNetwork(stack: Stack, document: Deployment, supplies: Supplies, logs: ILogGroup): Vpc {
  const vpc = new Vpc(stack, 'Network', {
    ipAddresses: IpAddresses.cidr(document.network.vpcCidr),
    availabilityZones: document.placement.zones,
    natGateways: 0,
    subnetConfiguration: [{ name: 'Nodes', subnetType: SubnetType.PRIVATE_ISOLATED }],
    // Nothing is in the default group, and emptying it takes a function with rights over every group of the account.
    restrictDefaultSecurityGroup: false,
  });
  addServiceDoors(stack, document, vpc);
  addStorageDoor(vpc, document, supplies);
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
  traffic.addIngressRule(Peer.ipv4(document.network.vpcCidr), Port.tcp(HTTPS_PORT), 'Nodes');
  for (const [name, service] of Object.entries(SERVICES))
    vpc.addInterfaceEndpoint(name, {
      service,
      subnets: SUBNETS,
      securityGroups: [traffic],
      open: false,
      privateDnsEnabled: true,
    });
}

/** The policy of the door to S3: this deployment's weights, image layers, and packages of the operating system. */
function addStorageDoor(vpc: Vpc, { placement }: Deployment, { weightsArn }: Supplies): void {
  const door = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets: [SUBNETS] });
  const read = (sid: string, actions: string[], resources: string[]) =>
    door.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, principals: [new AnyPrincipal()], actions, resources }));
  read('Weights', ['s3:GetObject'], [`${weightsArn}/${WEIGHTS_PREFIX}/*`]);
  read('ListWeights', ['s3:ListBucket'], [weightsArn]);
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
  read('ImageLayers', ['s3:GetObject'], [`arn:${Aws.PARTITION}:s3:::prod-${placement.region}-starport-layer-bucket/*`]);
  // https://docs.aws.amazon.com/linux/al2023/ug/package-management.html
  read('Packages', ['s3:GetObject'], [`arn:${Aws.PARTITION}:s3:::al2023-repos-${placement.region}-de612dc2/*`]);
}
