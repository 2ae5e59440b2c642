// The function that ends a benchmark.

/**
 * JavaScript for the runtime of AWS Lambda, which brings the SDK. It counts from the creation of the first stack named.
 * Nodes are stopped before the stack is deleted: should the deletion fail, at least nothing expensive goes on running.
 */
export const REAPER_PROGRAM = `const { CloudFormationClient, DescribeStacksCommand, DeleteStackCommand, paginateListStackResources } = require('@aws-sdk/client-cloudformation');
const { AutoScalingClient, UpdateAutoScalingGroupCommand } = require('@aws-sdk/client-auto-scaling');
const { EKSClient, UpdateNodegroupConfigCommand } = require('@aws-sdk/client-eks');
const { EC2Client, DescribeSecurityGroupsCommand, DeleteSecurityGroupCommand, DescribeVolumesCommand, DeleteVolumeCommand } = require('@aws-sdk/client-ec2');
const { ElasticLoadBalancingV2Client, paginateDescribeLoadBalancers, paginateDescribeTargetGroups, DescribeTagsCommand, DeleteLoadBalancerCommand, DeleteTargetGroupCommand } = require('@aws-sdk/client-elastic-load-balancing-v2');

const cloud = new CloudFormationClient({});
const scaling = new AutoScalingClient({});
const clusters = new EKSClient({});
const machines = new EC2Client({});
const balancers = new ElasticLoadBalancingV2Client({});

async function describe(name) {
  try {
    return (await cloud.send(new DescribeStacksCommand({ StackName: name }))).Stacks[0];
  } catch (error) {
    if (error.name === 'ValidationError') return undefined;
    throw error;
  }
}

async function attempt(client, command) {
  try {
    await client.send(command);
  } catch (error) {
    console.log(error.name, error.message);
  }
}

// A deletion that failed may have taken some nodes along already: what is gone is passed by, and what refuses keeps nothing
// else from its end.
async function stopNodes(name) {
  for await (const page of paginateListStackResources({ client: cloud }, { StackName: name }))
    for (const { ResourceType, ResourceStatus, PhysicalResourceId: id } of page.StackResourceSummaries ?? []) {
      if (ResourceStatus === 'DELETE_COMPLETE' || !id) continue;
      if (ResourceType === 'AWS::AutoScaling::AutoScalingGroup')
        await attempt(scaling, new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: id, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }));
      if (ResourceType === 'AWS::EKS::Nodegroup') {
        const [clusterName, nodegroupName] = id.split('/');
        const scalingConfig = { minSize: 0, desiredSize: 0 };
        await attempt(clusters, new UpdateNodegroupConfigCommand({ clusterName, nodegroupName, scalingConfig }));
      }
    }
}

// What the cluster's controllers made is in no stack, and its network cannot be deleted around it. What is still in use is
// left for the next look.
async function deleteLeftovers(cluster) {
  const isOurs = async (arn) => {
    const { TagDescriptions = [] } = await balancers.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
    return TagDescriptions.some(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === 'elbv2.k8s.aws/cluster' && Value === cluster));
  };
  for await (const page of paginateDescribeLoadBalancers({ client: balancers }, {}))
    for (const { LoadBalancerArn } of page.LoadBalancers ?? [])
      if (await isOurs(LoadBalancerArn)) await attempt(balancers, new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  for await (const page of paginateDescribeTargetGroups({ client: balancers }, {}))
    for (const { TargetGroupArn } of page.TargetGroups ?? [])
      if (await isOurs(TargetGroupArn)) await attempt(balancers, new DeleteTargetGroupCommand({ TargetGroupArn }));
  const Filters = [{ Name: 'tag:elbv2.k8s.aws/cluster', Values: [cluster] }];
  for (const { GroupId } of (await machines.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups ?? [])
    await attempt(machines, new DeleteSecurityGroupCommand({ GroupId }));
  const unused = [{ Name: 'tag:kubernetes.io/cluster/' + cluster, Values: ['owned'] }, { Name: 'status', Values: ['available'] }];
  for (const { VolumeId } of (await machines.send(new DescribeVolumesCommand({ Filters: unused }))).Volumes ?? [])
    await attempt(machines, new DeleteVolumeCommand({ VolumeId }));
}

async function end(name, stack, hours) {
  if (stack.StackStatus !== 'DELETE_IN_PROGRESS') {
    try {
      await stopNodes(name);
      if (process.env.CLUSTER === 'true' && name === process.env.STACK_NAMES.split(' ')[0]) await deleteLeftovers(name);
    } finally {
      await cloud.send(new DeleteStackCommand({ StackName: name }));
    }
  }
  return { done: 'deleting', stack: name, hours };
}

exports.handler = async (event = {}) => {
  const now = event.time === undefined ? Date.now() : Date.parse(event.time);
  const [nodes, ...supplies] = process.env.STACK_NAMES.split(' ');
  const limit = Number(process.env.TIME_TO_LIVE_HOURS);
  const ageOf = (stack) => (now - stack.CreationTime.getTime()) / 3600000;
  const stack = await describe(nodes);
  if (stack !== undefined) return ageOf(stack) < limit ? { done: 'nothing', hours: ageOf(stack) } : end(nodes, stack, ageOf(stack));
  // Without nodes the supplies may be waiting for them: they get a day more.
  for (const name of supplies) {
    const left = await describe(name);
    if (left !== undefined && ageOf(left) >= limit + 24) return end(name, left, ageOf(left));
  }
  return { done: 'nothing', hours: null };
};
`;
