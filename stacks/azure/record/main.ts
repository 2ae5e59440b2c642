// Runs the program through the SDK's own entry point, against a stand-in of the engine, and prints what it registered.
// In: optional path of a deployment document. Out: a recording as JSON, with what the SDK's declarations
// say against it; exit code 2 where the document cannot be used.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { placeholders, secretSettings } from '../placeholders.ts';
import { checkRegistration } from '../schema/check-registration.ts';
import { DeclaredTypes } from '../schema/declared-types.ts';
import { azureAnswers } from './answers.ts';
import { startMonitor } from './monitor.ts';

const PROJECT = 'seekstack-azure';
const STACK = 'recorded';

const require = createRequire(import.meta.url);
const entry = join(dirname(require.resolve('@pulumi/pulumi/package.json')), 'cmd', 'run', 'index.js');
const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'main.js');
const document = resolve(process.argv[2] ?? 'deployment.json');

const monitor = await startMonitor(PROJECT, STACK, azureAnswers);
const config = Object.fromEntries(
  Object.entries({ deployment: document, ...placeholders }).map(([key, value]) => [`${PROJECT}:${key}`, value]),
);
const run = spawn(
  process.execPath,
  [entry, '--monitor', monitor.address, '--engine', monitor.address, '--project', PROJECT, '--stack', STACK, program],
  {
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretSettings.map((name) => `${PROJECT}:${name}`)),
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

const { registrations, invocations, outputs, errors } = monitor.recording;
if (exitCode === 0 && errors.length === 0) {
  // The SDK sends what does not wait for anything side by side: in the order of their names, the same each time.
  registrations.sort((one, other) => (one.urn < other.urn ? -1 : 1));
  const types = new DeclaredTypes();
  const problems = registrations.flatMap((each) => checkRegistration(each, types));
  const { version } = JSON.parse(readFileSync(require.resolve('@pulumi/pulumi/package.json'), 'utf8')) as { version: string };
  process.stdout.write(
    `${JSON.stringify({ schema: 'seekstack/recording@1', sdk: version, registrations, invocations, outputs, problems }, null, 2)}\n`,
  );
} else {
  process.stderr.write(`${[...errors, complaints].filter((each) => each.trim() !== '').join('\n')}\n`);
  process.exitCode = 2;
}
