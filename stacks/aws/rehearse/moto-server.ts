// A server that answers as AWS does, on this machine.
// In: nothing but what is installed. Out: its address, its log, and a way to stop it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

/** What a user can mend; its message is complete. */
export class NoServer extends Error {}

export interface MotoServer {
  readonly url: string;
  readonly version: string;
  /** Everything it has printed so far. */
  log(): string;
  stop(): void;
}

const START_SECONDS_MOST = 60;

/**
 * Starts moto with the repairs beside this file.
 * @param logPath - takes what the server prints
 * @throws NoServer when moto is not installed or does not start
 */
export async function startMoto(logPath: string): Promise<MotoServer> {
  const python = findPython();
  const version = spawnSync(python, ['-c', 'import moto; print(moto.__version__)'], { encoding: 'utf8' }).stdout.trim();
  const port = await freePort();
  const log = openSync(logPath, 'w');
  const program = join(sourceFolder(), 'moto_with_repairs.py');
  const server = spawn(python, ['-W', 'ignore', program, '-p', String(port)], { stdio: ['ignore', log, log] });
  closeSync(log);
  // By this name: moto takes the address of a template for its own only where it says localhost.
  const url = `http://localhost:${port}`;
  await answers(url, server, logPath);
  return { url, version, log: () => readFileSync(logPath, 'utf8'), stop: () => server.kill() };
}

/** The interpreter that moto_server names in its first line, so that a virtual environment need not be active. */
function findPython(): string {
  const named = process.env.MOTO_SERVER;
  const script =
    named ??
    (process.env.PATH ?? '')
      .split(delimiter)
      .map((folder) => join(folder, 'moto_server'))
      .find((path) => existsSync(path));
  if (script === undefined || !existsSync(script))
    throw new NoServer("moto_server is not on the PATH\n  fix: pip install 'moto[server]', or name it in MOTO_SERVER");
  const [, interpreter] = /^#!\s*(\S+)/.exec(readFileSync(script, 'utf8')) ?? [];
  const candidates = [interpreter, join(dirname(script), 'python3'), 'python3'].filter((each) => each !== undefined);
  const python = candidates.find((each) => spawnSync(each, ['-c', 'import moto.server']).status === 0);
  if (python === undefined)
    throw new NoServer(`no Python that has moto belongs to ${script}\n  fix: pip install 'moto[server]' where it comes from`);
  return python;
}

async function answers(url: string, server: ChildProcess, logPath: string): Promise<void> {
  for (let second = 0; second < START_SECONDS_MOST; second += 1) {
    if (server.exitCode !== null)
      throw new NoServer(`moto stopped at once: ${readFileSync(logPath, 'utf8').trim().split('\n').at(-1)}`);
    const up = await fetch(`${url}/moto-api/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await wait(1000);
  }
  server.kill();
  throw new NoServer(`moto did not answer within ${START_SECONDS_MOST} seconds`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Compiled programs lie under dist/, what is not compiled stays where it was. */
function sourceFolder(): string {
  const here = import.meta.dirname;
  const beside = here.replace(/([/\\])dist\1/, '$1');
  return existsSync(join(here, 'moto_with_repairs.py')) ? here : beside;
}
