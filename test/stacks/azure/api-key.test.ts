// How a node gets the key: the program is run against services that answer as Azure does.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyProgram } from '../../../stacks/azure/api-key.ts';
import { buildUserData } from '../../../stacks/azure/user-data.ts';
import { buildGpuDeployment } from './fixture.ts';
import { parseUserData, readDirective, readNodeFile, splitCommandLine } from './node-files.ts';

const settings = { secretUrl: 'https://kv-1.vault.azure.net/secrets/api-key', clientId: '0000-1' };
const sglang = buildGpuDeployment({ engine: { apiKey: { variable: null, argument: '--api-key' } } });

describe('a node', () => {
  it('asks for the key before its engine starts, and holds it in memory only', () => {
    const config = parseUserData(buildUserData(buildGpuDeployment(), settings));
    expect(readNodeFile(config, '/etc/seekstack/key.env')).toBe(
      `SECRET_URL=${settings.secretUrl}\nCLIENT_ID=0000-1\nKEY_VARIABLE=VLLM_API_KEY\n`,
    );
    const unit = readNodeFile(config, '/etc/systemd/system/seekstack-engine.service');
    expect(readDirective(unit, 'Requires')[0]).toContain('seekstack-key.service');
    expect(readDirective(unit, 'After')[0]).toContain('seekstack-key.service');
    expect(splitCommandLine(readDirective(unit, 'ExecStart')[0] ?? '').join(' ')).toContain(
      '--env-file /run/seekstack/api-key.env',
    );
  });

  it('completes the command of an engine that takes the key as an argument', () => {
    const config = parseUserData(buildUserData(sglang, settings));
    const unit = readNodeFile(config, '/etc/systemd/system/seekstack-engine.service');
    expect(readDirective(unit, 'EnvironmentFile')).toEqual(['/run/seekstack/api-key.env']);
    expect(splitCommandLine(readDirective(unit, 'ExecStart')[0] ?? '').slice(-2)).toEqual(['--api-key', '<API_KEY>']);
  });
});

describe('the program', () => {
  let server: Server;
  let folder = '';
  const asked: string[] = [];
  let secret = 'k3y';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'seekstack-key-'));
    writeFileSync(join(folder, 'fetch.py'), keyProgram);
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      asked.push(
        `${pathname} ${searchParams.get('client_id') ?? ''}${request.headers.metadata ?? request.headers.authorization}`,
      );
      response.end(JSON.stringify(pathname === '/token' ? { access_token: 't0ken' } : { value: secret }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const run = () => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const path = join(folder, 'run', 'api-key.env');
    const child = spawn('python3', [join(folder, 'fetch.py')], {
      env: {
        PATH: process.env.PATH,
        METADATA_URL: `${base}/token`,
        SECRET_URL: `${base}/secrets/api-key`,
        CLIENT_ID: '0000-1',
        KEY_VARIABLE: 'API_KEY',
        KEY_PATH: path,
      },
      stdio: 'ignore',
    });
    return new Promise<{ code: number | null; path: string }>((ended) => child.on('close', (code) => ended({ code, path })));
  };

  it('asks as the identity of the node, and writes for root alone', async () => {
    const { code, path } = await run();
    expect(code).toBe(0);
    expect(asked).toEqual(['/token 0000-1true', '/secrets/api-key Bearer t0ken']);
    expect(readFileSync(path, 'utf8')).toBe('API_KEY=k3y\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'two\nlines'])('refuses the key %j', async (value) => {
    secret = value;
    expect((await run()).code).toBe(1);
  });
});
