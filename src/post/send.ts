// One request to a platform's API, and its answer as JSON: time-outs, retries, rate limits, proxy, limits of size.
// In: method, address, JSON. Out: status, headers, JSON; SeekstackError where a person must act, Unanswered where nobody
// can know whether the platform did what it was asked. The token goes to one origin only and into no message.
import pRetry from 'p-retry';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { type Problem, SeekstackError } from '../errors.ts';
import type { Pace } from './pace.ts';
import { askedSeconds, delaySeconds, type Headers, header, isRateLimit } from './retry-delay.ts';

const TRIES = 6;
const REDIRECTS = 5;
/** A page of a hundred of GitHub's longest comments comes to 26 MB. */
const ANSWER_LIMIT_BYTES = 48 * 1024 * 1024;
const REQUEST_SECONDS = 30;
/** One request may take this much of the whole time, so that there is time to try again. */
const REQUEST_SHARE = 1 / 4;
/** Nothing was sent: the same request may go out again, whatever it does. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Which platform is asked, with what, and what to tell a person about its token. */
export interface Connection {
  readonly title: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string;
  readonly tokenVariable: string;
  /** What the token must be allowed to do, in the platform's words. */
  readonly permission: string;
  readonly totalSeconds: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A path below the API's address, or a whole address of the same origin. */
  readonly path: string;
  readonly json?: unknown;
  /**
   * When the same request may go out again: always where twice is the same as once; where it is known that nothing was done;
   * never where the caller must look first, because what it decided on may have changed meanwhile. A POST: where nothing was done.
   */
  readonly repeat?: 'always' | 'undone' | 'never';
  /** Refusals that the caller handles itself. */
  readonly accept?: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

export interface Sender {
  readonly send: (asked: ApiRequest) => Promise<Answer>;
  readonly connection: Connection;
  readonly pace: Pace;
  readonly close: () => Promise<void>;
}

/** The platform may or may not have done what was asked; look before asking again. */
export class Unanswered extends Error {
  readonly problem: Problem;
  /** Seconds the platform asks to wait; null where it asks for nothing. */
  readonly asked: number | null;
  constructor(problem: Problem, asked: number | null) {
    super(problem.got);
    this.problem = problem;
    this.asked = asked;
  }
}

/** A failure that may pass. */
class Passing extends Error {
  readonly problem: Problem;
  readonly asked: number | null;
  readonly done: 'no' | 'unknown';
  constructor(problem: Problem, done: 'no' | 'unknown', asked: number | null = null) {
    super(problem.got);
    this.problem = problem;
    this.done = done;
    this.asked = asked;
  }
}

export function openSender(connection: Connection, pace: Pace): Sender {
  const { environment: env } = connection;
  // Empty text keeps undici from reading the process's own environment.
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
  });
  const deadline = pace.nowSeconds() + connection.totalSeconds;
  let notBefore = pace.nowSeconds();

  const send = async (asked: ApiRequest): Promise<Answer> => {
    const repeat = asked.repeat ?? (asked.method === 'POST' ? 'undone' : 'always');
    const mayRepeat = (failure: Passing) => repeat === 'always' || (repeat === 'undone' && failure.done === 'no');
    if (notBefore > pace.nowSeconds()) await pace.wait(notBefore - pace.nowSeconds());
    try {
      const answer = await pRetry(() => tryOnce(connection, dispatcher, asked, deadline - pace.nowSeconds(), pace), {
        retries: TRIES - 1,
        minTimeout: 0,
        shouldRetry: async ({ error, attemptNumber }) => {
          if (!(error instanceof Passing) || !mayRepeat(error)) return false;
          const seconds = delaySeconds(attemptNumber, error.asked, pace.random());
          if (pace.nowSeconds() + seconds >= deadline) return false;
          await pace.wait(seconds);
          return true;
        },
      });
      // Azure DevOps asks with a good answer to slow down before it refuses.
      notBefore = pace.nowSeconds() + Math.min(askedSeconds(answer.status, answer.headers, '', pace.epochSeconds()) ?? 0, 60);
      return answer;
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      const inTime = pace.nowSeconds() + (error.asked ?? 0) < deadline;
      if (!mayRepeat(error) && inTime) throw new Unanswered(error.problem, error.asked);
      throw new SeekstackError(error.problem, { cause: error });
    }
  };
  // Waiting for open sockets to end would keep a job alive that is done.
  return { send, connection, pace, close: () => dispatcher.destroy() };
}

async function tryOnce(
  connection: Connection,
  dispatcher: Dispatcher,
  asked: ApiRequest,
  secondsLeft: number,
  pace: Pace,
): Promise<Answer> {
  let url = withinOrigin(connection, asked.path);
  for (let hop = 0; ; hop += 1) {
    const { status, headers, text } = await exchange(connection, dispatcher, asked, url, secondsLeft);
    const location = header(headers, 'location');
    if (status >= 300 && status < 400 && location !== undefined) {
      const repeats = asked.method === 'GET' || status === 307 || status === 308;
      if (hop >= REDIRECTS || !repeats)
        throw refused(connection, asked, url, status, `it points to ${clean(connection, location)}`);
      url = withinOrigin(connection, new URL(location, url).href);
      continue;
    }
    return judge(connection, asked, url, { status, headers, text }, pace);
  }
}

/** @throws SeekstackError where the address is another server's: the token must not go there */
function withinOrigin(connection: Connection, path: string): URL {
  const base = new URL(connection.apiUrl);
  const url = new URL(path.startsWith('/') ? connection.apiUrl + path : path);
  if (url.origin === base.origin) return url;
  throw new SeekstackError({
    code: 'E_REFUSED',
    got: `${connection.title} at ${base.origin} sent us on to ${clean(connection, url.origin)}; the token was not sent there`,
    expected: 'answers from the API itself',
    fix: `check ${connection.tokenVariable}, and give the API's own address with --api-url`,
  });
}

async function exchange(connection: Connection, dispatcher: Dispatcher, asked: ApiRequest, url: URL, secondsLeft: number) {
  const seconds = Math.max(0.001, Math.min(REQUEST_SECONDS, connection.totalSeconds * REQUEST_SHARE, secondsLeft));
  try {
    const response = await request(url, {
      dispatcher,
      method: asked.method,
      headers: {
        ...connection.headers,
        'user-agent': 'seekstack',
        ...(asked.json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: asked.json === undefined ? null : JSON.stringify(asked.json),
      signal: AbortSignal.timeout(Math.ceil(seconds * 1000)),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT_BYTES)
        throw unreachable(connection, asked, url, `sent more than ${ANSWER_LIMIT_BYTES / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
    return { status: response.statusCode, headers: response.headers as Headers, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof SeekstackError) throw error;
    throw ofNetwork(connection, asked, url, error, seconds);
  }
}

function ofNetwork(connection: Connection, asked: ApiRequest, url: URL, error: unknown, seconds: number): Error {
  const { code = '', name, message } = error as { code?: string; name?: string; message?: string };
  const timedOut = name === 'TimeoutError' || name === 'AbortError';
  const what = timedOut ? `gave no answer within ${seconds.toFixed(0)} s` : `could not be reached: ${code || message}`;
  const failure = unreachable(connection, asked, url, what);
  // A certificate does not get better by asking again.
  if (/CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|LEAF_SIGNATURE/.test(code)) return failure;
  return new Passing(failure.problems[0] as Problem, NEVER_SENT.has(code) ? 'no' : 'unknown');
}

function judge(
  connection: Connection,
  asked: ApiRequest,
  url: URL,
  { status, headers, text }: { status: number; headers: Headers; text: string },
  pace: Pace,
): Answer {
  const said = messageOf(text);
  if (asked.accept?.includes(status)) return { status, headers, json: parse(text) };
  if (status === 408 || status >= 500 || isRateLimit(status, headers, said)) {
    const failure = unreachable(connection, asked, url, `answered ${status}${said === '' ? '' : `: ${said}`}`);
    const nothingDone = status < 500 && status !== 408;
    throw new Passing(
      failure.problems[0] as Problem,
      nothingDone ? 'no' : 'unknown',
      askedSeconds(status, headers, said, pace.epochSeconds()),
    );
  }
  if (status < 200 || status >= 300) throw refused(connection, asked, url, status, clean(connection, said));
  if (status === 204 || text.trim() === '') return { status, headers, json: undefined };
  // Azure DevOps answers a wrong token with 203 and its sign-in page.
  if (status === 203) throw refused(connection, asked, url, 401, 'a sign-in page');
  if (!/\bjson\b/i.test(header(headers, 'content-type') ?? ''))
    throw unreachable(
      connection,
      asked,
      url,
      `answered ${header(headers, 'content-type') ?? 'without a content type'} instead of JSON`,
    );
  const json = parse(text);
  if (json === undefined)
    throw new Passing(unreachable(connection, asked, url, 'answered JSON that breaks off').problems[0] as Problem, 'unknown');
  return { status, headers, json };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a platform says of a failure; each has its own field for it. */
function messageOf(text: string): string {
  const json = parse(text) as Record<string, unknown> | null | undefined;
  if (typeof json !== 'object' || json === null) return '';
  const inner = json.error;
  const said =
    json.message ?? (typeof inner === 'object' && inner !== null ? (inner as { message?: unknown }).message : inner) ?? '';
  return typeof said === 'string' ? said : JSON.stringify(said);
}

/** Their words, short, on one line, without the token should they repeat it. */
function clean({ token }: Connection, text: string): string {
  const line = text
    .replaceAll(token, '…')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

const asking = ({ title }: Connection, { method }: ApiRequest, url: URL) => `${title}, ${method} ${url.origin}${url.pathname}`;

/** The service, not the person, is at fault: exit code 5. */
export function unreachable(connection: Connection, asked: ApiRequest, url: URL | null, what: string): SeekstackError {
  const where = url ?? new URL(asked.path.startsWith('/') ? connection.apiUrl + asked.path : asked.path);
  return new SeekstackError({
    code: 'E_UNREACHABLE',
    got: `${asking(connection, asked, where)} ${clean(connection, what)}`,
    expected: "an answer in the API's documented form, in time",
    fix: 'run the job again; if it stays so, check --api-url, the proxy variables and the certificates',
  });
}

function refused(connection: Connection, asked: ApiRequest, url: URL, status: number, said: string): SeekstackError {
  const told = `${asking(connection, asked, url)} answered ${status}${said === '' ? '' : `: ${said}`}`;
  const { tokenVariable, permission } = connection;
  const [expected, fix] =
    status === 401
      ? [`a token in ${tokenVariable} that is valid`, `renew ${tokenVariable}`]
      : status === 403
        ? [`a token that may do this: ${permission}`, `give the token in ${tokenVariable} that permission`]
        : status === 404
          ? ['a pull request that this token may see', `check the repository and number, and that ${tokenVariable} may read them`]
          : ['a request that the platform takes', 'check the repository, the number and the body'];
  return new SeekstackError({ code: 'E_REFUSED', got: told, expected, fix });
}
