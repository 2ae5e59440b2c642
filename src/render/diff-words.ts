// The words of a diff: what every format tells, in one order, so that terminal and comments never disagree.
// In: a diff document. Out: lines made of spans; a span says whether anybody may have written it, and each format escapes it.
import { apportion } from '../diff/share-amount.ts';
import type { Cause, DiffRow, DiffSide, Judgement, PlanDiff } from '../documents/diff.ts';
import { formatAmount, formatCount, formatPercent, formatSeconds } from './format.ts';

/** Our own words, perhaps to be seen first; a name, path or value of somebody; a sentence with words of somebody. */
export type Span = string | { readonly strong: string } | { readonly code: string } | { readonly prose: string };
export type Line = readonly Span[];

export interface DiffTableRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

const NOT_KNOWN = '–';

/** Whole dollars where cents would be noise. */
const CENTS_BELOW_USD = 100;

export function sayMoney(usd: number): string {
  return Math.abs(usd) >= CENTS_BELOW_USD || Number.isInteger(usd) ? formatCount(Math.round(usd)) : usd.toFixed(2);
}

export function sayChange(usd: number): string {
  return `${usd > 0 ? '+' : usd < 0 ? '−' : '±'}${sayMoney(Math.abs(usd))}`;
}

/** From ten times on a multiple says more than a share. */
const MULTIPLE_FROM = 9;

/** `+54%`, `×12`; nothing where there is nothing to be a share of. */
export function sayRatio(ratio: number | null): string {
  if (ratio === null) return '';
  if (ratio >= MULTIPLE_FROM) return `×${formatCount(ratio + 1)}`;
  const percent = Math.abs(ratio) * 100;
  const digits = percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toPrecision(2);
  return `${ratio > 0 ? '+' : ratio < 0 ? '−' : '±'}${digits}%`;
}

function rowOf(diff: PlanDiff, id: DiffRow['id']): DiffRow | undefined {
  return diff.rows.find((row) => row.id === id);
}

/** Before, after, change: `USD 41,210 → 63,480 a month (+22,270, +54%)`; no total where there is none. */
export function sayHeadline(diff: PlanDiff): string {
  const row = rowOf(diff, 'usdPerMonth');
  if (diff.verdict === 'incomplete') return 'no total';
  if (row === undefined || row.after === null)
    return row?.before == null ? 'nothing serves it' : `USD ${sayMoney(row.before)} a month → nothing serves it`;
  if (row.before === null) return `USD ${sayMoney(row.after)} a month`;
  const delta = Math.round(row.after) - Math.round(row.before);
  if (row.delta === 0) return `USD ${sayMoney(row.after)} a month, as before`;
  const change = Math.abs(row.after) >= CENTS_BELOW_USD && delta !== 0 ? delta : (row.delta ?? 0);
  return `USD ${sayMoney(row.before)} → ${sayMoney(row.after)} a month (${sayChange(change)}, ${sayRatio(row.ratio)})`;
}

export type Mark = 'ok' | 'warn' | 'fail' | 'unknown';

export function sayVerdict(diff: PlanDiff): { readonly mark: Mark; readonly text: string } {
  const count = (outcome: Judgement['outcome']) => diff.guardrails.filter((each) => each.outcome === outcome).length;
  const guardrails = (number: number) => `${number} ${number === 1 ? 'guardrail' : 'guardrails'}`;
  const [warned, acknowledged] = [count('warned'), count('acknowledged')];
  switch (diff.verdict) {
    case 'incomplete':
      return { mark: 'fail', text: 'incomplete' };
    case 'infeasible':
      return { mark: 'fail', text: diff.head.option === null ? 'no feasible option' : 'the targets are not kept' };
    case 'guardrail-failed':
      return { mark: 'fail', text: `${guardrails(count('failed'))} broken` };
    default:
      if (warned > 0) return { mark: 'warn', text: `${warned} ${warned === 1 ? 'warning' : 'warnings'}` };
      if (acknowledged > 0) return { mark: 'warn', text: `${guardrails(acknowledged)} broken and acknowledged` };
      if (diff.guardrails.length > 0) return { mark: 'ok', text: `${guardrails(diff.guardrails.length)} held` };
      return { mark: 'ok', text: diff.verdict === 'unchanged' ? 'no change' : 'no guardrails set' };
  }
}

/** The table of figures; rows that neither side has are left out. */
export function sayRows(diff: PlanDiff): DiffTableRow[] {
  const [was, is] = [diff.base.option, diff.head.option];
  return diff.rows.flatMap((row): DiffTableRow[] => {
    if (row.before === null && row.after === null && row.id !== 'usdPerMonth') return [];
    const each = (say: (value: number) => string) => ({
      before: row.before === null ? NOT_KNOWN : say(row.before),
      after: row.after === null ? NOT_KNOWN : say(row.after),
    });
    const relative = row.delta === 0 ? '±0' : sayRatio(row.ratio);
    switch (row.id) {
      case 'usdPerMonth':
        return [{ label: 'Cost, USD a month', ...each(sayMoney), change: sayDelta(row) }];
      case 'usdPerMillionOutputTokens':
        return [{ label: 'USD per million output tokens', ...each(formatAmount), change: relative }];
      case 'capacityRequestsPerSecond':
        return [{ label: 'Capacity within targets, req/s', ...each((value) => value.toPrecision(3)), change: relative }];
      case 'ttftSeconds':
      case 'tpotSeconds':
        return [{ label: latencyLabel(row), ...each(formatSeconds), change: headroom(row) ?? relative }];
      case 'accelerators': {
        const name = (option: DiffSide['option']) =>
          option === null
            ? NOT_KNOWN
            : option.accelerator === null
              ? `${option.nodes}×CPU`
              : `${option.accelerators}×${option.accelerator}`;
        const change =
          row.delta === null || row.delta === 0
            ? name(was) === name(is)
              ? '±0'
              : was === null || is === null
                ? ''
                : 'other hardware'
            : sayCount(row.delta);
        return [{ label: 'Accelerators', before: name(was), after: name(is), change }];
      }
      case 'capexUsd':
        if ((row.before ?? 0) === 0 && (row.after ?? 0) === 0) return [];
        return [{ label: 'Paid at once, USD', ...each(sayMoney), change: sayDelta(row) }];
      case 'kilowattHoursPerMonth':
        return [{ label: 'Energy, kWh a month', ...each(formatAmount), change: relative }];
      case 'kilogramsCo2ePerMonth':
        return [{ label: 'Carbon, kg CO2e a month', ...each(formatAmount), change: relative }];
    }
    return [];
  });
}

function sayDelta(row: DiffRow): string {
  if (row.delta === null || row.before === null || row.after === null) return NOT_KNOWN;
  if (row.delta === 0) return '±0';
  const whole = Math.round(row.after) - Math.round(row.before);
  const change = sayChange(Math.abs(row.after) >= CENTS_BELOW_USD && whole !== 0 ? whole : row.delta);
  return row.ratio === null ? change : `${change} (${sayRatio(row.ratio)})`;
}

function sayCount(delta: number): string {
  return `${delta > 0 ? '+' : '−'}${formatCount(Math.abs(delta))}`;
}

function latencyLabel(row: DiffRow): string {
  const name = row.id === 'ttftSeconds' ? 'TTFT' : 'TPOT';
  const target = row.target?.after ?? row.target?.before ?? null;
  return target === null ? name : `${name}, target ${formatSeconds(target)}`;
}

function headroom(row: DiffRow): string | null {
  const [before, after] = [row.headroom?.before ?? null, row.headroom?.after ?? null];
  if (after === null) return null;
  const say = (value: number) =>
    value < 0 ? (row.after === null ? 'queue grows' : `missed by ${formatPercent(-value)}`) : formatPercent(value);
  if (before === null || before === after) return `headroom ${say(after)}`;
  return `headroom ${say(before)} → ${say(after)}`;
}

/** What runs before and after, in one line each side. */
export function sayOption(option: DiffSide['option']): Line {
  if (option === null) return ['nothing'];
  return [
    `${formatCount(option.nodes)} × `,
    { code: option.machine },
    ` in `,
    { code: option.region },
    `, ${option.purchase}, ${option.engine}, `,
    { code: option.checkpoint },
    `, ${option.layout}`,
  ];
}

const KIND_WORDS: Readonly<Record<Cause['kind'], string>> = {
  workload: 'workload',
  prices: 'prices',
  hardware: 'hardware facts',
  models: 'model facts',
  engines: 'engine facts',
  calibration: 'calibration',
  sites: 'site facts',
  catalogue: 'catalogue',
  planner: 'planner version',
  option: 'plan file',
  project: 'project',
};

/** Each cause that moved money, the largest first, and how many moved none. */
export function sayCauses(diff: PlanDiff): { readonly lines: Line[]; readonly idle: Line[] } {
  const { causes } = diff.attribution;
  const moving = causes.filter((cause) => cause.usdPerMonth !== 0);
  const told = saidAmounts(moving, diff);
  return {
    lines: moving.map((cause, index) => [
      cause.usdPerMonth === null ? 'amount not known' : { strong: sayChange(told[index] ?? cause.usdPerMonth) },
      ...(cause.usdPerMonth === null ? [] : [' a month']),
      ' · ',
      ...sayCause(cause),
    ]),
    idle: causes.filter((cause) => cause.usdPerMonth === 0).map(sayCause),
  };
}

/** Whole dollars that add up to the change as the table shows it; cents where the change is that small. */
function saidAmounts(causes: readonly Cause[], diff: PlanDiff): readonly number[] {
  const row = rowOf(diff, 'usdPerMonth');
  const amounts = causes.map((cause) => cause.usdPerMonth ?? 0);
  if (row === undefined || row.before === null || row.after === null || Math.abs(row.delta ?? 0) < CENTS_BELOW_USD)
    return amounts;
  return apportion(amounts, Math.round(row.after) - Math.round(row.before));
}

function sayCause(cause: Cause): Line {
  const change: Span[] =
    cause.before === null && cause.after === null
      ? []
      : [
          ' ',
          cause.before === null ? 'added as' : { code: cause.before },
          ...(cause.before === null ? [' '] : [' → ']),
          cause.after === null ? 'removed' : { code: cause.after },
        ];
  const { where } = cause;
  const place: Span[] =
    where === null ? [] : [' (', { code: where.line === null ? where.file : `${where.file}:${where.line}` }, ')'];
  return [`${KIND_WORDS[cause.kind]} `, { code: cause.name }, ...change, ...place];
}

const METHOD_WORDS: Readonly<Record<PlanDiff['attribution']['method'], string | null>> = {
  none: null,
  single: null,
  'all-orders': 'each part is the mean over every order in which the changes can be made',
  'two-orders': 'each part is the mean over the order given and its reverse',
  grouped: 'changes named together could not be told apart',
};

export function sayMethod({ attribution }: PlanDiff): Line[] {
  const method = METHOD_WORDS[attribution.method];
  return [...(method === null ? [] : [[method]]), ...attribution.notes.map((note): Line => [{ prose: note }])];
}

/** What is broken first, then what nobody could judge. What holds is only counted. */
export function sayGuardrails(diff: PlanDiff): { readonly mark: Mark; readonly line: Line }[] {
  const order = ['failed', 'warned', 'acknowledged', 'not-judged'] as const;
  return order.flatMap((outcome) =>
    diff.guardrails
      .filter((each) => each.outcome === outcome)
      .map((each) => ({
        mark: outcome === 'failed' ? ('fail' as const) : outcome === 'not-judged' ? ('unknown' as const) : ('warn' as const),
        line: sayJudgement(each),
      })),
  );
}

function sayJudgement(each: Judgement): Line {
  const { acknowledgement, fix } = each;
  const line: Span[] = [
    { code: each.id },
    ': ',
    { prose: each.message },
    ' (',
    { code: `${each.where.file}:${each.where.line}` },
    ')',
  ];
  if (each.reason !== null) line.push('. Reason: ', { prose: each.reason.replace(/\.$/, '') });
  if (acknowledgement !== null)
    line.push(
      acknowledgement.expired
        ? `. Was acknowledged until ${acknowledgement.until}: `
        : `. Acknowledged until ${acknowledgement.until}: `,
      { prose: acknowledgement.reason.replace(/\.$/, '') },
    );
  if (fix !== null)
    line.push(
      '. Cheapest fix: ',
      { code: fix.change },
      fix.savesUsdPerMonth >= 0
        ? `, USD ${sayMoney(fix.usdPerMonth)} a month, saves ${sayMoney(fix.savesUsdPerMonth)}`
        : `, USD ${sayMoney(fix.usdPerMonth)} a month, ${sayMoney(-fix.savesUsdPerMonth)} more`,
    );
  else if (each.outcome === 'failed' || each.outcome === 'warned')
    line.push(
      each.measure === 'priceAgeDays'
        ? '. No change of the plan mends it; update the price list'
        : '. No other option and no change of one field that was tried satisfies it',
    );
  return line;
}

export function sayMissing(diff: PlanDiff): Line[] {
  return [
    ...diff.base.missing.map((each) => ({ side: 'base', ...each })),
    ...diff.head.missing.map((each) => ({ side: 'head', ...each })),
  ].map(
    ({ side, what, reason, fix }): Line => [
      `${side}: `,
      { code: what },
      ': ',
      { prose: reason },
      '. To mend it: ',
      { prose: fix },
    ],
  );
}

/** Bases of latency and power, price dates with their age. */
export function sayBasis(diff: PlanDiff): string {
  const { option } = diff.head;
  if (option === null) return `facts as of ${diff.head.asOf ?? diff.today}`;
  const age = ageDays(option.priceAsOf, diff.today);
  const old = age === null ? '' : ` (${age} ${age === 1 ? 'day' : 'days'} old on ${diff.today})`;
  return `prices ${option.priceAsOf}${old} · latency ${option.latencyBasis} · power ${option.powerBasis} · list prices unless quoted · months of 730 hours`;
}

function ageDays(from: string, to: string): number | null {
  const day = (date: string) => {
    const [year, month = '01', date_ = '01'] = date.split('-');
    return Date.UTC(Number(year), Number(month) - 1, Number(date_)) / 86_400_000;
  };
  const age = day(to) - day(from);
  return Number.isFinite(age) && age >= 0 ? age : null;
}

/** Ranges as a tornado, then what would flip the answer. */
export function sayAssumptions({ assumptions }: PlanDiff): Line[] {
  return [
    ...assumptions.ranges.map(
      (each): Line => [
        { prose: each.label },
        `: ${sayChange(each.lowUsdPerMonth)} to ${sayChange(each.highUsdPerMonth)} a month`,
      ],
    ),
    ...assumptions.flips.map((flip): Line => [{ prose: flip }]),
  ];
}
