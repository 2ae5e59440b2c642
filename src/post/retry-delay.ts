// How long to wait before asking again: what the platform asks for, otherwise exponential back-off with jitter.
// In: an answer's status, headers and message, the clock and a draw. Out: seconds.

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const FIRST_SECONDS = 1;
const MOST_SECONDS = 30;
/** GitHub asks for a minute where a secondary limit names no time: docs.github.com, best practices for using the REST API. */
const SECONDARY_LIMIT_SECONDS = 60;
/** Smaller numbers in a reset header are seconds to wait, larger ones an instant since 1970. */
const INSTANTS_FROM = 1e9;

/** One header's text; the first where it came more than once. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Whether an answer says "too many requests"; GitHub says so with 403 as well. */
export function isRateLimit(status: number, headers: Headers, message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    header(headers, 'retry-after') !== undefined ||
    header(headers, 'x-ratelimit-remaining') === '0' ||
    /secondary rate limit/i.test(message)
  );
}

/**
 * What the platform asks a client to wait.
 * @returns seconds from now, 0 or more; null where it asks for nothing
 */
export function askedSeconds(status: number, headers: Headers, message: string, epochSeconds: number): number | null {
  const after = header(headers, 'retry-after');
  if (after !== undefined) {
    if (/^\d+$/.test(after.trim())) return Number(after);
    const instant = Date.parse(after);
    if (!Number.isNaN(instant)) return Math.max(0, instant / 1000 - epochSeconds);
  }
  if (!isRateLimit(status, headers, message)) return null;
  // GitHub and Azure spell the header with x-, GitLab without.
  const reset = Number(header(headers, 'x-ratelimit-reset') ?? header(headers, 'ratelimit-reset') ?? Number.NaN);
  const remaining = header(headers, 'x-ratelimit-remaining') ?? header(headers, 'ratelimit-remaining') ?? '0';
  if (Number.isFinite(reset) && reset >= 0 && remaining === '0')
    return reset < INSTANTS_FROM ? reset : Math.max(0, reset - epochSeconds);
  return /secondary rate limit/i.test(message) ? SECONDARY_LIMIT_SECONDS : null;
}

/**
 * Seconds before the next try. Jitter keeps jobs that failed together from coming back together; it never shortens a wait asked for.
 * @param attempt - tries made so far, from 1
 * @param random - 0 to below 1
 */
export function delaySeconds(attempt: number, asked: number | null, random: number): number {
  if (asked !== null) return asked + random;
  return Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1)) * (0.5 + random / 2);
}
