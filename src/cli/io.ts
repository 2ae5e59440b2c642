// The command line's way to the world, so that commands can run without a process.
import type { Readable, Writable } from 'node:stream';
import type { Pace } from '../post/pace.ts';

/** Where a person can be asked; answers come in, questions go out beside the talk. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

export interface Io {
  readonly out: (text: string) => void;
  /** Talk: progress, notes, errors. */
  readonly err: (text: string) => void;
  /** Whether results go to a terminal, and may be coloured. */
  readonly colour: boolean;
  /** Whether talk goes to a terminal, and may overwrite its own line. */
  readonly liveTalk: boolean;
  /** Columns of the terminal that results go to; absent where they go elsewhere. */
  readonly columns?: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Version of Node, such as 20.20.2. */
  readonly nodeVersion: string;
  /** Monotonic, seconds; only for progress. */
  readonly nowSeconds: () => number;
  /** Clock, chance and waiting of network code; the machine's own where absent. */
  readonly pace?: Pace;
  /** Calls back on Ctrl-C instead of ending; the answer takes that back. Absent where nobody can interrupt. */
  readonly onInterrupt?: (handler: () => void) => () => void;
  /** Absent where nobody can be asked. */
  readonly terminal?: Terminal;
}
