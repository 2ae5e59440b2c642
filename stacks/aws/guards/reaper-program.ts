// The function that ends a benchmark.

/**
 * JavaScript for the runtime of AWS Lambda, which brings the SDK. It counts from the creation of the first stack named.
 * Nodes are stopped before the stack is deleted: should the deletion fail, at least nothing expensive goes on running.
 */
export const REAPER_PROGRAM = `const { CloudFormationClient, DescribeStacksCommand, DeleteStackCommand, paginateListStackResources } = require('@aws-sdk/client-cloudformation');
const { AutoScalingClient, UpdateAutoScalingGroupCommand } = require('@aws-sdk/client-auto-scaling');
const { EKSClient, UpdateNodegroupConfigCommand } = require('@aws-sdk/client-eks');

const cloud = new CloudFormationClient({});
const scaling = new AutoScalingClient({});
const clusters = new EKSClient({});

async function describe(name) {
  try {
    return (await cloud.send(new DescribeStacksCommand({ StackName: name }))).Stacks[0];
  } catch (error) {
    if (error.name === 'ValidationError') return undefined;
    throw error;
  }
}

async function stopNodes(name) {
  for await (const page of paginateListStackResources({ client: cloud }, { StackName: name }))
    for (const { ResourceType, PhysicalResourceId: id } of page.StackResourceSummaries ?? []) {
      if (ResourceType === 'AWS::AutoScaling::AutoScalingGroup' && id)
        await scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: id, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }));
      if (ResourceType === 'AWS::EKS::Nodegroup' && id) {
        const [clusterName, nodegroupName] = id.split('/');
        const scalingConfig = { minSize: 0, desiredSize: 0 };
        await clusters.send(new UpdateNodegroupConfigCommand({ clusterName, nodegroupName, scalingConfig }));
      }
    }
}

async function end(name, stack, hours) {
  if (stack.StackStatus !== 'DELETE_IN_PROGRESS') {
    try {
      await stopNodes(name);
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
