// Asking AWS for prices: the offer file of a region and its savings plans, both streamed, and the history of spot prices.
// In: a region, instances, an HTTP client. Out: listings of that region, each with the file it was read from as its source.
import { z } from 'zod';
import type { Commitment, Payment, PriceListing } from '../documents/price-refresh.ts';
import {
  type AwsCandidate,
  type AwsOfferExtract,
  awsOfferExtractSchema,
  collectAwsOffer,
  listAwsOffer,
} from '../prices/aws-offer.ts';
import {
  type AwsSavingsPlanExtract,
  awsSavingsPlanExtractSchema,
  collectAwsSavingsPlans,
  listAwsSavingsPlans,
} from '../prices/aws-savings-plan.ts';
import { selectPrices } from '../prices/select-price.ts';
import { readAnswer, shapeError } from '../prices/vendor-answer.ts';
import type { Answer, BodyReader, HttpClient } from './http-client.ts';
import { streamedJson, wholeJson } from './json-bodies.ts';
import { refreshDay } from './refresh-day.ts';

export const AWS_ENDPOINT = 'https://pricing.us-east-1.amazonaws.com';
const OFFER_INDEX = '/offers/v1.0/aws/AmazonEC2/current/region_index.json';
const PLAN_INDEX = '/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json';
const INDEX_LIMIT_BYTES = 8 * 1024 * 1024;
/** The file of all regions is beyond a gigabyte; that of one is a part of it. */
const FILE_LIMIT_BYTES = 4 * 1024 ** 3;

export interface AwsQuestion {
  readonly region: string;
  readonly instances: readonly string[];
  readonly commitment: Commitment;
  readonly payment: Payment;
  /** Null for the day the answer was given. */
  readonly day: string | null;
  readonly endpoint: URL;
  readonly isSkipped: (id: string) => boolean;
}

/** The offer file writes its regions as a map, the savings plans as a list. */
const offerIndexSchema = z.object({ regions: z.record(z.string(), z.object({ currentVersionUrl: z.string() })) });
const planIndexSchema = z.object({ regions: z.array(z.object({ regionCode: z.string(), versionUrl: z.string() })) });

/** @returns one listing, or two where savings plans stand for commitments */
export async function listAws(http: HttpClient, question: AwsQuestion): Promise<PriceListing[]> {
  const { region, endpoint, commitment, payment } = question;
  const instances = new Set(question.instances);
  const isWanted = (price: { instance: string; region: string; purchase: string }) =>
    !question.isSkipped(`${price.instance}/${price.region}/${price.purchase}`);
  const offerUrl = await offerFile(http, endpoint, region);
  const offer = await http.get(offerUrl, readOffer(instances, offerUrl.href), fileOptions('aws-offer', question));
  const offerExtract = readAnswer(offer.value, awsOfferExtractSchema, offerUrl.href);
  const day = refreshDay(question.day, offer.retrieved);
  const reserved = commitment === 'reservation' ? payment : null;
  const candidates = listAwsOffer(offerExtract, { region, day, reserved }, offerUrl.href).filter(({ price }) => isWanted(price));
  const listing: PriceListing = {
    cloud: 'aws',
    region,
    covers: commitment === 'reservation' ? ['on-demand', 'commitment-1y', 'commitment-3y'] : ['on-demand'],
    sourceKey: `aws-offer-${region}`,
    source: {
      kind: 'price-api',
      title: `AWS price list file of EC2 in ${region}, Linux, shared tenancy`,
      url: offerUrl.href,
      asOf: day,
    },
    prices: selectPrices(
      candidates.map(({ price }) => price),
      offerUrl.href,
    ),
    ageSeconds: offer.ageSeconds,
  };
  if (commitment === 'reservation') return [listing];
  return [listing, await listPlans(http, question, instances, candidates, isWanted)];
}

async function listPlans(
  http: HttpClient,
  question: AwsQuestion,
  instances: ReadonlySet<string>,
  candidates: readonly AwsCandidate[],
  isWanted: (price: { instance: string; region: string; purchase: string }) => boolean,
): Promise<PriceListing> {
  const { region, endpoint, payment } = question;
  const url = await planFile(http, endpoint, region);
  const plans: Answer<AwsSavingsPlanExtract> = await http.get(
    url,
    readPlans(instances, url.href),
    fileOptions('aws-savings-plan', question),
  );
  const extract = readAnswer(plans.value, awsSavingsPlanExtractSchema, url.href);
  const day = refreshDay(question.day, plans.retrieved);
  const onDemandSkus = new Map(candidates.map(({ sku, price }) => [price.instance, sku]));
  const prices = listAwsSavingsPlans(extract, { region, day, instances: question.instances, payment, onDemandSkus }, url.href);
  return {
    cloud: 'aws',
    region,
    covers: ['commitment-1y', 'commitment-3y'],
    sourceKey: `aws-savings-plan-${region}`,
    source: {
      kind: 'price-api',
      title: `AWS Savings Plans price file of ${region}: EC2 Instance Savings Plans, ${payment.replace('-', ' ')}`,
      url: url.href,
      asOf: day,
    },
    prices: selectPrices(prices.filter(isWanted), url.href),
    ageSeconds: plans.ageSeconds,
  };
}

function fileOptions(reader: string, { instances }: AwsQuestion) {
  return { limitBytes: FILE_LIMIT_BYTES, readerKey: `${reader} ${instances.toSorted().join(' ')}` };
}

async function offerFile(http: HttpClient, endpoint: URL, region: string): Promise<URL> {
  const index = new URL(OFFER_INDEX, endpoint);
  const { value } = await http.get(index, wholeJson(index.href), { limitBytes: INDEX_LIMIT_BYTES, readerKey: 'aws-index' });
  const { regions } = readAnswer(value, offerIndexSchema, index.href);
  return fileOf(Object.hasOwn(regions, region) ? regions[region]?.currentVersionUrl : undefined, index, region);
}

async function planFile(http: HttpClient, endpoint: URL, region: string): Promise<URL> {
  const index = new URL(PLAN_INDEX, endpoint);
  const { value } = await http.get(index, wholeJson(index.href), { limitBytes: INDEX_LIMIT_BYTES, readerKey: 'aws-index' });
  const { regions } = readAnswer(value, planIndexSchema, index.href);
  const found = regions.filter((each) => each.regionCode === region);
  if (found.length > 1) throw shapeError(index.href, `${found.length} files for ${region}`, 'one');
  return fileOf(found[0]?.versionUrl, index, region);
}

/** A path below the host that was asked; it ends up in the catalogue, so nothing odd may be in it. */
function fileOf(path: string | undefined, index: URL, region: string): URL {
  if (
    path === undefined ||
    !/^\/[\w./-]{1,300}\.json$/.test(path) ||
    path.includes('..') ||
    path.startsWith('//') ||
    !path.includes(`/${region}/`)
  )
    throw shapeError(
      index.href,
      path === undefined ? `no file for ${region}` : `a file elsewhere for ${region}`,
      'a path on the same host',
    );
  return new URL(path, index);
}

/** Streams an offer file and keeps only the rows of the instances wanted. */
export function readOffer(instances: ReadonlySet<string>, from: string): BodyReader<AwsOfferExtract> {
  return (bytes) => {
    const collector = collectAwsOffer(instances, from);
    const head: Record<string, unknown> = {};
    const paths = ['$.version', '$.publicationDate', '$.products.*', '$.terms.OnDemand.*', '$.terms.Reserved.*'];
    const read = streamedJson(
      from,
      paths,
      (path, value) => {
        const [top, second, third] = path;
        if (top === 'products') collector.product(String(second), value);
        else if (top === 'terms') collector.term(second === 'OnDemand' ? 'onDemand' : 'reserved', String(third), value);
        else head[String(top)] = value;
      },
      () => collector.finish(head.version, head.publicationDate),
    );
    return read(bytes);
  };
}

/** Streams a file of savings plans likewise. */
export function readPlans(instances: ReadonlySet<string>, from: string): BodyReader<AwsSavingsPlanExtract> {
  return (bytes) => {
    const collector = collectAwsSavingsPlans(instances, from);
    const head: Record<string, unknown> = {};
    const paths = ['$.version', '$.publicationDate', '$.products.*', '$.terms.savingsPlan.*'];
    const read = streamedJson(
      from,
      paths,
      (path, value) => {
        const [top] = path;
        if (top === 'products') collector.product(value);
        else if (top === 'terms') collector.term(value);
        else head[String(top)] = value;
      },
      () => collector.finish(head.version, head.publicationDate),
    );
    return read(bytes);
  };
}
