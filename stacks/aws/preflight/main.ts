// Asks an account whether it is ready for the deployment: npm run preflight [-- --certificate ARN]. Changes nothing.
import process from 'node:process';
import { parseArgs } from 'node:util';

import { DeploymentRejected, readDeployment } from '../read-deployment.ts';
import { askAccount } from './ask-account.ts';
import { judgeAccount } from './judge.ts';

const EXIT = { ready: 0, notReady: 1, input: 2 } as const;
const MARKS = { ready: '✔', 'not ready': '✘', unknown: '?' } as const;

const { values } = parseArgs({ options: { certificate: { type: 'string' } } });
try {
  const document = readDeployment('deployment.json');
  const checks = judgeAccount(document, await askAccount(document, values.certificate));
  for (const { question, outcome, says } of checks) process.stdout.write(`${MARKS[outcome]} ${question.padEnd(12)} ${says}\n`);
  process.exitCode = checks.some((each) => each.outcome === 'not ready') ? EXIT.notReady : EXIT.ready;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    error instanceof DeploymentRejected ? `${message}\n` : `the account could not be asked: ${message}\n  fix: aws sso login\n`,
  );
  process.exitCode = EXIT.input;
}
