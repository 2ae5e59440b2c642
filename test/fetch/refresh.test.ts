// A refresh against hosts that serve known shapes and misbehave: a correct catalogue, or a clear error and the old one untouched.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { InstancePrice } from '../../src/documents/catalog/prices.ts';
import type { RefreshReport } from '../../src/documents/price-refresh.ts';
import { EXIT } from '../../src/errors.ts';
import { makeFolder, root, runCli, type Told } from '../cli/recording.ts';
import { azureItem, azurePage, azureRegion, H100, H200 } from '../prices/vendor-answers.ts';
import { cutShort, flood, halfText, html, redirect, type StandIn, silence, standIn, status, trickle } from './stand-in.ts';

const shipped = (cloud: string) => readFileSync(join(root, `catalogs/prices/${cloud}.yaml`), 'utf8');

/** A folder that lies over the package, with the shipped price files in it. */
function ownFolder(): string {
  const folder = join(makeFolder(), 'own');
  mkdirSync(join(folder, 'prices'), { recursive: true });
  for (const cloud of ['aws', 'azure']) cpSync(join(root, `catalogs/prices/${cloud}.yaml`), join(folder, `prices/${cloud}.yaml`));
  return folder;
}

const refresh = (host: StandIn, folder: string, ...more: string[]): Promise<Told> =>
  runCli([
    ...['catalog', 'refresh', '--catalog', folder, '--cache', join(folder, '../cache'), '--endpoint', host.url.href],
    ...['--as-of', '2026-11-23', '--timeout', '20', ...more],
  ]);

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8');
const rowsOf = (text: string) =>
  new Map((parse(text).instances as InstancePrice[]).map((row) => [`${row.instance}/${row.region}/${row.purchase}`, row]));

/** Lines of one text that the other lacks. */
const linesBeyond = (text: string, other: string) => {
  const there = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !there.has(line));
};

describe('what is written', () => {
  test('Azure, over three pages: rows of the region anew, all else to the byte, one new source', async () => {
    const host = await standIn({ pageSize: 2 });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus');
    expect(told.err).not.toMatch(/E_/);
    expect(told.exitCode).toBe(EXIT.ok);
    expect(host.asked).toHaveLength(3);
    const after = read(folder, 'prices/azure.yaml');
    expect(linesBeyond(after, shipped('azure'))).toEqual([
      '  azure-retail-eastus:',
      expect.stringMatching(/^ {4}title: 'Azure Retail Prices API, virtual machines in eastus, Linux; commitments: reservations/),
      expect.stringMatching(/^ {4}url: 'http:\/\/127.0.0.1:\d+\/api\/retail\/prices\?api-version=2023-01-01-preview&/),
      "    asOf: '2026-11-23'",
      `  - { instance: ${H100}, region: eastus, purchase: on-demand, usdPerHour: 98.32, source: azure-retail-eastus, since: '2026-06-18' }`,
      `  - { instance: ${H100}, region: eastus, purchase: spot, usdPerHour: 18.169536, source: azure-retail-eastus, since: '2026-09-17' }`,
      `  - { instance: ${H100}, region: eastus, purchase: commitment-1y, usdPerHour: 68.493151, source: azure-retail-eastus, since: '2026-11-23', notes: reserved }`,
    ]);
    expect(readdirSync(folder)).toEqual(['prices']);
    expect(told.out).toMatch(/0 moved, 1 new, 2 unchanged, 0 held back, \d+ no longer listed/);
    expect(read(folder, 'prices/aws.yaml')).toBe(shipped('aws'));
    expect((await runCli(['catalog', 'check', '--catalog', folder])).exitCode).toBe(EXIT.ok);
  });

  test('a second refresh on another day changes one date, and pins the rows that were not confirmed', async () => {
    const host = await standIn();
    const folder = ownFolder();
    await refresh(host, folder, 'azure', '--region', 'eastus');
    const first = read(folder, 'prices/azure.yaml');
    await refresh(host, folder, 'azure', '--region', 'eastus', '--as-of', '2026-12-24', '--cache-age', '0');
    expect(linesBeyond(read(folder, 'prices/azure.yaml'), first)).toEqual(["    asOf: '2026-12-24'"]);
    const fewer = await standIn({ azure: (region) => azureRegion(region).slice(0, 2) });
    await refresh(fewer, folder, 'azure', '--region', 'eastus', '--as-of', '2027-01-15', '--cache-age', '0');
    const rows = rowsOf(read(folder, 'prices/azure.yaml'));
    expect(rows.get(`${H100}/eastus/on-demand`)).toEqual(expect.not.objectContaining({ asOf: expect.anything() }));
    expect(rows.get(`${H100}/eastus/spot`)?.asOf).toBe('2026-12-24');
  });

  test('the same refresh again writes nothing', async () => {
    const host = await standIn();
    const folder = ownFolder();
    await refresh(host, folder, '--region', 'eastus', '--region', 'us-east-1', '--accept', 'all');
    const before = [read(folder, 'prices/azure.yaml'), read(folder, 'prices/aws.yaml')];
    const again = await refresh(host, folder, '--region', 'eastus', '--region', 'us-east-1');
    expect(again.out).toContain('Nothing to write.');
    expect([read(folder, 'prices/azure.yaml'), read(folder, 'prices/aws.yaml')]).toEqual(before);
  });

  test('AWS: on-demand from the offer file, commitments from savings plans, spot left alone without credentials', async () => {
    const host = await standIn({ gzip: true });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'aws', '--region', 'us-east-1', '--payment', 'all-upfront');
    expect(told.exitCode).toBe(EXIT.ok);
    const rows = rowsOf(read(folder, 'prices/aws.yaml'));
    expect(rows.get('p5.48xlarge/us-east-1/on-demand')).toEqual({
      instance: 'p5.48xlarge',
      region: 'us-east-1',
      purchase: 'on-demand',
      usdPerHour: 55.04,
      source: 'aws-offer-us-east-1',
      since: '2026-07-20',
    });
    expect(rows.get('p5en.48xlarge/us-east-1/commitment-3y')).toMatchObject({
      usdPerHour: 23.8,
      source: 'aws-savings-plan-us-east-1',
    });
    expect(told.out).toContain('AWS spot prices: a stand-in was given with --endpoint');
  });

  test('reservations instead of savings plans, where they are asked for', async () => {
    const host = await standIn();
    const folder = ownFolder();
    await refresh(
      host,
      folder,
      'aws',
      '--region',
      'us-east-1',
      '--commitment',
      'reservation',
      '--payment',
      'partial-upfront',
      '--accept',
      'all',
    );
    expect(rowsOf(read(folder, 'prices/aws.yaml')).get('p5en.48xlarge/us-east-1/commitment-3y')).toMatchObject({
      usdPerHour: 24,
      notes: 'reserved, partial upfront',
    });
    expect(host.asked.some((path) => path.startsWith('/savingsPlan'))).toBe(false);
  });

  test('a new folder starts from the package and lies over it', async () => {
    const host = await standIn({ azure: () => [azureItem(H100, 'eastus', 90)] });
    const folder = join(makeFolder(), 'new');
    expect((await refresh(host, folder, 'azure', '--region', 'eastus')).exitCode).toBe(EXIT.ok);
    expect(readdirSync(join(folder, 'prices')).sort()).toEqual(['azure.yaml', 'history']);
    const listed = await runCli(['catalog', 'list', 'prices', '--catalog', folder, '--format', 'json']);
    const prices = JSON.parse(listed.out) as InstancePrice[];
    expect(
      prices.find((each) => each.instance === H100 && each.region === 'eastus' && each.purchase === 'on-demand')?.usdPerHour,
    ).toBe(90);
    expect(prices.some((each) => each.instance === 'p5.48xlarge')).toBe(true);
  });

  test('--dry-run tells the same and writes nothing', async () => {
    const host = await standIn();
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus', '--dry-run', '--format', 'md');
    expect(told.out).toContain('Would write prices/azure.yaml.');
    expect(told.out).toContain('| Standard\\_ND96isr\\_H100\\_v5/eastus/commitment-1y | none | 68.493151 | new |');
    expect(read(folder, 'prices/azure.yaml')).toBe(shipped('azure'));
  });

  test('comments, order and odd layout of a file of one’s own stay as they are', async () => {
    const host = await standIn({ azure: () => [azureItem(H100, 'eastus', 99), azureItem(H200, 'eastus', 85)] });
    const folder = makeFolder();
    mkdirSync(join(folder, 'own/prices'), { recursive: true });
    const own = `# mine
schema: seekstack/prices@1
sources:
  mine: { kind: price-list, title: what we pay, asOf: '2026-01-01' } # keep

instances:
  # the big one
  - instance: ${H100} # not the NC
    region: eastus
    purchase: on-demand
    usdPerHour: 98.32
    source: mine

  - { instance: Standard_NC96ads_A100_v4, region: eastus,  purchase: on-demand, usdPerHour: 14.69, source: mine }   # odd
hosted: []
`;
    writeFileSync(join(folder, 'own/prices/azure.yaml'), own);
    await refresh(host, join(folder, 'own'), 'azure', '--region', 'eastus', '--accept', 'all');
    const after = read(join(folder, 'own'), 'prices/azure.yaml');
    expect(after).toContain('# mine\nschema: seekstack/prices@1\nsources:\n  mine: { kind: price-list');
    expect(after).toContain('# keep\n');
    expect(after).toContain(
      '  # the big one\n  - { instance: Standard_ND96isr_H100_v5, region: eastus, purchase: on-demand, usdPerHour: 99,',
    );
    expect(after).toContain('region: eastus,  purchase: on-demand, usdPerHour: 14.69, source: mine }   # odd\n');
    expect(rowsOf(after).get(`${H200}/eastus/on-demand`)?.usdPerHour).toBe(85);
    expect(after.endsWith('hosted: []\n')).toBe(true);
  });
});

describe('sanity', () => {
  const dear = () => [azureItem(H100, 'eastus', 128.7992)];

  test('a price that moved by more than 30 % is held back, the rest is written, and the exit code is 5', async () => {
    const host = await standIn({ azure: () => [...dear(), ...azureRegion('eastus').slice(2, 3)] });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus');
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toMatch(/E_PRICE_HELD {2}1 price was held back/);
    expect(told.out).toMatch(/ND96isr_H100_v5\/eastus\/on-demand {2}USD 98.32 → USD 128.7992: moved by \+31.0%, more than 30%/);
    const rows = rowsOf(read(folder, 'prices/azure.yaml'));
    expect(rows.get(`${H100}/eastus/on-demand`)).toMatchObject({ usdPerHour: 98.32, source: 'karpenter-azure' });
    expect(rows.get(`${H100}/eastus/spot`)).toMatchObject({ source: 'azure-retail-eastus' });
  });

  test('--accept takes it, and the history keeps what it replaced', async () => {
    const host = await standIn({ azure: dear });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus', '--accept', `${H100}/eastus/on-demand`);
    expect(told.exitCode).toBe(EXIT.ok);
    expect(told.out).toContain('+31% (accepted)');
    expect(rowsOf(read(folder, 'prices/azure.yaml')).get(`${H100}/eastus/on-demand`)).toMatchObject({
      usdPerHour: 128.7992,
      since: '2026-11-23',
    });
    const history = parse(read(folder, 'prices/history/azure.yaml'));
    expect(history.instances).toEqual([
      {
        instance: H100,
        region: 'eastus',
        purchase: 'on-demand',
        usdPerHour: 98.32,
        source: 'karpenter-azure-2026-06-18',
        asOf: '2026-06-18',
        since: '2026-06-18',
      },
    ]);
    expect(history.sources['karpenter-azure-2026-06-18']).toMatchObject({ kind: 'price-list' });
  });

  test.each<[string, () => ReturnType<typeof dear>, RegExp]>([
    ['a fall', () => [azureItem(H100, 'eastus', 60)], /moved by -39.0%/],
    [
      'a first price of an instance',
      () => [azureItem('Standard_ND128isr_GB300_v6', 'eastus', 60)],
      /the first price known of this instance/,
    ],
    [
      'a commitment above the list price',
      () => [
        azureItem(H100, 'eastus', 98.32),
        azureItem(H100, 'eastus', 98.32 * 8760 * 1.1, { type: 'Reservation', reservationTerm: '1 Year' }),
      ],
      /above the on-demand price/,
    ],
    [
      'a reservation that is hourly for once',
      () => [azureItem(H100, 'eastus', 98.32), azureItem(H100, 'eastus', 60, { type: 'Reservation', reservationTerm: '1 Year' })],
      /less than 10% of the on-demand price/,
    ],
    ['a price in a region far from the others', () => [azureItem(H200, 'eastus', 300)], /new, and other regions ask about USD/],
  ])('%s is held back', async (_, azure, words) => {
    const host = await standIn({ azure });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus', '--format', 'json');
    const { changes } = JSON.parse(told.out) as RefreshReport;
    const held = changes.flatMap((change) => change.held);
    expect(held.join('; ')).toMatch(words);
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
  });

  test('spot at the on-demand price is marked, not taken for a bargain', async () => {
    const host = await standIn();
    const folder = ownFolder();
    await refresh(host, folder, 'azure', '--region', 'eastus2', '--accept', 'all');
    expect(rowsOf(read(folder, 'prices/azure.yaml')).get(`${H200}/eastus2/spot`)).toMatchObject({
      usdPerHour: 84.8,
      notes: 'no discount',
    });
  });

  test('two candidates stop the refresh; --skip leaves that row alone', async () => {
    const host = await standIn({ azure: () => [...azureRegion('eastus'), azureItem(H100, 'eastus', 99)] });
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus');
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toMatch(/E_PRICE_AMBIGUOUS/);
    expect(read(folder, 'prices/azure.yaml')).toBe(shipped('azure'));
    const skipped = await refresh(
      host,
      folder,
      'azure',
      '--region',
      'eastus',
      '--skip',
      `${H100}/eastus/on-demand`,
      '--accept',
      'all',
    );
    expect(skipped.exitCode).toBe(EXIT.ok);
    expect(rowsOf(read(folder, 'prices/azure.yaml')).get(`${H100}/eastus/on-demand`)?.source).toBe('karpenter-azure');
  });
});

describe('hosts that misbehave', () => {
  test('throttling, failures and broken connections are tried again', async () => {
    const host = await standIn();
    host.moods.push(status(429, { 'retry-after': '0' }), status(503), cutShort);
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus');
    expect(told.exitCode).toBe(EXIT.ok);
    expect(host.asked).toHaveLength(4);
    expect(told.err).toMatch(
      /status 429; trying again[\s\S]*status 503; trying again[\s\S]*the connection failed .*; trying again/,
    );
  }, 30_000);

  test.each<[string, StandIn['moods'][number], string, RegExp]>([
    ['a refusal', status(403), 'E_SOURCE_UNREACHABLE', /got: status 403/],
    ['a sign-in page', html, 'E_SOURCE_SHAPE', /an answer of type text\/html/],
    ['half a text', halfText, 'E_SOURCE_SHAPE', /do not end as JSON does/],
    ['a redirect elsewhere', redirect('http://example.com/prices'), 'E_SOURCE_UNREACHABLE', /a redirect to http:\/\/example.com/],
    ['a redirect to a file', redirect('file:///etc/passwd'), 'E_SOURCE_UNREACHABLE', /a redirect to/],
    ['more than is read', flood, 'E_SOURCE_SHAPE', /more than 16777216 bytes/],
    [
      'a wait beyond the timeout',
      status(429, { 'retry-after': '3600' }),
      'E_SOURCE_UNREACHABLE',
      /status 429, to be asked again after 3600 s/,
    ],
  ])('%s is told, and the catalogue is untouched', async (_, mood, code, words) => {
    const host = await standIn();
    host.moods.push(mood);
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus');
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toContain(`${code}  ${host.url.href}api/retail/prices`);
    expect(told.err).toMatch(words);
    expect(told.out).toBe('');
    expect(read(folder, 'prices/azure.yaml')).toBe(shipped('azure'));
    expect(readdirSync(join(folder, 'prices')).sort()).toEqual(['aws.yaml', 'azure.yaml']);
  });

  test.each<[string, StandIn['moods'][number]]>([
    ['silence', silence],
    ['a trickle', trickle],
  ])('%s ends with the timeout', async (_, mood) => {
    const host = await standIn();
    host.moods.push(mood);
    const folder = ownFolder();
    const told = await refresh(host, folder, 'azure', '--region', 'eastus', '--timeout', '1');
    expect(told.err).toMatch(/E_SOURCE_UNREACHABLE.*\n {2}got: no complete answer within 1 s/);
    expect(read(folder, 'prices/azure.yaml')).toBe(shipped('azure'));
  });

  test('a redirect on the same host is followed; a circle of them is not', async () => {
    const host = await standIn();
    host.moods.push((request, response) => redirect(`${request.url}&again=1`)(request, response));
    const folder = ownFolder();
    expect((await refresh(host, folder, 'azure', '--region', 'eastus')).exitCode).toBe(EXIT.ok);
    host.moods.push(...Array.from({ length: 10 }, () => redirect('/api/retail/prices')));
    expect((await refresh(host, ownFolder(), 'azure', '--region', 'eastus')).err).toMatch(/more than 5 redirects/);
  });

  test('a next page on another host, or the same page for ever, is refused', async () => {
    const folder = ownFolder();
    const elsewhere = await standIn();
    elsewhere.answers.set(
      '/api/retail/prices',
      azurePage(azureRegion('eastus'), 'https://evil.example/api/retail/prices?$skip=1000'),
    );
    expect((await refresh(elsewhere, folder, 'azure', '--region', 'eastus')).err).toMatch(
      /the next page at https:\/\/evil.example\/api/,
    );
    const circle = await standIn();
    circle.answers.set(
      '/api/retail/prices',
      azurePage(azureRegion('eastus'), 'https://prices.azure.com:443/api/retail/prices?$skip=1'),
    );
    expect((await refresh(circle, folder, 'azure', '--region', 'eastus')).err).toMatch(/page 3, met before/);
    expect(read(folder, 'prices/azure.yaml')).toBe(shipped('azure'));
  });

  test.each<[string, string, unknown, RegExp]>([
    [
      'an index without the region',
      '/offers/v1.0/aws/AmazonEC2/current/region_index.json',
      { regions: {} },
      /no file for us-east-1/,
    ],
    [
      'an index that points elsewhere',
      '/offers/v1.0/aws/AmazonEC2/current/region_index.json',
      { regions: { 'us-east-1': { currentVersionUrl: '//evil.example/us-east-1/x.json' } } },
      /a file elsewhere/,
    ],
    ['a list where a map was', '/offers/v1.0/aws/AmazonEC2/current/region_index.json', { regions: [] }, /regions is a list of 0/],
    [
      'a map where a list was',
      '/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json',
      { regions: {} },
      /regions is a mapping/,
    ],
    [
      'an offer file that ends in the middle',
      '/offers/v1.0/aws/AmazonEC2/20261101000000/us-east-1/index.json',
      '{"version":"1","products":{"a":{"x',
      /middle of a token|ends in the middle/,
    ],
    [
      'an offer file with no terms',
      '/offers/v1.0/aws/AmazonEC2/20261101000000/us-east-1/index.json',
      { version: '1', publicationDate: '2', products: {} },
      /no terms at all/,
    ],
    ['an empty offer file', '/offers/v1.0/aws/AmazonEC2/20261101000000/us-east-1/index.json', '', /ends in the middle/],
  ])('AWS: %s', async (_, path, body, words) => {
    const host = await standIn();
    host.answers.set(path, body);
    const folder = ownFolder();
    const told = await refresh(host, folder, 'aws', '--region', 'us-east-1');
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toMatch(words);
    expect(read(folder, 'prices/aws.yaml')).toBe(shipped('aws'));
  });
});

describe('the cache', () => {
  test('a young answer is taken without asking, an older one is asked about and confirmed', async () => {
    const host = await standIn({ etags: true });
    const folder = ownFolder();
    const args = ['azure', '--region', 'eastus', '--dry-run', '--format', 'json'];
    const first = await refresh(host, folder, ...args);
    await refresh(host, folder, ...args);
    expect(host.asked).toHaveLength(1);
    const later = await refresh(host, folder, ...args, '--as-of', '2026-11-25');
    expect(host.asked).toHaveLength(2);
    expect(host.headers[1]?.['if-none-match']).toMatch(/^"\d+"$/);
    const prices = (told: Told) => (JSON.parse(told.out) as RefreshReport).changes.map((change) => change.after?.usdPerHour);
    expect(prices(later)).toEqual(prices(first));
  });

  test('an entry that is cut short is asked for again', async () => {
    const host = await standIn();
    const folder = ownFolder();
    await refresh(host, folder, 'azure', '--region', 'eastus', '--dry-run');
    const cache = join(folder, '../cache');
    for (const file of readdirSync(cache))
      writeFileSync(join(cache, file), readFileSync(join(cache, file), 'utf8').slice(0, 100));
    expect((await refresh(host, folder, 'azure', '--region', 'eastus', '--dry-run')).exitCode).toBe(EXIT.ok);
    expect(host.asked).toHaveLength(2);
  });
});

test('requests go through the proxy of the environment, unless it is told to leave a host out', async () => {
  const host = await standIn();
  const folder = ownFolder();
  const proxied: string[] = [];
  const { createServer } = await import('node:http');
  const proxy = createServer().on('connect', (request, socket) => {
    proxied.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((ready) => {
    proxy.listen(0, '127.0.0.1', ready);
  });
  const address = proxy.address() as { port: number };
  const args = [
    'catalog',
    'refresh',
    'azure',
    '--region',
    'eastus',
    '--catalog',
    folder,
    '--cache',
    join(folder, '../cache'),
    '--dry-run',
  ];
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${address.port}`, HTTP_PROXY: `http://127.0.0.1:${address.port}` };
  const told = await runCli([...args, '--timeout', '2'], { environment });
  expect(proxied[0]).toBe('prices.azure.com:443');
  expect(told.err).toMatch(/E_SOURCE_UNREACHABLE/);
  const around = await runCli([...args, '--endpoint', host.url.href], { environment: { ...environment, NO_PROXY: '127.0.0.1' } });
  expect(around.exitCode).toBe(EXIT.ok);
  proxy.close();
});
