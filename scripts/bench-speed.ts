// npm run bench:speed: how long a plan over the whole catalogue takes, and how many candidates are evaluated a second.
// Prints medians of several runs; machines differ and are noisy, so compare ratios on one machine, not seconds across machines.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readWorkload } from '../src/files/read-documents.ts';
import { planWorkload } from '../src/plan/plan-workload.ts';

const PROCESS_RUNS = 9;
const WARM_RUNS = 30;
const files = findPackage();
const main = join(files.root, 'dist/src/cli/main.js');

/** CPU time of a child process, user and system, seconds; and its wall time. */
function timeProcess(args: readonly string[]): { cpuSeconds: number; wallSeconds: number } {
  const started = performance.now();
  const child = spawnSync(process.execPath, ['-e', CHILD_TIMER, main, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const wallSeconds = (performance.now() - started) / 1000;
  return { cpuSeconds: Number(child.stderr.trim().split('\n').at(-1)) / 1e6, wallSeconds };
}

/** Runs the command line in the child and tells its own CPU time on leaving. */
const CHILD_TIMER = `
  const [script, ...rest] = process.argv.slice(1);
  process.argv = [process.argv[0], script, ...rest];
  process.on('exit', () => { const u = process.resourceUsage(); process.stderr.write('\\n' + (u.userCPUTime + u.systemCPUTime)); });
  import(require('node:url').pathToFileURL(script).href);
`;

function report(name: string, samples: readonly { cpuSeconds: number; wallSeconds: number }[]): void {
  const milliseconds = (values: number[]) => `${(median(values) * 1000).toFixed(0)} ms`;
  console.log(
    `${name.padEnd(34)} process time ${milliseconds(samples.map((each) => each.cpuSeconds)).padStart(8)}   wall ${milliseconds(samples.map((each) => each.wallSeconds)).padStart(8)}   (median of ${samples.length})`,
  );
}

const repeat = (args: readonly string[]) => Array.from({ length: PROCESS_RUNS }, () => timeProcess(args));
report('--help', repeat(['--help']));
const examples = readdirSync(join(files.root, 'examples')).filter((name) => name.endsWith('.yaml'));
for (const name of examples) report(`plan ${name}`, repeat(['plan', join(files.root, 'examples', name), '--format', 'json']));

const catalog = loadCatalog(files.catalog, files.compiledCatalog);
const workloads = examples.map((name) => readWorkload(join(files.root, 'examples', name)));
const rates: number[] = [];
for (let run = 0; run < WARM_RUNS; run += 1) {
  const started = process.cpuUsage();
  let evaluations = 0;
  for (const read of workloads)
    evaluations += planWorkload({
      workload: read.workload,
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog,
      version: files.version,
    }).search.evaluations;
  const used = process.cpuUsage(started);
  rates.push(evaluations / ((used.user + used.system) / 1e6));
}
console.log(
  `candidates evaluated a second, warm, whole plans included: ${Math.round(median(rates)).toLocaleString('en-US')} (median of ${WARM_RUNS})`,
);
