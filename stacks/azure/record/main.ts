// Runs the program through the SDK's own entry point, against a stand-in of the engine, and prints what it registered.
// In: optional path of a deployment document. Out: a recording as JSON, with what the declarations of the SDK and of Azure's
// own client packages say against it; exit code 2 where the document cannot be used.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { ArmPackages } from '../schema/arm-packages.ts';
import { checkRegistration } from '../schema/check-registration.ts';
import { DeclaredTypes } from '../schema/declared-types.ts';
import { SecondOpinion } from '../schema/second-opinion.ts';
import { azureAnswers } from './answers.ts';
import { startMonitor } from './monitor.ts';

const PROJECT = 'seekstack-azure';
const STACK = 'recorded';
/** Stand where the deployer's own values would; the same on every machine. */
const PLACEHOLDERS = {
  budgetStart: '2000-01-01',
  sshPublicKey: 'ssh-ed25519 PLACEHOLDER-not-a-key',
  apiKey: 'PLACEHOLDER-not-a-key',
};

const require = createRequire(import.meta.url);
const entry = join(dirname(require.resolve('@pulumi/pulumi/package.json')), 'cmd', 'run', 'index.js');
const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'main.js');
const document = resolve(process.argv[2] ?? 'deployment.json');

const monitor = await startMonitor(PROJECT, STACK, azureAnswers);
const config = Object.fromEntries(
  Object.entries({ deployment: document, ...PLACEHOLDERS }).map(([key, value]) => [`${PROJECT}:${key}`, value]),
);
const run = spawn(
  process.execPath,
  [entry, '--monitor', monitor.address, '--engine', monitor.address, '--project', PROJECT, '--stack', STACK, program],
  {
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([`${PROJECT}:sshPublicKey`, `${PROJECT}:apiKey`]),
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
  const opinion = new SecondOpinion(new ArmPackages());
  const problems = registrations.flatMap((each) => checkRegistration(each, types, opinion));
  const { version } = JSON.parse(readFileSync(require.resolve('@pulumi/pulumi/package.json'), 'utf8')) as { version: string };
  const { consulted, unknown } = opinion;
  const recording = { schema: 'seekstack/recording@1', sdk: version, registrations, invocations, outputs, problems };
  process.stdout.write(`${JSON.stringify({ ...recording, consulted, unknownWords: unknown }, null, 2)}\n`);
} else {
  process.stderr.write(`${[...errors, complaints].filter((each) => each.trim() !== '').join('\n')}\n`);
  process.exitCode = 2;
}
