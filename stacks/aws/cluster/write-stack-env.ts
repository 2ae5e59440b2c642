// Writes `kubernetes/stack.env` from the outputs of the deployed stacks: npm run stack-env [-- --certificate ARN].
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

import { readDeployment } from '../read-deployment.ts';
import { type StackOutputs, stackEnvironment } from './stack-env.ts';

const document = readDeployment('deployment.json');
const { values } = parseArgs({ options: { certificate: { type: 'string' } } });
const client = new CloudFormationClient({ region: document.placement.region });

async function outputsOf(stackName: string): Promise<StackOutputs> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map((each) => [each.OutputKey ?? '', each.OutputValue ?? '']));
}

try {
  const text = stackEnvironment(
    document,
    await outputsOf(`${document.name}-supplies`),
    await outputsOf(document.name),
    values.certificate,
  );
  const path = join('kubernetes', 'stack.env');
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
  console.log(`${path} is written`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
