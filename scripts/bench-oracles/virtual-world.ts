// A world without a network and without time of its own: the load generator runs in it as it is, against a queue whose theory is exact.
import FlatQueue from 'flatqueue';
import type { BenchClock } from '../../src/drive/clock.ts';
import type { PointWorld } from '../../src/drive/run-point.ts';
import type { AnswerSink, Transport } from '../../src/drive/transport.ts';

/** Time that passes from event to event, as soon as nobody has anything left to do at the present one. */
export class VirtualClock implements BenchClock {
  #seconds = 0;
  readonly #events = new FlatQueue<() => void>();

  readonly nowSeconds = () => this.#seconds;
  readonly epochSeconds = () => this.#seconds;
  readonly turn = () => this.sleepUntil(this.#seconds);
  readonly after = (seconds: number, callback: () => void) => {
    let isWanted = true;
    this.at(this.#seconds + seconds, () => isWanted && callback());
    return () => {
      isWanted = false;
    };
  };
  readonly sleepUntil = (seconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      signal?.addEventListener('abort', wake);
      this.at(seconds, wake);
    });

  at(seconds: number, event: () => void): void {
    this.#events.push(event, Math.max(seconds, this.#seconds));
  }

  /** Lets time pass until the work is done. */
  async play<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const watched = work.finally(() => {
      isDone = true;
    });
    // A rejection is thrown below, not reported as unhandled meanwhile.
    watched.catch(() => {});
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) return watched;
      const seconds = this.#events.peekValue();
      if (seconds === undefined) throw new Error('nothing is left to happen, and the work is not done');
      this.#seconds = seconds;
      this.#events.pop()?.();
    }
  }
}

/** What the station knows of a request. */
export interface Visit {
  readonly arrivedSeconds: number;
  readonly begunSeconds: number;
  readonly servedSeconds: number;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const FIRST = bytes('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
const LAST = bytes(
  'data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\ndata: [DONE]\n\n',
);

/** c places, first come first served. The first of two tokens comes as service begins, the other as it ends. */
export class Station implements Transport {
  readonly visits: Visit[] = [];
  readonly #clock: VirtualClock;
  readonly #freeSeconds: number[];
  readonly #serviceSeconds: () => number;

  constructor(clock: VirtualClock, places: number, serviceSeconds: () => number) {
    this.#clock = clock;
    this.#freeSeconds = Array.from({ length: places }, () => 0);
    this.#serviceSeconds = serviceSeconds;
  }

  readonly send = (_path: string, _body: string, sink: AnswerSink) => {
    const arrivedSeconds = this.#clock.nowSeconds();
    const place = this.#freeSeconds.indexOf(Math.min(...this.#freeSeconds));
    const begunSeconds = Math.max(arrivedSeconds, this.#freeSeconds[place] as number);
    const servedSeconds = begunSeconds + this.#serviceSeconds();
    this.#freeSeconds[place] = servedSeconds;
    this.visits.push({ arrivedSeconds, begunSeconds, servedSeconds });
    this.#clock.at(begunSeconds, () => {
      sink.began({ status: 200, retryAfter: null }, begunSeconds);
      sink.bytes(FIRST, begunSeconds);
    });
    this.#clock.at(servedSeconds, () => {
      sink.bytes(LAST, servedSeconds);
      sink.ended(servedSeconds);
    });
    return () => {};
  };
  readonly close = () => Promise.resolve();
}

/** A program that is never late and never busy. */
export const calmWatch: PointWorld['watch'] = {
  windowBegins: () => {},
  windowEnds: () => {},
  read: () =>
    Promise.resolve({
      client: { loopDelayP99Seconds: 0, loopDelayMaximumSeconds: 0, cpuCores: 0 },
      power: null,
      server: null,
    }),
};
