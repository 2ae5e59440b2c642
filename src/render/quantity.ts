// Quantities: a value in its canonical unit as people read it, for derivations of any figure.
// In: a value, its unit, a reader's language. Out: text.
import { figuresOf } from '../language/say-figures.ts';
import { type Speech, speak } from '../language/speak.ts';
import { sayNines } from './plan-sentences.ts';

const GIB = 1024 ** 3;
const ENGLISH = speak('en');

/** `USD 15,024`, `49 ms`, `88%`, `90.9 GiB`, `6.8 kW`, `4,935 kWh/month`. */
export function formatQuantity(value: number, unit: string, speech: Speech = ENGLISH): string {
  const { usd, usdPerHour, amount, seconds, percent, count, gib, kilowatts } = figuresOf(speech);
  if (!Number.isFinite(value)) return seconds(value);
  if (unit === 'USD' || unit === 'USD/month') return usd(value);
  if (unit === 'USD/h') return value >= 1 ? usdPerHour(value) : `USD ${amount(value)}`;
  if (unit.startsWith('USD/')) return `${amount(value)} ${unit}`;
  if (unit === 's') return value < 1e-3 && value > 0 ? `${amount(value * 1e6)} µs` : seconds(value);
  if (unit === 'ratio') return isShare(Math.abs(value)) ? percent(value) : amount(value);
  if (unit === 'share of time') return sayNines(speech, value);
  if (unit === 'bytes') return Math.abs(value) >= GIB / 10 ? gib(value) : `${amount(value)} bytes`;
  if (unit === 'bytes/s') return `${amount(value / 1e9)} GB/s`;
  if (unit === 'FLOP/s') return `${amount(value / 1e12)} TFLOP/s`;
  if (unit === 'FLOP') return `${amount(value / 1e9)} GFLOP`;
  if (unit === 'parameters') return `${amount(value / 1e9)} billion parameters`;
  if (unit === 'W') return Math.abs(value) >= 1000 ? kilowatts(value) : `${amount(value)} W`;
  return `${Number.isInteger(value) ? count(value) : amount(value)} ${unit}`;
}

/** Shares read as per cent; factors, scores and tiny numbers as they are. */
function isShare(value: number): boolean {
  return value === 0 || (value >= 1e-3 && value <= 1);
}
