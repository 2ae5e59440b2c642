// seekstack verify: climb the ladder of checks on an emitted AWS project, without an account.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung, Verification } from '../../documents/verification.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { loadCatalog } from '../../files/compiled-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { type Assembly, readAssembly } from '../../files/read-assembly.ts';
import { listEdited, readDeploymentOf, readDocument } from '../../files/read-project.ts';
import { runTool, type ToolRun } from '../../files/run-tool.ts';
import { renderVerification } from '../../render/verification-table.ts';
import { type AcceptedFindings, acceptedFindingsSchema, sortFindings } from '../../verify/accepted-findings.ts';
import { checkAwsStacks } from '../../verify/aws/check-stacks.ts';
import { listResources } from '../../verify/aws/template.ts';
import type { Finding } from '../../verify/finding.ts';
import { readCfnLint, readCheckov } from '../../verify/linters.ts';
import type { Io } from '../io.ts';

export interface VerifyChoices {
  readonly format: 'table' | 'json';
  /** Leaves out what takes a minute or more. */
  readonly quick: boolean;
}

type Acknowledged = Verification['acknowledged'][number];
const LINES_SHOWN = 6;
const NO_SERVER = 3;

/** @returns 0 where every rung that could be climbed held, 4 where one did not */
export function runVerify(folder: string, choices: VerifyChoices, io: Io, files: PackageFiles): number {
  const document = readDeploymentOf(folder);
  if (document.provider !== 'aws')
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { file: join(folder, 'deployment.json'), field: 'provider' },
      got: document.provider,
      expected: 'aws: other projects are not verified yet',
      fix: 'give the folder of an AWS project',
    });
  const work = mkdtempSync(join(resolve(folder), '.verify-'));
  try {
    const report = verify(resolve(folder), document, work, choices, io, files);
    io.out(choices.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderVerification(report));
    return report.passed ? EXIT.ok : EXIT.thresholdFailed;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function verify(
  folder: string,
  document: Deployment,
  work: string,
  choices: VerifyChoices,
  io: Io,
  files: PackageFiles,
): Verification {
  const edited = listEdited(folder);
  const rungs: Rung[] = [rung('files', [], edited.length === 0 ? 'as emitted' : `edited: ${edited.join(', ')}`)];
  const acknowledged: Acknowledged[] = [];
  const told = (name: Rung['name']) => io.err(io.liveTalk ? `… ${name}\n` : '');

  told('typecheck');
  rungs.push(typecheck(folder, io));
  told('synthesis');
  const output = join(work, 'cdk.out');
  const synthesis = synthesize(folder, output, io);
  const assembly = readAssembly(output);
  const resources = listResources(assembly.templates);
  for (const [name, plugin] of [
    ['schema', 'CloudFormation Validate'],
    ['security', 'AwsSolutions'],
  ] as const)
    rungs.push(readPlugin(name, plugin, assembly, acknowledged));
  const accounted = rungs.some((each) => each.findings.length > 0 && (each.name === 'schema' || each.name === 'security'));
  rungs.splice(2, 0, rung('synthesis', synthesis.exitCode === 0 || accounted ? [] : [failure(document, 'synthesis', synthesis)]));

  const catalog = loadCatalog(files.catalog);
  const checked = checkAwsStacks({
    document,
    resources,
    bootFiles: assembly.bootFiles,
    offered: (machine, region) =>
      catalog.instances.some((each) => each.id === machine)
        ? catalog.pricesOf(machine).some((price) => price.region === region)
        : null,
  });
  rungs.push(rung('rules', checked.findings, `${checked.rules} rules`));
  rungs.push(rung('cost', checked.bill.findings, `USD ${checked.bill.countedUsdPerMonth.toFixed(2)} a month`));

  told('determinism');
  rungs.push(compareTwice(folder, work, assembly, document, io));
  const accepted = readAccepted(folder);
  const templates = [...assembly.texts.keys()].map((name) => join(output, `${name}.template.json`));
  told('cfn-lint');
  rungs.push(lint('cfn-lint', ['--format', 'json', ...templates], readCfnLint, accepted, folder, acknowledged, io));
  told('checkov');
  const checkov = ['--directory', output, '--framework', 'cloudformation', '--output', 'json', '--quiet', '--compact'];
  rungs.push(lint('checkov', checkov, readCheckov, accepted, folder, acknowledged, io));
  told('rehearsal');
  const simulated = new Set<string>();
  rungs.push(rehearse(folder, work, document, choices.quick, simulated, io));

  return {
    schema: 'seekstack/verification@1',
    project: document.name,
    planDigest: document.planDigest,
    passed: rungs.every((each) => each.outcome !== 'failed'),
    rungs,
    acknowledged,
    cost: {
      plannedUsdPerMonth: checked.bill.plannedUsdPerMonth,
      countedUsdPerMonth: checked.bill.countedUsdPerMonth,
      lines: checked.bill.lines.map((each) => ({ ...each })),
    },
    resources: resources.map(({ stack, logicalId, type }) => ({
      stack,
      logicalId,
      type,
      reached: rungs
        .filter((each) => each.name !== 'files' && each.outcome !== 'skipped')
        .filter((each) => each.name !== 'rehearsal' || simulated.has(`${stack}/${logicalId}`))
        .filter((each) => !each.findings.some((finding) => finding.stack === stack && finding.resource === logicalId))
        .map((each) => each.name),
    })),
  };
}

function rung(name: Rung['name'], findings: readonly Finding[], note = ''): Rung {
  return { name, outcome: findings.length === 0 ? 'passed' : 'failed', note, findings: findings.map((each) => ({ ...each })) };
}

function skipped(name: Rung['name'], note: string): Rung {
  return { name, outcome: 'skipped', note, findings: [] };
}

function failure({ name }: Deployment, rule: string, { stdout, stderr }: ToolRun): Finding {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return {
    rule,
    stack: name,
    resource: null,
    got: lines.slice(-LINES_SHOWN).join(' | '),
    expected: 'exit code 0',
    fix: 'mend what it says',
  };
}

/** A program of the project's own dependencies. */
function own(folder: string, name: string): string {
  const path = join(folder, 'node_modules', '.bin', name);
  if (existsSync(path)) return path;
  throw new SeekstackError({
    code: 'E_FILE_MISSING',
    where: { file: path },
    got: 'a project without its dependencies',
    expected: 'node_modules',
    fix: 'run "npm ci" in the project first',
  });
}

function typecheck(folder: string, io: Io): Rung {
  const run = runTool(own(folder, 'tsc'), [], folder, io.environment);
  return rung('typecheck', run.exitCode === 0 ? [] : [failure(readDeploymentOf(folder), 'typecheck', run)]);
}

function synthesize(folder: string, output: string, io: Io): ToolRun {
  const { context = {} } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8')) as { context?: Record<string, unknown> };
  const environment = { ...io.environment, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) };
  return runTool('node', [join('dist', 'stacks', 'aws', 'main.js')], folder, environment);
}

function readPlugin(name: 'schema' | 'security', plugin: string, { validation }: Assembly, acknowledged: Acknowledged[]): Rung {
  const report = validation?.plugins.find((each) => each.name.includes(plugin));
  // The rules pack reports only what it finds, and then synthesis has failed as well.
  if (report === undefined) return rung(name, [], `no unacknowledged finding of ${plugin}`);
  acknowledged.push(...report.acknowledged.map((each) => ({ ...each })));
  const findings = report.violations.map(({ rule, description, construct }) => {
    const [stack = '', ...rest] = construct.split('/');
    return {
      rule,
      stack,
      resource: rest.join('/'),
      got: description,
      expected: 'no finding',
      fix: 'mend it, or acknowledge it with a reason',
    };
  });
  return rung(name, findings, plugin);
}

function compareTwice(folder: string, work: string, first: Assembly, document: Deployment, io: Io): Rung {
  const output = join(work, 'again');
  synthesize(folder, output, io);
  const second = readAssembly(output);
  const findings = [...first.texts]
    .filter(([name, text]) => second.texts.get(name) !== text)
    .map(([name]) => ({
      rule: 'determinism',
      stack: name,
      resource: null,
      got: 'other bytes the second time',
      expected: 'the same template',
      fix: `take clock and chance out of ${document.name}`,
    }));
  return rung('determinism', findings, 'synthesized twice');
}

function readAccepted(folder: string): AcceptedFindings {
  const path = join(folder, 'accepted-findings.json');
  return existsSync(path)
    ? readDocument(path, acceptedFindingsSchema, 'seekstack/accepted-findings@1')
    : acceptedFindingsSchema.parse({ schema: 'seekstack/accepted-findings@1' });
}

function lint(
  name: 'cfn-lint' | 'checkov',
  words: readonly string[],
  read: (text: string) => Finding[],
  accepted: AcceptedFindings,
  folder: string,
  acknowledged: Acknowledged[],
  io: Io,
): Rung {
  const run = runTool(name, words, folder, io.environment);
  if (run.exitCode === null) return skipped(name, `pip install ${name}`);
  const sorted = sortFindings(read(run.stdout), accepted[name]);
  acknowledged.push(...sorted.acknowledged);
  return rung(name, sorted.unexplained, `${sorted.acknowledged.length} accepted with a reason`);
}

function rehearse(folder: string, work: string, document: Deployment, quick: boolean, simulated: Set<string>, io: Io): Rung {
  if (quick) return skipped('rehearsal', 'left out by --quick');
  if (document.tier !== 'single-node') return skipped('rehearsal', 'the server knows no clusters');
  const path = join(work, 'rehearsal.json');
  writeFileSync(path, '{}');
  const run = runTool('node', [join('dist', 'stacks', 'aws', 'rehearse', 'main.js'), '--report', path], folder, io.environment);
  if (run.exitCode === NO_SERVER) return skipped('rehearsal', "pip install 'moto[server]'");
  const { resources = [] } = JSON.parse(readFileSync(path, 'utf8')) as {
    resources?: { stack: string; logicalId: string; reached: string }[];
  };
  for (const each of resources) if (each.reached === 'simulated') simulated.add(`${each.stack}/${each.logicalId}`);
  return rung(
    'rehearsal',
    run.exitCode === 0 ? [] : [failure(document, 'rehearsal', run)],
    `${simulated.size} of ${resources.length} resources made`,
  );
}
