// seekstack verify: climb the ladder of checks on an emitted project, without an account.
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung, Verification } from '../../documents/verification.ts';
import { buildProject } from '../../emit/build-project.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readPlan } from '../../files/read-documents.ts';
import { listEdited, readDeploymentOf, readEmitted } from '../../files/read-project.ts';
import { readStackSources } from '../../files/read-stacks.ts';
import { renderVerification } from '../../render/verification-table.ts';
import type { Io } from '../io.ts';
import { climbAws } from '../ladder/aws-ladder.ts';
import { climbAzure } from '../ladder/azure-ladder.ts';
import { climbOnPremises } from '../ladder/onprem-ladder.ts';
import { rung, skipped } from '../ladder/rungs.ts';

export interface VerifyChoices {
  readonly format: 'table' | 'json';
  /** Leaves out what takes a minute or more. */
  readonly quick: boolean;
  /** The plan the project was emitted from: then it is emitted again and compared. */
  readonly plan?: string;
}

/** @returns 0 where every rung that could be climbed held, 4 where one did not */
export function runVerify(folder: string, choices: VerifyChoices, io: Io, files: PackageFiles): number {
  const document = readDeploymentOf(folder);
  const work = mkdtempSync(join(resolve(folder), '.verify-'));
  try {
    const before = [compareWithManifest(folder), emitAgain(folder, document, choices.plan, files)];
    const climb =
      document.provider === 'aws'
        ? climbAws(resolve(folder), document, work, choices.quick, io, files)
        : document.provider === 'azure'
          ? climbAzure(resolve(folder), document, work, io, files)
          : climbOnPremises(resolve(folder), document, work, io, files);
    const rungs = [...before, ...climb.rungs];
    const report: Verification = {
      schema: 'seekstack/verification@1',
      project: document.name,
      planDigest: document.planDigest,
      passed: rungs.every((each) => each.outcome !== 'failed'),
      ...climb,
      rungs,
    };
    io.out(choices.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderVerification(report));
    return report.passed ? EXIT.ok : EXIT.thresholdFailed;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Edits are no fault; they are told, so that a report says what it is about. */
function compareWithManifest(folder: string): Rung {
  const edited = listEdited(folder);
  return rung('files', [], edited.length === 0 ? 'as emitted' : `edited: ${edited.join(', ')}`);
}

/** Builds the project from its plan twice: the bytes are the same, and those that were written. */
function emitAgain(folder: string, { name, optionId }: Deployment, planFile: string | undefined, files: PackageFiles): Rung {
  if (planFile === undefined) return skipped('emission', 'give the plan with --plan');
  const { plan, digest } = readPlan(planFile);
  const option = plan.options.find((each) => each.id === optionId);
  if (option === undefined)
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      where: { file: planFile },
      got: `no option ${optionId}`,
      expected: 'the plan behind the project',
      fix: 'give that plan, or emit again',
    });
  const sources = readStackSources(files);
  const [first, second] = [buildProject(plan, digest, option, sources), buildProject(plan, digest, option, sources)];
  const edited = new Set(listEdited(folder));
  const written = readEmitted(folder);
  const finding = (got: string, expected: string) => ({
    rule: 'emission',
    stack: name,
    resource: null,
    got,
    expected,
    fix: 'emit the project again',
  });
  const findings = [...first.files].flatMap(([path, text]) => {
    if (second.files.get(path) !== text) return [finding(`${path}: other bytes the second time`, 'the same bytes')];
    // An edit is its owner's; what was emitted beneath it cannot be told any more.
    return edited.has(path) || written.get(path) === text
      ? []
      : [finding(`${path}: not what the plan makes`, 'the bytes that an emit would write')];
  });
  return rung('emission', findings, `${first.files.size} files, emitted twice`);
}
