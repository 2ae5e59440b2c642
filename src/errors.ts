// Errors: what a user can mend, told once and clearly.
// In: problems found while reading or planning. Out: a SeekstackError with a stable code and an exit code.
// Anything that is not a SeekstackError is our bug and keeps its stack.

/** Process exit codes; documented in the README and tested one by one. */
export const EXIT = {
  ok: 0,
  invalidInput: 2,
  noFeasibleOption: 3,
  thresholdFailed: 4,
  dataMissingOrOld: 5,
  /** Only where a command was asked to tell a change from none. */
  changesFound: 6,
  /** Machines may still be paid for: somebody has to look. */
  leftStanding: 7,
  ourBug: 70,
} as const;

/** Every code a user can meet, with its exit code and what it means. */
export const ERROR_CODES = {
  E_USAGE: { exit: EXIT.invalidInput, means: 'the command line is wrong' },
  E_FILE_MISSING: { exit: EXIT.invalidInput, means: 'a file is not there' },
  E_FILE_UNREADABLE: { exit: EXIT.invalidInput, means: 'a file cannot be read or written, or is not text' },
  E_FILE_EMPTY: { exit: EXIT.invalidInput, means: 'a file holds nothing' },
  E_FILE_TOO_LARGE: { exit: EXIT.invalidInput, means: 'a file is larger than any such document can be' },
  E_YAML_SYNTAX: { exit: EXIT.invalidInput, means: 'a file is not valid YAML or JSON' },
  E_YAML_ALIAS: { exit: EXIT.invalidInput, means: 'a document uses YAML aliases, which are not accepted' },
  E_SCHEMA: { exit: EXIT.invalidInput, means: 'a document is of another kind or version' },
  E_FIELD_MISSING: { exit: EXIT.invalidInput, means: 'a required field is absent' },
  E_FIELD_UNKNOWN: { exit: EXIT.invalidInput, means: 'a field has a name nobody knows' },
  E_FIELD_TYPE: { exit: EXIT.invalidInput, means: 'a field holds the wrong type' },
  E_VALUE: { exit: EXIT.invalidInput, means: 'a value is outside what is allowed' },
  E_REFERENCE: { exit: EXIT.invalidInput, means: 'a name refers to nothing in the catalogue' },
  E_OPTION_UNKNOWN: { exit: EXIT.invalidInput, means: 'the plan has no such option' },
  E_FIGURE_UNKNOWN: { exit: EXIT.invalidInput, means: 'the plan prints no such figure' },
  E_NOT_EMITTABLE: { exit: EXIT.invalidInput, means: 'the option cannot be emitted as a stack' },
  E_OUT_CONFLICT: { exit: EXIT.invalidInput, means: 'the output folder holds files that would be lost' },
  E_ENVIRONMENT: { exit: EXIT.invalidInput, means: 'the command needs something that neither flags nor environment give' },
  E_REFUSED: { exit: EXIT.invalidInput, means: 'a platform refused a request: wrong token, permission, place or body' },
  E_DEPLOYMENT: { exit: EXIT.thresholdFailed, means: "a benchmark's stack did not come up, or its run did not end well" },
  E_LEFT_STANDING: { exit: EXIT.leftStanding, means: 'taking a benchmark down failed: machines may still be paid for' },
  E_NO_FEASIBLE: { exit: EXIT.noFeasibleOption, means: 'no option meets the workload' },
  E_THRESHOLD: { exit: EXIT.thresholdFailed, means: 'a stated threshold is exceeded' },
  E_PRICE_MISSING: { exit: EXIT.dataMissingOrOld, means: 'options fit, but none of them has a price' },
  E_FACT_MISSING: { exit: EXIT.dataMissingOrOld, means: 'a fact the plan needs is not in the catalogue' },
  E_SOURCE_UNREACHABLE: { exit: EXIT.dataMissingOrOld, means: 'a price source does not answer' },
  E_SOURCE_SHAPE: { exit: EXIT.dataMissingOrOld, means: 'a price source answers in another form than it is known for' },
  E_PRICE_AMBIGUOUS: { exit: EXIT.dataMissingOrOld, means: 'a source lists several prices where one is wanted' },
  E_PRICE_HELD: { exit: EXIT.dataMissingOrOld, means: 'new prices were held back, since nobody accepted how far they moved' },
  E_PLAN_STALE: { exit: EXIT.dataMissingOrOld, means: 'a plan no longer follows from its workload and the catalogue' },
  E_FACT_OLD: { exit: EXIT.dataMissingOrOld, means: 'a fact is older than the limit set' },
  E_UNREACHABLE: { exit: EXIT.dataMissingOrOld, means: 'a platform gave no usable answer in time' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where a problem is: file, then line and column (1-based) and the field's path where they are known. */
export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly field?: string;
}

/** One thing to mend. */
export interface Problem {
  readonly code: ErrorCode;
  readonly where?: Where;
  /** What was found, in the user's words. */
  readonly got: string;
  /** What is allowed. */
  readonly expected: string;
  /** The change to make, imperative. */
  readonly fix: string;
}

/** One or more problems a user can mend. The first problem's code decides the exit code. */
export class SeekstackError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[], options?: { cause?: unknown }) {
    const list: readonly Problem[] = 'code' in problems ? [problems] : problems;
    super(list.map(formatProblem).join('\n'), options);
    this.name = 'SeekstackError';
    this.problems = list;
  }

  get code(): ErrorCode {
    return this.problems[0]?.code ?? 'E_VALUE';
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** The text of a problem: code and place, what was found, what is allowed, how to mend it. */
export function formatProblem(problem: Problem): string {
  const place = formatWhere(problem.where);
  return [
    `${problem.code}${place === '' ? '' : `  ${place}`}`,
    `  got: ${problem.got}`,
    `  expected: ${problem.expected}`,
    `  fix: ${problem.fix}`,
  ].join('\n');
}

function formatWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const position = [where.file, where.line, where.column].filter((part) => part !== undefined).join(':');
  return [position, where.field].filter((part) => part !== undefined && part !== '').join('  ');
}
