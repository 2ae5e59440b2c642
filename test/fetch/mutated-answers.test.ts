// Ten thousand answers with something wrong in them: an error, the true price, or a price that the report shows as moved or new.
// A wrong price never reaches the file unseen, and where a vendor prints a price twice it never reaches it at all.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { InstancePrice } from '../../src/documents/catalog/prices.ts';
import { isTaken, type ListedPrice, type PriceListing, priceId, type RefreshReport } from '../../src/documents/price-refresh.ts';
import { SeekstackError } from '../../src/errors.ts';
import { readOffer, readPlans } from '../../src/fetch/aws-listing.ts';
import { wholeJson } from '../../src/fetch/json-bodies.ts';
import { applyRefresh } from '../../src/prices/apply-refresh.ts';
import { listAwsOffer } from '../../src/prices/aws-offer.ts';
import { listAwsSavingsPlans } from '../../src/prices/aws-savings-plan.ts';
import { listAwsSpot } from '../../src/prices/aws-spot.ts';
import { listAzurePrices, readAzurePage } from '../../src/prices/azure-retail.ts';
import { comparePrices } from '../../src/prices/compare-prices.ts';
import { editPriceFile } from '../../src/prices/edit-price-file.ts';
import { selectPrices } from '../../src/prices/select-price.ts';
import { renderRefresh } from '../../src/render/refresh-report.ts';
import { awsOffer, awsPlans, azureItem, azurePage, azureRegion, H100, H200 } from '../prices/vendor-answers.ts';

const day = '2026-11-23';
const AWS = ['p5.48xlarge', 'p5en.48xlarge', 'p6-b200.48xlarge'];
const region = 'us-east-1';

/** One source: what it says when nothing is wrong, and how its text becomes prices. */
interface Case {
  readonly region: string;
  readonly text: string;
  /** Whether every price is printed twice, so that a change of one of them is seen. */
  readonly printsTwice: boolean;
  readonly read: (text: string) => Promise<ListedPrice[]>;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
}

const plainSkus = new Map(AWS.map((each) => [each, `TEST${each.replaceAll(/[^a-z0-9]/g, '').toUpperCase()}`]));
const spotEntries = AWS.flatMap((instance, index) =>
  ['a', 'b', 'c'].map((zone, place) => ({
    AvailabilityZone: `${region}${zone}`,
    InstanceType: instance,
    ProductDescription: 'Linux/UNIX',
    SpotPrice: `${10 + index * 7 + place}.500000`,
    Timestamp: '2026-11-22T00:00:00.000Z',
  })),
);

const CASES: Record<string, Case> = {
  azure: {
    region: 'eastus',
    printsTwice: true,
    text: JSON.stringify(azurePage([...azureRegion('eastus'), azureItem(H200, 'eastus', 84.8)])),
    read: async (text) => {
      const page = readAzurePage(await wholeJson('page')(bytesOf(text)), 'page');
      const wanted = { region: 'eastus', instances: new Set([H100, H200]), day, commitment: 'reservation' as const };
      return selectPrices(listAzurePrices(page.Items, wanted, 'page'), 'page');
    },
  },
  'aws-offer': {
    region,
    printsTwice: true,
    text: JSON.stringify(awsOffer(region)),
    read: async (text) => {
      const extract = await readOffer(new Set(AWS), 'offer')(bytesOf(text));
      return selectPrices(
        listAwsOffer(extract, { region, day, reserved: null }, 'offer').map(({ price }) => price),
        'offer',
      );
    },
  },
  'aws-savings-plan': {
    region,
    printsTwice: false,
    text: JSON.stringify(awsPlans(region)),
    read: async (text) => {
      const extract = await readPlans(new Set(AWS), 'plans')(bytesOf(text));
      const wanted = { region, day, instances: AWS, payment: 'no-upfront' as const, onDemandSkus: plainSkus };
      return selectPrices(listAwsSavingsPlans(extract, wanted, 'plans'), 'plans');
    },
  },
  'aws-spot': {
    region,
    printsTwice: false,
    text: JSON.stringify(spotEntries),
    read: async (text) => {
      const entries = (await wholeJson('spot')(bytesOf(text))) as unknown[];
      if (!Array.isArray(entries)) throw new SeekstackError({ code: 'E_SOURCE_SHAPE', got: 'x', expected: 'y', fix: 'z' });
      return selectPrices(listAwsSpot(entries, { region, instances: new Set(AWS), day }, 'spot'), 'spot');
    },
  },
};

type Chance = (least: number, most: number) => number;

/** Every place in a parsed answer, as a path. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

type Holder = Record<string | number, unknown>;

function holderOf(value: unknown, path: readonly (string | number)[]): [Holder, string | number] {
  const at = path.slice(0, -1).reduce<unknown>((inner, key) => (inner as Holder)[key], value);
  return [at as Holder, path.at(-1) ?? ''];
}

/** One leaf made something else. */
function spoilLeaf(old: unknown, draw: Chance): unknown {
  const digit = (text: string) => {
    const places = [...text].flatMap((each, index) => (/\d/.test(each) ? [index] : []));
    const at = places[draw(0, Math.max(0, places.length - 1))];
    return at === undefined ? `${text}1` : `${text.slice(0, at)}${draw(0, 9)}${text.slice(at + 1)}`;
  };
  if (typeof old === 'number')
    return [old * 10, old / 10, -old, 0, Number(digit(String(old))), String(old), null, old + 0.01, 1e308][draw(0, 8)];
  const text = String(old);
  const at = draw(0, Math.max(0, text.length - 1));
  return [
    digit(text),
    '',
    null,
    text.toUpperCase(),
    text.slice(0, at),
    `${text} `,
    `${text.slice(0, at)}\u0000${text.slice(at + 1)}`,
    7,
    [text],
    '\u202e<script>`|*',
    'Spot',
    'Windows',
  ][draw(0, 11)];
}

interface Spoilt {
  readonly text: string;
  /** Whether a single leaf changed and nothing else. */
  readonly isOneLeaf: boolean;
}

function spoil(text: string, draw: Chance): Spoilt {
  const at = draw(0, text.length - 1);
  const parsed: unknown = JSON.parse(text);
  const places = placesIn(parsed);
  const place = () => places[draw(0, places.length - 1)] ?? [];
  const [holder, key] = holderOf(parsed, place());
  const written = (isOneLeaf = false): Spoilt => ({ text: JSON.stringify(parsed), isOneLeaf });
  switch (draw(0, 9)) {
    case 0:
      return { text: text.slice(0, at), isOneLeaf: false };
    case 1:
      return { text: `${text.slice(0, at)}${String.fromCharCode(draw(32, 126))}${text.slice(at + 1)}`, isOneLeaf: false };
    case 2:
      return { text: text.slice(0, at) + text.slice(Math.min(text.length, at + draw(1, 200))), isOneLeaf: false };
    case 3: {
      const piece = text.slice(at, at + draw(1, 400));
      return { text: text.slice(0, at) + piece + text.slice(at), isOneLeaf: false };
    }
    case 4:
      delete holder[key];
      return written();
    case 5: {
      const [other, otherKey] = holderOf(parsed, place());
      [holder[key], other[otherKey]] = [structuredClone(other[otherKey]), structuredClone(holder[key])];
      return written();
    }
    case 6:
      if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
      else holder[`${key}x`] = structuredClone(holder[key]);
      return written();
    default: {
      const isLeaf = typeof holder[key] !== 'object' || holder[key] === null;
      holder[key] = isLeaf ? spoilLeaf(holder[key], draw) : null;
      return written(isLeaf);
    }
  }
}

function fileOf(rows: readonly ListedPrice[]): string {
  const lines = rows.map(
    (row) =>
      `  - { instance: ${row.instance}, region: ${row.region}, purchase: ${row.purchase}, usdPerHour: ${row.usdPerHour}, source: old }`,
  );
  return `schema: seekstack/prices@1\nsources:\n  old: { kind: price-list, title: before, asOf: '2026-01-01' }\ninstances:\n${lines.join('\n')}\n`;
}

/** What a refresh makes of a listing, up to the text of the file and of the report. */
function refreshWith(
  before: string,
  prices: readonly ListedPrice[],
  of: Case,
): { after: string; report: string; changes: RefreshReport['changes'] } {
  const { instances: rows, sources } = parse(before) as { instances: InstancePrice[]; sources: Record<string, never> };
  const listing: PriceListing = {
    cloud: 'aws',
    region: of.region,
    covers: ['on-demand', 'spot', 'commitment-1y', 'commitment-3y'],
    sourceKey: 'new',
    source: { kind: 'price-api', title: 'a question', url: 'http://localhost', asOf: day },
    prices,
    ageSeconds: 0,
  };
  const changes = comparePrices({ rows, sources, listings: [listing], isAccepted: () => false, isSkipped: () => false });
  const after = editPriceFile(before, applyRefresh(changes, rows, sources, [listing]).current);
  const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
  const counts = { same: count('same'), moved: count('moved'), new: count('new'), gone: count('gone'), held: 0 };
  const report = renderRefresh({
    schema: 'seekstack/price-refresh@1',
    asOf: day,
    folder: '.',
    dryRun: true,
    asked: [],
    skipped: [],
    changes,
    counts,
    files: [],
  });
  return { after, report, changes };
}

const ROUNDS = 2500;

describe.each(Object.entries(CASES))('%s', (name, of) => {
  test(`${ROUNDS} spoilt answers`, { timeout: 300_000 }, async () => {
    const truth = await of.read(of.text);
    expect(truth.length).toBeGreaterThan(1);
    const trueUsd = new Map(truth.map((row) => [priceId(row), row.usdPerHour]));
    const full = fileOf(truth);
    // Half of the catalogues know only one of the prices, so that the others come in as new.
    const sparse = fileOf(truth.slice(0, 1));
    const generator = xoroshiro128plus(20_261_123 + Object.keys(CASES).indexOf(name));
    const draw: Chance = (least, most) => uniformInt(generator, least, most);
    const seen = { refused: 0, same: 0, shown: 0, held: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const { text, isOneLeaf } = spoil(of.text, draw);
      const before = round % 2 === 0 ? full : sparse;
      let prices: ListedPrice[];
      try {
        prices = await of.read(text);
      } catch (error) {
        if (!(error instanceof SeekstackError))
          throw new Error(`round ${round}: not a clear error: ${text.slice(0, 300)}`, { cause: error });
        expect(error.exitCode).toBe(5);
        expect(error.message).not.toMatch(/[\p{Cf}\t\r]|(?!\n)\p{Cc}/u);
        seen.refused += 1;
        continue;
      }
      const { after, report, changes } = refreshWith(before, prices, of);
      for (const row of parse(after).instances as InstancePrice[]) {
        const id = priceId(row);
        if (row.usdPerHour === trueUsd.get(id)) {
          seen.same += 1;
          continue;
        }
        const change = changes.find((each) => each.id === id);
        if (of.printsTwice && isOneLeaf) expect.fail(`round ${round}: ${id} at ${row.usdPerHour} instead of ${trueUsd.get(id)}`);
        expect(
          change !== undefined && isTaken(change) && ['moved', 'new'].includes(change.kind),
          `round ${round}: ${id} unseen`,
        ).toBe(true);
        expect(report, `round ${round}`).toContain(`${id} `);
        seen.shown += 1;
      }
      seen.held += changes.filter((change) => change.after !== null && !isTaken(change)).length;
    }
    expect(seen.refused).toBeGreaterThan(ROUNDS / 10);
    expect(seen.same).toBeGreaterThan(ROUNDS / 10);
  });
});
