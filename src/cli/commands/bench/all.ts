// seekstack bench all: a benchmark's stack brought up, waited for, measured, and taken down whatever happens.
import type { Lease } from '../../../documents/lease.ts';
import type { PlanOption } from '../../../documents/plan.ts';
import type { lookAtEndpoint, Seen } from '../../../drive/look-at-endpoint.ts';
import { EXIT, SeekstackError } from '../../../errors.ts';
import { refuseBenchFolder } from '../../../files/bench-folder.ts';
import type { PackageFiles } from '../../../files/package-root.ts';
import { readTrace } from '../../../files/read-trace.ts';
import { realPace } from '../../../post/pace.ts';
import type { Io } from '../../io.ts';
import { holdLease } from '../../lifecycle/hold-lease.ts';
import { DEFAULT_KEY_VARIABLE, readKey } from './key-variable.ts';
import { planPath, prepareLease, type UpChoices } from './prepare-lease.ts';
import { readTokenizer } from './run.ts';
import type { RunChoices } from './run-choices.ts';
import { readRunWords } from './run-flags.ts';
import { checkChoices } from './settle-run.ts';

/** Runs a command line of this program. */
export type RunWords = (words: readonly string[], io: Io) => Promise<number>;

/** What is done while the stack stands. */
export interface AllMeans {
  readonly run: RunWords;
  readonly look: typeof lookAtEndpoint;
}

/** A node boots, fetches image and weights, and only then starts its engine. */
const BOOT_SECONDS_MOST = 1800;
const LOOK_SECONDS = 5;

/**
 * Brings it up, runs the benchmark, takes it down whatever happens.
 * @param words - further words for `bench run`
 */
export async function runAll(
  file: string,
  words: readonly string[],
  choices: UpChoices,
  io: Io,
  files: PackageFiles,
  { run, look }: AllMeans,
): Promise<number> {
  // What "bench run" refuses is not to be found out beside machines that are paid for.
  const load = readRunWords(file, words, io);
  await checkLoad(load, io);
  const { held, deployment } = await prepareLease(file, choices, io, files, (option) => checkOption(option, load));

  const work = async ({ name, endpointUrl }: Lease, signal: AbortSignal): Promise<number> => {
    const ownKey = load.keyVariable === DEFAULT_KEY_VARIABLE ? await held.ground.apiKey() : null;
    const stacks = load.endpoint === undefined ? { url: addressOf(endpointUrl), name: await held.ground.serverName() } : null;
    const serverName = load.serverName ?? stacks?.name ?? undefined;
    const url = load.endpoint ?? stacks?.url ?? '';
    const seen = { url, serverName, key: ownKey ?? readKey(load.keyVariable, io) };
    const seconds = BOOT_SECONDS_MOST + deployment.engine.startupSeconds;
    io.err(`${name}: waits until ${url} answers, ${Math.ceil(seconds / 60)} minutes at most\n`);
    const answers = await awaitAnswer(seen, seconds, look, io, signal);
    if (!answers) return EXIT.thresholdFailed;
    const address =
      stacks === null ? [] : ['--endpoint', url, ...(serverName === undefined ? [] : ['--server-name', serverName])];
    const { onInterrupt, unheard } = interruptsOf(signal);
    const running = run(['bench', 'run', planPath(held.folder), ...address, ...words], {
      ...io,
      environment: ownKey === null ? io.environment : { ...io.environment, [DEFAULT_KEY_VARIABLE]: ownKey },
      onInterrupt,
    });
    return Promise.race([running, unheard.then(() => EXIT.thresholdFailed)]);
  };
  return holdLease({ ...held, work });
}

/** @throws SeekstackError where `bench run` would refuse what it is told, or cannot read what it is given */
async function checkLoad(load: RunChoices, io: Io): Promise<void> {
  checkChoices(load);
  if (load.resume !== undefined)
    throw new SeekstackError({
      code: 'E_USAGE',
      got: '--resume after --',
      expected: 'a run from its beginning: a stack that is brought up anew is not the one that was measured',
      fix: 'leave it out, or bring the stack up with "bench up" and go on with "bench run --resume"',
    });
  if (load.keyVariable !== DEFAULT_KEY_VARIABLE) readKey(load.keyVariable, io);
  if (load.out !== undefined) refuseBenchFolder(load.out);
  if (load.trace !== undefined) await readTrace(load.trace);
  await readTokenizer(load.tokenizer);
}

/** @throws SeekstackError where this option cannot be measured in one go */
function checkOption(option: PlanOption, load: RunChoices): void {
  if (load.option !== undefined && load.option !== option.id)
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      where: { field: '--option after --' },
      got: load.option,
      expected: `${option.id}, the only one of the plan of the benchmark`,
      fix: 'give --option before --, and leave it out after',
    });
  if (option.nodesPerReplica > 1 && load.endpoint === undefined)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got: `option ${option.id}, a cluster, whose workloads are put into it by hand`,
      expected: 'a stack that answers by itself, or the address it will answer at',
      fix: 'use "bench up", "bench run" and "bench down", or give -- --endpoint URL and apply the workloads while it waits',
    });
}

function addressOf(endpointUrl: string | null): string {
  if (endpointUrl !== null) return `${endpointUrl}/v1`;
  throw new SeekstackError({
    code: 'E_DEPLOYMENT',
    got: 'a stack without an address among its outputs',
    expected: 'EndpointUrl, or endpointUrl on Azure',
    fix: 'give the address yourself: -- --endpoint URL',
  });
}

/**
 * A deployment is over when machines were asked for; their engines answer much later.
 * @returns whether it answers; false where it was told to end before
 * @throws SeekstackError E_UNREACHABLE
 */
async function awaitAnswer(seen: Seen, seconds: number, look: AllMeans['look'], io: Io, signal: AbortSignal): Promise<boolean> {
  const { wait } = io.pace ?? realPace;
  for (let waited = 0; ; waited += LOOK_SECONDS) {
    if (signal.aborted) return false;
    const { state, heard } = await look(seen);
    if (state === 'answers') return !signal.aborted;
    if (state === 'refused' || waited >= seconds)
      throw new SeekstackError({
        code: 'E_UNREACHABLE',
        got: `${seen.url}: ${heard}`,
        expected: 'an endpoint that can be reached from here, by a certificate that is believed here',
        fix:
          state === 'refused'
            ? 'name whom the certificate is for: -- --server-name NAME; give NODE_EXTRA_CA_CERTS=chain.pem where its authority is your own'
            : 'run it from a network in "clients", or through a tunnel: -- --endpoint https://127.0.0.1:8443/v1 --server-name NAME',
      });
    await wait(LOOK_SECONDS);
  }
}

/** Passes an end on to whoever asked to be told, also to who asks too late; `unheard` is when nobody has asked yet. */
function interruptsOf(signal: AbortSignal): {
  readonly onInterrupt: NonNullable<Io['onInterrupt']>;
  readonly unheard: Promise<void>;
} {
  const handlers = new Set<() => void>();
  const unheard = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      if (handlers.size === 0) resolve();
      for (const handler of handlers) handler();
    });
  });
  return {
    unheard,
    onInterrupt: (handler) => {
      handlers.add(handler);
      if (signal.aborted) queueMicrotask(handler);
      return () => handlers.delete(handler);
    },
  };
}
