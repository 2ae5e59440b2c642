// The machines that serve, and the group that keeps them running.
// In: the document with the network, role, key and topic around it. Out: an Auto Scaling group, one replica a node.
import { Annotations, Duration, type Stack } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  GroupMetrics,
  HealthChecks,
  ScalingEvents,
  ScalingProcess,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  type BlockDevice,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  OperatingSystemType,
  Peer,
  Port,
  SecurityGroup,
  SpotRequestType,
  UserData,
  type Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { renderUserData } from '../node/user-data.ts';
import { WEIGHTS_VOLUME_DEVICE } from '../node/weights-disk.ts';
import type { Supplies } from '../supplies/supplies-stack.ts';
import { leaveBlock, targetReservation } from './capacity.ts';
import { machineImageParameter } from './machine-image.ts';
import { addScaling } from './scaling.ts';

export interface ServingNodesProps {
  readonly document: Deployment;
  readonly network: Vpc;
  readonly role: IRole;
  readonly supplies: Supplies;
  readonly notices: ITopic;
  /** Must exist before a node starts: the nodes may not create it. */
  readonly engineLogs: ILogGroup;
}

const BYTES_PER_GIB = 2 ** 30;
/** The default of 125 MiB/s would read a 700 GB checkpoint for an hour and a half; gp3 wants 4 IOPS for each MiB/s. */
const WEIGHTS_VOLUME_MIB_PER_SECOND = 1000;
const WEIGHTS_VOLUME_OPERATIONS_PER_SECOND = 4000;
/** CloudFormation pauses between batches of a rolling update for an hour at most. */
const UPDATE_PAUSE_MOST_SECONDS = 3600;
const HTTPS_PORT = 443;

/** Adds launch template and Auto Scaling group. */
export function addServingNodes(stack: Stack, props: ServingNodesProps): AutoScalingGroup {
  const { document, network, notices } = props;
  const { fleet, engine } = document;
  const group = new AutoScalingGroup(stack, 'Nodes', {
    vpc: network,
    vpcSubnets: { subnetGroupName: 'Nodes' },
    launchTemplate: addLaunchTemplate(stack, props),
    minCapacity: fleet.minimumNodes,
    maxCapacity: fleet.maximumNodes,
    desiredCapacity: fleet.nodes,
    healthChecks: HealthChecks.withAdditionalChecks({
      additionalTypes: [AdditionalHealthCheckType.ELB],
      gracePeriod: Duration.seconds(engine.startupSeconds),
    }),
    // One node at a time and never one more than planned: a spare accelerator machine may not be had, and would cost.
    updatePolicy: UpdatePolicy.rollingUpdate({
      maxBatchSize: 1,
      minInstancesInService: Math.max(0, fleet.minimumNodes - 1),
      pauseTime: Duration.seconds(Math.min(engine.startupSeconds, UPDATE_PAUSE_MOST_SECONDS)),
      waitOnResourceSignals: false,
      suspendProcesses: [
        ScalingProcess.AZ_REBALANCE,
        ScalingProcess.HEALTH_CHECK,
        ScalingProcess.REPLACE_UNHEALTHY,
        ScalingProcess.ALARM_NOTIFICATION,
        ScalingProcess.SCHEDULED_ACTIONS,
      ],
    }),
    capacityRebalance: fleet.purchase === 'spot',
    groupMetrics: [GroupMetrics.all()],
    notifications: [{ topic: notices, scalingEvents: ScalingEvents.ALL }],
  });
  addScaling(group, document);
  leaveBlock(stack, group, document);
  // At its first boot a node installs packages and opens its log: way out, permissions and log group come first.
  group.node.addDependency(network, props.role, props.engineLogs);
  Annotations.of(group).acknowledgeWarning(
    '@aws-cdk/aws-autoscaling:desiredCapacitySet',
    'The plan fixes the node count and the cost that follows from it; each deployment restores it on purpose.',
  );
  return group;
}

function addLaunchTemplate(stack: Stack, { document, network, role, supplies }: ServingNodesProps): LaunchTemplate {
  const template = new LaunchTemplate(stack, 'NodeTemplate', {
    instanceType: new InstanceType(document.machine.type),
    // Resolved when the stack is deployed, so that all nodes of one deployment run the same image.
    machineImage: MachineImage.fromSsmParameter(machineImageParameter(document.machine), {
      os: OperatingSystemType.LINUX,
    }),
    role,
    securityGroup: addNodeSecurityGroup(stack, document, network),
    associatePublicIpAddress: false,
    userData: UserData.custom(
      renderUserData(document, {
        bucketName: supplies.weights.bucketName,
        repositoryUri: supplies.registry.repositoryUri,
        secretArn: supplies.apiKey.secretArn,
      }),
    ),
    blockDevices: blockDevices(document.disk, supplies.key),
    detailedMonitoring: true,
    httpEndpoint: true,
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    // One hop keeps the node's credentials out of reach of the container, which sits behind a bridge.
    httpPutResponseHopLimit: 1,
    ...(document.fleet.purchase === 'spot' ? { spotOptions: { requestType: SpotRequestType.ONE_TIME } } : {}),
  });
  targetReservation(template, document);
  return template;
}

function addNodeSecurityGroup(stack: Stack, document: Deployment, vpc: Vpc): SecurityGroup {
  const group = new SecurityGroup(stack, 'NodeTraffic', {
    vpc,
    description: 'Serving nodes: in from the endpoint, out over HTTPS',
    allowAllOutbound: false,
  });
  group.addEgressRule(Peer.ipv4(document.network.vpcCidr), Port.tcp(HTTPS_PORT), 'Private endpoints of AWS services');
  // The door to S3 is a route, not an address in the network; there is no other route out.
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(HTTPS_PORT), 'Weights, images and packages from S3');
  return group;
}

function blockDevices(disk: Deployment['disk'], key: IKey): BlockDevice[] {
  const settings = { encrypted: true, kmsKey: key, volumeType: EbsDeviceVolumeType.GP3, deleteOnTermination: true };
  const root = { deviceName: '/dev/xvda', volume: BlockDeviceVolume.ebs(toGib(disk.rootBytes), settings) };
  if (disk.weightsBytes === 0) return [root];
  const weights = BlockDeviceVolume.ebs(toGib(disk.weightsBytes), {
    ...settings,
    iops: WEIGHTS_VOLUME_OPERATIONS_PER_SECOND,
    throughput: WEIGHTS_VOLUME_MIB_PER_SECOND,
  });
  return [root, { deviceName: WEIGHTS_VOLUME_DEVICE, volume: weights }];
}

/** EC2 sizes volumes in whole GiB; rounding up keeps room for what was planned. */
function toGib(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BYTES_PER_GIB));
}
