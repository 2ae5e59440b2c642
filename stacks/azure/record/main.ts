// Runs the program, and of a cluster the second one too, through the SDK's own entry point; prints what they registered.
// In: optional path of a deployment document; the manifests lie beside it. Out: a recording as JSON, with what the
// declarations of the SDK and of Azure's own client packages say against it; exit code 2 where the document cannot be used.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { ArmPackages } from '../schema/arm-packages.ts';
import { checkRegistration } from '../schema/check-registration.ts';
import { DeclaredTypes } from '../schema/declared-types.ts';
import { SecondOpinion } from '../schema/second-opinion.ts';
import { azureAnswers } from './answers.ts';
import type { Recording } from './monitor.ts';
import { PLACEHOLDERS, SECRET_NAMES } from './placeholders.ts';
import { runProgram } from './run-program.ts';

const require = createRequire(import.meta.url);
const programs = join(dirname(fileURLToPath(import.meta.url)), '..');
const deployment = resolve(process.argv[2] ?? 'deployment.json');
const manifests = join(dirname(deployment), 'kubernetes');

async function record(): Promise<Recording[] | string> {
  const outside = await runProgram(
    {
      project: 'seekstack-azure',
      path: join(programs, 'main.js'),
      config: { deployment, ...PLACEHOLDERS },
      secrets: SECRET_NAMES,
    },
    azureAnswers(),
  );
  if (typeof outside === 'string') return outside;
  if (outside.outputs.clusterName === undefined) return [outside];
  if (!existsSync(manifests)) return `no folder ${manifests}: what a cluster runs is recorded with it`;
  const inside = await runProgram(
    {
      project: 'seekstack-azure-in-cluster',
      path: join(programs, 'in-cluster', 'main.js'),
      config: { deployment, manifests, cluster: 'organization/seekstack-azure/recorded' },
      secrets: [],
    },
    azureAnswers(outside.outputs),
  );
  return typeof inside === 'string' ? inside : [outside, inside];
}

const recorded = await record();
if (typeof recorded === 'string') {
  process.stderr.write(`${recorded}\n`);
  process.exitCode = 2;
} else {
  const registrations = recorded.flatMap((each) => each.registrations);
  const types = new DeclaredTypes();
  const opinion = new SecondOpinion(new ArmPackages());
  const problems = registrations.flatMap((each) => checkRegistration(each, types, opinion));
  const { version } = JSON.parse(readFileSync(require.resolve('@pulumi/pulumi/package.json'), 'utf8')) as { version: string };
  const { consulted, unknown } = opinion;
  process.stdout.write(
    `${JSON.stringify(
      {
        schema: 'seekstack/recording@1',
        sdk: version,
        registrations,
        invocations: recorded.flatMap((each) => each.invocations),
        outputs: Object.assign({}, ...recorded.map((each) => each.outputs)),
        problems,
        consulted,
        unknownWords: unknown,
      },
      null,
      2,
    )}\n`,
  );
}
