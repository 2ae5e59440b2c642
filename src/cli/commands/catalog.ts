// seekstack catalog list and show: the facts behind a plan, with their sources.
import Table from 'cli-table3';
import { distance } from 'fastest-levenshtein';
import { stringify } from 'yaml';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { clip } from '../../render/format.ts';
import { plainTable } from '../../render/plain-table.ts';
import type { Io } from '../io.ts';

export interface CatalogChoices {
  readonly format?: 'table' | 'json';
  readonly catalog?: string;
}

type Row = Readonly<Record<string, string | number>>;

const KINDS: Record<string, (catalog: Catalog) => Row[]> = {
  files: (catalog) => catalog.files.map((file) => ({ path: file.path, sha256: file.sha256.slice(0, 12) })),
  machines: (catalog) => [
    ...catalog.instances.map((each) => ({
      id: each.id,
      provider: each.provider as string,
      accelerators: each.accelerator === null ? '' : `${each.accelerator.count}×${each.accelerator.id}`,
      memoryGib: Math.round(each.memory.bytes / 2 ** 30),
      prices: catalog.pricesOf(each.id).length,
    })),
    ...catalog.servers.map((each) => ({
      id: each.id,
      provider: 'onprem',
      accelerators: each.accelerator === null ? '' : `${each.accelerator.count}×${each.accelerator.id}`,
      memoryGib: Math.round((each.memory?.bytes ?? 0) / 2 ** 30),
      prices: each.price === undefined ? 0 : 1,
    })),
  ],
  accelerators: (catalog) =>
    catalog.accelerators.map((each) => ({
      id: each.id,
      architecture: each.architecture,
      memoryGib: Number((each.memory.bytes / 2 ** 30).toFixed(1)),
      terabytesPerSecond: each.memoryBandwidth.bytesPerSecond / 1e12,
      watts: each.boardPower.watts,
      source: each.memory.source,
    })),
  prices: (catalog) =>
    catalog.instancePrices.map((each) => ({
      instance: each.instance,
      region: each.region,
      purchase: each.purchase,
      usdPerHour: each.usdPerHour,
      asOf: each.asOf ?? catalog.sources.get(each.source)?.asOf ?? '',
    })),
  regions: (catalog) =>
    catalog.regions.map((each) => ({
      id: each.id,
      provider: each.provider,
      country: each.country,
      name: each.name,
      zones: each.zones.join(' '),
    })),
  engines: (catalog) =>
    catalog.engines.map((each) => ({
      id: each.id,
      supports: each.supports.length,
      images: each.images.map((image) => image.tag).join(' '),
    })),
  tariffs: (catalog) =>
    catalog.tariffs.map((each) => ({
      id: each.id,
      area: each.area,
      usdPerKilowattHour: each.usdPerKilowattHour,
      period: each.period,
      kind: each.kind,
      customer: each.customer,
    })),
  presets: (catalog) =>
    catalog.presets.map((each) => ({
      id: each.id,
      promptP50Tokens: each.promptP50.tokens,
      outputP50Tokens: each.outputP50.tokens,
      thinkingP50Tokens: each.thinkingP50.tokens,
      description: each.description,
    })),
  shapes: (catalog) =>
    catalog.shapes.map((each) => ({
      id: each.id,
      meanToPeak: Number((each.hours.reduce((sum, hour) => sum + hour, 0) / each.hours.length).toFixed(2)),
      weekend: each.weekendRatio.ratio,
      description: each.description,
    })),
  currencies: (catalog) =>
    catalog.currencies.map((each) => ({
      id: each.id,
      usdPerUnit: each.usdPerUnit,
      asOf: catalog.sources.get(each.source)?.asOf ?? '',
    })),
};

const CELL_WIDTH = 34;

export function runCatalogList(kind: string, choices: CatalogChoices, io: Io, files: PackageFiles): number {
  const list = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (list === undefined) {
    const nearest = Object.keys(KINDS).toSorted((one, other) => distance(one, kind) - distance(other, kind))[0];
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: 'kind' },
      got: kind,
      expected: `one of ${Object.keys(KINDS).join(', ')}`,
      fix: `did you mean ${nearest}?`,
    });
  }
  const rows = list(open(choices, files));
  if (choices.format === 'json') {
    io.out(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT.ok;
  }
  const columns = Object.keys(rows[0] ?? {});
  const table = new Table({ ...plainTable('  '), head: columns });
  for (const row of rows) table.push(columns.map((column) => clip(String(row[column] ?? ''), CELL_WIDTH)));
  io.out(`${table.toString().replaceAll(/ +$/gm, '')}\n`);
  return EXIT.ok;
}

export function runCatalogShow(id: string, choices: CatalogChoices, io: Io, files: PackageFiles): number {
  const catalog = open(choices, files);
  const named: readonly { readonly id: string }[] = [
    ...catalog.models,
    ...catalog.architectures,
    ...catalog.weightFormats,
    ...catalog.accelerators,
    ...catalog.processors,
    ...catalog.instances,
    ...catalog.servers,
    ...catalog.components,
    ...catalog.engines,
    ...catalog.regions,
    ...catalog.geographies,
    ...catalog.presets,
    ...catalog.shapes,
    ...catalog.currencies,
    ...catalog.tariffs,
    ...catalog.kernels,
    ...catalog.efficiencies,
    ...catalog.hostEfficiencies,
    ...catalog.intervals,
  ];
  const found = named.filter((row) => row.id === id);
  if (found.length === 0) {
    const nearest = named
      .map((row) => row.id)
      .toSorted((one, other) => distance(one, id) - distance(other, id))
      .slice(0, 3);
    throw new SeekstackError({
      code: 'E_REFERENCE',
      where: { field: 'id' },
      got: id,
      expected: `an id in the catalogue, such as ${nearest.join(', ')}`,
      fix: `did you mean ${nearest[0]}?`,
    });
  }
  const prices = catalog.pricesOf(id);
  const shown = { entries: found, ...(prices.length === 0 ? {} : { prices }) };
  const keys = [...new Set([...JSON.stringify(shown).matchAll(/"source":"([^"]+)"/g)].map((match) => match[1] ?? ''))].sort();
  const sources = Object.fromEntries(keys.map((key) => [key, catalog.sources.get(key)]));
  io.out(stringify({ ...shown, sources }, { aliasDuplicateObjects: false, lineWidth: 100 }));
  return EXIT.ok;
}

function open(choices: CatalogChoices, files: PackageFiles): Catalog {
  return openCatalog(files, choices.catalog);
}
