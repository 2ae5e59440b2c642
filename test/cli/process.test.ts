// The process: what only shows when the program runs as one.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { examplePath, listAll, makeFolder, put, root, soundWorkload } from './recording.ts';

const main = join(root, 'dist/src/cli/main.js');

beforeAll(() => {
  if (!existsSync(main)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
});

/** Runs the built program; `preload` is loaded before it. */
function start(args: readonly string[], { cwd = root, preload }: { cwd?: string; preload?: string } = {}) {
  const before = preload === undefined ? [] : ['--import', pathToFileURL(preload).href];
  return spawnSync(process.execPath, [...before, main, ...args], { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } });
}

test('the same command gives the same bytes, from another folder and by another name for the file', () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'deep'));
  put(folder, 'chat.yaml', readFileSync(examplePath('chat')));
  const runs = [
    start(['plan', 'examples/chat.yaml', '--format', 'json']),
    start(['plan', examplePath('chat'), '--format', 'json'], { cwd: folder }),
    start(['plan', '../chat.yaml', '--format', 'json'], { cwd: join(folder, 'deep') }),
  ];
  for (const run of runs) expect([run.status, run.stderr]).toEqual([0, '']);
  expect(new Set(runs.map((run) => run.stdout)).size).toBe(1);
  expect(runs[0]?.stdout).not.toContain(root);
});

test('planning and emitting open no socket and ask no name server', () => {
  const folder = makeFolder();
  const preload = put(
    folder,
    'no-network.mjs',
    `import net from 'node:net'; import dns from 'node:dns'; import { syncBuiltinESMExports } from 'node:module';
     const refuse = () => { process.stderr.write('NETWORK'); process.exit(99); };
     net.connect = net.createConnection = net.Socket.prototype.connect = dns.lookup = dns.promises.lookup = globalThis.fetch = refuse;
     syncBuiltinESMExports();`,
  );
  const plan = join(folder, 'plan.json');
  expect(start(['plan', examplePath('chat'), '-o', plan], { preload })).toMatchObject({ status: 0, stderr: `wrote ${plan}\n` });
  expect(start(['emit', plan, '--out', join(folder, 'out')], { preload })).toMatchObject({ status: 0, stderr: '' });
  // The guard itself works, or the two above would prove nothing.
  const probe = put(folder, 'probe.mjs', "import net from 'node:net'; net.connect(9);");
  expect(spawnSync(process.execPath, ['--import', pathToFileURL(preload).href, probe]).status).toBe(99);
});

test('exit codes reach the shell, and a refusal leaves standard output empty', () => {
  const folder = makeFolder();
  const path = put(folder, 'w.yaml', soundWorkload.replace('USD 120k', 'USD 100'));
  expect(start(['plan', path]).status).toBe(3);
  const refused = start(['plan', join(folder, 'none.yaml')]);
  expect([refused.status, refused.stdout, refused.stderr.split(' ')[0]]).toEqual([2, '', 'E_FILE_MISSING']);
  expect(listAll(folder)).toEqual(['w.yaml']);
});

test('output that is no terminal has no colour', () =>
  expect(start(['plan', examplePath('chat')]).stdout).not.toContain('\u001b'));

test('a reader that leaves early is no error, however long the output', () => {
  for (const args of ['plan examples/reasoning.yaml --format json', 'catalog list prices', 'plan examples/chat.yaml']) {
    const shell = `{ "${process.execPath}" "${main}" ${args}; echo "exit $?" >&2; } | head -1 > /dev/null`;
    expect(spawnSync('sh', ['-c', shell], { cwd: root, encoding: 'utf8' }).stderr).toBe('exit 0\n');
  }
});
