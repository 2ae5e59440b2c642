// Runs one program through the SDK's own entry point, against a stand-in of the engine.
// In: the compiled program, its configuration, what the world would answer. Out: everything it registered, or its complaints.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type Answers, type Recording, startMonitor } from './monitor.ts';

const STACK = 'recorded';
const require = createRequire(import.meta.url);
const entry = join(dirname(require.resolve('@pulumi/pulumi/package.json')), 'cmd', 'run', 'index.js');

export interface Program {
  readonly project: string;
  /** Path of the compiled entry. */
  readonly path: string;
  readonly config: Readonly<Record<string, string>>;
  /** Names in the configuration that a deployer would keep secret. */
  readonly secrets: readonly string[];
}

/** @returns the recording in the order of names, or what the program said when it failed */
export async function runProgram({ project, path, config, secrets }: Program, answers: Answers): Promise<Recording | string> {
  const monitor = await startMonitor(project, STACK, answers);
  const named = (name: string) => `${project}:${name}`;
  const run = spawn(
    process.execPath,
    [entry, '--monitor', monitor.address, '--engine', monitor.address, '--project', project, '--stack', STACK, path],
    {
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(Object.entries(config).map(([key, value]) => [named(key), value]))),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secrets.map(named)),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaints = '';
  run.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8');
  });
  const exitCode = await new Promise<number | null>((ended) => run.on('close', ended));
  monitor.stop();
  const { recording } = monitor;
  if (exitCode !== 0 || recording.errors.length > 0)
    return [...recording.errors, complaints].filter((each) => each.trim() !== '').join('\n');
  // The SDK sends what does not wait for anything side by side: in the order of their names, the same each time.
  recording.registrations.sort((one, other) => (one.urn < other.urn ? -1 : 1));
  return recording;
}
