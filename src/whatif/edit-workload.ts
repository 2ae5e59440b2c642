// Editing a workload: its own YAML with the fields that were turned, comments and order kept.
// In: the text, or the document where no text is known, and settings. Out: YAML that "seekstack plan" reads.
import { Document, isMap, parseDocument } from 'yaml';
import type { LengthDistribution } from '../physics/lengths.ts';
import { quantileTokens } from '../physics/lengths.ts';
import { DIAL_IDS, type Dial, type Settings, type Stop } from './dials.ts';
import { tidy } from './stops.ts';

export interface WorkloadText {
  /** As it was written; null where only its fields are known. */
  readonly text: string | null;
  readonly document: Readonly<Record<string, unknown>>;
  /** Output lengths of the plan, which the dial of output scales. */
  readonly output: LengthDistribution;
}

/** Lines are never broken anew: a diff shows what was turned and nothing else. */
const STYLE = { lineWidth: 0 } as const;

/** The workload as YAML with every setting in it; its own bytes where there is none. */
export function editWorkload({ text, document, output }: WorkloadText, dials: readonly Dial[], settings: Settings): string {
  const changed = DIAL_IDS.flatMap((id) => {
    const dial = dials.find((each) => each.id === id);
    const stop = settings[id];
    return dial === undefined || stop === undefined ? [] : [{ dial, stop }];
  });
  if (changed.length === 0 && text !== null) return text;
  const yaml = text === null ? new Document(document) : parseDocument(text);
  for (const { dial, stop } of changed) {
    const path = dial.field.split('.');
    const value = writtenAs(dial, stop, { document, output });
    // Plain values go into the nodes that are there, which keeps their quotes and the comments behind them.
    if (typeof value !== 'object') yaml.setIn(path, value);
    else if (isMap(yaml.getIn(path))) for (const [name, tokens] of Object.entries(value)) yaml.setIn([...path, name], tokens);
    else yaml.setIn(path, yaml.createNode(value, { flow: true }));
  }
  return yaml.toString(STYLE);
}

type Written = string | number | Readonly<Record<string, number>>;

/** A stop as the workload writes it. */
function writtenAs({ id, field, unit, currency }: Dial, stop: Stop, of: Omit<WorkloadText, 'text'>): Written {
  if (typeof stop === 'string') return stop;
  switch (unit) {
    case 'seconds':
      return `${percentileOf(of.document, field)}${sayStop(stop)}`;
    case 'ratio':
      return `${tidy(stop * 100, 6)}%`;
    case 'perKilowattHour':
      return `${currency} ${stop}/kWh`;
    case 'months':
      return stop === 0 ? 'none' : stop % 12 === 0 ? `${stop / 12}y` : `${stop}m`;
    default:
      return id === 'output' ? scaledLength(of, stop) : stop;
  }
}

/** Tenths of a millisecond are as fine as a target is asked for. */
function sayStop(seconds: number): string {
  return seconds < 1 ? `${tidy(seconds * 1000, 6)}ms` : `${tidy(seconds, 6)}s`;
}

/** What stands before the bound of a target, such as "p95 <= ". */
function percentileOf(document: Readonly<Record<string, unknown>>, field: string): string {
  const [group = '', name = ''] = field.split('.');
  const stated = (document[group] as Record<string, unknown> | undefined)?.[name];
  return typeof stated === 'string' ? (/^p\d+\s?<=?\s?/.exec(stated)?.[0] ?? '') : '';
}

/** The answer's length with another median: every percentile moves with it. */
function scaledLength({ document, output }: Omit<WorkloadText, 'text'>, medianTokens: number): Written {
  const stated = (document.tokens as Record<string, unknown> | undefined)?.output;
  const own = quantileTokens(output, 0.5);
  const scaled = (tokens: number) => Math.max(1, Math.round((tokens * medianTokens) / own));
  if (output.points.length <= 1 || typeof stated === 'number' || typeof stated === 'string') return medianTokens;
  return Object.fromEntries(
    output.points.map(({ probability, tokens }) => [
      `p${tidy(probability * 100, 6)}`,
      probability === 0.5 ? medianTokens : scaled(tokens),
    ]),
  );
}
