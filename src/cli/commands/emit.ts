// seekstack emit: choose an option, build its project, write it.
import type { Plan, PlanOption } from '../../documents/plan.ts';
import { buildProject } from '../../emit/build-project.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readPlan } from '../../files/read-documents.ts';
import { readStackSources } from '../../files/read-stacks.ts';
import { compareProject, writeProject } from '../../files/write-project.ts';
import { formatUsd, formatUsdPerHour } from '../../render/format.ts';
import type { Io } from '../io.ts';

export interface EmitChoices {
  readonly out: string;
  readonly option?: string;
  readonly provider?: 'aws' | 'azure' | 'onprem';
  readonly force: boolean;
  /** Tells what would change and writes nothing. */
  readonly check: boolean;
}

/** @throws SeekstackError E_OPTION_UNKNOWN, E_NO_FEASIBLE, E_NOT_EMITTABLE, E_OUT_CONFLICT */
export function runEmit(file: string, choices: EmitChoices, io: Io, files: PackageFiles): number {
  const { plan, digest } = readPlan(file);
  const option = chooseOption(plan, choices);
  const project = buildProject(plan, digest, option, readStackSources(files));
  if (choices.check) return tellChanges(choices, project.files, io);
  const written = writeProject(choices.out, project.files, { planDigest: digest, optionId: option.id }, choices.force);
  io.out(
    [
      `${choices.out}: ${option.nodes} × ${option.machine.id} in ${option.region}, ${formatUsdPerHour(option.cost.usdPerHour)} an hour, ${formatUsd(option.cost.usdPerMonth.typical)} a month`,
      `${written.added.length} files added, ${written.updated.length} updated, ${written.removed.length} removed, ${written.unchanged} as they were`,
      `Next: read ${choices.out}/README.md`,
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}

/** @returns 0 where nothing would change, else 4 */
function tellChanges(choices: EmitChoices, files: ReadonlyMap<string, string>, io: Io): number {
  const { added, updated, removed, conflicts, unchanged } = compareProject(choices.out, files, choices.force);
  const told = [
    ...added.map((path) => `+ ${path}`),
    ...updated.map((path) => `~ ${path}`),
    ...removed.map((path) => `- ${path}`),
    ...conflicts.map((path) => `! ${path}  edited, and changed by the plan too: an emit would refuse`),
  ];
  io.out(`${[...told, `${told.length} files would change, ${unchanged} would not`].join('\n')}\n`);
  return told.length === 0 ? EXIT.ok : EXIT.thresholdFailed;
}

/** The option asked for: by its id, the best of a provider, or the winner. @throws SeekstackError E_OPTION_UNKNOWN, E_NO_FEASIBLE */
export function chooseOption(plan: Plan, choices: Pick<EmitChoices, 'option' | 'provider'>): PlanOption {
  if (choices.option !== undefined) {
    const found = plan.options.find((option) => option.id === choices.option);
    if (found !== undefined) return found;
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      where: { field: '--option' },
      got: choices.option,
      expected: `an id of this plan, such as ${plan.options
        .slice(0, 3)
        .map((option) => option.id)
        .join(', ')}`,
      fix: 'list them with "seekstack plan FILE --format csv"',
    });
  }
  const id = choices.provider === undefined ? plan.verdict.winner : plan.verdict.best[choices.provider];
  const best = plan.options.find((option) => option.id === id);
  if (best !== undefined) return best;
  throw new SeekstackError({
    code: 'E_NO_FEASIBLE',
    got: choices.provider === undefined ? 'a plan without a feasible option' : `no feasible option on ${choices.provider}`,
    expected: 'a feasible option',
    fix: plan.verdict.nearestMiss?.relax ?? 'choose another provider, or one option with --option',
  });
}
