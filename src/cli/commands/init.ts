// seekstack init: five answers, from flags or from a person at a terminal, become a commented workload file.
import { existsSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { writeDraft } from '../../draft/write-draft.ts';
import { EXIT, type Problem, SeekstackError } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { parseWorkload } from '../../files/read-documents.ts';
import { writeText } from '../../files/write-files.ts';
import { resolveWorkload } from '../../plan/resolve-workload.ts';
import type { Io } from '../io.ts';
import { askMissing } from './init-questions.ts';

export interface InitChoices {
  readonly catalog?: string;
  readonly [flag: string]: string | undefined;
}

/** Field of the workload that each flag answers, by the flag's name in code; in the order of the file. */
const FIELDS: Readonly<Record<string, string>> = {
  model: 'model',
  use: 'use',
  users: 'demand.users',
  activeAtPeak: 'demand.activeAtPeak',
  requestsPerSecond: 'demand.requestsPerSecond',
  concurrency: 'demand.concurrency',
  tokensPerDay: 'demand.tokensPerDay',
  ttft: 'latency.ttft',
  tpot: 'latency.tpot',
  monthly: 'budget.monthly',
  term: 'budget.term',
};

/** Kinds of demand; one of them is given. */
export const DEMAND_KINDS = ['users', 'requestsPerSecond', 'concurrency', 'tokensPerDay'] as const;

/** Answers as they were typed, by the flag's name in code. */
export type Typed = Readonly<Record<string, string>>;

/**
 * Writes a workload file and tells how to plan it.
 * @throws SeekstackError E_OUT_CONFLICT where the file is there; E_ENVIRONMENT where an answer is missing and nobody can be asked
 */
export async function runInit(file: string, choices: InitChoices, io: Io, files: PackageFiles): Promise<number> {
  if (existsSync(file))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file },
      got: 'a file that is there already',
      expected: 'the name of a new file',
      fix: 'give another name, or move the file away',
    });
  const catalog = openCatalog(files, choices.catalog);
  const given: Typed = Object.fromEntries(
    Object.keys(FIELDS).flatMap((flag) => (choices[flag] === undefined ? [] : [[flag, choices[flag]]])),
  );
  const typed = missingFlags(given).length === 0 ? given : await ask(given, catalog, io);
  if (typed === null) {
    io.err('cancelled; nothing was written\n');
    return EXIT.invalidInput;
  }
  const answers = readAnswers(typed, file);
  resolveWorkload(answers.workload, catalog, answers.name);
  const text = writeDraft({ document: answers.source.document, workload: answers.workload }, catalog, answers.name);
  parseWorkload(text, file);
  writeText(file, text);
  io.out(`${file}: written, with every other field commented out beside its default\nNext: seekstack plan ${file}\n`);
  return EXIT.ok;
}

async function ask(given: Typed, catalog: Parameters<typeof askMissing>[1], io: Io): Promise<Typed | null> {
  if (io.terminal !== undefined) return askMissing(given, catalog, io.terminal, (typed, flag) => problemWith(typed, flag));
  throw new SeekstackError({
    code: 'E_ENVIRONMENT',
    where: { field: missingFlags(given).join(' ') },
    got: 'no such flags, and no terminal to ask at',
    expected: 'five things: model, use, demand, latency, budget',
    fix: 'give the flags, or run it at a terminal; "seekstack init --help" shows a whole line',
  });
}

/** Flags, as they are typed, without which there is no workload. */
export function missingFlags(typed: Typed): string[] {
  const missing: string[] = [];
  const need = (flag: string) => {
    if (typed[flag] === undefined) missing.push(flagOf(flag));
  };
  need('model');
  need('use');
  if (!DEMAND_KINDS.some((kind) => typed[kind] !== undefined)) missing.push('--users');
  if (!DEMAND_KINDS.slice(1).some((kind) => typed[kind] !== undefined)) need('activeAtPeak');
  if (typed.use !== 'batch' && typed.ttft === undefined && typed.tpot === undefined) missing.push('--ttft', '--tpot');
  need('monthly');
  need('term');
  return missing;
}

/** `activeAtPeak` → `--active-at-peak`. */
function flagOf(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The answers as the workload they make. @throws SeekstackError with the flag of each problem */
function readAnswers(typed: Typed, file: string): ReturnType<typeof parseWorkload> {
  const document: Record<string, unknown> = { schema: 'seekstack/workload@1' };
  for (const [flag, path] of Object.entries(FIELDS)) {
    const text = typed[flag];
    if (text === undefined) continue;
    const [section = '', name] = path.split('.');
    if (name === undefined) document[section] = text;
    else document[section] = { ...(document[section] as Record<string, unknown> | undefined), [name]: numberOr(text) };
  }
  try {
    return parseWorkload(stringify(document), file);
  } catch (error) {
    if (error instanceof SeekstackError) throw new SeekstackError(error.problems.map(byFlag), { cause: error });
    throw error;
  }
}

/** A plain number as one, everything else as the text that it is. */
function numberOr(text: string): string | number {
  const value: unknown = /^\d+(\.\d+)?$/.test(text) ? parse(text) : text;
  return typeof value === 'number' ? value : text;
}

/** The file is not there yet, so a problem is told by its flag. */
function byFlag(problem: Problem): Problem {
  const flag = Object.entries(FIELDS).find(([, path]) => path === problem.where?.field)?.[0];
  const field = flag === undefined ? problem.where?.field : flagOf(flag);
  return { ...problem, where: field === undefined ? {} : { field } };
}

/** What is wrong with one answer, in words for whoever typed it; nothing where it may stand. */
function problemWith(typed: Typed, flag: string): string | undefined {
  try {
    readAnswers(typed, 'workload.yaml');
  } catch (error) {
    if (!(error instanceof SeekstackError)) throw error;
    const found = error.problems.find((problem) => problem.where?.field === flagOf(flag) && problem.code !== 'E_FIELD_MISSING');
    if (found !== undefined) return `must be ${found.expected}`;
  }
  return undefined;
}
