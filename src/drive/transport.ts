// The transport: one request out, its answer back as it arrives. The only place where a benchmark's load meets the network.
// In: a path and a body. Out: calls with status, bytes and end, each with the moment it came.
import { Pool } from 'undici';
import type { BenchClock } from './clock.ts';

/** Told what comes back; exactly one of `ended` and `failed` is called last, unless the request is aborted first. */
export interface AnswerSink {
  readonly began: (answer: AnswerStart, seconds: number) => void;
  readonly bytes: (chunk: Uint8Array, seconds: number) => void;
  readonly ended: (seconds: number) => void;
  readonly failed: (failure: TransportFailure, seconds: number) => void;
}

export interface AnswerStart {
  readonly status: number;
  readonly retryAfter: string | null;
}

export interface TransportFailure {
  readonly outcome: 'reset' | 'client-error';
  readonly message: string;
}

export interface Transport {
  /** Sends at once. @returns what takes the request back */
  readonly send: (path: string, body: string, sink: AnswerSink) => () => void;
  readonly close: () => Promise<void>;
}

export interface TransportOptions {
  /** Up to and including the version, such as `https://host/v1`. */
  readonly url: string;
  /** Whom its certificate names; the host of the address where not given. */
  readonly serverName?: string | undefined;
  /** Goes into the Authorization header and nowhere else. */
  readonly key: string | null;
  readonly userAgent: string;
  readonly clock: BenchClock;
}

/** Codes of a machine that has run out of something, which is no answer of the server. */
const OWN_FAULTS = ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'];
const CONNECT_MILLISECONDS = 30_000;

/**
 * One connection for each request in flight, kept alive and never shared: a limit on connections would queue requests here and
 * charge the server for it. Time-outs are the caller's.
 */
export function createTransport({ url, serverName, key, userAgent, clock }: TransportOptions): Transport {
  const address = new URL(url);
  const base = address.pathname.replace(/\/+$/, '');
  const query = address.search;
  const pool = new Pool(address.origin, {
    connections: null,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MILLISECONDS, noDelay: true, ...(serverName === undefined ? {} : { servername: serverName }) },
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'user-agent': userAgent,
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
  };
  return {
    send: (path, body, sink) => {
      let isOver = false;
      let cancel: (() => void) | null = null;
      pool.dispatch(
        { path: `${base}${path}${query}`, method: 'POST', headers, body },
        {
          onRequestStart: (controller) => {
            cancel = () => controller.abort(new Error('aborted'));
            if (isOver) cancel();
          },
          onResponseStart: (_, status, answered) => {
            const retryAfter = answered['retry-after'];
            if (!isOver)
              sink.began({ status, retryAfter: typeof retryAfter === 'string' ? retryAfter : null }, clock.nowSeconds());
          },
          onResponseData: (_, chunk) => {
            if (!isOver) sink.bytes(chunk, clock.nowSeconds());
          },
          onResponseEnd: () => {
            if (isOver) return;
            isOver = true;
            sink.ended(clock.nowSeconds());
          },
          onResponseError: (_, error) => {
            if (isOver) return;
            isOver = true;
            sink.failed(failureOf(error), clock.nowSeconds());
          },
        },
      );
      return () => {
        isOver = true;
        cancel?.();
      };
    },
    close: () => pool.destroy(),
  };
}

function failureOf(error: Error): TransportFailure {
  const { code } = error as NodeJS.ErrnoException;
  return {
    outcome: code !== undefined && OWN_FAULTS.includes(code) ? 'client-error' : 'reset',
    message: code === undefined ? error.message : `${code}: ${error.message}`,
  };
}
