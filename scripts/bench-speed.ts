// npm run bench:speed [-- --against REVISION]: time of a plan, candidates evaluated a second, and the ratio to another commit.
// Prints medians of several runs; machines differ and are noisy, so compare ratios on one machine, not seconds across machines.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { loadSolver } from '../src/files/load-solver.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readWorkload } from '../src/files/read-documents.ts';
import { planInDetail } from '../src/plan/plan-workload.ts';
import { compareOwning } from '../src/tco/compare-owning.ts';

const PROCESS_RUNS = 9;
/** Searches one plan makes: one for its options, the others for what would flip them. */
const ROUNDS_OF_A_PLAN = 20;
const WARM_RUNS = 30;
/** Pairs of processes, ours and the other commit's in turn, so that a busy moment meets both. */
const PAIRED_RUNS = 5;
const COMPARED = ['chat', 'growing-office'];
const COMPARISON_RUNS = 7;
const DRAWS = 10_000;
const files = findPackage();
const main = join(files.root, 'dist/src/cli/main.js');
/** Runs the command line in the child and tells its own CPU time on leaving. */
const CHILD_TIMER = `
  const [script, ...rest] = process.argv.slice(1);
  process.argv = [process.argv[0], script, ...rest];
  process.on('exit', () => { const u = process.resourceUsage(); process.stderr.write('\\n' + (u.userCPUTime + u.systemCPUTime)); });
  import(require('node:url').pathToFileURL(script).href);
`;
const { values } = parseArgs({ options: { against: { type: 'string' }, rate: { type: 'string' } } });

if (values.rate !== undefined) process.stdout.write(`${await candidatesPerSecond(values.rate)}\n`);
else {
  reportProcesses();
  await reportComparisons();
  const rate = await candidatesPerSecond(files.root);
  console.log(
    `candidates sized a second over the searches of a plan, states remembered between them: ${Math.round(rate).toLocaleString('en-US')} (median of ${WARM_RUNS})`,
  );
  compareWith(values.against ?? previousCommit());
}

function reportProcesses(): void {
  const repeat = (args: readonly string[]) => Array.from({ length: PROCESS_RUNS }, () => timeProcess(args));
  report('--help', repeat(['--help']));
  for (const name of exampleNames(files.root))
    report(`plan ${name}`, repeat(['plan', join(files.root, 'examples', name), '--format', 'json']));
}

/** Draws, curve, mix and schedule of `seekstack tco`, the plan itself left out. */
async function reportComparisons(): Promise<void> {
  const catalog = loadCatalog(files.catalog, files.compiledCatalog);
  const solve = await loadSolver();
  for (const name of COMPARED) {
    const read = readWorkload(join(files.root, 'examples', `${name}.yaml`));
    const detail = planInDetail({
      workload: read.workload,
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog,
      version: files.version,
    });
    const seconds = Array.from({ length: COMPARISON_RUNS }, () => {
      const started = performance.now();
      compareOwning({ detail, version: files.version, draws: DRAWS, seed: 1, solve });
      return (performance.now() - started) / 1000;
    });
    console.log(
      `tco ${name}: ${DRAWS.toLocaleString('en-US')} draws, mix and schedule in ${(median(seconds) * 1000).toFixed(0)} ms (median of ${COMPARISON_RUNS})`,
    );
  }
}

function exampleNames(root: string): string[] {
  return readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml') && name !== 'policy.yaml');
}

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

function report(name: string, samples: readonly { cpuSeconds: number; wallSeconds: number }[]): void {
  const milliseconds = (seconds: number[]) => `${(median(seconds) * 1000).toFixed(0)} ms`;
  console.log(
    `${name.padEnd(34)} process time ${milliseconds(samples.map((each) => each.cpuSeconds)).padStart(8)}   wall ${milliseconds(samples.map((each) => each.wallSeconds)).padStart(8)}   (median of ${samples.length})`,
  );
}

/** Candidates a second of the planner built under a folder, over the examples of that folder. */
async function candidatesPerSecond(root: string): Promise<number> {
  const load = (path: string) => import(pathToFileURL(join(root, 'dist/src', path)).href);
  const { loadCatalog } = (await load('files/compiled-catalog.js')) as typeof import('../src/files/compiled-catalog.ts');
  const { readWorkload } = (await load('files/read-documents.js')) as typeof import('../src/files/read-documents.ts');
  const { resolveWorkload } = (await load('plan/resolve-workload.js')) as typeof import('../src/plan/resolve-workload.ts');
  const { taskOf } = (await load('plan/sizing-task.js')) as typeof import('../src/plan/sizing-task.ts');
  const { listMachines } = (await load('search/machines.js')) as typeof import('../src/search/machines.ts');
  const { prepareSearch } = (await load('search/search.js')) as typeof import('../src/search/search.ts');
  const catalog = loadCatalog(join(root, 'catalogs'), join(root, 'dist/catalog.json'));
  const workloads = exampleNames(root).map((name) => readWorkload(join(root, 'examples', name)));
  const rates: number[] = [];
  for (let run = 0; run < WARM_RUNS; run += 1) {
    const started = process.cpuUsage();
    let evaluations = 0;
    for (const read of workloads) {
      const workload = resolveWorkload(read.workload, catalog, read.name);
      const search = prepareSearch(catalog, listMachines(catalog), workload.model, workload.architecture, {
        precisions: workload.precisions,
        engines: workload.engines,
        minimumBits: workload.minimumBits,
        speculation: workload.speculation,
      });
      // A plan asks the same search many times over, for its thresholds; the first time compiles every layout.
      const task = taskOf(workload);
      for (let round = 0; round < ROUNDS_OF_A_PLAN; round += 1) evaluations += search(task).evaluations;
    }
    const used = process.cpuUsage(started);
    rates.push(evaluations / ((used.user + used.system) / 1e6));
  }
  return median(rates);
}

/** The commit before this one; the one checked out where files differ from it. Null outside a repository. */
function previousCommit(): string | null {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: files.root, encoding: 'utf8' });
  const status = git('status', '--porcelain', '--untracked-files=no');
  if (status.status !== 0) return null;
  const revision = git('rev-parse', '--verify', '--quiet', status.stdout.trim() === '' ? 'HEAD~1' : 'HEAD');
  return revision.status === 0 ? revision.stdout.trim() : null;
}

/** Builds another commit beside this one and runs both in turn. */
function compareWith(revision: string | null): void {
  if (revision === null) {
    console.log('no previous commit at hand to compare with');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
  const other = join(folder, 'other');
  const step = (command: string, args: string[], cwd: string) => {
    const child = spawnSync(command, args, { cwd, encoding: 'utf8' });
    if (child.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${child.stderr || child.stdout}`);
    return child.stdout;
  };
  try {
    step('git', ['worktree', 'add', '--detach', other, revision], files.root);
    symlinkSync(join(files.root, 'node_modules'), join(other, 'node_modules'));
    step(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], other);
    step(process.execPath, ['dist/scripts/compile-catalog.js'], other);
    const rateOf = (root: string) => Number(step(process.execPath, [process.argv[1] as string, '--rate', root], files.root));
    const ratios = Array.from({ length: PAIRED_RUNS }, () => rateOf(files.root) / rateOf(other));
    console.log(
      `ratio of candidates a second to ${revision.slice(0, 7)}: ${median(ratios).toFixed(2)} (median of ${PAIRED_RUNS} pairs)`,
    );
  } catch (error) {
    console.log(`not compared with ${revision.slice(0, 7)}: ${(error as Error).message.split('\n')[0]}`);
  } finally {
    spawnSync('git', ['worktree', 'remove', '--force', other], { cwd: files.root });
    rmSync(folder, { recursive: true, force: true });
  }
}
