// The command that gives a diff again, ready to paste.
import type { DiffChoices } from '../commands/diff.ts';

export function sayCommand(base: string, head: string, choices: DiffChoices): string {
  const given = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    'seekstack',
    'diff',
    base,
    head,
    ...given('--option', choices.option),
    ...given('--provider', choices.provider),
    ...given('--policy', choices.policy),
    ...given('--catalog', choices.catalog),
    ...given('--base-catalog', choices.baseCatalog),
    ...given('--today', choices.today),
  ]
    .map(shellWord)
    .join(' ');
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
