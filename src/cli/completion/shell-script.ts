// The scripts that make a shell ask for candidates, and the answer they read.
import { script } from '@bomb.sh/tab';
import type { Candidates } from './complete-words.ts';

/** What the scripts take as "offer no files", and as nothing of the kind. */
const NO_FILES = 4;
const PLAIN = 0;

// The library's script leans on the package bash-completion, which many machines lack, and never falls back to files.
const BEFORE_BASH = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}")
    cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]}
    prev=\${COMP_WORDS[COMP_CWORD-1]}
  }
fi
`;
const AFTER_BASH = 'complete -o default -F __seekstack_complete seekstack\n';

/** Prints the script of a shell; the library writes to standard output itself. */
export function printScript(shell: string, out: (text: string) => void): void {
  if (shell === 'bash') out(BEFORE_BASH);
  script(shell, 'seekstack', 'seekstack');
  if (shell === 'bash') out(AFTER_BASH);
}

/** One candidate a line, a tab before what it means, and at the end what the shell may add. */
export function formatCandidates({ candidates, files }: Candidates): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description.replaceAll(/\s+/g, ' ')}`);
  return `${[...lines, `:${files ? PLAIN : NO_FILES}`].join('\n')}\n`;
}
