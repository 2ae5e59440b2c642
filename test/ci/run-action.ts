// Runs a composite action's steps as a runner does: expressions by GitHub's own evaluator, scripts by bash, outputs by file.
// In: the action's folder, inputs, the github context, the environment. Out: what became of each step, outputs, the summary.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { parse } from 'yaml';

export interface Step {
  readonly id?: string;
  readonly name: string;
  readonly if?: string;
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: 'composite'; readonly steps: readonly Step[] };
}

export interface ActionRun {
  readonly outcomes: Readonly<Record<string, 'success' | 'failure' | 'skipped'>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything the steps said. */
  readonly log: string;
  readonly failed: boolean;
}

export function readAction(folder: string): Action {
  return parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action;
}

export async function runAction(
  folder: string,
  given: Readonly<Record<string, string>>,
  github: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
  workspace: string,
  temporary: string,
): Promise<ActionRun> {
  const action = readAction(folder);
  const work = mkdtempSync(join(temporary, 'job-'));
  const runnerTemp = join(work, 'temp');
  mkdirSync(runnerTemp);
  const context: Record<string, unknown> = { github: { ...github, action_path: folder }, inputs: {}, steps: {} };
  for (const [name, { default: value = '' }] of Object.entries(action.inputs))
    (context.inputs as Record<string, string>)[name] = given[name] ?? expand(value, context, false);
  const outcomes: Record<string, 'success' | 'failure' | 'skipped'> = {};
  let [log, summary, failed] = ['', '', false];
  for (const [number, step] of action.runs.steps.entries()) {
    const condition = step.if ?? 'success()';
    const guarded = /\b(success|failure|always|cancelled)\(/.test(condition) ? condition : `success() && (${bare(condition)})`;
    if (!isTruthy(evaluate(bare(guarded), context, failed))) {
      outcomes[step.name] = 'skipped';
      remember(context, step, 'skipped', {});
      continue;
    }
    const [output, summaryFile, script] = ['output', 'summary', 'script'].map((kind) => join(work, `${kind}-${number}`)) as [
      string,
      string,
      string,
    ];
    writeFileSync(output, '');
    writeFileSync(summaryFile, '');
    writeFileSync(script, step.run);
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, expand(value, context, failed)]));
    const told = await runBash(['--noprofile', '--norc', '-eo', 'pipefail', script], workspace, {
      PATH: process.env.PATH ?? '',
      HOME: work,
      RUNNER_TEMP: runnerTemp,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summaryFile,
      GITHUB_ACTIONS: 'true',
      ...environment,
      ...env,
    });
    log += `== ${step.name}\n${told.text}`;
    summary += readFileSync(summaryFile, 'utf8');
    outcomes[step.name] = told.exitCode === 0 ? 'success' : 'failure';
    failed ||= told.exitCode !== 0;
    remember(context, step, outcomes[step.name] as string, readOutputs(output));
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, expand(value, context, failed)]),
  );
  return { outcomes, outputs, summary, log, failed };
}

/** Runs bash and waits for it, without holding up servers in this process. */
export function runBash(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number; text: string }> {
  return new Promise((done) => {
    const child = spawn('bash', [...argv], { cwd, env: { ...env } });
    let text = '';
    const hear = (chunk: Buffer) => {
      text += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code) => done({ exitCode: code ?? 1, text }));
  });
}

function remember(context: Record<string, unknown>, { id }: Step, outcome: string, outputs: Record<string, string>): void {
  if (id !== undefined) (context.steps as Record<string, unknown>)[id] = { outcome, conclusion: outcome, outputs };
}

function readOutputs(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const bare = (text: string) => text.replace(/^\s*\$\{\{([\s\S]*)\}\}\s*$/, '$1');

function expand(text: string, context: Record<string, unknown>, failed: boolean): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_all, expression: string) =>
    evaluate(expression, context, failed).coerceString(),
  );
}

function evaluate(expression: string, context: Record<string, unknown>, failed: boolean): data.ExpressionData {
  const answers = { success: !failed, failure: failed, always: true, cancelled: false };
  const functions = Object.entries(answers).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }));
  const tree = new Parser(new Lexer(expression.trim()).lex().tokens, Object.keys(context), functions).parse();
  const known = JSON.parse(JSON.stringify(context), data.reviver) as data.Dictionary;
  return new Evaluator(tree, known, new Map(functions.map((each) => [each.name, each]))).evaluate();
}

function isTruthy(value: data.ExpressionData): boolean {
  const text = value.coerceString();
  return !(
    text === '' ||
    text === 'false' ||
    (value.kind === data.Kind.Number && (value.number() === 0 || Number.isNaN(value.number())))
  );
}
