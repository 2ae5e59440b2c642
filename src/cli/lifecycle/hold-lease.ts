// Holding a benchmark: brought up step by step, its spend counted by the clock, taken down on every way out but the wanted one.
// In: a lease, the cloud's tool, what to do while it stands. Out: an exit code; the lease on disk says what became of it.
import type { Lease } from '../../documents/lease.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { writeLease } from '../../files/lease-file.ts';
import { spendOf } from '../../lease/spend.ts';
import type { Pace } from '../../post/pace.ts';
import { formatUsd } from '../../render/format.ts';
import type { Io } from '../io.ts';
import type { Ground } from './ground.ts';

export interface Held {
  readonly folder: string;
  readonly lease: Lease;
  readonly ground: Ground;
  readonly io: Io;
  readonly pace: Pace;
  /** What to do while it stands; null leaves it standing. The signal aborts where it has to end. */
  readonly work: ((lease: Lease, signal: AbortSignal) => Promise<number>) | null;
}

/** How often the clock is looked at, and how often a line tells of it where lines cannot be overwritten. */
const LOOK_MILLISECONDS = 1000;
const TELL_EVERY_MINUTES = 5;
/** Deleting often fails once for what was still in use, and succeeds then. */
const TRIES_TO_TAKE_DOWN = 2;

/**
 * Brings a benchmark up and works on it.
 * @returns the work's exit code; 0 where it is left standing on purpose; 4 where it had to end early
 * @throws SeekstackError E_DEPLOYMENT where it did not come up, E_LEFT_STANDING where it did not go
 */
export async function holdLease(held: Held): Promise<number> {
  const { folder, ground, io, pace, work } = held;
  let { lease } = held;
  const keep = (change: Partial<Lease>) => {
    lease = { ...lease, ...change };
    writeLease(folder, lease);
  };
  const ending = new AbortController();
  let why: string | null = null;
  const end = (reason: string) => {
    if (why !== null) {
      io.err(`${lease.name} is being taken down; leaving now would leave machines running\n`);
      return;
    }
    why = reason;
    io.err(`\n${reason}: ${lease.name} is taken down\n`);
    ending.abort();
  };
  const release = io.onInterrupt?.(() => end('interrupted'));
  const clock = setInterval(() => tellSpend(lease, pace, io, end), LOOK_MILLISECONDS);
  const stand = async (): Promise<number> => {
    await ground.prepare(ending.signal);
    keep({});
    io.err(`${lease.name}: what ends it, the budget and the supplies come first\n`);
    await ground.guards(ending.signal);
    keep({ nodesAt: instantOf(pace) });
    io.err(`${lease.name}: the nodes; from here on it costs ${formatUsd(lease.usdPerHour)} an hour\n`);
    const { endpointUrl, outputs } = await ground.nodes(ending.signal);
    keep({ state: 'up', endpointUrl, outputs: { ...outputs } });
    return work === null ? EXIT.ok : work(lease, ending.signal);
  };
  let failure: unknown = null;
  let exitCode: number = EXIT.thresholdFailed;
  try {
    exitCode = await stand();
  } catch (error) {
    failure = error ?? new Error('nothing was thrown');
  }
  clearInterval(clock);
  const early = why !== null;
  const mayStay = work === null && failure === null && !early;
  why ??= 'over';
  try {
    // Before the lease is on disk nothing was asked for.
    if (!mayStay && lease !== held.lease) await takeDown(folder, lease, ground, io, pace);
  } catch (left) {
    // The worse news is what is reported; what led to it is told before.
    if (failure instanceof Error) io.err(`${failure.message}\n`);
    throw left;
  } finally {
    release?.();
  }
  // What was asked to stop says that it was stopped; why, has been told.
  if (failure !== null && !(early && failure instanceof SeekstackError)) throw failure;
  return early ? EXIT.thresholdFailed : exitCode;
}

/**
 * Takes a benchmark down, twice where the first time fails.
 * @throws SeekstackError E_LEFT_STANDING, with what is left and what ends it all the same
 */
export async function takeDown(
  folder: string,
  before: Lease,
  ground: Pick<Ground, 'takeDown'>,
  io: Io,
  pace: Pace,
): Promise<Lease> {
  const lease: Lease = { ...before, state: 'ending' };
  writeLease(folder, lease);
  for (let tried = 1; ; tried += 1) {
    try {
      await ground.takeDown();
      const ended: Lease = { ...lease, state: 'down', endedAt: instantOf(pace) };
      writeLease(folder, ended);
      const { minutes, usd } = spendOf(ended, pace.epochSeconds());
      io.err(`${lease.name} is down: ${minutes.toFixed(0)} minutes with nodes, at most ${formatUsd(usd)}\n`);
      return ended;
    } catch (cause) {
      if (!(cause instanceof SeekstackError)) throw cause;
      if (tried < TRIES_TO_TAKE_DOWN) {
        io.err(`${cause.message}\n${lease.name} did not go; once more\n`);
        continue;
      }
      writeLease(folder, { ...lease, state: 'left' });
      throw new SeekstackError(leftStanding(folder, lease, cause), { cause });
    }
  }
}

function leftStanding(folder: string, { name, provider, region, timeToLiveHours, usdPerHour }: Lease, cause: SeekstackError) {
  const what =
    provider === 'aws' ? `the stacks ${name}, ${name}-supplies, ${name}-budget, ${name}-reaper` : `the resource group ${name}`;
  return {
    code: 'E_LEFT_STANDING' as const,
    where: { file: folder },
    got: `STILL STANDING, AND PAID FOR AT UP TO ${formatUsd(usdPerHour)} AN HOUR: ${what} in ${region}; ${cause.problems[0]?.got ?? cause.message}`,
    expected: `nothing; what ends it by itself does so ${timeToLiveHours} hours after its nodes were asked for`,
    fix: `run "seekstack bench down ${folder}" again, or delete them in the console of ${provider === 'aws' ? 'CloudFormation' : 'Azure'}`,
  };
}

function tellSpend(lease: Lease, pace: Pace, io: Io, end: (reason: string) => void): void {
  if (lease.nodesAt === null || lease.state === 'ending') return;
  const { minutes, usd, reached, over } = spendOf(lease, pace.epochSeconds());
  const line = `${lease.name}: ${minutes.toFixed(0)} minutes, ${formatUsd(usd)} of ${formatUsd(lease.maximumUsd)}`;
  if (io.liveTalk) io.err(`\r${line}`);
  else if (Math.floor(minutes * 60) % (TELL_EVERY_MINUTES * 60) === 0) io.err(`${line}\n`);
  if (reached) end(`${formatUsd(lease.maximumUsd)} are spent`);
  else if (over) end(`${lease.timeToLiveHours} hours are over`);
}

/** Now, UTC, to seconds. */
export function instantOf(pace: Pace): string {
  return new Date(pace.epochSeconds() * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
