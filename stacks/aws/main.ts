// Process edge of the single-node tier on AWS: the only file that touches the process.
// In: CDK context `seekstack:deployment`, the path of a deployment document. Out: a cloud assembly, or exit code 2 with
// every complaint about the document on stderr.
import { resolve } from 'node:path';
import process from 'node:process';

import { App } from 'aws-cdk-lib';

import { buildApp } from './build-app.ts';
import { DeploymentRejected, readDeployment } from './read-deployment.ts';

const EXIT_CODE_INPUT = 2;

const app = new App({ analyticsReporting: false });
const contextPath: unknown = app.node.tryGetContext('seekstack:deployment');
const path = resolve(typeof contextPath === 'string' ? contextPath : 'deployment.json');

try {
  buildApp(app, readDeployment(path), { account: process.env.CDK_DEFAULT_ACCOUNT });
  app.synth();
} catch (error) {
  // Anything else is our bug or a finding of the checks, and keeps its stack.
  if (!(error instanceof DeploymentRejected)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CODE_INPUT;
}
