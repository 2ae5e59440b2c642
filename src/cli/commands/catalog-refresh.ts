// seekstack catalog refresh: ask the vendors, show what moved, write the price files whole or not at all.
import { CLOUDS, type Cloud, type Commitment, type Payment, type RefreshReport } from '../../documents/price-refresh.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { createHttpClient } from '../../fetch/http-client.ts';
import { refreshCatalog } from '../../fetch/refresh-catalog.ts';
import { defaultCacheFolder, openResponseCache } from '../../fetch/response-cache.ts';
import { openSurroundings, writableCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { writeTexts } from '../../files/write-files.ts';
import { renderRefresh, renderRefreshJson, renderRefreshMarkdown } from '../../render/refresh-report.ts';
import type { Io } from '../io.ts';
import { readDay } from '../read-day.ts';

export interface CatalogRefreshChoices {
  readonly region: readonly string[];
  readonly dryRun: boolean;
  readonly accept: readonly string[];
  readonly skip: readonly string[];
  readonly timeout: number;
  readonly cache?: string;
  readonly cacheAge: number;
  readonly endpoint?: string;
  readonly asOf?: string;
  readonly commitment?: Commitment;
  readonly payment: Payment;
  readonly format: 'table' | 'md' | 'json';
  readonly catalog?: string;
}

/** Instance families as the vendors sell commitments on them, where nobody chose. */
const COMMITMENTS: Record<Cloud, Commitment> = { aws: 'savings-plan', azure: 'reservation' };

/** @returns 0, or 5 where prices were held back; the others are written all the same */
export async function runCatalogRefresh(
  cloud: Cloud | undefined,
  choices: CatalogRefreshChoices,
  io: Io,
  files: PackageFiles,
): Promise<number> {
  const day = choices.asOf === undefined ? null : readDay(choices.asOf, '--as-of');
  const endpoint = choices.endpoint === undefined ? null : readEndpoint(choices.endpoint);
  const folder = writableCatalog(files, choices.catalog);
  const catalog = openSurroundings(files, folder);
  const accepted = new Set(choices.accept);
  const skipped = new Set(choices.skip);
  const now = day === null ? () => Date.now() : () => Date.parse(`${day}T12:00:00Z`);
  const http = createHttpClient({
    cache: openResponseCache(choices.cache ?? defaultCacheFolder(io.environment), choices.cacheAge * SECONDS_PER_MINUTE),
    timeoutSeconds: choices.timeout,
    environment: io.environment,
    now,
    userAgent: `seekstack/${files.version}`,
    isFamily: isPriceHost,
    say: io.err,
  });
  try {
    const { report, texts } = await refreshCatalog({
      catalog,
      folder,
      packageFolder: files.catalog,
      clouds: cloud === undefined ? CLOUDS : [cloud],
      regions: choices.region,
      commitments: choices.commitment === undefined ? COMMITMENTS : { aws: choices.commitment, azure: choices.commitment },
      payment: choices.payment,
      day,
      now: new Date(now()),
      endpoint,
      http,
      isAccepted: (id) => accepted.has('all') || accepted.has(id),
      isSkipped: (id) => skipped.has(id),
      dryRun: choices.dryRun,
      say: io.err,
    });
    if (!choices.dryRun && texts.size > 0) writeTexts(texts);
    io.out(render(report, choices.format));
    tellUnknown(
      report,
      [...accepted].filter((id) => id !== 'all'),
      io,
    );
    if (report.counts.held === 0) return EXIT.ok;
    io.err(
      `E_PRICE_HELD  ${report.counts.held} ${report.counts.held === 1 ? 'price was' : 'prices were'} held back; look at them, then give --accept ROW, or --accept all\n`,
    );
    return EXIT.dataMissingOrOld;
  } finally {
    await http.close();
  }
}

const SECONDS_PER_MINUTE = 60;

function render(report: RefreshReport, format: CatalogRefreshChoices['format']): string {
  if (format === 'json') return renderRefreshJson(report);
  return format === 'md' ? renderRefreshMarkdown(report) : renderRefresh(report);
}

/** A row that was accepted and never met is a slip of the pen worth a word. */
function tellUnknown(report: RefreshReport, accepted: readonly string[], io: Io): void {
  const met = new Set(report.changes.map((change) => change.id));
  for (const id of accepted) if (!met.has(id)) io.err(`--accept ${id}: no such row was listed\n`);
}

/** The price hosts of AWS, one a region; anybody may own another name below amazonaws.com. */
function isPriceHost(from: URL, to: URL): boolean {
  const known = [/^pricing\.[a-z0-9-]+\.amazonaws\.com$/, /^prices\.azure\.com$/];
  return known.some((host) => host.test(from.hostname) && host.test(to.hostname)) && to.port === '';
}

function readEndpoint(text: string): URL {
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // Told below.
  }
  throw new SeekstackError({
    code: 'E_USAGE',
    where: { field: '--endpoint' },
    got: text,
    expected: 'an address such as http://localhost:8080',
    fix: 'write the scheme, the host and the port',
  });
}
