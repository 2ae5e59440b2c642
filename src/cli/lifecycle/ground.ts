// What a cloud's own tool does for a benchmark, step by step; one implementation a cloud.
import type { Deployment } from '../../documents/deployment.ts';
import { SeekstackError } from '../../errors.ts';
import { type StartedTool, startTool, type ToolOptions } from '../../files/start-tool.ts';
import type { Pace } from '../../post/pace.ts';
import type { Io } from '../io.ts';

export interface Standing {
  readonly endpointUrl: string | null;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Each step throws SeekstackError where its tool fails or is not installed. */
export interface Ground {
  /** Installs and compiles the project; nothing is asked of an account. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  /** What ends the benchmark, who is told of its cost, what nodes read: all before the first node. */
  readonly guards: (signal: AbortSignal) => Promise<void>;
  readonly nodes: (signal: AbortSignal) => Promise<Standing>;
  /** The key of the endpoint; null where it has none. Kept in memory only. */
  readonly apiKey: () => Promise<string | null>;
  /** Whom the certificate of the endpoint names, since the address of a stack is no name that anybody has one for; null where that is not known. */
  readonly serverName: () => Promise<string | null>;
  /** Takes everything down, nodes first, whatever stands. */
  readonly takeDown: () => Promise<void>;
}

export interface GroundInputs {
  readonly folder: string;
  readonly document: Pick<Deployment, 'name' | 'provider' | 'placement' | 'engine' | 'network'>;
  readonly choices: GroundChoices;
  readonly io: Io;
  readonly pace: Pace;
}

export interface GroundChoices {
  /** AWS: an ARN. Azure: a file with chain and key. */
  readonly certificate?: string;
  /** Azure: a file with an OpenSSH public key. */
  readonly sshKey?: string;
}

type Run = (
  words: readonly string[],
  options?: Partial<ToolOptions> & { readonly quiet?: boolean; readonly mayFail?: boolean },
) => Promise<StartedTool>;

const LINES_SHOWN = 12;

/** Runs programs in the project's folder; the first word is the program. Its lines go to the talk. */
export function toolsOf({ folder, io }: Pick<GroundInputs, 'folder' | 'io'>, needs: Readonly<Record<string, string>>): Run {
  return async (words, { quiet = false, mayFail = false, ...options } = {}) => {
    const [program = '', ...rest] = words;
    const ran = await startTool(program, rest, {
      folder,
      environment: io.environment,
      ...(quiet ? {} : { onLine: (line) => line.trim() !== '' && io.err(`  ${line}\n`) }),
      ...options,
    });
    if (ran.exitCode === null)
      throw new SeekstackError({
        code: 'E_ENVIRONMENT',
        got: `no program ${program} on the PATH`,
        expected: `${program}, which brings the benchmark up and down with your own account`,
        fix: needs[program] ?? `install ${program}`,
      });
    if (ran.exitCode !== 0 && !mayFail)
      throw new SeekstackError({
        code: 'E_DEPLOYMENT',
        where: { file: folder },
        got: `${words.slice(0, 3).join(' ')} ${ran.stopped ? 'was stopped' : `ended with ${ran.exitCode}`}${lastLines(ran)}`,
        expected: 'that it succeeds',
        fix: ran.stopped ? 'run it again when it may go on' : `mend what it says, or run it by hand in ${folder}`,
      });
    return ran;
  };
}

/** A name below a wildcard is as good as any other. */
export function certifiedName(subject: string, name: string): string {
  return subject.replace(/^\*(?=\.)/, name);
}

function lastLines({ stdout, stderr }: StartedTool): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-LINES_SHOWN)
    .map((line) => `\n    ${line.trim().slice(0, 300)}`)
    .join('');
}
