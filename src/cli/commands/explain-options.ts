// The command line of seekstack explain: its arguments, flags and help.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PackageFiles } from '../../files/package-root.ts';
import type { Io } from '../io.ts';
import type { ExplainChoices } from './explain.ts';

/** Deeper than any derivation. */
const MOST_LEVELS = 1000;

/** A number of levels; `all` has no end. */
function parseDepth(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const levels = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(levels <= MOST_LEVELS)) throw new InvalidArgumentError(`It must be "all", or a whole number from 0 to ${MOST_LEVELS}.`);
  return levels;
}

/** @param command - `explain`, with the flags that say of prices what `plan` says */
export function addExplainCommand(command: Command, tint: () => Io, settle: (code: number) => void, files: PackageFiles): void {
  command
    .argument('<plan>', 'a plan file')
    .argument(
      '[figure]',
      'winner.cost.usdPerMonth, aws.ttft, breakEven …, or a value as it is printed; lists all where not given',
    )
    .description('how a figure came about: formulas down to rows of the catalogue and lines of the workload')
    .option('--depth <levels>', 'levels shown below the figure, or "all"', parseDepth, 3)
    .addOption(new Option('--format <format>', 'what to print').choices(['tree', 'md', 'json']).default('tree'))
    .addOption(new Option('--catalog <folder>', 'another catalogue folder'))
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack explain plan.json winner.cost.usdPerMonth\n\nExit code 5 where the catalogue no longer gives the plan.',
    )
    .action(async (file: string, figure: string | undefined, choices: ExplainChoices) =>
      settle((await import('./explain.ts')).runExplain(file, figure, choices, tint(), files)),
    );
}
