// Hourly series in CSV: prices or intensities by time, brought to the hours of a week on a site's clock.
// In: CSV text, column names, time zones. Out: the mean of each of 168 hours. Summer time is counted as the clocks count it.
import { parse } from 'csv-parse/sync';
import { Temporal } from 'temporal-polyfill';
import { HOURS_PER_WEEK } from '../documents/hourly-tariff.ts';
import { type Problem, SeekstackError } from '../errors.ts';

export interface SeriesColumns {
  readonly time: string;
  readonly value: string;
  /** Of times without an offset. */
  readonly timeZone: string;
  readonly siteTimeZone: string;
  readonly delimiter: string;
  readonly decimal: '.' | ',';
}

export interface HourlySeries {
  readonly week: readonly number[];
  /** Whole days from the first time to the last. */
  readonly days: number;
}

const MINUTES_ALLOWED = [15, 30, 60];
const MINUTES_PER_DAY = 1440;
const NANOSECONDS_PER_MINUTE = 60_000_000_000n;

/**
 * @throws SeekstackError with file and line: a column that is not there, a time or number that is none, a gap, an hour twice,
 *   less than a week
 */
export function readHourlySeries(text: string, file: string, columns: SeriesColumns): HourlySeries {
  const rows = parseRows(text, file, columns);
  const sums = Array.from({ length: HOURS_PER_WEEK }, () => ({ sum: 0, count: 0 }));
  let before: Temporal.Instant | null = null;
  let first: Temporal.Instant | null = null;
  let step: number | null = null;
  for (const { line, time, value } of rows) {
    const at = instantOf(time, before, columns, value === '', file, line);
    // An hour that the clocks leave out stands empty in many exports.
    if (at === null) continue;
    if (before !== null) {
      const minutes = Number((at.epochNanoseconds - before.epochNanoseconds) / NANOSECONDS_PER_MINUTE);
      step ??= minutes;
      if (minutes !== step || !MINUTES_ALLOWED.includes(minutes))
        throw seriesError(
          file,
          line,
          `${sayStep(minutes)} after the line before`,
          step === minutes ? 'steps of 15, 30 or 60 minutes' : `steps of ${step} minutes`,
          minutes > step ? 'add what is missing between the two' : 'remove what stands twice',
        );
    }
    first ??= at;
    before = at;
    const local = at.toZonedDateTimeISO(columns.siteTimeZone);
    const entry = sums[(local.dayOfWeek - 1) * 24 + local.hour];
    if (entry === undefined) continue;
    entry.sum += numberOf(value, columns.decimal, file, line);
    entry.count += 1;
  }
  if (first === null || before === null || sums.some(({ count }) => count === 0))
    throw seriesError(
      file,
      rows.at(-1)?.line ?? 1,
      'less than a week',
      'every hour of a week at least once',
      'give a week or more; a year knows the seasons',
    );
  const minutes = Number((before.epochNanoseconds - first.epochNanoseconds) / NANOSECONDS_PER_MINUTE) + (step ?? 0);
  return { week: sums.map(({ sum, count }) => sum / count), days: Math.floor(minutes / MINUTES_PER_DAY) };
}

interface Row {
  readonly line: number;
  readonly time: string;
  readonly value: string;
}

function parseRows(text: string, file: string, { time, value, delimiter }: SeriesColumns): Row[] {
  let records: string[][];
  try {
    records = parse(text, { delimiter, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (cause) {
    throw seriesError(
      file,
      (cause as { lines?: number }).lines ?? 1,
      'a line that is no CSV',
      'one record a line',
      'check quotes and delimiter',
      cause,
    );
  }
  const [header = [], ...rest] = records;
  const [timeAt, valueAt] = [header.indexOf(time), header.indexOf(value)];
  for (const [name, at] of [
    [time, timeAt],
    [value, valueAt],
  ] as const)
    if (at === -1)
      throw seriesError(
        file,
        1,
        `no column "${name}"`,
        `one of ${header.slice(0, 30).join(', ')}`,
        'name one of these, or mend the delimiter',
      );
  return rest.map((record, index) => ({ line: index + 2, time: record[timeAt] ?? '', value: record[valueAt] ?? '' }));
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::00(?:\.0+)?)?\s?(Z|[+-]\d{2}:?\d{2})?(?=$|\s-|\/)/;
const DAY_FIRST = /^(\d{2})[./](\d{2})[./](\d{4}) (\d{2}):(\d{2})(?::00)?(?=$|\s-)/;

/** The instant of a time as the file writes it; null for an empty hour that the clocks leave out. */
function instantOf(
  time: string,
  before: Temporal.Instant | null,
  { timeZone }: SeriesColumns,
  isEmpty: boolean,
  file: string,
  line: number,
): Temporal.Instant | null {
  const iso = ISO.exec(time);
  const dayFirst = DAY_FIRST.exec(time);
  const [year, month, day, hour, minute] =
    iso === null ? [dayFirst?.[3], dayFirst?.[2], dayFirst?.[1], dayFirst?.[4], dayFirst?.[5]] : iso.slice(1, 6);
  const wrong = () =>
    seriesError(
      file,
      line,
      `the time "${time.slice(0, 40)}"`,
      'a time such as 2026-03-29 02:00, with an offset or in the stated zone',
      'mend the time',
    );
  if (year === undefined) throw wrong();
  try {
    const plain = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:00`);
    const offset = iso?.[6];
    if (offset !== undefined) return Temporal.Instant.from(`${plain.toString()}${offset}`);
    const earlier = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
    if (!earlier.toPlainDateTime().equals(plain)) {
      if (isEmpty) return null;
      throw seriesError(
        file,
        line,
        `${time}, an hour that the clocks of ${timeZone} leave out`,
        'hours that exist',
        'state the zone that the times are in',
      );
    }
    // The hour that comes twice: the second one follows the first.
    const isSecond = before !== null && Temporal.Instant.compare(earlier.toInstant(), before) <= 0;
    return (isSecond ? plain.toZonedDateTime(timeZone, { disambiguation: 'later' }) : earlier).toInstant();
  } catch (error) {
    if (error instanceof SeekstackError) throw error;
    throw wrong();
  }
}

function numberOf(text: string, decimal: '.' | ',', file: string, line: number): number {
  const plain = decimal === ',' ? text.replace(',', '.') : text;
  if (/^[-−]?\d+(\.\d+)?$/.test(plain)) return Number(plain.replace('−', '-'));
  throw seriesError(
    file,
    line,
    text === '' ? 'no value' : `the value "${text.slice(0, 40)}"`,
    `a number with "${decimal}" before its decimals`,
    'mend the value, or state decimal',
  );
}

function sayStep(minutes: number): string {
  return minutes === 0 ? 'the same time' : `${minutes} minutes`;
}

function seriesError(file: string, line: number, got: string, expected: string, fix: string, cause?: unknown): SeekstackError {
  const problem: Problem = { code: 'E_VALUE', where: { file, line }, got, expected, fix };
  return new SeekstackError(problem, { cause });
}

/** Whether the system knows a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
