// HTTP for price sources: retries, proxies, conditional requests, one timeout over everything, and a limit on what is read.
// In: an address and a reader of bytes. Out: what the reader made of a complete answer, and how old it is; or one clear error.
import { setTimeout as pause } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import pRetry from 'p-retry';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { SeekstackError } from '../errors.ts';
import { shortAddress } from '../prices/vendor-answer.ts';
import type { ResponseCache } from './response-cache.ts';

/** Turns the bytes of one answer into a value that JSON can hold. */
export type BodyReader<T> = (bytes: AsyncIterable<Uint8Array>) => Promise<T>;

export interface HttpOptions {
  readonly cache: ResponseCache;
  /** Seconds for all requests of one run together. */
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970; what answers are dated by. */
  readonly now: () => number;
  readonly userAgent: string;
  /** A host whose redirects are followed beside the host that was asked. */
  readonly isFamily?: (from: URL, to: URL) => boolean;
  /** Wait before the first retry; doubles, and is drawn out by up to as much again. */
  readonly retryMilliseconds?: number;
  readonly say?: (text: string) => void;
}

export interface Answer<T> {
  readonly value: T;
  /** When the vendor last said so. */
  readonly retrieved: Date;
  readonly ageSeconds: number;
}

export interface GetOptions {
  /** Most bytes that are read, packed and unpacked. */
  readonly limitBytes: number;
  /** Names the reader and what it keeps: another one must not be given this one's value. */
  readonly readerKey: string;
}

export interface HttpClient {
  readonly get: <T>(url: URL, read: BodyReader<T>, options: GetOptions) => Promise<Answer<T>>;
  readonly close: () => Promise<void>;
}

const RETRIES = 5;
const MOST_REDIRECTS = 5;
const RETRIED_STATUSES = [408, 425, 429, 500, 502, 503, 504];
const REDIRECTS = [301, 302, 303, 307, 308];
/** Longest silence, for headers and between two pieces of a body. */
const SILENCE_MILLISECONDS = 60_000;

/** A failure that another attempt may mend. */
class PassingFailure extends Error {
  readonly waitSeconds: number | null;
  constructor(message: string, waitSeconds: number | null, cause?: unknown) {
    super(message, { cause });
    this.waitSeconds = waitSeconds;
  }
}

export function createHttpClient(options: HttpOptions): HttpClient {
  const { environment, cache, now } = options;
  const proxy = (name: string) => environment[name.toLowerCase()] ?? environment[name.toUpperCase()] ?? '';
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxy('http_proxy'),
    httpsProxy: proxy('https_proxy'),
    noProxy: proxy('no_proxy'),
  });
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const deadline = performance.now() + options.timeoutSeconds * 1000;
  const get = async <T>(url: URL, read: BodyReader<T>, { limitBytes, readerKey }: GetOptions): Promise<Answer<T>> => {
    const key = `${readerKey} ${url.href}`;
    const kept = cache.find(key);
    if (kept !== null && cache.isFresh(kept, now())) return answer(kept.value as T, kept.retrieved, now());
    const attempt = async (): Promise<Answer<T>> => {
      const response = await follow(url, kept, dispatcher, signal, options);
      const { statusCode, headers, body } = response;
      if (statusCode === 304 && kept !== null) {
        await body.dump();
        const renewed = { ...kept, retrieved: new Date(now()).toISOString() };
        cache.keep(key, renewed);
        return answer(kept.value as T, renewed.retrieved, now());
      }
      if (statusCode !== 200) await refuseStatus(url, response, now());
      refuseContentType(url, headers['content-type']);
      const value = await read(limited(unpack(body, headers['content-encoding'], url), limitBytes, url));
      const retrieved = new Date(now()).toISOString();
      cache.keep(key, { value, retrieved, etag: one(headers.etag), lastModified: one(headers['last-modified']) });
      return answer(value, retrieved, now());
    };
    try {
      return await pRetry(
        async () => {
          try {
            return await attempt();
          } catch (error) {
            throw asFailure(error, signal.aborted);
          }
        },
        {
          retries: RETRIES,
          minTimeout: options.retryMilliseconds ?? 1000,
          randomize: true,
          signal,
          shouldRetry: ({ error }) => error instanceof PassingFailure,
          onFailedAttempt: async ({ error, retriesLeft }) => {
            if (!(error instanceof PassingFailure) || retriesLeft === 0) return;
            options.say?.(`${url.host}: ${error.message}; trying again\n`);
            if (error.waitSeconds === null) return;
            if (performance.now() + error.waitSeconds * 1000 > deadline)
              throw unreachable(
                url,
                `${error.message}, to be asked again after ${error.waitSeconds} s`,
                'an answer within the timeout',
              );
            await pause(error.waitSeconds * 1000, undefined, { signal });
          },
        },
      );
    } catch (error) {
      if (error instanceof SeekstackError) throw error;
      if (!signal.aborted && !(error instanceof PassingFailure)) throw error;
      if (signal.aborted)
        throw unreachable(
          url,
          `no complete answer within ${options.timeoutSeconds} s`,
          'one, and all others, within the timeout',
          error,
        );
      throw unreachable(url, `${(error as Error).message}, ${RETRIES + 1} times`, 'a complete answer', error);
    }
  };
  return { get, close: () => dispatcher.destroy() };
}

function answer<T>(value: T, retrieved: string, now: number): Answer<T> {
  const at = new Date(retrieved);
  return { value, retrieved: at, ageSeconds: Math.max(0, (now - at.getTime()) / 1000) };
}

type Conditions = { readonly etag: string | null; readonly lastModified: string | null } | null;

/** Follows redirects within the family of the host that was asked, never from https to http. */
async function follow(url: URL, kept: Conditions, dispatcher: Dispatcher, signal: AbortSignal, options: HttpOptions) {
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const response = await request(at, {
      dispatcher,
      signal,
      headersTimeout: SILENCE_MILLISECONDS,
      bodyTimeout: SILENCE_MILLISECONDS,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': options.userAgent,
        ...(kept?.etag == null ? {} : { 'if-none-match': kept.etag }),
        ...(kept?.lastModified == null ? {} : { 'if-modified-since': kept.lastModified }),
      },
    });
    const location = one(response.headers.location);
    if (!REDIRECTS.includes(response.statusCode) || location === null) return response;
    await response.body.dump();
    const target = parseAddress(location, at);
    const isDowngrade = at.protocol === 'https:' && target?.protocol !== 'https:';
    const isFamily = target !== null && (target.host === url.host || (options.isFamily?.(url, target) ?? false));
    if (target === null || isDowngrade || !isFamily || !/^https?:$/.test(target.protocol))
      throw unreachable(
        url,
        `a redirect to ${target === null ? 'no address' : target.origin}`,
        `redirects within ${url.host} only`,
      );
    at = target;
  }
  throw unreachable(url, `more than ${MOST_REDIRECTS} redirects`, 'an answer');
}

function parseAddress(text: string, base: URL): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

async function refuseStatus(url: URL, { statusCode, headers, body }: Dispatcher.ResponseData, now: number): Promise<never> {
  await body.dump();
  if (RETRIED_STATUSES.includes(statusCode))
    throw new PassingFailure(`status ${statusCode}`, retryAfter(one(headers['retry-after']), now));
  throw unreachable(url, `status ${statusCode}`, 'status 200');
}

/** Seconds, or a date. */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}

function refuseContentType(url: URL, header: string | string[] | undefined): void {
  const type = (one(header) ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || /^(application|text)\/([\w.-]+\+)?json$|^(application|binary)\/octet-stream$/.test(type)) return;
  throw new SeekstackError({
    code: 'E_SOURCE_SHAPE',
    where: { file: shortAddress(url.href) },
    got: `an answer of type ${type.slice(0, 60).replaceAll(/[^\w./+-]/g, '?')}`,
    expected: 'JSON',
    fix: 'nothing was written; check for a proxy or a sign-in page in between',
  });
}

function unpack(
  body: Dispatcher.ResponseData['body'],
  header: string | string[] | undefined,
  url: URL,
): AsyncIterable<Uint8Array> {
  const encoding = one(header) ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw unreachable(url, `an answer packed as ${encoding.slice(0, 20)}`, 'gzip or none');
  const gunzip = createGunzip();
  body.on('error', (error) => gunzip.destroy(error));
  return body.pipe(gunzip);
}

async function* limited(bytes: AsyncIterable<Uint8Array>, limitBytes: number, url: URL): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.byteLength;
    if (read > limitBytes)
      throw new SeekstackError({
        code: 'E_SOURCE_SHAPE',
        where: { file: shortAddress(url.href) },
        got: `more than ${limitBytes} bytes`,
        expected: `at most ${limitBytes}`,
        fix: 'nothing was written; such an answer is smaller',
      });
    yield chunk;
  }
}

/** A broken connection or a body cut short may pass; anything else stays what it is. */
function asFailure(error: unknown, aborted: boolean): Error {
  const { code } = error as NodeJS.ErrnoException;
  const isConnection = typeof code === 'string' && /^(UND_ERR_|E[A-Z]+$|Z_)/.test(code);
  if (error instanceof SeekstackError || aborted || !isConnection) return error as Error;
  return new PassingFailure(`the connection failed (${code})`, null, error);
}

function unreachable(url: URL, got: string, expected: string, cause?: unknown): SeekstackError {
  return new SeekstackError(
    {
      code: 'E_SOURCE_UNREACHABLE',
      where: { file: shortAddress(url.href) },
      got,
      expected,
      fix: 'nothing was written; check the network and the proxy, raise --timeout, or try later',
    },
    { cause },
  );
}

function one(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
