// A stop of a dial in a reader's words, in the unit that the workload writes it in.
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import type { Dial, Stop } from '../whatif/dials.ts';

const CHOICES = ['low', 'typical', 'high', 'street', 'list'] as const;

/** The ends of a range beside a value that tells its unit: percentages keep their sign, counts go bare. */
export function sayRange(dial: Pick<Dial, 'unit' | 'currency'>, low: number, high: number, speech: Speech): string {
  const end = (value: number) =>
    dial.unit === 'ratio' || dial.unit === 'factor'
      ? sayStop(dial, value, speech)
      : speech.number(value, { maximumSignificantDigits: 6 });
  return `${end(low)}–${end(high)}`;
}

/** Every digit of a stop is told: two stops never read the same. */
export function sayStop({ unit, currency }: Pick<Dial, 'unit' | 'currency'>, stop: Stop, speech: Speech): string {
  const { say, number } = speech;
  if (typeof stop === 'string') {
    const choice = CHOICES.find((each) => each === stop);
    return choice === undefined ? stop : say(`whatIf.choice.${choice}`);
  }
  const plain = (value: number) => number(value, { maximumSignificantDigits: 6 });
  switch (unit) {
    case 'seconds':
      return stop < 1 ? `${plain(stop * 1000)} ms` : `${plain(stop)} s`;
    case 'ratio':
      return say('format.percent', { value: plain(Number((stop * 100).toPrecision(6))) });
    case 'factor':
      return figuresOf(speech).fixed(stop, 2);
    case 'perKilowattHour':
      return say('whatIf.unit.perKilowattHour', { currency: currency ?? '', value: plain(stop) });
    case 'months':
      return say('whatIf.unit.months', { months: stop });
    case 'choice':
      return plain(stop);
    default:
      return say(`whatIf.unit.${unit}`, { value: plain(stop) });
  }
}
