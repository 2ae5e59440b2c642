// Formatting: the only place where numbers are rounded.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `USD 46,206`; cents only below 10. */
export function formatUsd(amount: number): string {
  return `USD ${formatAmount(amount)}`;
}

/** `USD 23.87`, for rates by the hour. */
export function formatUsdPerHour(amount: number): string {
  return `USD ${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** Beyond this, digits say less than the power of ten. */
const LONGEST_WHOLE = 1e12;

/** `46,206`, `3.48`, `0.0123`, `1.20e+15`: whole from 10 up, else three significant digits. */
export function formatAmount(amount: number): string {
  if (Math.abs(amount) >= LONGEST_WHOLE) return amount.toExponential(2);
  if (Math.abs(amount) >= 10 || amount === 0) return whole.format(amount);
  return amount.toPrecision(3);
}

/** `38 ms`, `1.24 s`, `24 min` */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'never';
  if (seconds < 0.9995) return `${(seconds * 1000).toPrecision(seconds * 1000 >= 100 ? 3 : 2)} ms`;
  if (seconds < 120) return `${seconds.toPrecision(3)} s`;
  return `${whole.format(seconds / 60)} min`;
}

export function formatPercent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.095 ? 1 : 0)}%`;
}

export function formatCount(count: number): string {
  return whole.format(count);
}

export function formatGib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

export function formatKilowatts(watts: number): string {
  return `${(watts / 1000).toFixed(1)} kW`;
}

/** Cuts a text to a width, with an ellipsis where something is lost. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
