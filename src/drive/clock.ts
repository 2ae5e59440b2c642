// The clock of a benchmark: a monotonic time, waiting until a moment, and calling back later. Handed in, so that tests decide it.
// In: nothing. Out: the machine's own clock.

export interface BenchClock {
  /** Monotonic; its origin means nothing. */
  readonly nowSeconds: () => number;
  /** Since 1970 in UTC; only for what other machines date by it. */
  readonly epochSeconds: () => number;
  /** Comes back at the moment or just after it; at once where it has passed, and when the signal says so. */
  readonly sleepUntil: (seconds: number, signal?: AbortSignal) => Promise<void>;
  /** Lets everything else go first. */
  readonly turn: () => Promise<void>;
  /** Calls back after a while, unless taken back by the answer. */
  readonly after: (seconds: number, callback: () => void) => () => void;
}

const MILLISECONDS_PER_SECOND = 1000;
/** A timer may ring a millisecond late, so the last stretch is waited for turn by turn. */
const TURNS_SECONDS = 0.0012;
/** Of all time: beyond it the machine's patience is worth more than a millisecond. */
const MOST_TURNING_RATIO = 0.1;

/**
 * The machine's clock. Timers count whole milliseconds; the last one before a moment is spent in turns of the event loop, which
 * let answers through, as long as that stays a small part of the time.
 */
export function realClock(): BenchClock {
  const now = () => performance.now() / MILLISECONDS_PER_SECOND;
  const started = now();
  let turned = 0;
  const turn = () =>
    new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  const timer = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const ring = () => {
        clearTimeout(timeout);
        signal?.removeEventListener('abort', ring);
        resolve();
      };
      const timeout = setTimeout(ring, milliseconds);
      signal?.addEventListener('abort', ring, { once: true });
    });
  return {
    nowSeconds: now,
    epochSeconds: () => Date.now() / MILLISECONDS_PER_SECOND,
    turn,
    sleepUntil: async (seconds, signal) => {
      for (let left = seconds - now(); left > 0 && signal?.aborted !== true; left = seconds - now()) {
        const mayTurn = turned <= MOST_TURNING_RATIO * (now() - started + 1);
        if (left <= TURNS_SECONDS && mayTurn) {
          const begun = now();
          await turn();
          turned += now() - begun;
        } else {
          const whole = (left - (mayTurn ? TURNS_SECONDS : 0)) * MILLISECONDS_PER_SECOND;
          await timer(Math.max(1, Math.min(MOST_TIMER_MILLISECONDS, whole)), signal);
        }
      }
    },
    after: (seconds, callback) => {
      const timeout = setTimeout(callback, Math.min(MOST_TIMER_MILLISECONDS, seconds * MILLISECONDS_PER_SECOND));
      return () => clearTimeout(timeout);
    },
  };
}

/** Longer timers overflow. */
const MOST_TIMER_MILLISECONDS = 2 ** 31 - 1;
