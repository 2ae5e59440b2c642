// Rehearses a deployment on this machine: bootstrap, deploy, update, destroy, each with the project's own CDK.
// In: `--report FILE` and the path of a deployment document. Out: a report; exit code 0, 1 where something was not as it must
// be, 3 where there is no server to rehearse against.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { RehearsalReport, RehearsedStep } from '../../../src/documents/rehearsal.ts';
import { readDeployment } from '../read-deployment.ts';
import { Inspector } from './expectations.ts';
import { NoServer, startMoto } from './moto-server.ts';
import { listReached, renderReport, type Template } from './report.ts';

const EXIT = { passed: 0, failed: 1, noServer: 3 } as const;
/** The update adds a node to what the group may grow to, and a tag: one change in place, one on everything. */
const UPDATE_TAG = { rehearsed: 'yes' };
const LINES_SHOWN = 8;

const { values, positionals } = parseArgs({ options: { report: { type: 'string' } }, allowPositionals: true });
const work = mkdtempSync(join(tmpdir(), 'seekstack-rehearsal-'));
try {
  process.exitCode = await rehearse(resolve(positionals[0] ?? 'deployment.json'));
} catch (error) {
  if (!(error instanceof NoServer)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT.noServer;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function rehearse(path: string): Promise<number> {
  const document = readDeployment(path);
  const server = await startMoto(join(work, 'server.log'));
  const region = document.placement.region;
  const environment = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: server.url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const inspector = new Inspector(server.url, region);
  const steps: RehearsedStep[] = [];
  const templates = new Map<string, Template>();
  const made = new Map<string, Set<string>>();
  const step = async (name: string, run: () => Promise<string[]>) => {
    const start = performance.now();
    const failures = steps.every((each) => each.passed) ? await run() : ['not tried: an earlier step failed'];
    // The command line only says that the server failed; why is in the server's own words.
    const fault =
      failures.length === 0
        ? undefined
        : server
            .log()
            .split('\n')
            .filter((line) => /^\w+(Error|Exception)\b/.test(line))
            .at(-1);
    if (fault !== undefined) failures.push(`the server's last error: ${fault}`);
    steps.push({ name, seconds: (performance.now() - start) / 1000, passed: failures.length === 0, found: '', failures });
  };
  const output = join(work, 'cdk.out');
  const cdk = (...words: string[]): string[] => {
    const ran = spawnSync('npx', ['cdk', ...words, '--output', output], { env: environment, encoding: 'utf8' });
    return ran.status === 0
      ? []
      : `${ran.stdout}\n${ran.stderr}`
          .split('\n')
          .filter((line) => line.trim() !== '')
          .slice(-LINES_SHOWN);
  };
  const certificate = await requestCertificate(server.url, region);
  const deploy = (from: string) =>
    cdk(
      ...['deploy', '--all', '--require-approval', 'never', '--context', `seekstack:deployment=${from}`],
      // Change sets leave no exports on the server.
      ...['--method', 'direct'],
      ...(document.network.certificate === null ? ['--parameters', `${document.name}:CertificateArn=${certificate}`] : []),
    );
  try {
    await step('cdk bootstrap', async () => cdk('bootstrap', `aws://123456789012/${region}`));
    await step('cdk deploy', async () => deploy(path));
    await step('what exists is what the document says', async () => {
      for (const [name, template] of readTemplates(output)) templates.set(name, template);
      for (const name of templates.keys()) made.set(name, new Set((await inspector.resourcesOf(name)).keys()));
      return inspector.differences(document);
    });
    const changed: Deployment = {
      ...document,
      fleet: { ...document.fleet, maximumNodes: document.fleet.maximumNodes + 1 },
      tags: { ...document.tags, ...UPDATE_TAG },
    };
    const changedPath = join(work, 'changed.json');
    writeFileSync(changedPath, JSON.stringify(changed));
    await step('cdk deploy, changed', async () => deploy(changedPath));
    await step('the change has arrived', async () => inspector.differences(changed));
    await step('cdk destroy', async () => cdk('destroy', '--all', '--force', '--context', `seekstack:deployment=${changedPath}`));
    await step('nothing is left', async () => {
      const left = [];
      for (const name of templates.keys()) if ((await inspector.stack(name)) !== undefined) left.push(`stack ${name} is left`);
      const groups = await inspector.countGroups();
      return groups === 0 ? left : [...left, `${groups} groups of nodes are left`];
    });
  } finally {
    server.stop();
  }
  const report: RehearsalReport = {
    schema: 'seekstack/rehearsal@1',
    server: `moto ${server.version}`,
    passed: steps.every((each) => each.passed),
    steps,
    resources: listReached(templates, made),
  };
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(renderReport(report));
  return report.passed ? EXIT.passed : EXIT.failed;
}

/** The listener wants a certificate that exists; this one is for the rehearsal only. */
async function requestCertificate(endpoint: string, region: string): Promise<string> {
  const client = new ACMClient({ endpoint, region, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } });
  const { CertificateArn = '' } = await client.send(new RequestCertificateCommand({ DomainName: 'rehearsal.example.com' }));
  return CertificateArn;
}

function readTemplates(folder: string): Map<string, Template> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  return new Map(
    names.map((name) => [
      name.slice(0, -'.template.json'.length),
      JSON.parse(readFileSync(join(folder, name), 'utf8')) as Template,
    ]),
  );
}
