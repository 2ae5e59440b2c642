// The command that gives a diff again, ready to paste: revisions by their commits, since branches move on.
import type { GitPath } from '../../files/read-git.ts';
import type { DiffChoices } from '../commands/diff.ts';

const COMMIT_SIGNS = 12;

export function sayCommand(
  base: { readonly name: string; readonly git: GitPath | null },
  head: { readonly name: string; readonly git: GitPath | null },
  choices: DiffChoices,
): string {
  const side = ({ name, git }: typeof base) => (git === null ? name : `${git.commit.slice(0, COMMIT_SIGNS)}:${git.path}`);
  const given = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    'seekstack',
    'diff',
    side(base),
    side(head),
    ...given('--option', choices.option),
    ...given('--provider', choices.provider),
    ...given('--policy', choices.policy),
    ...given('--catalog', choices.catalog),
    ...given('--base-catalog', choices.baseCatalog),
    ...given('--calibration', choices.calibration),
    ...given('--today', choices.today),
  ]
    .map(shellWord)
    .join(' ');
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+-][\w./:@%+~^-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
