// One request on its way: from the moment it is handed over to the record of how it ended.
// In: a planned request with its body, a transport, a clock. Out: a request record, exactly one, whatever happens.
import type { PlannedRequest } from '../bench/arrivals.ts';
import { StreamReader, type StreamReading } from '../bench/read-stream.ts';
import type { BenchRequest, Outcome } from '../documents/bench-request.ts';
import type { BenchClock } from './clock.ts';
import type { AnswerSink, Transport } from './transport.ts';

/** A request that is to be sent now. */
export interface RequestJob {
  readonly pointId: string;
  readonly attempt: number;
  readonly planned: PlannedRequest;
  /** Of the point, on the clock. */
  readonly originSeconds: number;
  /** From the origin; of a closed loop, when its place became free. */
  readonly intendedSeconds: number;
  readonly path: string;
  readonly body: string;
  readonly timeoutSeconds: number;
}

/** A request in flight. */
export interface Flight {
  readonly intendedSeconds: number;
  /** Ends it now, with this outcome. */
  readonly abort: (message: string) => void;
}

/** What ended, but for the phase it belongs to and tokens nobody counted. */
export interface EndedRequest {
  readonly record: Omit<BenchRequest, 'phase'>;
  /** What was written, where nobody counted it. */
  readonly text: string;
}

export interface RequestWorld {
  readonly clock: BenchClock;
  readonly transport: Transport;
  /** Takes secrets out of what servers say, and shortens it. */
  readonly clean: (message: string) => string;
}

/** What is kept of an answer that is an error. */
const KEPT_BYTES = 4096;
const MILLISECONDS_PER_SECOND = 1000;

/** Sends a request. @param onEnd - called once, not before this returns */
export function sendRequest(job: RequestJob, world: RequestWorld, onEnd: (ended: EndedRequest) => void): Flight {
  const { clock } = world;
  const since = (seconds: number) => seconds - job.originSeconds;
  const sentSeconds = since(clock.nowSeconds());
  const reader = new StreamReader();
  let firstByteSeconds: number | null = null;
  let status: number | null = null;
  let retryAfterSeconds: number | null = null;
  let errorBody = '';
  let isOver = false;
  let hasReturned = false;
  const deliver = (ended: EndedRequest) => {
    if (hasReturned) onEnd(ended);
    else queueMicrotask(() => onEnd(ended));
  };

  const finish = (at: number, whole: boolean, failure: { outcome: Outcome; message: string } | null) => {
    if (isOver) return;
    isOver = true;
    stopTimer();
    const reading = reader.end(whole);
    const isRefused = status !== null && status !== 200;
    const refusal = isRefused ? { outcome: 'http-error' as const, message: refusalText(errorBody, status ?? 0) } : null;
    deliver({
      record: record(job, sentSeconds, since(at), reading, {
        firstByteSeconds,
        httpStatus: status,
        retryAfterSeconds,
        ...settle(reading, failure ?? refusal, world.clean),
      }),
      text: reading.text,
    });
  };
  const sink: AnswerSink = {
    began: (answer, at) => {
      firstByteSeconds = since(at);
      status = answer.status;
      retryAfterSeconds = readRetryAfter(answer.retryAfter, clock.epochSeconds());
    },
    bytes: (chunk, at) => {
      if (status !== 200) {
        if (errorBody.length < KEPT_BYTES) errorBody += new TextDecoder().decode(chunk.subarray(0, KEPT_BYTES));
        return;
      }
      reader.feed(chunk, since(at));
      // The end marker is the end, however long the connection stays open.
      if (reader.isDone) finish(at, true, null);
    },
    ended: (at) => finish(at, true, null),
    failed: (failure, at) => finish(at, false, failure),
  };
  let cancel = () => {};
  const giveUp = (outcome: 'timeout' | 'aborted', message: string) => {
    if (isOver) return;
    finish(clock.nowSeconds(), false, { outcome, message });
    cancel();
  };
  const stopTimer = clock.after(job.timeoutSeconds, () => giveUp('timeout', `no end within ${job.timeoutSeconds} s`));
  cancel = world.transport.send(job.path, job.body, sink);
  hasReturned = true;
  return { intendedSeconds: job.intendedSeconds, abort: (message) => giveUp('aborted', message) };
}

function record(
  { pointId, attempt, planned, intendedSeconds }: RequestJob,
  sentSeconds: number,
  endSeconds: number,
  { text: _, outcome: __, message: ___, ...reading }: StreamReading,
  answer: Pick<BenchRequest, 'firstByteSeconds' | 'httpStatus' | 'retryAfterSeconds' | 'outcome' | 'message'>,
): EndedRequest['record'] {
  return {
    pointId,
    attempt,
    index: planned.index,
    intendedSeconds,
    sentSeconds,
    endSeconds,
    promptTokensAsked: planned.promptTokens,
    outputTokensAsked: planned.outputTokens,
    ...reading,
    ...answer,
  };
}

function settle(
  reading: StreamReading,
  failure: { outcome: Outcome; message: string } | null,
  clean: RequestWorld['clean'],
): Pick<BenchRequest, 'outcome' | 'message'> {
  if (failure !== null) return { outcome: failure.outcome, message: clean(failure.message) };
  return { outcome: reading.outcome, message: reading.message === null ? null : clean(reading.message) };
}

function refusalText(body: string, status: number): string {
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
  return said === '' ? `status ${status}` : `status ${status}: ${said}`;
}

/** Seconds, or a date. */
function readRetryAfter(header: string | null, epochSeconds: number): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at / MILLISECONDS_PER_SECOND - epochSeconds);
}
