// Cost explained: the month, the hour, the term, a million tokens, and what they are worth today.
// In: an option. Out: derivations of the amounts that every view prints.
import { explainCloudLine } from './cost-cloud.ts';
import { annuityFactor, explainOwnLine } from './cost-own.ts';
import { hoursOfMonth, outputTokensPerMonth } from './demand.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import { intervalEnd } from './interval.ts';
import { once, type Subject } from './subject.ts';

type End = 'typical' | 'low' | 'high';

/** One line of a bill, USD a month. */
export function explainLine(subject: Subject, id: string, end: End = 'typical'): Derivation {
  return 'owned' in subject.priced.offer.terms ? explainOwnLine(subject, id, end) : explainCloudLine(subject, id);
}

/** All costs of a month of 730 hours. */
export function explainMonth(subject: Subject, end: End = 'typical'): Derivation {
  return once(subject, `month ${end}`, () => {
    const { offer } = subject.priced;
    const owned = 'owned' in offer.terms;
    return derive(
      end === 'typical' ? 'cost a month' : `cost a month, ${end}`,
      'USD/month',
      sum(offer.lines.map((line) => explainLine(subject, line.id, end))),
      {
        value: end === 'typical' ? offer.usdPerMonth : offer[end],
        doc: owned ? 'docs/economics.md#owning' : 'docs/economics.md#renting',
        note: end === 'typical' ? undefined : owned ? `at the ${end} end of prices and of resale` : 'hourly prices have no range',
      },
    );
  });
}

export function explainHour(subject: Subject): Derivation {
  return derive('cost an hour', 'USD/h', f`${explainMonth(subject)} ÷ ${hoursOfMonth(subject.ledger)}`, {
    value: subject.priced.offer.usdPerHour,
  });
}

export function explainTerm(subject: Subject): Derivation {
  const { ledger, workload, option } = subject;
  const months = ledger.field(
    'months of the term',
    workload.horizonMonths,
    'months',
    'budget.term',
    'without a term costs are added up over a year',
  );
  return derive('cost over the term', 'USD', f`${explainMonth(subject)} × ${months}`, { value: option.cost.usdOverTerm });
}

/** A life of the hardware at the owner's cost of capital. */
export function explainPresentValue(subject: Subject): Derivation {
  return derive('present value', 'USD', f`${explainMonth(subject)} × ${annuityFactor(subject)}`, {
    value: subject.option.cost.presentValue.usd,
    doc: 'docs/economics.md#owning',
  });
}

/** All costs of a month over all output tokens of the mean load. */
export function explainMillion(subject: Subject, end: End = 'typical'): Derivation {
  const { usdPerMillionOutputTokens: told } = subject.option.cost;
  const million = subject.ledger.rule('a million', 1e6, 'tokens', 'the unit of the price');
  const typical = once(subject, 'million', () =>
    derive(
      'cost of a million output tokens',
      'USD/Mtok',
      f`${explainMonth(subject)} ÷ ${outputTokensPerMonth(subject)} × ${million}`,
      {
        value: told.typical,
      },
    ),
  );
  if (end === 'typical') return typical;
  // Faster machines than foretold would carry more tokens for the same money.
  const factor = intervalEnd(subject, 'throughput', end === 'low' ? 'high' : 'low');
  return derive(
    `cost of a million output tokens, ${end}`,
    'USD/Mtok',
    f`${typical} × ${explainMonth(subject, end)} ÷ ${explainMonth(subject)} ÷ ${factor}`,
    { value: told[end] },
  );
}
