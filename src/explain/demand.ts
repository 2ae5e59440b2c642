// Demand explained: the peak, the mean load, and the tokens of a month.
// In: a plan in detail, an option of it. Out: derivations in requests a second and tokens.
import { outputMeanOf } from '../plan/sizing-task.ts';
import { HOURS_PER_MONTH, SECONDS_PER_DAY, SECONDS_PER_HOUR } from '../units.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { explainMean } from './lengths.ts';
import { once, type Planned, type Subject } from './subject.ts';

const DOC = 'docs/physics.md#percentiles';

export function hoursOfMonth(ledger: Ledger): Derivation {
  return ledger.rule('hours of a month', HOURS_PER_MONTH, 'h/month', 'a month has 730 hours, everywhere');
}

export function secondsOfHour(ledger: Ledger): Derivation {
  return ledger.rule('seconds of an hour', SECONDS_PER_HOUR, 's/h', 'by definition');
}

/** Answer and thinking together. */
export function outputTokens(planned: Planned): Derivation {
  return once(planned.ledger, 'output tokens', () => {
    const answer = explainMean(planned, 'output');
    const thinking = explainMean(planned, 'thinking');
    return derive('tokens of an answer', 'tokens', f`${answer} + ${thinking}`, { value: outputMeanOf(planned.workload) });
  });
}

function horizonYears({ ledger, workload }: Planned): Derivation {
  const months = ledger.field(
    'months of the term',
    workload.horizonMonths,
    'months',
    'budget.term',
    'without a term costs are added up over a year',
  );
  return derive('years of the term', 'years', f`${months} ÷ 12`);
}

function growth({ ledger, workload }: Planned): Derivation {
  return ledger.field('growth a year', workload.growthPerYear, 'ratio/year', 'demand.growthPerYear');
}

/** The peak at the beginning of the term. */
function firstPeak(planned: Planned): Derivation {
  const { ledger, given, plan } = planned;
  const { demand } = given;
  if (demand.concurrency !== undefined)
    return ledger.field('requests in flight', demand.concurrency, 'requests', 'demand.concurrency');
  if (demand.requestsPerSecond !== undefined)
    return ledger.field('peak rate asked for', demand.requestsPerSecond, 'requests/s', 'demand.requestsPerSecond');
  const trace = plan.inputs.workload.source?.trace ?? null;
  if (demand.trace !== undefined && trace !== null)
    return ledger.field('peak rate of the trace', trace.peakRequestsPerSecond, 'requests/s', 'demand.trace');
  if (demand.tokensPerDay !== undefined) {
    const tokens = ledger.field('tokens a day', demand.tokensPerDay, 'tokens/day', 'demand.tokensPerDay');
    const request = derive(
      'tokens of a request',
      'tokens',
      f`${explainMean(planned, 'prompt')} + ${explainMean(planned, 'output')} + ${explainMean(planned, 'thinking')}`,
    );
    const seconds = ledger.rule('seconds of a day', SECONDS_PER_DAY, 's/day', 'by definition');
    return derive('peak rate', 'requests/s', f`${tokens} ÷ ${request} ÷ ${seconds} ÷ ${meanOfWeek(planned)}`);
  }
  const users = ledger.field('users', demand.users ?? 0, 'people', 'demand.users');
  const active = ledger.field('active at the peak', demand.activeAtPeak ?? 0, 'ratio', 'demand.activeAtPeak');
  const preset = ledger.catalog.presets.find((each) => each.id === (given.use ?? 'chat'));
  const perHour = ledger.field(
    'requests an hour of an active user',
    demand.requestsPerHour ?? preset?.requestsPerActiveUser.requestsPerHour ?? 0,
    'requests/h',
    'demand.requestsPerHour',
  );
  return derive('peak rate', 'requests/s', f`${users} × ${active} × ${perHour} ÷ ${secondsOfHour(ledger)}`);
}

/** The peak that the plan is for: a rate, or a number in flight. */
export function plannedPeak(planned: Planned): Derivation {
  return once(planned.ledger, 'planned peak', () => {
    const { demand, growthPerYear } = planned.workload;
    const first = firstPeak(planned);
    const value = 'requestsPerSecond' in demand ? demand.requestsPerSecond : demand.concurrency;
    if (growthPerYear === 0 && first.value === value) return first;
    const grown = f`(1 + ${growth(planned)}) ^ ${horizonYears(planned)}`;
    return 'requestsPerSecond' in demand
      ? derive('peak rate at the end of the term', 'requests/s', f`${first} × ${grown}`, { value })
      : derive('in flight at the end of the term', 'requests', f`ceil(${first} × ${grown} − 0.000000001)`, { value });
  });
}

function meanOfWeek(planned: Planned): Derivation {
  const { ledger, workload, plan, given } = planned;
  const value = workload.week.meanToPeakRatio;
  const name = 'mean over peak of a week';
  if (given.demand.meanToPeak !== undefined || plan.assumptions.some((each) => each.field === 'demand.meanToPeak'))
    return ledger.field(name, value, 'ratio', 'demand.meanToPeak');
  return ledger.field(name, value, 'ratio', given.demand.shape === undefined ? 'demand.trace' : 'demand.shape');
}

/** Mean load over the term over the peak at its end. */
export function meanToPeak(planned: Planned): Derivation {
  return once(planned.ledger, 'mean to peak', () => {
    const { workload } = planned;
    const week = meanOfWeek(planned);
    if (workload.growthPerYear === 0) return week;
    const rate = growth(planned);
    const years = horizonYears(planned);
    const overTerm = derive(
      'mean of the term over its end',
      'ratio',
      f`((1 + ${rate}) ^ ${years} − 1) ÷ (ln(1 + ${rate}) × ${years}) ÷ (1 + ${rate}) ^ ${years}`,
      { doc: DOC },
    );
    return derive('mean over peak', 'ratio', f`${week} × ${overTerm}`, { value: workload.meanToPeakRatio });
  });
}

/** The rate at which an option is loaded at the peak; of a number in flight what that completes. */
export function peakRate(subject: Subject): Derivation {
  const { priced, workload } = subject;
  const peak = plannedPeak(subject);
  if ('requestsPerSecond' in workload.demand) return peak;
  const { operating } = priced.sizing;
  const rate = subject.ledger.observed(
    'rate of a replica',
    operating.requestsPerSecond,
    'requests/s',
    'searched',
    `batch ${priced.sizing.batch}`,
    'what a replica completes with a constant number in flight; see latency.tpotSeconds',
  );
  const inFlight = subject.ledger.rule('in flight in a replica', operating.meanSequences, 'requests', 'the batch at the peak');
  return derive('rate at the peak', 'requests/s', f`${peak} ÷ ${inFlight} × ${rate}`, {
    value: priced.offer.load.peakRequestsPerSecond,
  });
}

export function meanRate(subject: Subject): Derivation {
  return once(subject, 'mean rate', () =>
    derive('mean rate', 'requests/s', f`${peakRate(subject)} × ${meanToPeak(subject)}`, {
      value: subject.priced.offer.load.meanRequestsPerSecond,
    }),
  );
}

export function requestsPerMonth(subject: Subject): Derivation {
  const { ledger } = subject;
  return derive(
    'requests a month',
    'requests/month',
    f`${meanRate(subject)} × ${hoursOfMonth(ledger)} × ${secondsOfHour(ledger)}`,
  );
}

export function outputTokensPerMonth(subject: Subject): Derivation {
  return once(subject, 'output tokens a month', () =>
    derive(
      'output tokens a month',
      'tokens/month',
      f`${meanRate(subject)} × ${outputTokens(subject)} × ${hoursOfMonth(subject.ledger)} × ${secondsOfHour(subject.ledger)}`,
      { value: subject.priced.offer.load.outputTokensPerMonth },
    ),
  );
}

/** Figures of the workload. */
export function explainWorkload(planned: Planned, figure: string): Derivation {
  switch (figure) {
    case 'promptMeanTokens':
      return explainMean(planned, 'prompt');
    case 'outputMeanTokens':
      return explainMean(planned, 'output');
    case 'thinkingMeanTokens':
      return explainMean(planned, 'thinking');
    case 'outputTokens':
      return outputTokens(planned);
    default:
      return plannedPeak(planned);
  }
}
