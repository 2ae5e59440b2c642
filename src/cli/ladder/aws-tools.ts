// Programs that an emitted AWS project is checked with: its own compiler and CDK program, linters.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung } from '../../documents/verification.ts';
import { type Assembly, readAssembly } from '../../files/read-assembly.ts';
import { readDocument } from '../../files/read-project.ts';
import { runTool, type ToolRun } from '../../files/run-tool.ts';
import { type AcceptedFindings, acceptedFindingsSchema, sortFindings } from '../../verify/accepted-findings.ts';
import type { Finding } from '../../verify/finding.ts';
import type { Io } from '../io.ts';
import { type Acknowledged, failure, rung, skipped } from './rungs.ts';

/** Compiled, below the project's folder. */
export const PROGRAMS = join('dist', 'stacks', 'aws');

/** Assertions of the project's own over its constructs; what the rules pack was told to accept comes along. */
export function assertConstructs(folder: string, document: Deployment, acknowledged: Acknowledged[], io: Io): Rung {
  const run = runTool('node', [join(PROGRAMS, 'assertions', 'main.js')], folder, io.environment);
  let told: {
    assertions: { stack: string; says: string; problem: string | null }[];
    acknowledgements: Acknowledged[];
  };
  try {
    told = JSON.parse(run.stdout);
  } catch {
    return rung('constructs', [failure(document, 'constructs', run)]);
  }
  acknowledged.push(...told.acknowledgements);
  const findings = told.assertions.flatMap(({ stack, says, problem }) =>
    problem === null
      ? []
      : [
          {
            rule: 'construct-assertion',
            stack,
            resource: null,
            got: problem.split('\n')[0] ?? '',
            expected: says,
            fix: 'restore what was emitted',
          },
        ],
  );
  return rung('constructs', findings, `${told.assertions.length} assertions`);
}

export function synthesize(folder: string, output: string, io: Io): ToolRun {
  const { context = {} } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8')) as { context?: Record<string, unknown> };
  const environment = { ...io.environment, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) };
  return runTool('node', [join(PROGRAMS, 'main.js')], folder, environment);
}

export function readPlugin(
  name: 'schema' | 'security',
  plugin: string,
  { validation }: Assembly,
  acknowledged: Acknowledged[],
): Rung {
  const report = validation?.plugins.find((each) => each.name.includes(plugin));
  // The rules pack reports only what it finds, and then synthesis has failed as well.
  if (report === undefined) return rung(name, [], `no unacknowledged finding of ${plugin}`);
  acknowledged.push(...report.acknowledged.map((each) => ({ ...each })));
  const findings = report.violations.map(({ rule, description, construct }) => {
    const [stack = '', ...rest] = construct.split('/');
    return {
      rule,
      stack,
      resource: rest.join('/') || null,
      got: description,
      expected: 'no finding',
      fix: 'mend it, or acknowledge it with a reason',
    };
  });
  return rung(name, findings, plugin);
}

export function compareTwice(folder: string, work: string, first: Assembly, document: Deployment, io: Io): Rung {
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

export function readAccepted(folder: string): AcceptedFindings {
  const path = join(folder, 'accepted-findings.json');
  return existsSync(path)
    ? readDocument(path, acceptedFindingsSchema, 'seekstack/accepted-findings@1')
    : acceptedFindingsSchema.parse({ schema: 'seekstack/accepted-findings@1' });
}

export function lint(
  name: 'cfn-lint' | 'checkov',
  words: readonly string[],
  read: (text: string) => Finding[],
  folder: string,
  acknowledged: Acknowledged[],
  io: Io,
): Rung {
  const run = runTool(name, words, folder, io.environment);
  if (run.exitCode === null) return skipped(name, `pip install ${name}`);
  const sorted = sortFindings(read(run.stdout), readAccepted(folder)[name]);
  acknowledged.push(...sorted.acknowledged);
  // What a linter finds depends on its release: an old one does not know properties that are new.
  const version = /\d+(\.\d+)+/.exec(runTool(name, ['--version'], folder, io.environment).stdout)?.[0] ?? 'of unknown version';
  return rung(name, sorted.unexplained, `${version}; ${sorted.acknowledged.length} accepted with a reason`);
}
