// Asserts over the constructs of the deployment in this folder: node dist/stacks/aws/assertions/main.js [DOCUMENT].
// Out: a report as JSON; exit code 1 where an assertion does not hold, 2 where the document cannot be used.
import process from 'node:process';
import { App } from 'aws-cdk-lib';

import { buildApp } from '../build-app.ts';
import { DeploymentRejected, readDeployment } from '../read-deployment.ts';
import { assertStacks, listAcknowledgements } from './assert-stacks.ts';

try {
  const document = readDeployment(process.argv[2] ?? 'deployment.json');
  const stacks = buildApp(new App({ analyticsReporting: false }), document);
  const assertions = assertStacks(stacks, document);
  const acknowledgements = Object.values(stacks).flatMap((stack) => (stack === null ? [] : listAcknowledgements(stack)));
  process.stdout.write(`${JSON.stringify({ schema: 'seekstack/assertions@1', assertions, acknowledgements }, null, 2)}\n`);
  process.exitCode = assertions.some((each) => each.problem !== null) ? 1 : 0;
} catch (error) {
  if (!(error instanceof DeploymentRejected)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
