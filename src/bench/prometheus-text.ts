// Prometheus' text format, as far as a benchmark reads it: counters of an engine, gauges of a power exporter.
// In: the text of a /metrics page. Out: samples; lines that are none are passed over.

export interface MetricSample {
  readonly name: string;
  /** Labels as they are written, without the braces. */
  readonly labels: string;
  readonly value: number;
}

/** @source Prometheus, Exposition formats: name{labels} value [timestamp] */
export function readSamples(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/.exec(line);
    if (match === null) continue;
    const value = match[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (!Number.isNaN(value)) samples.push({ name: match[1] as string, labels: match[2] ?? '', value });
  }
  return samples;
}

/** Sum over all series of a name; null where there is none. */
export function sumOf(samples: readonly MetricSample[], ...names: readonly string[]): number | null {
  const own = samples.filter(({ name }) => names.includes(name));
  return own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0);
}

/** Series of a name: of a power gauge one an accelerator. */
export function seriesOf(samples: readonly MetricSample[], name: string): number {
  return samples.filter((sample) => sample.name === name).length;
}
