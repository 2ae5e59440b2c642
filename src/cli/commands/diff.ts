// seekstack diff: read both sides, plan what is not planned, review, render, write.
import { resolve } from 'node:path';
import picocolors from 'picocolors';
import type { PlanDiff } from '../../documents/diff.ts';
import { SeekstackError } from '../../errors.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readDiff, readPolicy } from '../../files/read-policy.ts';
import { writeText } from '../../files/write-files.ts';
import { type MarkdownFlavour, renderDiffMarkdown } from '../../render/diff-markdown.ts';
import { renderDiffJson, renderDiffJunit, renderDiffSarif } from '../../render/diff-reports.ts';
import { renderDiffTable } from '../../render/diff-table.ts';
import { exitCodeOf, reviewChange } from '../../review/review-change.ts';
import type { Io } from '../io.ts';
import { inWork } from '../review/read-inputs.ts';
import { readPair } from '../review/read-pair.ts';
import { sayCommand } from '../review/say-command.ts';

export interface DiffChoices {
  readonly option?: string;
  readonly provider?: 'aws' | 'azure' | 'onprem';
  readonly format: 'table' | MarkdownFlavour | 'json' | 'junit' | 'sarif';
  readonly policy?: string;
  readonly output?: string;
  readonly detailedExitcode: boolean;
  readonly today?: string;
  readonly validAt?: string;
  readonly commit?: string;
  readonly catalog?: string;
  /** File or folder of calibrations of runs. */
  readonly calibration?: string;
  readonly baseCatalog?: string;
  /** Of projects: whether their programs are run. */
  readonly synthesis: boolean;
}

/** @returns 0, 3, 4, 5, and 6 where changes were asked to be told by it */
export async function runDiff(
  base: string,
  head: string | undefined,
  choices: DiffChoices,
  io: Io,
  files: PackageFiles,
): Promise<number> {
  refuseOverwriting([base, head, choices.policy], choices.output);
  const diff = head === undefined ? readDiff(base) : await compare(base, head, choices, io, files);
  const text = render(diff, choices.format, io);
  if (choices.output === undefined) io.out(text);
  else {
    writeText(choices.output, text);
    io.err(`wrote ${choices.output}\n`);
  }
  return exitCodeOf(diff, choices.detailedExitcode);
}

async function compare(base: string, head: string, choices: DiffChoices, io: Io, files: PackageFiles): Promise<PlanDiff> {
  const policy = choices.policy === undefined ? null : readPolicy(choices.policy);
  return inWork(async (work) => {
    const pair = await readPair(base, head, choices, work, io, files);
    return reviewChange({
      ...pair,
      version: files.version,
      policy,
      today: choices.today ?? null,
      moment: {
        validAt: choices.validAt ?? pair.git?.committedAt ?? null,
        commit: choices.commit ?? pair.git?.commit ?? null,
      },
      reproduce: sayCommand({ name: base, git: pair.baseGit }, { name: head, git: pair.git }, choices),
    });
  });
}

function render(diff: PlanDiff, format: DiffChoices['format'], io: Io): string {
  switch (format) {
    case 'table':
      return renderDiffTable(diff, picocolors.createColors(io.colour));
    case 'json':
      return renderDiffJson(diff);
    case 'junit':
      return renderDiffJunit(diff);
    case 'sarif':
      return renderDiffSarif(diff);
    default:
      return renderDiffMarkdown(diff, format);
  }
}

function refuseOverwriting(read: readonly (string | undefined)[], output: string | undefined): void {
  if (output !== undefined && read.some((each) => each !== undefined && resolve(each) === resolve(output)))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'a file that is read',
      expected: 'another file for the result',
      fix: 'choose another -o',
    });
}
