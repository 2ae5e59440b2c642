// npm run bench:simulation: the simulator beside measured closed loops, and the closed form beside the simulator; then its speed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { median, quantile } from 'simple-statistics';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readWorkload } from '../src/files/read-documents.ts';
import { readText } from '../src/files/read-text.ts';
import { schedulingOf } from '../src/physics/prefill-load.ts';
import { NO_SPECULATION } from '../src/physics/speculation.ts';
import { resolveWorkload } from '../src/plan/resolve-workload.ts';
import { type PlannedFleet, simulatePlanned } from '../src/plan/simulate-fleet.ts';
import { taskOf } from '../src/plan/sizing-task.ts';
import { listMachines } from '../src/search/machines.ts';
import { searchMachines } from '../src/search/search.ts';
import type { Sizing } from '../src/search/size-candidate.ts';
import { type Fleet, simulateFleet } from '../src/simulate/fleet.ts';
import { seededChance } from '../src/simulate/random.ts';
import type { RequestStream } from '../src/simulate/request-stream.ts';
import type { WorkerModel } from '../src/simulate/worker.ts';
import { wholeWorker } from '../src/simulate/worker-model.ts';
import { isClean, parseMeasurements } from './calibration/measurements.ts';
import { resolveRun } from './calibration/run-model.ts';

const files = findPackage();
const catalog = loadCatalog(files.catalog, files.compiledCatalog);
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;

console.log('Measured closed loops (InferenceX, aggregated, clean), median error of the simulator and of the closed form');
compareWithRuns();
console.log('\nClosed form of plans beside the simulator, each machine of each example at its capacity');
compareWithPlans();
console.log('\nSpeed, requests a second of wall time, median of 5');
measureSpeed();

/** Lengths between 0.8 and 1 of the nominal ones, as the benchmark draws them; ten requests for each in flight, two to warm up. */
function compareWithRuns(): void {
  const path = join(files.catalog, 'measurements/inferencex-deepseek-r1.csv');
  const runs = parseMeasurements(readText(path, 64 * 1024 * 1024), path).filter(
    (run) => isClean(run) && run.mode === 'aggregated' && run.speculation !== 'unknown',
  );
  const errors = {
    simulated: { tpot: [] as number[], ttft: [] as number[] },
    closed: { tpot: [] as number[], ttft: [] as number[] },
  };
  for (const run of runs) {
    const resolved = resolveRun(catalog, run);
    if (!('replica' in resolved)) continue;
    const { steps, efficiency } = resolved.replica(catalog);
    const model = wholeWorker(
      {
        steps,
        scheduling: schedulingOf(efficiency, steps.prefillGroups > 1),
        memory: { cacheBytes: 1e18 },
        layout: { dataParallel: 1 },
        speculation: NO_SPECULATION,
        sequenceBytes: (tokens) => tokens,
        blockTokens: 1,
      },
      Number.POSITIVE_INFINITY,
    );
    const result = simulateFleet({
      fleet: { entry: { model, workers: 1 }, decode: null, hostFloorSeconds: efficiency.hostFloor.seconds },
      requests: uniformLengths(run.islTokens, run.oslTokens),
      concurrency: run.concurrency,
      warmUpRequests: 2 * run.concurrency,
      countedRequests: 10 * run.concurrency,
      ttftTargetSeconds: null,
      tpotTargetSeconds: null,
      seed: 1,
    });
    const predicted = resolved.predict(catalog);
    errors.simulated.tpot.push(Math.abs(result.tpot.meanSeconds / run.tpotSeconds - 1));
    errors.simulated.ttft.push(Math.abs(result.ttft.meanSeconds / run.ttftSeconds - 1));
    errors.closed.tpot.push(Math.abs(predicted.tpotSeconds / run.tpotSeconds - 1));
    errors.closed.ttft.push(Math.abs(predicted.ttftSeconds / run.ttftSeconds - 1));
  }
  for (const [name, { tpot, ttft }] of Object.entries(errors))
    console.log(`  ${name.padEnd(10)} TPOT ${percent(median(tpot))}   TTFT ${percent(median(ttft))}   (${tpot.length} runs)`);
}

function uniformLengths(isl: number, osl: number): RequestStream {
  const { uniform } = seededChance(11);
  const draw = (nominal: number) => Math.round(nominal * (0.8 + 0.2 * uniform()));
  const stream = {
    arrivalSeconds: 0,
    promptTokens: 1,
    cachedTokens: 0,
    outputTokens: 1,
    prefixBlocks: null,
    next: () => {
      stream.promptTokens = draw(isl);
      stream.outputTokens = draw(osl);
      return true;
    },
  };
  return stream;
}

interface Compared {
  readonly name: string;
  readonly sizing: Sizing;
  readonly run: Parameters<typeof simulatePlanned>[1];
}

/** The fleet with the fewest nodes of each machine of each example, one replica, at its highest load within the targets. */
function sizedExamples(): Compared[] {
  const names = readdirSync(join(files.root, 'examples')).filter((name) => name.endsWith('.yaml') && name !== 'policy.yaml');
  return names.flatMap((name) => {
    const read = readWorkload(join(files.root, 'examples', name));
    const workload = resolveWorkload(read.workload, catalog, read.name);
    if (workload.use === 'batch') return [];
    const limits = {
      precisions: workload.precisions,
      engines: workload.engines,
      minimumBits: workload.minimumBits,
      speculation: workload.speculation,
    };
    const task = taskOf(workload);
    const seen = new Set<string>();
    return searchMachines(catalog, listMachines(catalog), workload.model, workload.architecture, limits, task).machines.flatMap(
      ({ stacks }): Compared[] => {
        const sizing = stacks.flatMap((stack) => stack.sizings).find((each) => each.prefill === null);
        const key = `${sizing?.capacity.tpotSeconds} ${sizing?.capacity.ttftSeconds}`;
        if (sizing === undefined || seen.has(key)) return [];
        seen.add(key);
        const { percentile } = workload;
        return [
          {
            name,
            sizing,
            run: {
              demand:
                task.traffic.arrivals === 'closed'
                  ? { concurrency: sizing.capacityBatch }
                  : { requestsPerSecond: sizing.capacity.requestsPerSecond },
              requests: {
                prompt: workload.prompt,
                output: workload.output,
                thinking: workload.thinking,
                cacheHitRatio: workload.cacheHitRatio,
                burstiness: workload.burstiness,
                maximumTokens: workload.maximumTokens,
              },
              warmUpRequests: Math.max(2000, 3 * sizing.capacityBatch),
              countedRequests: Math.max(20_000, 8 * sizing.capacityBatch),
              ttftTargetSeconds: null,
              tpotTargetSeconds: percentile,
              seed: 1,
            },
          },
        ];
      },
    );
  });
}

function plannedOf(sizing: Sizing): PlannedFleet {
  return { candidate: sizing.candidate, replicas: 1, maximumSequences: sizing.maximumSequences, prefill: null };
}

function compareWithPlans(): void {
  const apart = new Map<string, { ttft: number[]; tpot: number[] }>();
  for (const { name, sizing, run } of sizedExamples()) {
    const percentile = run.tpotTargetSeconds ?? 0.95;
    const result = simulatePlanned(plannedOf(sizing), { ...run, tpotTargetSeconds: null });
    const row = apart.get(name) ?? { ttft: [], tpot: [] };
    apart.set(name, row);
    row.ttft.push(Math.abs(result.ttft.quantileSeconds(percentile) / sizing.capacity.ttftSeconds - 1));
    row.tpot.push(Math.abs(result.tpot.quantileSeconds(percentile) / sizing.capacity.tpotSeconds - 1));
  }
  const say = (name: string, { ttft, tpot }: { ttft: number[]; tpot: number[] }) =>
    console.log(
      `  ${name.padEnd(18)} TPOT ${percent(median(tpot)).padStart(7)} (P90 ${percent(quantile(tpot, 0.9))})   TTFT ${percent(median(ttft)).padStart(7)} (P90 ${percent(quantile(ttft, 0.9))})   ${tpot.length} machines`,
    );
  for (const [name, row] of apart) say(name, row);
  const rows = [...apart.values()];
  say('all', { ttft: rows.flatMap((row) => row.ttft), tpot: rows.flatMap((row) => row.tpot) });
}

function measureSpeed(): void {
  const queue: WorkerModel = {
    role: 'whole',
    decodeSeconds: () => 1,
    tokensPerStep: 1,
    tokensPerStepVariance: 0,
    prefillSeconds: (_, prompts) => prompts,
    prefillBudgetTokens: 1,
    prefillInterference: 0,
    waitSteps: 0,
    maximumSequences: Number.POSITIVE_INFINITY,
    cacheTokens: Number.POSITIVE_INFINITY,
    sequenceOverheadTokens: 0,
    blockTokens: 0,
    prefixBlockTokens: 0,
  };
  const fleet: Fleet = { entry: { model: queue, workers: 1 }, decode: null, hostFloorSeconds: 0 };
  const requests = 1_000_000;
  const arrivals = (): RequestStream => {
    const { uniform } = seededChance(5);
    const stream = {
      arrivalSeconds: 0,
      promptTokens: 1,
      cachedTokens: 0,
      outputTokens: 1,
      prefixBlocks: null,
      next: () => {
        stream.arrivalSeconds += -Math.log(1 - uniform()) / 0.7;
        return true;
      },
    };
    return stream;
  };
  const before = process.memoryUsage().rss;
  const rate = (run: () => number) => {
    const rates = Array.from({ length: 5 }, () => {
      const started = performance.now();
      return run() / ((performance.now() - started) / 1000);
    });
    return `${Math.round(median(rates) / 1000)} thousand`;
  };
  const base = { concurrency: null, warmUpRequests: 0, ttftTargetSeconds: null, tpotTargetSeconds: null, seed: 1 };
  console.log(
    `  queue alone (M/D/1)            ${rate(() => simulateFleet({ ...base, fleet, requests: arrivals(), countedRequests: requests }).requests)}`,
  );
  const [chat] = sizedExamples().filter(({ name }) => name === 'chat.yaml');
  if (chat !== undefined) {
    const full = (count: number) =>
      simulatePlanned(plannedOf(chat.sizing), { ...chat.run, tpotTargetSeconds: null, countedRequests: count }).requests;
    console.log(`  one replica of chat            ${rate(() => full(100_000))}`);
    full(requests);
  }
  console.log(
    `  resident memory after 1,000,000 requests less before: ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`,
  );
}
