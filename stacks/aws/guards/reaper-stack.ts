// The stack that ends a benchmark: it stands before the first machine starts and needs nobody's laptop.
// In: a deployment document with hours to live. Out: a schedule and a function that delete the other stacks when these are over.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaCode, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { CLUSTER_TAG } from '../cluster/load-balancer-policy.ts';
import { wildcardFinding } from '../finding.ts';
import { REAPER_PROGRAM } from './reaper-program.ts';

export interface ReaperStackProps {
  readonly document: Deployment;
  readonly timeToLiveHours: number;
  readonly account: string | undefined;
  /** Names of the stacks that end, in the order in which they do. */
  readonly stackNames: readonly string[];
}

const LOOK_EVERY_MINUTES = 10;
const MEMORY_MEBIBYTES = 256;
const TIMEOUT_MINUTES = 2;

export class ReaperStack extends Stack {
  constructor(scope: Construct, id: string, { document, timeToLiveHours, account, stackNames }: ReaperStackProps) {
    super(scope, id, {
      stackName: id,
      description: `Ends ${document.name} ${timeToLiveHours} hours after its nodes were asked for`,
      env: { region: document.placement.region, ...(account === undefined ? {} : { account }) },
    });
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = this.#addRole(logGroup, stackNames, document.tier === 'kubernetes');
    const program = new LambdaCode(this, 'Reaper', {
      description: `Deletes ${stackNames.join(' and ')} when their hours are over`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(REAPER_PROGRAM),
      environment: {
        STACK_NAMES: stackNames.join(' '),
        TIME_TO_LIVE_HOURS: String(timeToLiveHours),
        CLUSTER: String(document.tier === 'kubernetes'),
      },
      memorySize: MEMORY_MEBIBYTES,
      timeout: Duration.minutes(TIMEOUT_MINUTES),
      // Two at once would only repeat each other.
      reservedConcurrentExecutions: 1,
      role,
      logGroup,
    });
    new Rule(this, 'Look', {
      description: `Looks every ${LOOK_EVERY_MINUTES} minutes, so that a deletion that failed is tried again`,
      schedule: Schedule.rate(Duration.minutes(LOOK_EVERY_MINUTES)),
      targets: [new LambdaFunction(program, { retryAttempts: 2 })],
    });
  }

  /** May end these stacks and stop their groups; deleting what is in them is done by the role they were deployed with. */
  #addRole(logGroup: LogGroup, stackNames: readonly string[], cluster: boolean): Role {
    const role = new Role(this, 'ReaperRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const allow = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
      role.addToPolicy(
        new PolicyStatement({
          sid,
          effect: Effect.ALLOW,
          actions,
          resources,
          ...(conditions === undefined ? {} : { conditions }),
        }),
      );
    const stacks = stackNames.map((stackName) =>
      this.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stackName}/*` }),
    );
    allow(
      'EndStacks',
      ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources', 'cloudformation:DeleteStack'],
      stacks,
    );
    allow('StopNodes', ['autoscaling:UpdateAutoScalingGroup', 'eks:UpdateNodegroupConfig'], ['*'], {
      StringEquals: { 'aws:ResourceTag/seekstack:deployment': stackNames[0] },
    });
    if (cluster) {
      const name = stackNames[0] ?? '';
      allow(
        'FindLeftovers',
        [
          'elasticloadbalancing:DescribeLoadBalancers',
          'elasticloadbalancing:DescribeTargetGroups',
          'elasticloadbalancing:DescribeTags',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeVolumes',
        ],
        ['*'],
      );
      allow(
        'DeleteLeftovers',
        ['elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DeleteTargetGroup', 'ec2:DeleteSecurityGroup'],
        ['*'],
        { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: name } },
      );
      allow('DeleteVolumes', ['ec2:DeleteVolume'], ['*'], {
        StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${name}`]: 'owned' },
      });
    }
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    Validations.of(role).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Groups of nodes, and what controllers of a cluster make, get their names at deployment; conditions hold every change to what carries the tag of this deployment, and describing has no ARN to name.',
      },
      ...stacks.map((arn) => ({
        id: wildcardFinding(this, arn),
        reason: 'The end of the ARN is a number that CloudFormation gives to the stack of this one name.',
      })),
    );
    return role;
  }
}
