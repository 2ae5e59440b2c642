// A refresh from end to end: ask the vendors, select, compare, and say what the files would become.
// In: the catalogue, the folder to write into, what was chosen. Out: a report and the texts of the files; nothing is written here.
import { join } from 'node:path';
import type { Catalog } from '../documents/catalog/catalog.ts';
import {
  type Cloud,
  type Commitment,
  isTaken,
  type Payment,
  type PriceChange,
  type PriceListing,
  type RefreshReport,
} from '../documents/price-refresh.ts';
import { SeekstackError } from '../errors.ts';
import { findPriceFile, findPriceHistory } from '../files/price-files.ts';
import { applyRefresh } from '../prices/apply-refresh.ts';
import { comparePrices } from '../prices/compare-prices.ts';
import { editPriceFile, emptyPriceFile } from '../prices/edit-price-file.ts';
import { AWS_ENDPOINT, listAws } from './aws-listing.ts';
import { listSpot, openSpotClient, type SpotClient } from './aws-spot-listing.ts';
import { AZURE_ENDPOINT, listAzure } from './azure-listing.ts';
import type { HttpClient } from './http-client.ts';

export interface RefreshInputs {
  readonly catalog: Catalog;
  /** Where price files are written. */
  readonly folder: string;
  /** The package's own catalogue, which a new folder starts from. */
  readonly packageFolder: string;
  readonly clouds: readonly Cloud[];
  /** Empty for every region that has a price. */
  readonly regions: readonly string[];
  readonly commitments: Readonly<Record<Cloud, Commitment>>;
  readonly payment: Payment;
  /** Null for the day of the answers. */
  readonly day: string | null;
  readonly now: Date;
  /** Null for the vendors' own. */
  readonly endpoint: URL | null;
  readonly http: HttpClient;
  /** How the spot client is opened; the real one where absent. */
  readonly openSpot?: (region: string) => Promise<SpotClient>;
  readonly isAccepted: (id: string) => boolean;
  readonly isSkipped: (id: string) => boolean;
  readonly dryRun: boolean;
  readonly say: (text: string) => void;
}

export interface Refresh {
  readonly report: RefreshReport;
  /** Path → text, in the order in which they are written: history before what replaces it. */
  readonly texts: ReadonlyMap<string, string>;
}

export async function refreshCatalog(inputs: RefreshInputs): Promise<Refresh> {
  const { catalog, folder } = inputs;
  const skipped: string[] = [];
  const changes: PriceChange[] = [];
  const listings: PriceListing[] = [];
  const texts = new Map<string, string>();
  checkRegions(inputs);
  for (const cloud of inputs.clouds) {
    const instances = catalog.instances.filter((each) => each.provider === cloud).map((each) => each.id);
    const file = findPriceFile(folder, inputs.packageFolder, cloud, (id) => instances.includes(id));
    const known = new Set(catalog.regions.filter((each) => each.provider === cloud).map((each) => each.id));
    const regions = [...new Set(inputs.regions.length > 0 ? inputs.regions : file.rows.map((row) => row.region))]
      .filter((region) => known.has(region))
      .sort();
    const ofCloud: PriceListing[] = [];
    for (const region of regions) {
      inputs.say(`asking ${cloud} for ${region}\n`);
      ofCloud.push(...(await ask(cloud, region, instances, inputs)));
    }
    if (cloud === 'aws' && regions.length > 0) ofCloud.push(...(await askSpot(regions, instances, inputs, skipped)));
    const found = comparePrices({
      rows: file.rows,
      sources: file.sources,
      listings: ofCloud,
      isAccepted: inputs.isAccepted,
      isSkipped: inputs.isSkipped,
    });
    const { current, history } = applyRefresh(found, file.rows, file.sources, ofCloud);
    const put = (path: string, before: string | null, after: string) => {
      if (before !== after) texts.set(join(folder, path), after);
    };
    if (history.rows.length > 0) {
      const past = findPriceHistory(folder, inputs.packageFolder, cloud);
      put(past.path, past.text, editPriceFile(past.text ?? emptyPriceFile('seekstack/price-history@1', HISTORY_HEAD), history));
    }
    put(file.path, file.text, editPriceFile(file.text ?? emptyPriceFile('seekstack/prices@1', PRICES_HEAD), current));
    changes.push(...found);
    listings.push(...ofCloud);
  }
  return { report: reportOf(inputs, listings, changes, skipped, [...texts.keys()]), texts };
}

const HISTORY_HEAD = '# What instances cost before: rows a refresh replaced, with the days they were first and last seen.\n';
const PRICES_HEAD = '# What an instance hour costs, as "seekstack catalog refresh" found it; Linux, shared tenancy.\n';

async function ask(cloud: Cloud, region: string, instances: readonly string[], inputs: RefreshInputs): Promise<PriceListing[]> {
  const question = { region, instances, day: inputs.day, commitment: inputs.commitments[cloud], isSkipped: inputs.isSkipped };
  if (cloud === 'azure')
    return [await listAzure(inputs.http, { ...question, endpoint: inputs.endpoint ?? new URL(AZURE_ENDPOINT) })];
  return listAws(inputs.http, { ...question, payment: inputs.payment, endpoint: inputs.endpoint ?? new URL(AWS_ENDPOINT) });
}

async function askSpot(
  regions: readonly string[],
  instances: readonly string[],
  { day, now, isSkipped, endpoint, openSpot, say }: RefreshInputs,
  skipped: string[],
): Promise<PriceListing[]> {
  const open = openSpot ?? (endpoint === null ? openSpotClient : null);
  // A stand-in for the price list is none for EC2 itself, which would be asked with real credentials.
  const opened = open === null ? { missing: 'a stand-in was given with --endpoint' } : await open(regions[0] ?? '');
  if ('missing' in opened) {
    skipped.push(`AWS spot prices: ${opened.missing}`);
    return [];
  }
  const listings: PriceListing[] = [];
  for (const region of regions) {
    say(`asking aws for spot prices in ${region}\n`);
    listings.push(await listSpot(opened.client, { region, instances, day, now, isSkipped }));
  }
  return listings;
}

function checkRegions({ catalog, clouds, regions }: RefreshInputs): void {
  const known = catalog.regions.filter((each) => clouds.includes(each.provider)).map((each) => each.id);
  const unknown = regions.filter((region) => !known.includes(region));
  if (unknown.length === 0) return;
  throw new SeekstackError({
    code: 'E_REFERENCE',
    where: { field: '--region' },
    got: unknown.join(', '),
    expected: `a region of ${clouds.join(' or ')} in the catalogue`,
    fix: 'run "seekstack catalog list regions"',
  });
}

function reportOf(
  { folder, day, dryRun }: RefreshInputs,
  listings: readonly PriceListing[],
  changes: readonly PriceChange[],
  skipped: readonly string[],
  files: readonly string[],
): RefreshReport {
  const count = (kind: PriceChange['kind']) =>
    changes.filter((change) => change.kind === kind && (kind === 'gone' || isTaken(change))).length;
  return {
    schema: 'seekstack/price-refresh@1',
    asOf:
      day ??
      listings
        .map((listing) => listing.source.asOf)
        .sort()
        .at(-1) ??
      '',
    folder,
    dryRun,
    asked: listings.map(({ sourceKey, source, ageSeconds, prices }) => ({
      sourceKey,
      url: source.url ?? '',
      asOf: source.asOf,
      ageSeconds: Math.round(ageSeconds),
      prices: prices.length,
    })),
    skipped,
    changes,
    counts: {
      same: count('same'),
      moved: count('moved'),
      new: count('new'),
      gone: count('gone'),
      held: changes.filter((change) => change.after !== null && !isTaken(change)).length,
    },
    files,
  };
}
