// Pulumi's engine, the real one, with a state of its own on this machine, and stand-ins for what cannot be had without
// an account. In: a `pulumi` on the PATH or named in PULUMI_ENGINE; a folder to work in. Out: a way to give it commands.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

/** What a user can mend; its message is complete. */
export class NoEngine extends Error {}

export interface Engine {
  /** As it says of itself. */
  readonly version: string;
  /** Path of the program. */
  readonly path: string;
  /** Whose language host starts the program. */
  readonly languageHost: string;
  /** Providers that are stood in for, with the version of their SDK. */
  readonly providers: readonly string[];
  /** Where the stand-ins write what they made. */
  readonly ledger: string;
  /** Folder of the state. */
  readonly state: string;
  /** Path of the deployment document that the program will read. */
  readonly document: string;
  run(...words: readonly string[]): Ran;
}

export interface Ran {
  readonly succeeded: boolean;
  readonly stdout: string;
  /** Everything it printed, in the order of its streams. */
  readonly text: string;
}

const HOST = 'pulumi-language-nodejs';
const LINKED = ['dist', 'node_modules', 'package.json'];
/** Of a user who has more than one account, none must be used. */
const NOT_INHERITED = /^(PULUMI_|ARM_|AZURE_)/;

/**
 * Lays out a project that reads and writes nothing outside the folder.
 * @param project - folder of Pulumi.yaml
 * @throws NoEngine when there is no pulumi
 */
export function prepareEngine(project: string, folder: string): Engine {
  const path = findEngine();
  const version = spawnSync(path, ['version'], { encoding: 'utf8', env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' } });
  if (version.status !== 0) throw new NoEngine(`${path} does not run\n  it says: ${version.stderr || String(version.error)}`);
  const [bin, copy, state, home] = ['bin', 'project', 'state', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const each of [bin, copy, state, home]) mkdirSync(each);
  for (const name of LINKED) symlinkSync(join(project, name), join(copy, name));
  writeFileSync(join(copy, 'Pulumi.yaml'), readFileSync(join(project, 'Pulumi.yaml')));
  const ledger = join(folder, 'ledger.jsonl');
  const host = [dirname(path), ...pathFolders()].map((each) => join(each, HOST)).find((each) => existsSync(each));
  if (host === undefined) writeProgram(join(bin, HOST), 'language-host.js');
  const providers = listProviders(project);
  for (const { name, version: of } of providers) writeProgram(join(bin, `pulumi-resource-${name}`), 'provider.js', ledger, of);
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))),
    PATH: [bin, dirname(path), ...pathFolders()].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: 'rehearsal',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
  return {
    version: version.stdout.trim(),
    path,
    languageHost: host ?? 'stand-in that starts the entry point of the SDK',
    providers: providers.map((each) => `${each.name} ${each.version}`),
    ledger,
    state,
    document: join(copy, 'deployment.json'),
    run: (...words) => {
      const ran = spawnSync(path, ['--non-interactive', '--color', 'never', '--cwd', copy, ...words], {
        env: environment,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      return { succeeded: ran.status === 0, stdout: ran.stdout, text: `${ran.stdout}\n${ran.stderr}` };
    },
  };
}

function findEngine(): string {
  const named = process.env.PULUMI_ENGINE;
  const path =
    named ??
    pathFolders()
      .map((each) => join(each, 'pulumi'))
      .find((each) => existsSync(each));
  if (path === undefined || !existsSync(path))
    throw new NoEngine(
      `${named === undefined ? 'pulumi is not on the PATH' : `there is no ${named}`}\n` +
        '  fix: install the Pulumi CLI, or name one in PULUMI_ENGINE',
    );
  return path;
}

function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((each) => each !== '');
}

/** Every SDK of a provider that the project depends on. */
function listProviders(project: string): { name: string; version: string }[] {
  const modules = join(project, 'node_modules', '@pulumi');
  const { dependencies = {}, devDependencies = {} } = readJson(join(project, 'package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string> | undefined
  >;
  return Object.keys({ ...dependencies, ...devDependencies })
    .filter((name) => name.startsWith('@pulumi/') && name !== '@pulumi/pulumi')
    .map((name) => name.slice('@pulumi/'.length))
    .sort()
    .map((name) => ({ name, version: String(readJson(join(modules, name, 'package.json')).version) }));
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

/** The engine starts plugins by name, as programs without an ending. */
function writeProgram(path: string, program: string, ...words: readonly string[]): void {
  const command = [process.execPath, join(import.meta.dirname, program), ...words].map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  );
  writeFileSync(path, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
}
