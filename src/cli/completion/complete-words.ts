// What may come next on a command line: commands, options, choices, ids. In: the program as commander knows it, words typed so far.
// Out: candidates, and whether file names go beside them. What a value is, its placeholder tells: <file>, <model>, <id> …
import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Whether the shell should offer files where it finds no candidate. */
  readonly files: boolean;
}

/** Values by placeholder, asked for only where the cursor stands on one. */
export type Values = (placeholder: string, positionals: readonly string[]) => readonly Candidate[] | 'files' | 'anything';

/** @param words - everything after the program's name; the last is the one under the cursor, empty where a new one begins */
export function completeWords(program: Command, words: readonly string[], values: Values): Candidates {
  const current = words.at(-1) ?? '';
  const { command, positionals, pending, argumentsOnly } = walk(program, words.slice(0, -1));
  const begun = (candidates: readonly Candidate[]): Candidates => ({
    candidates: candidates.filter(({ value }) => value.startsWith(current)),
    files: false,
  });
  const offer = (of: Option | Argument, placeholder: string): Candidates => {
    if (of.argChoices !== undefined) return begun(of.argChoices.map((value) => ({ value, description: '' })));
    const known = values(placeholder, positionals);
    return known === 'files' || known === 'anything' ? { candidates: [], files: known === 'files' } : begun(known);
  };
  if (pending !== null) return offer(pending, /[<[]([^>\]]+)[>\]]/.exec(pending.flags)?.[1] ?? '');
  if (current.startsWith('-') && !argumentsOnly)
    return begun(
      command
        .createHelp()
        .visibleOptions(command)
        .flatMap(({ long, description }) => (long == null ? [] : [{ value: long, description }])),
    );
  if (command.commands.length > 0 && positionals.length === 0)
    return begun(
      command
        .createHelp()
        .visibleCommands(command)
        .map((each) => ({ value: each.name(), description: each.description() })),
    );
  const argument = command.registeredArguments[positionals.length];
  const last = command.registeredArguments.at(-1);
  const at = argument ?? (last?.variadic === true ? last : undefined);
  return at === undefined ? begun([]) : offer(at, at.name());
}

/** Where the words lead: the command, what it was given, and the option whose value comes next. */
function walk(program: Command, words: readonly string[]) {
  let command = program;
  let pending: Option | null = null;
  let argumentsOnly = false;
  const positionals: string[] = [];
  for (const word of words) {
    if (pending !== null) pending = null;
    else if (word === '--') argumentsOnly = true;
    else if (!argumentsOnly && word.startsWith('-') && word !== '-') {
      const option = findOption(command, word);
      pending = option !== undefined && (option.required || option.optional) && !word.includes('=') ? option : null;
    } else {
      const inner = positionals.length > 0 ? undefined : command.commands.find((each) => each.name() === word);
      if (inner === undefined) positionals.push(word);
      else command = inner;
    }
  }
  return { command, positionals, pending, argumentsOnly };
}

function findOption(command: Command, word: string): Option | undefined {
  const name = word.split('=')[0];
  const own = command.options.find((option) => option.long === name || option.short === name);
  return own ?? (command.parent === null ? undefined : findOption(command.parent, word));
}
