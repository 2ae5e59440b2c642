// The overlay: what a run is taken over as, in the words of a catalogue file.
// In: the fits of a run. Out: the file's content, units as files state them, every figure with the source behind it.
import type { BenchRun } from '../documents/bench-run.ts';
import { canonicalOf } from '../documents/catalog/apply-overlay.ts';
import type { Interval, PowerCurve } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Source } from '../documents/fact.ts';
import { toCanonical } from '../units.ts';
import { type LogRange, nextResidual } from './chance.ts';
import { boardsOf, statedInterval } from './compare.ts';
import type { Deployment, SpeedRow } from './deployment.ts';
import { type RowFit, statedNumber } from './fit-run.ts';
import type { Identified } from './identify.ts';
import { isMoved } from './identify.ts';
import type { MeasuredPoint } from './measured-points.ts';
import { medianError } from './summarise.ts';

export interface OverlayInputs {
  readonly run: BenchRun;
  readonly runDigest: string;
  readonly deployment: Deployment;
  readonly catalog: Catalog;
  readonly points: readonly MeasuredPoint[];
  readonly speed: RowFit<SpeedRow>;
  readonly power: RowFit<PowerCurve> | null;
  readonly knownPoints: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Ranges of measured over predicted, before the run and with it. */
export interface Ranges {
  readonly ttft: { readonly before: Range; readonly after: Range };
  readonly tpot: { readonly before: Range; readonly after: Range };
  readonly throughput: { readonly before: Range; readonly after: Range };
  readonly power: { readonly before: Range; readonly after: Range } | null;
}

const RANGE_DIGITS = 3;
/** With fewer loads left out one by one, ranges stay as they were. */
const FEWEST_LOADS = 3;

/** The day of the run and its name, as an identifier. */
export function overlayNameOf(run: BenchRun, name: string | null): string {
  const slug = (name ?? run.manifest.name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `${run.manifest.startedAt.slice(0, 10)}-${slug === '' ? 'run' : slug}`;
}

/** What a further load may err by: residuals of loads that were left out, one a load, beside the range stated before. */
export function rangesOf(inputs: Pick<OverlayInputs, 'deployment' | 'speed' | 'power' | 'knownPoints'>): Ranges {
  const { deployment, speed, power, knownPoints } = inputs;
  const stated: Interval = statedInterval(deployment);
  const update = (fit: RowFit<unknown>, kind: 'ttft' | 'tpot' | 'watts', before: Range) => ({
    before: { low: before.low, high: before.high },
    after: widened(residualsByLoad(fit, kind), before, knownPoints),
  });
  return {
    ttft: update(speed, 'ttft', stated.ttft),
    tpot: update(speed, 'tpot', stated.tpot),
    // Throughput of a load that comes by itself is the load: it says nothing of how throughput is predicted.
    throughput: { before: plain(stated.throughput), after: plain(stated.throughput) },
    power: power === null || deployment.power === null ? null : update(power, 'watts', deployment.power.error),
  };
}

function plain({ low, high }: Range): Range {
  return { low, high };
}

function residualsByLoad({ observations, heldOut }: RowFit<unknown>, kind: 'ttft' | 'tpot' | 'watts'): number[] {
  if (heldOut === null) return [];
  const groups = new Map<string, number[]>();
  observations.forEach((each, index) => {
    if (each.kind !== kind) return;
    groups.set(each.group, [...(groups.get(each.group) ?? []), heldOut[index] as number]);
  });
  return [...groups.values()].map((of) => of.reduce((sum, each) => sum + each, 0) / of.length);
}

function widened(residuals: readonly number[], before: Range, knownPoints: number): Range {
  if (residuals.length < FEWEST_LOADS) return plain(before);
  const known: LogRange = { low: Math.log(before.low), high: Math.log(before.high) };
  const next = nextResidual(residuals, known, knownPoints);
  const round = (log: number) => Number(Math.exp(log).toPrecision(RANGE_DIGITS));
  return { low: Math.min(1, round(next.low)), high: Math.max(1, round(next.high)) };
}

/** The content of the file, or null where nothing of the run is taken over. */
export function buildOverlay(inputs: OverlayInputs, ranges: Ranges): object | null {
  const { run, runDigest, deployment, points, speed, power } = inputs;
  if (!speed.taken && power?.taken !== true) return null;
  const { option, fleet } = deployment;
  const { stack } = fleet.candidate;
  const requests = points.reduce((sum, point) => sum + point.requests, 0);
  const sources = new SourceTable(inputs.catalog);
  const constantsOf = (fits: readonly Identified[]) =>
    Object.fromEntries(
      fits.filter(({ verdict }) => isMoved(verdict)).map((each) => [each.constant.field, sources.replace(each)]),
    );
  const asRange = (range: Range) => ({ low: range.low, high: range.high, unit: 'ratio' });
  const kind = stack.calibration.kind;
  const sections = {
    ...(speed.taken
      ? {
          [kind]: {
            row: rootRow(inputs.catalog, stack.calibration.efficiency),
            engine: stack.engine.id,
            hardware: stack.machine.accelerator?.architecture ?? 'cpu',
            release: 'release' in stack.calibration.efficiency ? stack.calibration.efficiency.release : '',
            model: stack.architecture.id,
            mode: fleet.prefill === null ? 'aggregated' : 'disaggregated',
            precision: stack.format.precision,
            constants: constantsOf(speed.constants),
            interval: {
              tpot: asRange(ranges.tpot.after),
              ttft: asRange(ranges.ttft.after),
              throughput: asRange(ranges.throughput.after),
              points: points.length,
            },
            heldOut: { tpot: roundShare(heldOutError(speed, 'tpot')), ttft: roundShare(heldOutError(speed, 'ttft')) },
          },
        }
      : {}),
    ...(power?.taken === true && deployment.power !== null && ranges.power !== null
      ? {
          power: {
            row: rootPower(inputs.catalog, deployment.power),
            hardware: stack.machine.accelerator?.architecture ?? 'cpu',
            constants: constantsOf(power.constants),
            error: asRange(ranges.power.after),
            points: power.observations.length,
          },
        }
      : {}),
  };
  const what = `${run.manifest.name}: ${points.length} ${points.length === 1 ? 'point' : 'points'}, ${requests} requests of ${stack.model.id} (${stack.checkpoint.id}) with ${stack.engine.id} on ${fleet.replicas} × ${option.layout.name} of ${option.machine.name}; run ${runDigest.slice(0, 12)}`;
  return {
    schema: 'seekstack/calibration-overlay@1',
    sources: {
      run: { kind: 'measured', title: what, asOf: run.manifest.startedAt.slice(0, 10) },
      ...sources.entries(),
    },
    run: {
      name: run.manifest.name,
      startedAt: run.manifest.startedAt,
      sha256: runDigest,
      option: option.id,
      machine: option.machine.id,
      accelerators: boardsOf(fleet),
      layout: option.layout.name,
      points: points.length,
      requests,
      source: 'run',
    },
    ...sections,
  };
}

/** Median held-out error of a kind of figure; null where loads are too few. */
export function heldOutError({ observations, heldOut }: RowFit<unknown>, kind: 'ttft' | 'tpot' | 'watts'): number | null {
  if (heldOut === null) return null;
  return medianError(observations.flatMap((each, index) => (each.kind === kind ? [heldOut[index] as number] : [])));
}

function roundShare(share: number | null): number | null {
  return share === null ? null : Number(share.toPrecision(RANGE_DIGITS));
}

/** An overlay changes a row of the catalogue, not what an earlier overlay made of it. */
function rootRow(catalog: Catalog, { id, overlay }: SpeedRow): string {
  return catalog.overlays.find((each) => each.name === overlay)?.speed?.row ?? id;
}

function rootPower(catalog: Catalog, { id, overlay }: PowerCurve): string {
  return catalog.overlays.find((each) => each.name === overlay)?.power?.row ?? id;
}

/** Sources of what stood before, carried over from the catalogue under short keys. */
class SourceTable {
  readonly #catalog: Catalog;
  readonly #keys = new Map<string, string>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** A constant as files state it: the run's value with its interval, and what stood in its place. */
  replace({ constant, value, low, high }: Identified): object {
    const { unit, stood } = constant;
    const before = canonicalOf(stood) / toCanonical(unit.dimension, 1, unit.unit);
    return {
      now: {
        low: statedNumber(constant, low),
        typical: statedNumber(constant, value),
        high: statedNumber(constant, high),
        unit: unit.unit,
        source: 'run',
      },
      before: { value: Number(before.toPrecision(12)), unit: unit.unit, source: this.#keyOf(stood.source) },
    };
  }

  entries(): Record<string, Source> {
    return Object.fromEntries(
      [...this.#keys].flatMap(([full, key]) => {
        const source = this.#catalog.sources.get(full);
        return source === undefined ? [] : [[key, source]];
      }),
    );
  }

  #keyOf(full: string): string {
    const known = this.#keys.get(full);
    if (known !== undefined) return known;
    const short = `before-${full.slice(full.lastIndexOf(':') + 1)}`;
    const taken = [...this.#keys.values()];
    const key = taken.includes(short) ? `${short}-${taken.length}` : short;
    this.#keys.set(full, key);
    return key;
  }
}
