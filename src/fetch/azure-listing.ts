// Asking Azure for prices: one question a region, all of its pages.
// In: a region, sizes, an HTTP client. Out: the listing of that region, with the question as its source.
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Commitment, PriceListing } from '../documents/price-refresh.ts';
import { type AzureItem, azureFilter, listAzurePrices, readAzurePage } from '../prices/azure-retail.ts';
import { selectPrices } from '../prices/select-price.ts';
import { shapeError, shortAddress } from '../prices/vendor-answer.ts';
import type { HttpClient } from './http-client.ts';
import { wholeJson } from './json-bodies.ts';
import { refreshDay } from './refresh-day.ts';

export const AZURE_ENDPOINT = 'https://prices.azure.com';
const PATH = '/api/retail/prices';
const API_VERSION = '2023-01-01-preview';
const PAGE_LIMIT_BYTES = 16 * 1024 * 1024;
/** A region has a few hundred rows of the sizes in the catalogue; a page holds up to a thousand. */
const MOST_PAGES = 50;

export interface AzureQuestion {
  readonly region: string;
  readonly instances: readonly string[];
  readonly commitment: Commitment;
  /** Null for the day the answer was given. */
  readonly day: string | null;
  readonly endpoint: URL;
  readonly isSkipped: (id: string) => boolean;
}

export async function listAzure(http: HttpClient, question: AzureQuestion): Promise<PriceListing> {
  const { region, instances, endpoint } = question;
  const first = new URL(PATH, endpoint);
  first.search = new URLSearchParams({
    'api-version': API_VERSION,
    currencyCode: 'USD',
    $filter: azureFilter(region, instances),
  }).toString();
  const items: AzureItem[] = [];
  const asked = new Set<string>();
  let oldest = Number.NEGATIVE_INFINITY;
  let retrieved: Date | null = null;
  let next: URL | null = first;
  while (next !== null) {
    if (asked.has(next.href) || asked.size >= MOST_PAGES)
      throw shapeError(
        shortAddress(next.href),
        `page ${asked.size + 1}, ${asked.has(next.href) ? 'met before' : 'still not the last'}`,
        `at most ${MOST_PAGES} pages`,
      );
    asked.add(next.href);
    const page = await http.get(next, wholeJson(shortAddress(next.href)), {
      limitBytes: PAGE_LIMIT_BYTES,
      readerKey: 'azure-page',
    });
    const { Items, NextPageLink, BillingCurrency } = readAzurePage(page.value, shortAddress(next.href));
    if (BillingCurrency !== 'USD')
      throw shapeError(shortAddress(next.href), `prices in ${BillingCurrency.slice(0, 10)}`, 'prices in USD');
    items.push(...Items);
    oldest = Math.max(oldest, page.ageSeconds);
    if (retrieved === null || page.retrieved < retrieved) retrieved = page.retrieved;
    next = NextPageLink == null || NextPageLink === '' ? null : nextPage(NextPageLink, first);
  }
  const day = refreshDay(question.day, retrieved ?? new Date(0));
  const wanted = { region, instances: new Set(instances), day, commitment: question.commitment };
  const candidates = listAzurePrices(items, wanted, shortAddress(first.href)).filter(
    (each) => !question.isSkipped(`${each.instance}/${each.region}/${each.purchase}`),
  );
  const covers: Purchase[] = ['on-demand', 'spot', 'commitment-1y', 'commitment-3y'];
  return {
    cloud: 'azure',
    region,
    covers,
    sourceKey: `azure-retail-${region}`,
    source: {
      kind: 'price-api',
      title: `Azure Retail Prices API, virtual machines in ${region}, Linux; commitments: ${question.commitment === 'reservation' ? 'reservations, the total for the term over its hours' : 'savings plans'}`,
      url: first.href,
      asOf: day,
    },
    prices: selectPrices(candidates, shortAddress(first.href)),
    ageSeconds: oldest,
  };
}

/** The link names the public host with its port; it is followed on the host that was asked, and nowhere else. */
function nextPage(link: string, first: URL): URL {
  let told: URL;
  try {
    told = new URL(link);
  } catch {
    throw shapeError(
      shortAddress(first.href),
      `the next page "${link.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')}"`,
      'an address',
    );
  }
  const isKnownHost = told.host === first.host || told.hostname === new URL(AZURE_ENDPOINT).hostname;
  if (!isKnownHost || told.pathname !== first.pathname)
    throw shapeError(
      shortAddress(first.href),
      `the next page at ${told.origin}${told.pathname.slice(0, 60)}`,
      `${first.host}${first.pathname}`,
    );
  const next = new URL(first);
  next.search = told.search;
  return next;
}
