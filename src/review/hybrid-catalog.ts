// Catalogues that are partly of one side and partly of the other: the kinds that have changed are put in one by one.
// In: two catalogues and the kinds to take from the newer. Out: a catalogue, for planning what nobody has planned.
import { type Catalog, type CatalogFile, type CatalogRows, indexCatalog } from '../documents/catalog/catalog.ts';
import type { CauseKind } from '../documents/diff.ts';

/** Rows that each kind of file holds. */
const ROWS_OF: Readonly<Record<string, readonly (keyof CatalogRows)[]>> = {
  models: ['weightFormats', 'architectures', 'models'],
  hardware: ['accelerators', 'processors', 'instances', 'servers', 'components'],
  prices: ['instancePrices', 'capacityQuotes', 'servicePrices', 'hostedPrices'],
  sites: [
    'regions',
    'geographies',
    'tariffs',
    'gridCarbon',
    'currencies',
    'facility',
    'finance',
    'training',
    'operations',
    'shapes',
    'presets',
  ],
  engines: ['engines', 'companions', 'operators'],
  calibration: ['kernels', 'efficiencies', 'hostEfficiencies', 'powers', 'intervals', 'fittings', 'overlays'],
};

/** `seekstack/prices@1` → `prices`; the calibration of a run is calibration. */
export function kindOfFile(file: CatalogFile | undefined): CauseKind | null {
  const kind = /^seekstack\/([a-z]+)(?:-overlay)?@/.exec(file?.kind ?? '')?.[1] ?? '';
  return Object.hasOwn(ROWS_OF, kind) ? (kind as CauseKind) : null;
}

/** The base with some kinds of the head. */
export function mixCatalogs(base: Catalog, head: Catalog, kindsOfHead: ReadonlySet<string>): Catalog {
  if (kindsOfHead.size === 0) return base;
  const fromHead = (file: CatalogFile) => kindsOfHead.has(kindOfFile(file) ?? '');
  const files = [...base.files.filter((file) => !fromHead(file)), ...head.files.filter(fromHead)];
  const paths = new Set(head.files.filter(fromHead).map((file) => file.path));
  const fileOf = (key: string) => key.slice(0, key.lastIndexOf(':'));
  const sources = new Map([
    ...[...base.sources].filter(([key]) => !paths.has(fileOf(key))),
    ...[...head.sources].filter(([key]) => paths.has(fileOf(key))),
  ]);
  const taken = [...kindsOfHead].flatMap((kind) => ROWS_OF[kind] ?? []);
  const rows = Object.fromEntries(taken.map((key) => [key, head[key]])) as Partial<CatalogRows>;
  return indexCatalog({ ...rowsOf(base), ...rows, files, sources });
}

/** Without the look-ups, which belong to the rows they were made from. */
function rowsOf(catalog: Catalog): CatalogRows {
  const { model, architecture, weightFormat, accelerator, processor, power, region, pricesOf, service, ...rows } = catalog;
  return rows;
}
