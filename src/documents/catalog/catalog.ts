// The catalogue: everything known about models, hardware, engines, prices and sites, in one value.
// In: the parsed files of a catalogue folder. Out: look-ups by id, and the source behind every fact.
import type { Source } from '../fact.ts';
import type { AppliedOverlay } from './apply-overlay.ts';
import type { Efficiency, Fitting, HostEfficiency, Interval, KernelCurves, PowerCurve } from './calibration.ts';
import type { Companion, Engine, Operator } from './engines.ts';
import type { Accelerator, Component, Instance, Processor, Server } from './hardware.ts';
import type { Model, ModelArchitecture, WeightFormat } from './models.ts';
import type { CapacityQuote, HostedPrice, InstancePrice, ServicePrice } from './prices.ts';
import type {
  Currency,
  Facility,
  Finance,
  Geography,
  GridCarbon,
  LoadShape,
  Operations,
  Preset,
  Region,
  Tariff,
} from './sites.ts';
import type { TrainingFacts } from './training.ts';

/** One catalogue file and the digest of its bytes. */
export interface CatalogFile {
  /** Path inside the catalogue folder, with forward slashes. */
  readonly path: string;
  readonly sha256: string;
  /** What its `schema` says it holds, such as `seekstack/prices@1`. */
  readonly kind: string;
}

/** Every row of every file. Source keys are `file:key`, so that two files may use the same key. */
export interface CatalogRows {
  readonly files: readonly CatalogFile[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly weightFormats: readonly WeightFormat[];
  readonly architectures: readonly ModelArchitecture[];
  readonly models: readonly Model[];
  readonly accelerators: readonly Accelerator[];
  readonly processors: readonly Processor[];
  readonly instances: readonly Instance[];
  readonly servers: readonly Server[];
  readonly components: readonly Component[];
  readonly instancePrices: readonly InstancePrice[];
  /** What instances cost before; only a plan priced as of a day reads it. */
  readonly priceHistory: readonly InstancePrice[];
  readonly capacityQuotes: readonly CapacityQuote[];
  readonly servicePrices: readonly ServicePrice[];
  readonly hostedPrices: readonly HostedPrice[];
  readonly regions: readonly Region[];
  readonly geographies: readonly Geography[];
  readonly tariffs: readonly Tariff[];
  readonly gridCarbon: readonly GridCarbon[];
  readonly currencies: readonly Currency[];
  readonly facility: Facility;
  readonly finance: Finance;
  readonly training: TrainingFacts;
  readonly operations: Operations;
  readonly shapes: readonly LoadShape[];
  readonly presets: readonly Preset[];
  readonly engines: readonly Engine[];
  readonly companions: readonly Companion[];
  readonly operators: readonly Operator[];
  readonly kernels: readonly KernelCurves[];
  readonly efficiencies: readonly Efficiency[];
  readonly hostEfficiencies: readonly HostEfficiency[];
  readonly powers: readonly PowerCurve[];
  readonly intervals: readonly Interval[];
  readonly fittings: readonly Fitting[];
  /** Runs of the reader's own that some of these rows were replaced by, in the order they were laid over. */
  readonly overlays: readonly AppliedOverlay[];
}

/** The rows with look-ups by id. */
export interface Catalog extends CatalogRows {
  readonly model: (id: string) => Model | undefined;
  readonly architecture: (id: string) => ModelArchitecture | undefined;
  readonly weightFormat: (id: string) => WeightFormat | undefined;
  readonly accelerator: (id: string) => Accelerator | undefined;
  readonly processor: (id: string) => Processor | undefined;
  /** Of an accelerator architecture. */
  readonly power: (hardware: string) => PowerCurve | undefined;
  readonly region: (provider: string, id: string) => Region | undefined;
  readonly pricesOf: (instance: string) => readonly InstancePrice[];
  readonly service: (provider: string, item: string) => ServicePrice | undefined;
}

/** Adds look-ups to rows. */
export function indexCatalog(rows: CatalogRows): Catalog {
  const models = byId(rows.models);
  const architectures = byId(rows.architectures);
  const weightFormats = byId(rows.weightFormats);
  const accelerators = byId(rows.accelerators);
  const processors = byId(rows.processors);
  const regions = byTwo(rows.regions, (region) => [region.provider, region.id]);
  const services = byTwo(rows.servicePrices, (service) => [service.provider, service.item]);
  const prices = groupPrices(rows.instancePrices);
  return {
    ...rows,
    model: (id) => models.get(id),
    architecture: (id) => architectures.get(id),
    weightFormat: (id) => weightFormats.get(id),
    accelerator: (id) => accelerators.get(id),
    processor: (id) => processors.get(id),
    power: (hardware) => rows.powers.find((row) => row.hardware.includes(hardware)),
    region: (provider, id) => regions.get(provider)?.get(id),
    pricesOf: (instance) => prices.get(instance) ?? [],
    service: (provider, item) => services.get(provider)?.get(item),
  };
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** By two names, without a text made of both: the bills of a plan ask a hundred thousand times. */
function byTwo<Row>(
  rows: readonly Row[],
  names: (row: Row) => readonly [string, string],
): ReadonlyMap<string, ReadonlyMap<string, Row>> {
  const found = new Map<string, Map<string, Row>>();
  for (const row of rows) {
    const [first, second] = names(row);
    const inner = found.get(first) ?? new Map<string, Row>();
    found.set(first, inner.set(second, row));
  }
  return found;
}

function groupPrices(rows: readonly InstancePrice[]): Map<string, InstancePrice[]> {
  const grouped = new Map<string, InstancePrice[]>();
  for (const row of rows) {
    const list = grouped.get(row.instance);
    if (list === undefined) grouped.set(row.instance, [row]);
    else list.push(row);
  }
  return grouped;
}
