// Values after the flags of a benchmark: rates, brackets, lengths, durations, addresses, bodies.
// In: text. Out: numbers in canonical units; commander tells the user what was wrong.
import { InvalidArgumentError } from 'commander';
import { tokensText } from '../../../documents/quantity-text.ts';

/** A length by percentiles; one point is a fixed length. */
export type LengthPoints = readonly { readonly probability: number; readonly tokens: number }[];

export interface Bracket {
  readonly low: number;
  readonly high: number;
}

const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, min: 60, h: 3600 };

/** `30s`, `5min`, `0s`. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('It must be a duration with its unit, such as 30s or 5min.');
  return Number(parts[1]) * (SECONDS[parts[2] ?? 's'] ?? 1);
}

/** `1s`, `50ms`: above 0. */
export function parseTarget(text: string): number {
  const seconds = parseDuration(text);
  if (seconds <= 0) throw new InvalidArgumentError('It must be above 0, such as 800ms.');
  return seconds;
}

/** `1,2,4.5` */
export function parseRates(text: string): number[] {
  return parseList(text, /^\d+(\.\d+)?$/, 'rates above 0, such as 1,2,4.5');
}

/** `1,8,32` */
export function parseConcurrencies(text: string): number[] {
  return parseList(text, /^\d{1,6}$/, 'whole numbers above 0, such as 1,8,32');
}

function parseList(text: string, pattern: RegExp, says: string): number[] {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map((part) => (pattern.test(part) ? Number(part) : Number.NaN));
  if (numbers.some((number) => !(number > 0 && number <= 1e6))) throw new InvalidArgumentError(`They must be ${says}.`);
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError('Each may be given once; --repeats measures again.');
  return numbers;
}

/** `0.5..8` */
export function parseBracket(text: string): Bracket {
  const parts = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/.exec(text);
  const bracket = { low: Number(parts?.[1]), high: Number(parts?.[2]) };
  if (!(bracket.low > 0 && bracket.high > bracket.low)) throw new InvalidArgumentError('It must be LOW..HIGH, such as 0.5..8.');
  return bracket;
}

/** `1000`, `2k`, or `p50=800,p95=3k`: percentiles that grow, the median among them. */
export function parseLength(text: string): LengthPoints {
  const parts = text.split(',').map((part) => /^(?:p(\d{1,2})=)?(\d+(?:\.\d+)?k?)$/.exec(part.trim()));
  const points = parts.map((part) => ({
    probability: part?.[1] === undefined ? 0.5 : Number(part[1]) / 100,
    tokens: readTokens(part?.[2] ?? ''),
  }));
  const isFixed = points.length === 1 && parts[0]?.[1] === undefined;
  const grows = points.every(
    ({ probability, tokens }, index) =>
      index === 0 || (probability > (points[index - 1]?.probability ?? 1) && tokens >= (points[index - 1]?.tokens ?? 0)),
  );
  const isSound = points.every(({ probability, tokens }) => tokens >= 0 && probability > 0 && probability < 1);
  if (!isSound || !grows || !(isFixed || (points.length > 1 && points.some(({ probability }) => probability === 0.5))))
    throw new InvalidArgumentError(
      'It must be tokens, such as 1000, or growing percentiles with the median, such as p50=800,p95=3k.',
    );
  return points;
}

function readTokens(text: string): number {
  const read = tokensText.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  return read.success ? read.data : Number.NaN;
}

/** `95`, `99.9`: a percentile, as a share. */
export function parsePercentile(text: string): number {
  const percentile = /^\d{2}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(percentile >= 50 && percentile < 100)) throw new InvalidArgumentError('It must be 50 to 99.999, such as 95.');
  return Number((percentile / 100).toFixed(5));
}

/** `50%` or `0.5`: below 1. */
export function parseShare(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = parts === null ? Number.NaN : Number(parts[1]) / (parts[2] === '%' ? 100 : 1);
  if (!(share >= 0 && share < 1)) throw new InvalidArgumentError('It must be 0% to below 100%, such as 30%.');
  return share;
}

export function parseAmount(text: string): number {
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(amount > 0 && amount <= 1e9)) throw new InvalidArgumentError('It must be a number above 0, such as 41.50.');
  return amount;
}

/** Fields that a benchmark settles itself. */
const OWN_FIELDS = ['model', 'messages', 'prompt', 'stream', 'stream_options', 'max_tokens', 'min_tokens', 'ignore_eos', 'n'];

/** A JSON object. */
export function parseBody(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidArgumentError('It must be a JSON object, such as \'{"temperature":0.6}\'.');
  const own = Object.keys(body).filter((field) => OWN_FIELDS.includes(field));
  if (own.length > 0) throw new InvalidArgumentError(`It may not hold ${own.join(', ')}: flags settle that.`);
  return body as Record<string, unknown>;
}

/** Parameters of an address that hold no secret. */
const OPEN_PARAMETERS = ['api-version'];

/** An address that may be written down: no user, no key. */
export function parseAddress(text: string): string {
  let address: URL;
  try {
    address = new URL(text);
  } catch {
    throw new InvalidArgumentError('It must be an address, such as http://127.0.0.1:8000/v1.');
  }
  if (!/^https?:$/.test(address.protocol)) throw new InvalidArgumentError('It must begin with http:// or https://.');
  // The text itself is not repeated: it may hold a secret.
  if (address.username !== '' || address.password !== '')
    throw new InvalidArgumentError('It may not hold a user or password: keys come from the environment, see --key-variable.');
  const secret = [...address.searchParams.keys()].filter((name) => !OPEN_PARAMETERS.includes(name));
  if (secret.length > 0)
    throw new InvalidArgumentError(
      `It may not have parameters other than ${OPEN_PARAMETERS.join(', ')}: keys come from the environment.`,
    );
  address.hash = '';
  return address.href.replace(/\/+$/, '');
}
