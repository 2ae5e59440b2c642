// Assertions over the constructs of an app, before anything is written to disk.
// In: stacks that were built and the document behind them. Out: one line an assertion, with what the construct library says
// where one does not hold.
import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { DeploymentStacks } from '../build-app.ts';

export interface Assertion {
  readonly stack: string;
  readonly says: string;
  /** Null where it holds. */
  readonly problem: string | null;
}

type Check = readonly [stack: Stack, says: string, check: (template: Template) => void];

/** Runs them all, whether or not others hold. */
export function assertStacks(stacks: DeploymentStacks, document: Deployment): Assertion[] {
  const { serving } = stacks;
  const checks: Check[] = [
    ...commonChecks(stacks, document),
    ...(document.tier === 'kubernetes' ? clusterChecks(serving, document) : singleNodeChecks(serving, document)),
  ];
  const templates = new Map<Stack, Template>();
  return checks.map(([stack, says, check]) => {
    const template = templates.get(stack) ?? Template.fromStack(stack);
    templates.set(stack, template);
    return { stack: stack.stackName, says, problem: problemOf(() => check(template)) };
  });
}

function commonChecks({ budget, supplies, reaper, serving }: DeploymentStacks, document: Deployment): Check[] {
  const { budget: limit, timeToLiveHours, name } = document;
  return [
    [
      budget,
      'the budget is the one of the document',
      (template) =>
        template.hasResourceProperties('AWS::Budgets::Budget', {
          Budget: Match.objectLike({ BudgetLimit: { Amount: limit.usdPerMonth, Unit: 'USD' } }),
        }),
    ],
    [
      supplies,
      'weights and images are kept under a key that rotates',
      (template) => {
        template.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
        template.hasResourceProperties('AWS::ECR::Repository', { ImageTagMutability: 'IMMUTABLE' });
        template.allResourcesProperties('AWS::S3::Bucket', {
          PublicAccessBlockConfiguration: Match.objectLike({ BlockPublicPolicy: true, RestrictPublicBuckets: true }),
        });
      },
    ],
    [
      serving,
      'every machine asks its metadata with a session, one hop far',
      (template) =>
        template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
          LaunchTemplateData: Match.objectLike({
            MetadataOptions: Match.objectLike({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 }),
          }),
        }),
    ],
    [
      serving,
      'the nodes come after what guards them',
      () => {
        const before = [budget, ...(reaper === null ? [] : [reaper])].filter((each) => !serving.dependencies.includes(each));
        if (before.length > 0) throw new Error(`no dependency on ${before.map((each) => each.stackName).join(', ')}`);
      },
    ],
    ...(reaper === null
      ? []
      : ([
          [
            reaper,
            'a function ends the benchmark in time',
            (template) =>
              template.hasResourceProperties('AWS::Lambda::Function', {
                Environment: {
                  Variables: Match.objectLike({
                    TIME_TO_LIVE_HOURS: String(timeToLiveHours),
                    STACK_NAMES: Match.stringLikeRegexp(`^${name} `),
                  }),
                },
              }),
          ],
        ] satisfies Check[])),
  ];
}

function singleNodeChecks(serving: Stack, { fleet, machine }: Deployment): Check[] {
  return [
    [
      serving,
      'one group of nodes, with the bounds of the document',
      (template) => {
        template.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 1);
        template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
          MinSize: String(fleet.minimumNodes),
          DesiredCapacity: String(fleet.nodes),
          MaxSize: String(fleet.maximumNodes),
        });
      },
    ],
    [
      serving,
      'the machine is the one of the document',
      (template) =>
        template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
          LaunchTemplateData: Match.objectLike({ InstanceType: machine.type }),
        }),
    ],
    [
      serving,
      'the endpoint is internal and speaks TLS',
      (template) => {
        template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Type: 'network' });
        template.allResourcesProperties('AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'TLS' });
      },
    ],
    [
      serving,
      'nothing leads to the internet',
      (template) => {
        template.resourceCountIs('AWS::EC2::InternetGateway', 0);
        template.resourceCountIs('AWS::EC2::NatGateway', 0);
      },
    ],
  ];
}

function clusterChecks(serving: Stack, { pools, machine, name }: Deployment): Check[] {
  return [
    [
      serving,
      'a group of nodes a pool, and one for the cluster itself',
      (template) => {
        template.resourceCountIs('AWS::EKS::Nodegroup', pools.length + 1);
        for (const { role } of pools)
          template.hasResourceProperties('AWS::EKS::Nodegroup', {
            Labels: Match.objectLike({ 'seekstack.dev/pool': role, 'seekstack.dev/server': machine.type }),
          });
      },
    ],
    [
      serving,
      'the control plane answers in the network only',
      (template) =>
        template.hasResourceProperties('AWS::EKS::Cluster', {
          Name: name,
          ResourcesVpcConfig: Match.objectLike({ EndpointPublicAccess: false, EndpointPrivateAccess: true }),
        }),
    ],
    [
      serving,
      'one interface of the fabric for each the machine has',
      (template) => {
        if (machine.fabric?.kind !== 'efa') return;
        const layouts = Object.values(template.findResources('AWS::EC2::LaunchTemplate'))
          .map((each) => (each.Properties.LaunchTemplateData.NetworkInterfaces ?? []) as { InterfaceType: string }[])
          .filter((each) => each.length > 0);
        for (const layout of layouts) {
          const fabric = layout.filter((each) => each.InterfaceType !== 'interface').length;
          if (fabric !== machine.fabric.interfaces) throw new Error(`${fabric} of ${machine.fabric.interfaces}`);
        }
        if (layouts.length !== pools.length) throw new Error(`${layouts.length} launch templates with a fabric`);
      },
    ],
    [
      serving,
      'pods of the engine have an identity of their own',
      (template) => template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', { Namespace: name, ServiceAccount: name }),
    ],
  ];
}

function problemOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export interface Acknowledgement {
  readonly rule: string;
  readonly construct: string;
  readonly reason: string;
}

const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

/** Every finding of a rules pack that the stacks accept, with the reason that stands beside it. */
export function listAcknowledgements(stack: Stack): Acknowledgement[] {
  return stack.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter((each) => each.type === ACKNOWLEDGED)
      .flatMap((each) =>
        Object.entries(each.data as Record<string, string>).map(([rule, reason]) => ({
          rule: rule.replace(/^Annotation::/, ''),
          construct: construct.node.path,
          reason,
        })),
      ),
  );
}
