// Laying overlays over the catalogue: rows with constants that a run of the reader's own showed, before the rows they replace.
// In: the rows and the overlays, oldest first. Out: the rows; what an overlay does not speak of stays as it was.
import { SeekstackError } from '../../errors.ts';
import type { Efficiency, HostEfficiency, Interval, PowerCurve } from './calibration.ts';
import type { AnyFact, CalibrationOverlayFile, ReplacedConstant, SpeedOverlay } from './calibration-overlay.ts';
import type { CatalogRows } from './catalog.ts';

/** An overlay, with the name and place of its file. */
export interface NamedOverlay {
  /** Of the file, without its ending: `2026-11-29-chat`. */
  readonly name: string;
  /** Inside the catalogue folder. */
  readonly path: string;
  readonly content: CalibrationOverlayFile;
}

/** What was laid over, for whoever tells of it. */
export interface AppliedOverlay {
  readonly name: string;
  readonly path: string;
  readonly run: { readonly name: string; readonly startedAt: string; readonly points: number };
  /** Key of the source behind the new constants. */
  readonly source: string;
  /** Null where only power was measured. */
  readonly speed: {
    readonly row: string;
    readonly engine: string;
    readonly hardware: string;
    readonly model: string;
    readonly constants: readonly string[];
  } | null;
  readonly power: { readonly row: string; readonly hardware: string; readonly constants: readonly string[] } | null;
  /** Constants that stood otherwise when this was fitted beside them; empty while the overlay fits the catalogue. */
  readonly stale: readonly string[];
}

/** Rows that overlays change. */
type Calibrated = Pick<CatalogRows, 'efficiencies' | 'hostEfficiencies' | 'powers' | 'intervals' | 'overlays'>;

/**
 * Lays overlays over rows. A later one starts from what an earlier one made.
 * @throws SeekstackError E_REFERENCE where an overlay speaks of a row that is not there
 */
export function applyOverlays<Rows extends Calibrated>(rows: Rows, overlays: readonly NamedOverlay[]): Rows {
  return overlays.reduce(applyOverlay, rows);
}

function applyOverlay<Rows extends Calibrated>(rows: Rows, overlay: NamedOverlay): Rows {
  const { name, path, content } = overlay;
  const { accelerator, host, power, run } = content;
  const stale: string[] = [];
  const speed = accelerator ?? host ?? null;
  const efficiencies = accelerator === undefined ? [] : [efficiencyOf(rows, overlay, accelerator, stale)];
  const hostEfficiencies = host === undefined ? [] : [hostEfficiencyOf(rows, overlay, host, stale)];
  const powers = power === undefined ? [] : [powerOf(rows, overlay, power, stale)];
  const applied: AppliedOverlay = {
    name,
    path,
    run: { name: run.name, startedAt: run.startedAt, points: run.points },
    source: run.source,
    speed:
      speed === null
        ? null
        : {
            row: speed.row,
            engine: speed.engine,
            hardware: speed.hardware,
            model: speed.model,
            constants: Object.keys(speed.constants),
          },
    power: power === undefined ? null : { row: power.row, hardware: power.hardware, constants: Object.keys(power.constants) },
    stale,
  };
  return {
    ...rows,
    efficiencies: [...efficiencies, ...rows.efficiencies],
    hostEfficiencies: [...hostEfficiencies, ...rows.hostEfficiencies],
    powers: [...powers, ...rows.powers],
    intervals: speed === null ? rows.intervals : [intervalOf(overlay, speed), ...rows.intervals],
    overlays: [...rows.overlays, applied],
  };
}

/** The row an overlay starts from: what an earlier overlay made for the same target, or the catalogue's. */
function efficiencyOf(rows: Calibrated, overlay: NamedOverlay, speed: SpeedOverlay, stale: string[]): Efficiency {
  const base = rows.efficiencies.find(
    (row) =>
      row.id === speed.row ||
      (isFromOverlayOf(rows, row.overlay, speed.row) &&
        row.hardware.includes(speed.hardware) &&
        row.models?.includes(speed.model)),
  );
  if (base === undefined) throw noRow(overlay, speed.row);
  return {
    ...replaceConstants(base, speed.constants, stale),
    id: overlay.name,
    engines: [speed.engine],
    hardware: [speed.hardware],
    models: [speed.model],
    current: true,
    basis: 'measured',
    overlay: overlay.name,
  };
}

function hostEfficiencyOf(rows: Calibrated, overlay: NamedOverlay, speed: SpeedOverlay, stale: string[]): HostEfficiency {
  const base = rows.hostEfficiencies.find(
    (row) =>
      row.id === speed.row || (isFromOverlayOf(rows, row.overlay, speed.row) && (row.models?.includes(speed.model) ?? false)),
  );
  if (base === undefined) throw noRow(overlay, speed.row);
  return {
    ...replaceConstants(base, speed.constants, stale),
    id: overlay.name,
    models: [speed.model],
    basis: 'measured',
    overlay: overlay.name,
  };
}

function powerOf(
  rows: Calibrated,
  overlay: NamedOverlay,
  power: NonNullable<CalibrationOverlayFile['power']>,
  stale: string[],
): PowerCurve {
  const earlier = (row: PowerCurve) =>
    rows.overlays.some((each) => each.name === row.overlay && each.power?.row === power.row) &&
    row.hardware.includes(power.hardware);
  const base = rows.powers.find((row) => row.id === power.row || earlier(row));
  if (base === undefined) throw noRow(overlay, power.row);
  return {
    ...replaceConstants(base, power.constants, stale),
    id: overlay.name,
    hardware: [power.hardware],
    error: power.error,
    basis: 'measured',
    overlay: overlay.name,
  };
}

function isFromOverlayOf(rows: Calibrated, overlay: string | undefined, row: string): boolean {
  return overlay !== undefined && rows.overlays.some((each) => each.name === overlay && each.speed?.row === row);
}

function intervalOf({ name, content }: NamedOverlay, speed: SpeedOverlay): Interval {
  const { tpot, ttft, throughput, points } = speed.interval;
  return {
    id: name,
    models: [speed.model],
    hardware: [speed.hardware],
    engines: [speed.engine],
    mode: speed.mode,
    precision: speed.precision,
    tpot,
    ttft,
    throughput,
    runs: points,
    source: content.run.source,
    overlay: name,
  };
}

/** Two statements of a fact that differ by less are the same. */
const SAME = 1e-6;

/** A row with other constants; what stood there otherwise than the overlay says is told in `stale`. */
function replaceConstants<Row extends object>(
  row: Row,
  constants: Readonly<Record<string, ReplacedConstant | undefined>>,
  stale: string[],
): Row {
  let made = row;
  for (const [field, replaced] of Object.entries(constants)) {
    if (replaced === undefined) continue;
    const { now, before } = replaced;
    const stood = constantOf(made, field);
    if (stood === undefined || Math.abs(canonicalOf(stood) / canonicalOf(before) - 1) > SAME)
      stale.push(`${field} was ${before.stated}, the catalogue has ${stood?.stated ?? 'none'}`);
    made = withConstant(made, field, now);
  }
  return made;
}

/** A fact of a row by its field; a dot leads into a section. Undefined where the row has none. */
export function constantOf(row: object, field: string): AnyFact | undefined {
  return field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], row) as
    | AnyFact
    | undefined;
}

/** The row with another fact in that field. */
export function withConstant<Row extends object>(row: Row, field: string, value: AnyFact): Row {
  const [outer, inner] = field.split('.') as [string, string?];
  if (inner === undefined) return { ...row, [outer]: value };
  const section = (row as Record<string, object>)[outer];
  return { ...row, [outer]: { ...section, [inner]: value } };
}

/** The number of a fact, whatever its dimension. */
export function canonicalOf(fact: AnyFact): number {
  const { low, high, source, asOf, note, stated, ...rest } = fact as unknown as Record<string, unknown>;
  return Object.values(rest)[0] as number;
}

function noRow({ path }: NamedOverlay, row: string): SeekstackError {
  return new SeekstackError({
    code: 'E_REFERENCE',
    where: { file: path, field: 'row' },
    got: row,
    expected: 'a row of the calibration in this catalogue',
    fix: 'calibrate the run again with this catalogue, or remove the file',
  });
}
