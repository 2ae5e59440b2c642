// The catalogue folder on disk: every YAML file in it, whatever its name, sorted by what its `schema` says it holds.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { applyOverlays, type NamedOverlay } from '../documents/catalog/apply-overlay.ts';
import { calibrationFileSchema } from '../documents/catalog/calibration.ts';
import { type CalibrationOverlayFile, calibrationOverlayFileSchema } from '../documents/catalog/calibration-overlay.ts';
import { type Catalog, type CatalogFile, type CatalogRows, indexCatalog } from '../documents/catalog/catalog.ts';
import { enginesFileSchema } from '../documents/catalog/engines.ts';
import { hardwareFileSchema } from '../documents/catalog/hardware.ts';
import { modelsFileSchema } from '../documents/catalog/models.ts';
import { priceHistoryFileSchema, pricesFileSchema } from '../documents/catalog/prices.ts';
import { sitesFileSchema } from '../documents/catalog/sites.ts';
import type { Source } from '../documents/fact.ts';
import { type Problem, SeekstackError } from '../errors.ts';
import { type LocatedDocument, parseLocated, validateLocated } from './located-document.ts';
import { readText } from './read-text.ts';

const CATALOG_LIMIT_BYTES = 8 * 1024 * 1024;

/** Kind of file → schema of its content. */
export const CATALOG_SCHEMAS = {
  'seekstack/models@1': modelsFileSchema,
  'seekstack/hardware@1': hardwareFileSchema,
  'seekstack/prices@1': pricesFileSchema,
  'seekstack/price-history@1': priceHistoryFileSchema,
  'seekstack/sites@1': sitesFileSchema,
  'seekstack/engines@1': enginesFileSchema,
  'seekstack/calibration@1': calibrationFileSchema,
  'seekstack/calibration-overlay@1': calibrationOverlayFileSchema,
} as const;

/** What the validated files have in common; the schema of each kind vouches for its rows. */
type FileContent = { readonly sources: Record<string, Source> } & Readonly<Record<string, unknown>>;

/** Whether the calibration of a run is to be laid over the catalogue; all are where nobody says. */
export type OverlayChoice = (run: CalibrationOverlayFile['run']) => boolean;

/**
 * Reads a catalogue folder.
 * @param overlay - a folder laid over it: a file in both is read from this one
 * @param wanted - which calibrations of runs are laid over it; files of the others are left out altogether
 * @throws SeekstackError with every problem of every file; E_FACT_MISSING when a kind of fact is absent altogether
 */
export function readCatalog(folder: string, overlay?: string, wanted?: OverlayChoice): Catalog {
  return indexCatalog(readCatalogRows(folder, overlay, wanted));
}

/** The rows alone, as the build writes them for a fast start. */
export function readCatalogRows(folder: string, overlay?: string, wanted: OverlayChoice = () => true): CatalogRows {
  const over = overlay === undefined ? [] : listCatalogFiles(overlay);
  const paths = [...new Set([...listCatalogFiles(folder), ...over])].sort();
  const parts = paths
    .map((path) => readPart(over.includes(path) && overlay !== undefined ? overlay : folder, path))
    .filter((part) => part.kind !== OVERLAY_KIND || wanted((part.content as unknown as CalibrationOverlayFile).run));
  const rowsOf = (key: string, kind?: keyof typeof CATALOG_SCHEMAS) =>
    parts.filter((part) => kind === undefined || part.kind === kind).flatMap((part) => (part.content[key] ?? []) as unknown[]);
  const one = (key: string) => {
    const found = parts.map((part) => part.content[key]).find((content) => content !== undefined);
    if (found !== undefined) return found;
    throw new SeekstackError({
      code: 'E_FACT_MISSING',
      where: { file: folder },
      got: `no ${key} assumptions`,
      expected: `a sites file with a section ${key}`,
      fix: `restore ${key}.yaml`,
    });
  };
  const facility = one('facility');
  const finance = one('finance');
  const training = one('training');
  const operations = one('operations');
  const rows = {
    files: parts.map((part) => part.file),
    sources: new Map(parts.flatMap(sourcesOf)),
    weightFormats: rowsOf('weightFormats'),
    architectures: rowsOf('architectures'),
    models: rowsOf('models'),
    accelerators: rowsOf('accelerators'),
    processors: rowsOf('processors'),
    instances: rowsOf('instances', 'seekstack/hardware@1'),
    servers: rowsOf('servers'),
    components: rowsOf('components'),
    instancePrices: rowsOf('instances', 'seekstack/prices@1'),
    priceHistory: rowsOf('instances', 'seekstack/price-history@1'),
    capacityQuotes: rowsOf('capacityQuotes'),
    servicePrices: rowsOf('services'),
    hostedPrices: rowsOf('hosted'),
    regions: rowsOf('regions'),
    geographies: rowsOf('geographies'),
    tariffs: rowsOf('tariffs'),
    gridCarbon: rowsOf('gridCarbon'),
    currencies: rowsOf('currencies'),
    facility,
    finance,
    training,
    operations,
    shapes: rowsOf('shapes'),
    presets: rowsOf('presets'),
    engines: rowsOf('engines'),
    companions: rowsOf('companions'),
    operators: rowsOf('operators'),
    kernels: rowsOf('kernels'),
    efficiencies: rowsOf('efficiencies'),
    hostEfficiencies: rowsOf('hostEfficiencies'),
    powers: rowsOf('powers'),
    intervals: rowsOf('intervals'),
    fittings: rowsOf('fittings'),
    overlays: [],
  } as unknown as CatalogRows;
  return applyOverlays(
    rows,
    parts.filter((part) => part.kind === OVERLAY_KIND).map((part) => namedOverlay(part)),
  );
}

const OVERLAY_KIND = 'seekstack/calibration-overlay@1';

function namedOverlay({ file, content }: CatalogPart): NamedOverlay {
  return { name: overlayName(file.path), path: file.path, content: content as unknown as CalibrationOverlayFile };
}

/** What an overlay is called: its file without folder and ending. */
function overlayName(path: string): string {
  return posix.basename(path, '.yaml');
}

export interface ReadOverlay {
  /** As it was named. */
  readonly place: string;
  readonly file: CatalogFile;
  readonly overlay: NamedOverlay;
  readonly sources: Sources;
}

/** A calibration of a run from a file that no catalogue holds, as if it lay in the catalogue's own folder. */
export function readOverlay(place: string): ReadOverlay {
  const part = readPart(dirname(place), basename(place), `calibration/${basename(place)}`);
  if (part.kind === OVERLAY_KIND) return { place, file: part.file, overlay: namedOverlay(part), sources: sourcesOf(part) };
  throw new SeekstackError({
    code: 'E_SCHEMA',
    where: { file: place, field: 'schema' },
    got: part.kind,
    expected: OVERLAY_KIND,
    fix: 'give a file that "seekstack calibrate" wrote',
  });
}

type Sources = readonly (readonly [string, Source])[];

function sourcesOf({ file, content }: CatalogPart): Sources {
  return Object.entries(content.sources).map(([key, source]) => [`${file.path}:${key}`, source] as const);
}

interface CatalogPart {
  readonly file: CatalogFile;
  readonly kind: string;
  readonly content: FileContent;
}

/** @param as - what the file is called in the catalogue, where that is not its path */
function readPart(folder: string, name: string, path = name): CatalogPart {
  const full = join(folder, name);
  const text = readText(full, CATALOG_LIMIT_BYTES);
  const document = parseLocated(text, full);
  const kind = String((document.value as Record<string, unknown> | null)?.schema);
  const schema = Object.hasOwn(CATALOG_SCHEMAS, kind) ? CATALOG_SCHEMAS[kind as keyof typeof CATALOG_SCHEMAS] : undefined;
  const content = validateLocated(
    document,
    schema ?? modelsFileSchema,
    schema === undefined ? Object.keys(CATALOG_SCHEMAS).join(' or ') : kind,
  ) as unknown as FileContent;
  const problems: Problem[] = [];
  qualifySources(content, [], path, content.sources, document, problems);
  if (problems.length > 0) throw new SeekstackError(problems);
  return { file: { path, sha256: createHash('sha256').update(text).digest('hex'), kind }, kind, content };
}

/** Rewrites `source: key` to `source: file:key` everywhere below a file's content, and reports keys that lead nowhere. */
function qualifySources(
  value: unknown,
  path: PropertyKey[],
  file: string,
  sources: Record<string, Source>,
  document: LocatedDocument,
  problems: Problem[],
): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) qualifySources(item, [...path, index], file, sources, document, problems);
    return;
  }
  const record = value as Record<string, unknown>;
  for (const [key, inner] of Object.entries(record)) {
    if (path.length === 0 && key === 'sources') continue;
    if (key !== 'source' || typeof inner !== 'string') qualifySources(inner, [...path, key], file, sources, document, problems);
    else if (!Object.hasOwn(sources, inner))
      problems.push({
        code: 'E_REFERENCE',
        where: document.locate([...path, key]),
        got: inner,
        expected: `a key of this file's sources: ${Object.keys(sources).join(', ')}`,
        fix: 'name one of these, or add the source',
      });
    else record[key] = `${file}:${inner}`;
  }
}

/** Paths of the YAML files of a catalogue folder, sorted. */
export function listCatalogFiles(folder: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new SeekstackError(
      {
        code: 'E_FILE_MISSING',
        where: { file: folder },
        got: 'no such folder',
        expected: 'a catalogue folder',
        fix: 'check the path given with --catalog',
      },
      { cause },
    );
  }
  return entries
    .map((entry) => entry.replaceAll('\\', '/'))
    .filter((entry) => entry.endsWith('.yaml'))
    .sort();
}
