// A benchmark on AWS, by the user's own CDK and AWS command line, in the emitted project.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeekstackError } from '../../errors.ts';
import { certifiedName, type Ground, type GroundInputs, toolsOf } from './ground.ts';

const NEEDS = {
  npm: 'install Node 20 with npm',
  npx: 'install Node 20 with npm',
  aws: 'install the AWS command line: https://docs.aws.amazon.com/cli/',
};

/** Where the CDK puts what it synthesizes. */
const ASSEMBLY = 'cdk.out';
/** Between two looks at the job that fills bucket and registry. */
const LOOK_SECONDS = 15;

export function awsGround(inputs: GroundInputs): Ground {
  const { folder, document, choices, io, pace } = inputs;
  const { name, placement, network } = document;
  const run = toolsOf(inputs, NEEDS);
  const region = ['--region', placement.region, '--output', 'json'];
  const certificate = network.certificate ?? choices.certificate;
  const guardStacks = [`${name}-reaper`, `${name}-budget`, `${name}-supplies`];
  const outputs: Record<string, string> = {};
  // What was synthesized once is deployed and destroyed as it is: nothing can change in between, and no step waits for it again.
  // The build of cdk.json would be run before an assembly too, though nothing is made from it.
  const assembly = () => (existsSync(join(folder, ASSEMBLY)) ? ['--app', ASSEMBLY, '--build', ''] : []);

  const deploy = async (stacks: readonly string[], signal: AbortSignal) => {
    const work = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
    const path = join(work, 'outputs.json');
    try {
      await run(
        [
          ...['npx', 'cdk', 'deploy', ...stacks, '--require-approval', 'never', '--outputs-file', path, ...assembly()],
          ...(network.certificate === null && certificate !== undefined
            ? ['--parameters', `${name}:CertificateArn=${certificate}`]
            : []),
        ],
        { signal },
      );
      const told = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>) : {};
      for (const values of Object.values(told)) Object.assign(outputs, values);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };

  const seed = async (signal: AbortSignal) => {
    const started = await run(['aws', 'codebuild', 'start-build', '--project-name', `${name}-seed`, ...region], {
      signal,
      quiet: true,
    });
    const id = (JSON.parse(started.stdout) as { build?: { id?: string } }).build?.id ?? '';
    io.err(`  ${id}: copies weights and images; nothing dear runs yet\n`);
    for (;;) {
      const asked = await run(['aws', 'codebuild', 'batch-get-builds', '--ids', id, ...region], { signal, quiet: true });
      const status = (JSON.parse(asked.stdout) as { builds?: { buildStatus?: string }[] }).builds?.[0]?.buildStatus;
      if (status === 'SUCCEEDED') return;
      if (status !== 'IN_PROGRESS')
        throw new SeekstackError({
          code: 'E_DEPLOYMENT',
          got: `the job ${name}-seed ended as ${status ?? 'nothing known'}`,
          expected: 'weights and images where the nodes read them',
          fix: `read its log: aws logs tail --log-group-name-prefix /seekstack --region ${placement.region}`,
        });
      await pace.wait(LOOK_SECONDS);
    }
  };

  return {
    prepare: async (signal) => {
      if (network.certificate === null && certificate === undefined)
        throw new SeekstackError({
          code: 'E_ENVIRONMENT',
          where: { field: '--certificate' },
          got: 'no certificate for the endpoint',
          expected: 'the ARN of a certificate in ACM, for the name you will call it by',
          fix: 'give --certificate ARN, or deployment.certificate in the workload',
        });
      await run(['aws', '--version'], { signal, quiet: true });
      if (!existsSync(join(folder, 'node_modules'))) await run(['npm', 'ci', '--no-fund', '--no-audit'], { signal });
      await run(['npx', 'cdk', 'synth', '--quiet'], { signal });
    },
    guards: async (signal) => {
      await deploy(guardStacks, signal);
      await seed(signal);
    },
    nodes: async (signal) => {
      await deploy(['--all'], signal);
      return { endpointUrl: outputs.EndpointUrl ?? null, outputs };
    },
    apiKey: async () => {
      const secret = outputs.ApiKeySecretArn;
      if (secret === undefined) return null;
      const asked = await run(['aws', 'secretsmanager', 'get-secret-value', '--secret-id', secret, ...region], { quiet: true });
      return (JSON.parse(asked.stdout) as { SecretString?: string }).SecretString ?? null;
    },
    serverName: async () => {
      if (certificate === undefined) return null;
      // Whoever may not ask is told by the connection itself what is missing.
      const asked = await run(['aws', 'acm', 'describe-certificate', '--certificate-arn', certificate, ...region], {
        quiet: true,
        mayFail: true,
      });
      if (asked.exitCode !== 0) return null;
      const subject = (JSON.parse(asked.stdout) as { Certificate?: { DomainName?: string } }).Certificate?.DomainName;
      return subject === undefined ? null : certifiedName(subject, name);
    },
    takeDown: async () => {
      // Nodes first, alone: what ends them by itself goes only when they are gone.
      await run(['npx', 'cdk', 'destroy', name, '--exclusively', '--force', ...assembly()]);
      await run(['npx', 'cdk', 'destroy', '--all', '--force', ...assembly()]);
    },
  };
}
