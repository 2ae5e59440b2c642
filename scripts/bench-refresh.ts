// What reading a large price list takes: files of 64 MB and 1 GB are generated, served on this machine and read as a refresh reads them.
// Out: seconds on the clock and of the processor, and the most memory the process held, for each size.
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { readOffer } from '../src/fetch/aws-listing.ts';
import { createHttpClient } from '../src/fetch/http-client.ts';
import { listAwsOffer } from '../src/prices/aws-offer.ts';

const SIZES = [64e6, 1e9];
const WANTED = new Set(['p5.48xlarge', 'p5en.48xlarge']);
const REGION = 'us-east-1';
/** Of a product and its term together, as they are written below. */
const TERM_SHARE = 0.45;

/** A product of the size such products have; every thousandth is of an instance that is wanted, but not plain Linux. */
function product(index: number, instance: string, plain: boolean): string {
  const sku = `BENCH${String(index).padStart(11, '0')}`;
  return JSON.stringify({
    sku,
    productFamily: 'Compute Instance',
    attributes: {
      servicecode: 'AmazonEC2',
      location: 'US East (N. Virginia)',
      instanceType: instance,
      currentGeneration: 'Yes',
      instanceFamily: 'GPU instance',
      vcpu: '192',
      physicalProcessor: 'a processor with a name of usual length',
      memory: '2048 GiB',
      storage: '8 x 3840 GB NVMe SSD',
      networkPerformance: '3200 Gigabit',
      tenancy: 'Shared',
      operatingSystem: plain ? 'Linux' : 'Windows',
      licenseModel: 'No License required',
      usagetype: `BoxUsage:${instance}`,
      operation: plain ? 'RunInstances' : 'RunInstances:0002',
      capacitystatus: 'Used',
      preInstalledSw: 'NA',
      regionCode: REGION,
    },
  });
}

function term(index: number, usd: string): string {
  const sku = `BENCH${String(index).padStart(11, '0')}`;
  const offer = `${sku}.JRTCKXETXF`;
  const dimension = {
    rateCode: `${offer}.6YS6EN2CT7`,
    description: `$${Number(usd)} per On Demand Linux ${index < 2 ? [...WANTED][index] : 'm5.large'} Instance Hour`,
    beginRange: '0',
    endRange: 'Inf',
    unit: 'Hrs',
    pricePerUnit: { USD: usd },
    appliesTo: [],
  };
  return JSON.stringify({
    [offer]: {
      offerTermCode: 'JRTCKXETXF',
      sku,
      effectiveDate: '2026-07-01T00:00:00Z',
      priceDimensions: { [dimension.rateCode]: dimension },
      termAttributes: {},
    },
  });
}

async function generate(path: string, bytes: number): Promise<void> {
  const out = createWriteStream(path);
  let written = 0;
  const put = async (text: string) => {
    written += text.length;
    if (!out.write(text)) await once(out, 'drain');
  };
  await put('{"formatVersion":"v1.0","version":"20261101000000","publicationDate":"2026-11-01T00:00:00Z","products":{');
  let count = 0;
  while (written < bytes * (1 - TERM_SHARE)) {
    const instance = count < 2 ? ([...WANTED][count] as string) : count % 1000 === 0 ? 'p5.48xlarge' : 'm5.large';
    await put(`${count === 0 ? '' : ','}"BENCH${String(count).padStart(11, '0')}":${product(count, instance, count < 2)}`);
    count += 1;
  }
  await put('},"terms":{"OnDemand":{');
  for (let index = 0; written < bytes - 100; index += 1)
    await put(
      `${index === 0 ? '' : ','}"BENCH${String(index).padStart(11, '0')}":${term(index, index === 0 ? '55.0400000000' : '63.2960000000')}`,
    );
  await put('},"Reserved":{}},"attributesList":{}}');
  out.end();
  await finished(out);
}

async function measure(path: string): Promise<void> {
  const { size } = statSync(path);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(size) });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.json`);
  const http = createHttpClient({
    cache: { find: () => null, keep: () => undefined, isFresh: () => false },
    timeoutSeconds: 3600,
    environment: {},
    now: () => Date.now(),
    userAgent: 'bench',
  });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const { value } = await http.get(url, readOffer(WANTED, url.href), { limitBytes: 4 * 1024 ** 3, readerKey: 'bench' });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  clearInterval(watch);
  const prices = listAwsOffer(value, { region: REGION, day: '2026-11-23', reserved: null }, url.href);
  const found = prices.map(({ price }) => `${price.instance} ${price.usdPerHour}`).join(', ');
  process.stdout.write(
    `${(size / 1e6).toFixed(0)} MB: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor time (${(size / 1e6 / cpuSeconds).toFixed(0)} MB/s), at most ${(most / 1e6).toFixed(0)} MB in memory, server included; found ${found}\n`,
  );
  await http.close();
  server.closeAllConnections();
  server.close();
}

const folder = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
try {
  for (const bytes of SIZES) {
    const path = join(folder, 'index.json');
    await generate(path, bytes);
    await measure(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
