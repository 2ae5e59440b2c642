// The assertions a project carries: they hold for what is emitted, and see what is not.
import { CfnResource } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { assertStacks, listAcknowledgements } from '../../../stacks/aws/assertions/assert-stacks.ts';
import { disaggregatedDeployment, gpuDeployment, spanningDeployment } from './fixture.ts';
import { appOf } from './synthesis.ts';

const benchmark: Deployment = { ...gpuDeployment(), purpose: 'benchmark', timeToLiveHours: 8 };

const problemsOf = (
  document: Deployment,
  asIf: Deployment,
  spoil: (stacks: ReturnType<typeof appOf>) => void = () => undefined,
) => {
  const stacks = appOf(document);
  spoil(stacks);
  return assertStacks(stacks, asIf)
    .filter((each) => each.problem !== null)
    .map((each) => each.says);
};

test.each([gpuDeployment(), benchmark, spanningDeployment(), disaggregatedDeployment()])('hold for %#', (document) => {
  expect(problemsOf(document, document)).toEqual([]);
});

describe('see', () => {
  const single = gpuDeployment();
  const wide = spanningDeployment();
  test.each<[what: string, says: string, document: Deployment, asIf: Deployment]>([
    [
      'another budget',
      'the budget is the one of the document',
      single,
      { ...single, budget: { ...single.budget, usdPerMonth: 1 } },
    ],
    [
      'another fleet',
      'one group of nodes, with the bounds of the document',
      single,
      { ...single, fleet: { ...single.fleet, maximumNodes: 9 } },
    ],
    [
      'another machine',
      'the machine is the one of the document',
      single,
      { ...single, machine: { ...single.machine, type: 'p6.48xlarge' } },
    ],
    ['another time to live', 'a function ends the benchmark in time', benchmark, { ...benchmark, timeToLiveHours: 9 }],
    [
      'a pool too many',
      'a group of nodes a pool, and one for the cluster itself',
      wide,
      { ...wide, pools: [...wide.pools, ...wide.pools] },
    ],
    [
      'another fabric',
      'one interface of the fabric for each the machine has',
      wide,
      { ...wide, machine: { ...wide.machine, fabric: { kind: 'efa', interfaces: 16, networkCards: 16 } } },
    ],
  ])('%s', (_, says, document, asIf) => {
    expect(problemsOf(document, asIf)).toContain(says);
  });

  test('a way to the internet, and metadata without a session', () => {
    const found = problemsOf(single, single, ({ serving }) => {
      new CfnResource(serving, 'Way', { type: 'AWS::EC2::InternetGateway' });
      new CfnResource(serving, 'Loose', { type: 'AWS::EC2::LaunchTemplate', properties: { LaunchTemplateData: {} } });
    });
    expect(found).toEqual(['every machine asks its metadata with a session, one hop far', 'nothing leads to the internet']);
  });
});

test.each([
  ['of a benchmark go with their stack', benchmark, true],
  ['of a service keep it from going', gpuDeployment(), false],
])('images %s', (_what, document, goes) => {
  Template.fromStack(appOf(document).supplies).hasResourceProperties('AWS::ECR::Repository', { EmptyOnDelete: goes });
});

test('every finding that is accepted has a reason worth reading', () => {
  const { serving, supplies } = appOf(spanningDeployment());
  const found = [...listAcknowledgements(serving), ...listAcknowledgements(supplies)];
  expect(found.length).toBeGreaterThan(10);
  for (const { rule, reason } of found) {
    expect(rule).toMatch(/^(AwsSolutions-|CloudFormation-Validate::)/);
    expect(reason.length).toBeGreaterThan(30);
  }
});
