// What a sweep varies: one field of the workload, and its values in the workload's own spelling.
// In: `demand.users=100..10000:5:log` or `tokens.cacheHit=0%,30%,60%`. Out: a field and values, or a range to draw from.
import { parse } from 'yaml';
import { SeekstackError } from '../errors.ts';

export interface Variation {
  /** Dotted path of the workload document. */
  readonly field: string;
  /** Values of a grid, in order. */
  readonly values: readonly unknown[];
  /** Value at a share of the way, 0–1; null where only the values listed exist. */
  readonly at: ((share: number) => unknown) | null;
}

const MOST_VALUES = 10_000;

/** @throws SeekstackError E_USAGE where the text cannot be read */
export function parseVariation(text: string): Variation {
  const [, field = '', list = ''] = /^([A-Za-z][\w.]*)=(.+)$/s.exec(text.trim()) ?? [];
  if (field === '') throw wrong(text, 'FIELD=VALUES, such as demand.users=100,1000 or tokens.cacheHit=0%..60%:4');
  const range = parseRange(list.trim());
  if (range !== null) return { field, ...range };
  const values = splitValues(list).map((value) => readValue(value, text));
  if (values.length === 0) throw wrong(text, 'at least one value');
  return { field, values, at: null };
}

/** `10%..60%:6`, `100..10000:5:log`, `p95 <= 20ms..60ms:5`: everything but the number stays as it is. */
function parseRange(list: string): Pick<Variation, 'values' | 'at'> | null {
  const bare = /^"(.*)"$/s.exec(list)?.[1] ?? list;
  const match = /^(.*?)(\d+(?:\.\d+)?)([^\d]*)\.\.(\d+(?:\.\d+)?)([^\d:]*):(\d{1,5})(:log)?$/s.exec(bare);
  if (match === null) return null;
  const [, before = '', lowText = '', lowAfter = '', highText = '', highAfter = '', countText = '', log] = match;
  const [low, high, count] = [Number(lowText), Number(highText), Number(countText)];
  const after = highAfter === '' ? lowAfter : highAfter;
  if ((lowAfter !== '' && lowAfter !== after) || !(high > low) || count < 2 || count > MOST_VALUES || (log && low <= 0))
    throw wrong(list, `LOW..HIGH:COUNT with LOW below HIGH, both in the same unit, and 2 to ${MOST_VALUES} points`);
  const whole = !lowText.includes('.') && !highText.includes('.') && high - low >= count - 1;
  const at = (share: number): unknown => {
    const exact = log ? low * (high / low) ** share : low + (high - low) * share;
    const number = whole ? Math.round(exact) : Number(exact.toPrecision(6));
    return before === '' && after === '' ? number : `${before}${number}${after}`;
  };
  return { values: [...new Set(Array.from({ length: count }, (_, index) => at(index / (count - 1))))], at };
}

/** At commas outside brackets and quotes. */
function splitValues(list: string): string[] {
  return (list.match(/(?:"[^"]*"|\[[^\]]*\]|\{[^}]*\}|[^,])+/g) ?? [])
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function readValue(value: string, text: string): unknown {
  try {
    return parse(value) as unknown;
  } catch {
    throw wrong(text, 'values as a workload file spells them');
  }
}

function wrong(got: string, expected: string): SeekstackError {
  return new SeekstackError({
    code: 'E_USAGE',
    where: { field: '--vary' },
    got,
    expected,
    fix: 'see docs/sweep.md for the spellings',
  });
}
