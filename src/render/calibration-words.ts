// Words of a calibration, the same for terminals and Markdown: figures, verdicts, what to measure next.
import type { CalibrationReport, Compared, ConstantReport } from '../documents/calibration-report.ts';
import { formatAmount, formatPercent, formatSeconds } from './format.ts';

const NAMES: Readonly<Record<Compared['quantity'], string>> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  throughput: 'tokens/s',
  capacity: 'highest rate',
  power: 'boards W',
  energy: 'J/token',
};

export function nameQuantity(quantity: Compared['quantity'], percentile: number | null = null): string {
  return percentile === null ? NAMES[quantity] : `${NAMES[quantity]} p${Number((percentile * 100).toPrecision(3))}`;
}

export function sayFigure(amount: number, unit: Compared['unit']): string {
  return unit === 'seconds' ? formatSeconds(amount) : formatAmount(amount);
}

/** `24 ms (23–25)`; the figure alone where the ends say nothing. */
export function sayRange({ typical, low, high }: Compared['measured'], unit: Compared['unit']): string {
  const figure = sayFigure(typical, unit);
  if (low === typical && high === typical) return figure;
  const ends = [low, high].map((end) => sayFigure(end, unit));
  const sign = / \S+$/.exec(figure)?.[0] ?? '';
  const bare = ends.every((end) => end.endsWith(sign)) ? ends.map((end) => end.slice(0, end.length - sign.length)) : ends;
  return `${figure} (${bare.join('–')})`;
}

/** How far a prediction is off: `+12%` is too much. */
export function sayOff(predicted: number, measured: number): string {
  const off = predicted / measured - 1;
  return `${off < 0 ? '−' : '+'}${formatPercent(Math.abs(off))}`;
}

export function sayRun({ run, option }: CalibrationReport): string {
  const points = `${run.points} ${run.points === 1 ? 'point' : 'points'}`;
  return `${run.name} of ${run.startedAt.slice(0, 10)}: ${points}, ${run.requests.toLocaleString('en-US')} requests, beside ${option.id} (${option.engine}, ${option.replicas} × ${option.layout}, constants of ${option.row})`;
}

/** What came of it, in one sentence. */
export function sayOutcome({ overlay, constants, summary }: CalibrationReport): string {
  if (overlay === null) return 'Nothing of this run is taken over: the catalogue stays as it is.';
  const moved = constants.filter((each) => each.after !== null).length;
  const [worst] = summary
    .filter((each) => each.medianErrorAfter !== null)
    .toSorted((one, other) => other.medianErrorBefore - one.medianErrorBefore);
  const better =
    worst === undefined || worst.medianErrorAfter === null
      ? ''
      : `; ${nameQuantity(worst.quantity)} was off by ${formatPercent(worst.medianErrorBefore)} and is now by ${formatPercent(worst.medianErrorAfter)}${worst.medianErrorHeldOut === null ? '' : ` (${formatPercent(worst.medianErrorHeldOut)} on loads left out)`}`;
  return `${overlay.name} replaces ${moved} ${moved === 1 ? 'constant' : 'constants'}${better}.`;
}

export function sayConstant(each: ConstantReport): string {
  const digits = (value: number) => Number(value.toPrecision(4));
  if (each.after === null) return `${digits(each.before)} ${each.unit}`;
  return `${digits(each.after.typical)} (${digits(each.after.low)}–${digits(each.after.high)}) ${each.unit}`;
}

const VERDICTS: Readonly<Record<ConstantReport['verdict'], string>> = {
  identified: 'identified',
  partly: 'partly',
  'not-identified': 'not identified',
  'no-part': 'no part',
};

export function sayVerdict({ verdict, entangledWith }: ConstantReport): string {
  return entangledWith.length === 0 ? VERDICTS[verdict] : `${VERDICTS[verdict]}, with ${entangledWith.join(', ')}`;
}

export function nameConstant({ field, of }: ConstantReport): string {
  return of === 'power' ? `power.${field}` : field;
}

/** Constants that the run cannot tell, and the run that would. */
export function untold({ constants }: CalibrationReport): ConstantReport[] {
  return constants.filter((each) => each.verdict === 'not-identified');
}

/** Fields that change no figure of this run. */
export function withoutPart({ constants }: CalibrationReport): string[] {
  return constants.filter((each) => each.verdict === 'no-part').map(nameConstant);
}

export function told({ constants }: CalibrationReport): ConstantReport[] {
  return constants.filter((each) => each.verdict === 'identified' || each.verdict === 'partly');
}

/** Ranges of measured over predicted, before and now. */
export function sayIntervals({ overlay }: CalibrationReport): string[] {
  const range = ({ low, high }: { low: number; high: number }) => `${Number(low.toPrecision(3))}–${Number(high.toPrecision(3))}`;
  return (overlay?.intervals ?? []).map(({ quantity, before, after }) =>
    range(before) === range(after)
      ? `${nameQuantity(quantity)} ${range(after)}, as before`
      : `${nameQuantity(quantity)} ${range(after)}, was ${range(before)}`,
  );
}
