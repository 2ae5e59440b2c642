// An endpoint behind another address than its certificate names: a balancer, a tunnel. Met by processes, since a process settles
// whom it trusts when it starts.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { lookAtEndpoint } from '../../src/drive/look-at-endpoint.ts';
import { makeFolder } from '../cli/recording.ts';
import { root } from '../load-real.ts';
import { DONE, delta, event, finish, usage } from './scripted-server.ts';

const NAME = 'bench.example.com';

/** Serves under a certificate for that name, made for this test alone. */
async function serve(folder: string, status = 200): Promise<string> {
  const [key, chain] = [join(folder, 'key.pem'), join(folder, 'chain.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${NAME}`, '-keyout', key, '-out', chain],
      ...['-addext', `subjectAltName=DNS:${NAME}`],
    ],
    { stdio: 'ignore' },
  );
  const server: Server = createServer({ key: readFileSync(key), cert: readFileSync(chain) }, (request, response) => {
    response.statusCode = status;
    if (request.method === 'GET') {
      response.end(JSON.stringify({ data: [{ id: 'toy' }] }));
      return;
    }
    request.resume();
    response.setHeader('content-type', 'text/event-stream');
    for (let token = 0; token < 4; token += 1) response.write(event(delta({ content: 'a ' })));
    response.end(event(finish) + event(usage(40, 4)) + DONE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A process that trusts the certificate in a folder. */
function trusting(folder: string, words: readonly string[]): Promise<{ code: number | null; told: string }> {
  return new Promise((resolve) => {
    const environment = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: join(folder, 'chain.pem') };
    const child = spawn(process.execPath, words, { cwd: folder, env: environment });
    let told = '';
    for (const from of [child.stdout, child.stderr]) from.on('data', (text) => (told += String(text)));
    child.on('close', (code) => resolve({ code, told }));
  });
}

const load = ['--prompt', '40', '--output', '4', '--warm-up', '1s', '--duration', '1s', '--drain', '5s', '--concurrency', '1'];

test('bench run believes a certificate by the name it is given, and no other', async () => {
  const folder = makeFolder();
  const url = await serve(folder);
  const run = (...words: string[]) =>
    trusting(folder, [join(root, 'dist/src/cli/main.js'), 'bench', 'run', '--endpoint', url, ...load, ...words]);
  expect(await run('--model', 'toy', '--out', 'without')).toMatchObject({
    code: 5,
    told: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
  const named = await run('--server-name', NAME, '--out', 'named');
  expect(named.told).toContain('wrote named/bench-run.json');
  const outcomes = readFileSync(join(folder, 'named/requests.jsonl'), 'utf8').match(/"outcome":"[a-z-]+"/g);
  // The request that is out when the point is over is taken back.
  expect([...new Set(outcomes?.slice(0, -1))]).toEqual(['"outcome":"ok"']);
});

test('one look tells what waiting will not mend from what it may', async () => {
  const folder = makeFolder();
  const url = await serve(folder);
  const module = pathToFileURL(join(root, 'dist/src/drive/look-at-endpoint.js')).href;
  const look = async (seen: object, trusted = folder) => {
    const program = `const { lookAtEndpoint } = await import('${module}'); console.log(JSON.stringify(await lookAtEndpoint(${JSON.stringify(seen)})));`;
    return JSON.parse((await trusting(trusted, ['--input-type=module', '-e', program])).told) as unknown;
  };
  expect(await look({ url, serverName: NAME, key: null })).toEqual({ state: 'answers', heard: 'HTTP 200' });
  expect(await look({ url, key: null })).toMatchObject({ state: 'refused' });
  expect(await lookAtEndpoint({ url, serverName: NAME, key: null })).toEqual({
    state: 'refused',
    heard: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  });
  const other = makeFolder();
  const starting = await serve(other, 503);
  expect(await look({ url: starting, serverName: NAME, key: null }, other)).toEqual({ state: 'not-yet', heard: 'HTTP 503' });
  expect(await lookAtEndpoint({ url: 'http://127.0.0.1:1/v1', key: null })).toMatchObject({ state: 'not-yet' });
  expect(await lookAtEndpoint({ url: 'https://nowhere.invalid/v1', key: null })).toMatchObject({ state: 'not-yet' });
});
