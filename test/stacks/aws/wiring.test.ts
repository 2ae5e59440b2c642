import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';

import { findAwsProblems } from '../../../stacks/aws/aws-limits.ts';
import { findClusterProblems } from '../../../stacks/aws/cluster/cluster-limits.ts';
import { disaggregatedDeployment, spanningDeployment } from './fixture.ts';
import { appOf, type Json } from './synthesis.ts';

describe.each([spanningDeployment(), disaggregatedDeployment()])('a replica over several nodes ($name)', (document) => {
  test('is a cluster beside the same budget and supplies, and passes the rules', () => {
    expect([...findAwsProblems(document), ...findClusterProblems(document)]).toEqual([]);
    const { app, outdir, budget, supplies, serving } = appOf(document);
    app.synth();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.flatMap((plugin: Json) => plugin.violations)).toEqual([]);
    expect(serving.dependencies).toEqual(expect.arrayContaining([budget, supplies]));
    const template = Template.fromStack(serving);
    template.resourceCountIs('AWS::EKS::Cluster', 1);
    template.resourceCountIs('AWS::EKS::Nodegroup', 1 + document.pools.length);
    template.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 0);
  }, 60_000);
});
