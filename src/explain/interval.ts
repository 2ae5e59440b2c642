// Intervals explained: how far a prediction of this class may err, and the ends around it.
// In: an option and a prediction. Out: derivations of the 80 % interval.
import type { Interval } from '../documents/catalog/calibration.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Subject } from './subject.ts';

const DOC = 'docs/physics.md#calibration';

type Predicted = 'tpot' | 'ttft' | 'throughput';

function intervalOf({ priced }: Subject): Interval {
  return priced.sizing.candidate.stack.interval;
}

/** Measured over predicted, at one end of the interval. */
export function intervalEnd(subject: Subject, of: Predicted, end: 'low' | 'high'): Derivation {
  const interval = intervalOf(subject);
  const { runs } = interval;
  return subject.ledger.cell(
    `${of === 'throughput' ? 'throughput' : of.toUpperCase()} measured over predicted, ${end}`,
    interval[of][end],
    'ratio',
    `${interval[of].low}–${interval[of].high} ratio, ${runs === 0 ? 'set by hand' : `from ${runs} runs outside the fit`}`,
    interval.source,
    { row: interval.id, field: `${of}.${end}`, basis: subject.option.latency.basis },
  );
}

/** A prediction, or one end of its interval. */
export function around(
  subject: Subject,
  typical: Derivation,
  of: Predicted,
  end: 'typical' | 'low' | 'high',
  value: number,
): Derivation {
  if (end === 'typical') return typical;
  return derive(`${typical.name}, ${end}`, typical.unit, f`${typical} × ${intervalEnd(subject, of, end)}`, { value, doc: DOC });
}
