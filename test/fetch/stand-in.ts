// A stand-in for price hosts on this machine: serves made-up answers in known shapes, and misbehaves as it is told to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import {
  type AzureItemLike,
  awsOffer,
  awsOfferIndex,
  awsPlanIndex,
  awsPlans,
  azurePage,
  azureRegion,
} from '../prices/vendor-answers.ts';

/** What happens to one request before it would be served. Returning true says it was answered. */
export type Mood = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface StandIn {
  readonly url: URL;
  /** Paths with queries, in order. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Moods for the next requests, one each. */
  readonly moods: Mood[];
  /** Replaces what is served at a path. */
  readonly answers: Map<string, unknown>;
}

export interface StandInOptions {
  readonly pageSize?: number;
  readonly etags?: boolean;
  readonly gzip?: boolean;
  readonly azure?: (region: string) => readonly AzureItemLike[];
}

export async function standIn({
  pageSize = 1000,
  etags = false,
  gzip = false,
  azure = azureRegion,
}: StandInOptions = {}): Promise<StandIn> {
  const regions = ['us-east-1', 'us-east-2'];
  const answers = new Map<string, unknown>([
    ['/offers/v1.0/aws/AmazonEC2/current/region_index.json', awsOfferIndex(regions)],
    ['/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json', awsPlanIndex(regions)],
    ...regions.flatMap((region): [string, unknown][] => [
      [`/offers/v1.0/aws/AmazonEC2/20261101000000/${region}/index.json`, awsOffer(region)],
      [`/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/20261003071546/${region}/index.json`, awsPlans(region)],
    ]),
  ]);
  const state = { asked: [] as string[], headers: [] as IncomingMessage['headers'][], moods: [] as Mood[], answers };
  const bodyFor = (address: URL): unknown => {
    if (answers.has(address.pathname)) return answers.get(address.pathname);
    if (address.pathname !== '/api/retail/prices') return undefined;
    const region = /armRegionName eq '([^']*)'/.exec(address.searchParams.get('$filter') ?? '')?.[1] ?? '';
    const items = azure(region);
    const skip = Number(address.searchParams.get('$skip') ?? 0);
    const next = new URL(address);
    next.searchParams.set('$skip', String(skip + pageSize));
    // The link names the public host with its port, whoever was asked.
    const link = `https://prices.azure.com:443${next.pathname}${next.search}`;
    return azurePage(items.slice(skip, skip + pageSize), skip + pageSize < items.length ? link : null);
  };
  const server = createServer((request, response) => {
    state.asked.push(request.url ?? '');
    state.headers.push(request.headers);
    const mood = state.moods.shift();
    if (mood?.(request, response)) return;
    const body = bodyFor(new URL(request.url ?? '/', 'http://localhost'));
    if (body === undefined) {
      response.writeHead(404).end('not found');
      return;
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const tag = `"${text.length}"`;
    if (etags && request.headers['if-none-match'] === tag) {
      response.writeHead(304).end();
      return;
    }
    const packed = gzip && (request.headers['accept-encoding'] ?? '').includes('gzip');
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      ...(etags ? { etag: tag } : {}),
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(packed ? gzipSync(text) : text);
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), ...state };
}

export const status =
  (code: number, headers: Record<string, string> = {}): Mood =>
  (_, response) => {
    response.writeHead(code, headers).end('no');
    return true;
  };

/** Half of what it promised, then the connection is gone. */
export const cutShort: Mood = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
  response.write('{"BillingCurrency":"USD","Items":[');
  setTimeout(() => response.destroy(), 10);
  return true;
};

/** A text that ends in the middle though the connection says it is whole. */
export const halfText: Mood = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"BillingCurrency":"USD","Items":[{"retailPrice":98.');
  return true;
};

export const html: Mood = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>');
  return true;
};

export const redirect =
  (to: string): Mood =>
  (_, response) => {
    response.writeHead(302, { location: to }).end();
    return true;
  };

export const silence: Mood = (_request, response) => {
  const { setTimeout: later } = globalThis;
  later(() => response.destroy(), 20_000).unref();
  return true;
};

/** A byte now and then. */
export const trickle: Mood = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  timer.unref();
  response.on('close', () => clearInterval(timer));
  return true;
};

export const flood: Mood = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const block = ' '.repeat(1 << 20);
  const more = () => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', more);
  more();
  return true;
};
