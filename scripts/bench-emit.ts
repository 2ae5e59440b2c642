// npm run bench:emit: time of an emit, and of a synthesis in one process, for either tier on AWS.
// Prints medians of several runs; machines differ and are noisy, so the limits are the issue's, not a promise of every machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { findPackage } from '../src/files/package-root.ts';

const EMIT_RUNS = 9;
const SYNTHESIS_RUNS = 5;
const LIMITS = { emitSeconds: 0.5, synthesisSeconds: 5 } as const;
const TIERS = { 'single-node': 'chat.yaml', kubernetes: 'two-nodes.yaml' } as const;

const files = findPackage();
const main = join(files.root, 'dist/src/cli/main.js');
/** Builds and synthesizes with every check attached; what loading the library took is told apart. */
const SYNTHESIZE = `
  const [path, outdir, root] = process.argv.slice(1);
  const start = performance.now();
  const { App } = await import('aws-cdk-lib');
  const { buildApp } = await import(root + '/dist/stacks/aws/build-app.js');
  const { readDeployment } = await import(root + '/dist/stacks/aws/read-deployment.js');
  const loaded = performance.now();
  const { context } = JSON.parse((await import('node:fs')).readFileSync(root + '/stacks/aws/project/cdk.json', 'utf8'));
  const app = new App({ analyticsReporting: false, outdir, context });
  buildApp(app, readDeployment(path));
  app.synth();
  console.log(JSON.stringify({ load: loaded - start, synthesis: performance.now() - loaded }));
`;

const work = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
let late = 0;
try {
  for (const [tier, example] of Object.entries(TIERS)) {
    const plan = join(work, `${tier}.json`);
    run(['plan', join(files.root, 'examples', example), '-o', plan]);
    const emits = Array.from({ length: EMIT_RUNS }, (_, index) =>
      timed(() => run(['emit', plan, '--provider', 'aws', '--out', join(work, `${tier}-${index}`)])),
    );
    tell(`emit, ${tier}`, median(emits), LIMITS.emitSeconds, `whole process, median of ${EMIT_RUNS}`);
    const document = join(work, `${tier}-0`, 'deployment.json');
    const runs = Array.from({ length: SYNTHESIS_RUNS }, (_, index) => synthesize(document, join(work, `out-${tier}-${index}`)));
    const load = median(runs.map((each) => each.load)) / 1000;
    tell(
      `synthesis, ${tier}`,
      median(runs.map((each) => each.synthesis)) / 1000,
      LIMITS.synthesisSeconds,
      `with every check, first in its process, after ${load.toFixed(1)} s of loading the library; median of ${SYNTHESIS_RUNS}`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = late > 0 ? 1 : 0;

function tell(what: string, seconds: number, limit: number, how: string): void {
  if (seconds > limit) late += 1;
  console.log(`${seconds > limit ? '✘' : '✔'} ${what.padEnd(24)} ${seconds.toFixed(2)} s, limit ${limit} s (${how})`);
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

function run(words: readonly string[]): void {
  const ran = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
}

function synthesize(document: string, outdir: string): { load: number; synthesis: number } {
  const words = ['--input-type=module', '-e', SYNTHESIZE, document, outdir, files.root];
  const ran = spawnSync(process.execPath, words, { cwd: files.root, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '');
}
