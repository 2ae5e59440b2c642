// Judging: guardrails of a policy against what a change does. In: policy, both sides' figures, the day it is judged on.
// Out: one judgement for each guardrail: passed, warned, failed, acknowledged, or not judged and why.
import type { Judgement } from '../documents/diff.ts';
import { type Guardrail, MEASURES, type Measure, type Policy } from '../documents/policy.ts';

/** What guardrails read of a side; null where it is not known. */
export interface Figures {
  readonly usdPerMonth: number | null;
  readonly usdPerMillionOutputTokens: number | null;
  readonly capexUsd: number | null;
  readonly kilowattHoursPerMonth: number | null;
  readonly kilogramsCo2ePerMonth: number | null;
  /** Null without a target. */
  readonly ttftHeadroom: number | null;
  readonly tpotHeadroom: number | null;
  readonly peakUtilisation: number | null;
  /** Oldest date among the prices used, ISO 8601, perhaps a month or a year. */
  readonly priceAsOf: string;
  readonly region: string;
}

export interface JudgeInputs {
  readonly policy: Policy;
  /** Null where there is nothing to compare with. */
  readonly base: Figures | null;
  readonly head: Figures;
  /** ISO 8601. */
  readonly today: string;
  /** Place of the guardrail at an index. */
  readonly where: (index: number) => { readonly file: string; readonly line: number };
}

export type Judged = Omit<Judgement, 'fix'>;

export function judgePolicy(inputs: JudgeInputs): Judged[] {
  return inputs.policy.guardrails.map((guardrail, index) => judgeOne(guardrail, index, inputs));
}

function judgeOne(guardrail: Guardrail, index: number, inputs: JudgeInputs): Judged {
  const { policy, base, head, today } = inputs;
  const found = breachOf(guardrail, base, head, today);
  const told = {
    id: guardrail.id,
    measure: guardrail.measure,
    severity: guardrail.severity,
    value: found.value,
    limit: found.limit,
    message: found.message,
    reason: guardrail.reason ?? null,
    where: { ...inputs.where(index) },
  };
  if (found.holds !== false) return { ...told, outcome: found.holds === null ? 'not-judged' : 'passed', acknowledgement: null };
  const given = (policy.acknowledgements ?? []).filter((each) => each.guardrail === guardrail.id);
  const covering = given.filter((each) => each.upTo === undefined || !worse(guardrail.measure, found.value, each.upTo));
  const valid = covering.find((each) => dayNumber(today) <= dayNumber(each.until));
  const last = valid ?? covering.toSorted((one, other) => other.until.localeCompare(one.until, 'en'))[0];
  return {
    ...told,
    outcome: valid !== undefined ? 'acknowledged' : guardrail.severity === 'fail' ? 'failed' : 'warned',
    acknowledgement: last === undefined ? null : { reason: last.reason, until: last.until, expired: valid === undefined },
  };
}

interface Breach {
  /** Null where it cannot be judged. */
  readonly holds: boolean | null;
  readonly value: number | null;
  readonly limit: number | null;
  readonly message: string;
}

function breachOf(guardrail: Guardrail, base: Figures | null, head: Figures, today: string): Breach {
  const { label } = MEASURES[guardrail.measure];
  switch (guardrail.measure) {
    case 'region':
      return {
        holds: guardrail.allowed.includes(head.region),
        value: null,
        limit: null,
        message: `${head.region} is ${guardrail.allowed.includes(head.region) ? '' : 'not '}among ${guardrail.allowed.join(', ')}`,
      };
    case 'priceAgeDays': {
      const age = dayNumber(today) - dayNumber(head.priceAsOf);
      return upper(label, 'priceAgeDays', age, guardrail.max, `on ${today}`);
    }
    case 'ttftHeadroom':
    case 'tpotHeadroom': {
      const value = head[guardrail.measure];
      if (value === null)
        return { holds: null, value, limit: guardrail.min, message: `${label}: the workload has no such target` };
      const holds = value >= guardrail.min;
      return {
        holds,
        value,
        limit: guardrail.min,
        message: `${label} is ${sayAmount(guardrail.measure, value)}, ${holds ? 'at least' : 'below'} ${sayAmount(guardrail.measure, guardrail.min)}`,
      };
    }
    case 'peakUtilisation':
      return upper(label, guardrail.measure, head.peakUtilisation, guardrail.max);
    default:
      return bounded(guardrail, base, head);
  }
}

type Bounded = Extract<Guardrail, { maxIncrease?: unknown }>;

/** An absolute bound, a bound on growth, or both: what is broken by more is told. */
function bounded(guardrail: Bounded, base: Figures | null, head: Figures): Breach {
  const { measure, max, maxIncrease } = guardrail;
  const { label } = MEASURES[measure];
  const value = head[measure];
  const was = base?.[measure] ?? null;
  const breaches: Breach[] = [];
  if (max !== undefined) breaches.push(upper(label, measure, value, max));
  if (maxIncrease !== undefined) {
    if (was === null && max === undefined)
      return { holds: null, value, limit: null, message: `${label}: there is nothing to compare with` };
    if (was !== null) {
      const limit = 'ratio' in maxIncrease ? was * (1 + maxIncrease.ratio) : was + maxIncrease.amount;
      const grown =
        'ratio' in maxIncrease ? `${percent(maxIncrease.ratio)} more` : `${sayAmount(measure, maxIncrease.amount)} more`;
      breaches.push(upper(label, measure, value, limit, `${grown} than ${sayAmount(measure, was)}`));
    }
  }
  const excess = (breach: Breach) => (breach.value ?? 0) - (breach.limit ?? 0);
  return (
    breaches.filter((each) => each.holds !== true).toSorted((one, other) => excess(other) - excess(one))[0] ??
    (breaches[0] as Breach)
  );
}

/** Shares of a cent, and what binary fractions leave behind, break nothing. */
const TOLERANCE = 1e-9;

function upper(label: string, measure: Measure, value: number | null, limit: number, how?: string): Breach {
  if (value === null) return { holds: null, value, limit, message: `${label} is not known` };
  const holds = value <= limit * (1 + TOLERANCE);
  const bound = `${sayAmount(measure, limit)}${how === undefined ? '' : ` (${how})`}`;
  const message = holds
    ? `${label} is ${sayAmount(measure, value)}, within ${bound}`
    : `${label} is ${sayAmount(measure, value)}, ${sayAmount(measure, value - limit)} above the limit of ${bound}`;
  return { holds, value, limit, message };
}

/** Whether a value is worse than the one something was acknowledged for. */
function worse(measure: Measure, value: number | null, upTo: number): boolean {
  if (value === null) return false;
  return measure === 'ttftHeadroom' || measure === 'tpotHeadroom' ? value < upTo : value > upTo * (1 + TOLERANCE);
}

export function sayAmount(measure: Measure, value: number): string {
  switch (MEASURES[measure].unit) {
    case 'usd':
      return `USD ${grouped(value)}`;
    case 'kilowattHours':
      return `${grouped(value)} kWh`;
    case 'kilograms':
      return `${grouped(value)} kg CO2e`;
    case 'days':
      return `${Math.round(value)} days`;
    default:
      return percent(value);
  }
}

function grouped(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function percent(ratio: number): string {
  return `${(ratio * 100).toLocaleString('en-US', { maximumFractionDigits: 1 })}%`;
}

const MILLISECONDS_PER_DAY = 86_400_000;

/** Days since 1970 of a date; of a month or a year its first day. */
export function dayNumber(date: string): number {
  const [year = '1970', month = '01', day = '01'] = date.split('-');
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / MILLISECONDS_PER_DAY;
}
