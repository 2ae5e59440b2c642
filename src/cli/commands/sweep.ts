// seekstack sweep: points from a workload and what varies, planned on all cores, results kept as they come.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Piscina } from 'piscina';
import { workloadSchema } from '../../documents/workload.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readDemandTrace } from '../../files/read-demand-trace.ts';
import { readWorkload } from '../../files/read-documents.ts';
import { readWorkloadTariff } from '../../files/read-hourly-tariff.ts';
import { renderSweepCsv, renderSweepTable } from '../../render/sweep-table.ts';
import { parseVariation, type Variation } from '../../sweep/parse-vary.ts';
import { gridPoints, type Point, sampledPoints, withField } from '../../sweep/points.ts';
import type { SweepResult } from '../../sweep/result.ts';
import type { Io } from '../io.ts';
import planPoint, { type SweepJob } from '../sweep-worker.ts';

export interface SweepChoices {
  readonly vary: readonly string[];
  readonly sample?: number;
  readonly seed: number;
  readonly output?: string;
  readonly resume: boolean;
  /** 0 plans in this process. */
  readonly workers?: number;
  readonly format: 'table' | 'csv' | 'json';
  readonly catalog?: string;
}

/** Exit code of a program that was interrupted. */
const INTERRUPTED = 130;

/** @returns 0, or 130 when it was interrupted with results kept */
export async function runSweep(file: string, choices: SweepChoices, io: Io, files: PackageFiles): Promise<number> {
  const read = readWorkload(file);
  const variations = choices.vary.map(parseVariation);
  const points = choices.sample === undefined ? gridPoints(variations) : sampledPoints(variations, choices.sample, choices.seed);
  const documents = points.map((point) => applyPoint(read.document.value, variations, point, file));
  const catalog = openCatalog(files, choices.catalog);
  const trace = (await readDemandTrace(read.workload, file)) ?? null;
  const tariff = readWorkloadTariff(read.workload, file) ?? null;
  const header = {
    schema: 'seekstack/sweep@1',
    workload: basename(file),
    digest: createHash('sha256')
      .update(
        JSON.stringify([
          read.digest,
          choices.vary,
          choices.sample ?? null,
          choices.seed,
          catalog.files,
          files.version,
          trace,
          tariff,
        ]),
      )
      .digest('hex'),
    vary: variations.map(({ field }) => field),
    points: points.length,
  };
  const results = openResults(choices, header);
  const missing = points.flatMap((_, index) => (results.has(index) ? [] : [index]));
  const jobOf = (index: number): SweepJob => ({
    point: index,
    values: points[index] ?? [],
    document: documents[index],
    name: read.name,
    version: files.version,
    catalog: choices.catalog ?? null,
    ofPackage: { catalog: files.catalog, compiledCatalog: files.compiledCatalog },
    trace,
    tariff,
  });
  const started = io.nowSeconds();
  const keep = (result: SweepResult) => {
    results.set(result.point, result);
    if (choices.output !== undefined) appendFileSync(choices.output, `${JSON.stringify(result)}\n`);
    if (io.liveTalk) io.err(`\r${progress(results.size, points.length, missing.length, io.nowSeconds() - started)}`);
  };
  const interrupted = await planAll(missing, jobOf, keep, choices.workers, io);
  if (io.liveTalk) io.err('\r\u001b[2K');
  const sorted = [...results.values()].toSorted((one, other) => one.point - other.point);
  io.out(
    choices.format === 'json'
      ? `${JSON.stringify({ ...header, results: sorted }, null, 2)}\n`
      : choices.format === 'csv'
        ? renderSweepCsv(header.vary, sorted)
        : renderSweepTable(header.vary, sorted),
  );
  if (!interrupted) return EXIT.ok;
  io.err(
    `interrupted with ${sorted.length} of ${points.length} points planned${choices.output === undefined ? '; with -o FILE they would have been kept' : `; the same command with --resume goes on`}\n`,
  );
  return INTERRUPTED;
}

/** The workload with a point's values in it, checked before anything runs. */
function applyPoint(document: unknown, variations: readonly Variation[], point: Point, file: string): unknown {
  const changed = variations.reduce((value, { field }, index) => withField(value, field, point[index]), document);
  const checked = workloadSchema.safeParse(changed);
  if (checked.success) return changed;
  throw new SeekstackError(
    checked.error.issues.slice(0, 3).map((issue) => ({
      code: 'E_VALUE' as const,
      where: { file, field: issue.path.join('.') },
      got: variations.map(({ field }, index) => `${field}=${JSON.stringify(point[index])}`).join(' '),
      expected: issue.message,
      fix: 'mend the value after --vary, in the spelling of a workload file',
    })),
  );
}

/** Results of an earlier run that are taken over, and the file made ready for more. */
function openResults(choices: SweepChoices, header: { digest: string }): Map<number, SweepResult> {
  const { output } = choices;
  const results = new Map<number, SweepResult>();
  if (output === undefined) return results;
  if (existsSync(output) && !choices.resume)
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'a file that is already there',
      expected: 'a new file, or --resume to go on with it',
      fix: 'add --resume, choose another -o, or remove the file',
    });
  const lines = existsSync(output) ? readFileSync(output, 'utf8').split('\n') : [];
  if (lines.length > 0) {
    if (readLine<{ digest?: string }>(lines[0] ?? '')?.digest !== header.digest)
      throw new SeekstackError({
        code: 'E_OUT_CONFLICT',
        where: { file: output, line: 1 },
        got: 'results of another workload, variation, catalogue or version',
        expected: 'results of this same sweep',
        fix: 'give the same arguments as before, or choose another -o',
      });
    // The last line may have been cut off; it is planned again.
    for (const line of lines.slice(1)) {
      const result = readLine<SweepResult>(line);
      if (typeof result?.point === 'number') results.set(result.point, result);
    }
  }
  writeFileSync(output, [header, ...results.values()].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return results;
}

function readLine<Line>(line: string): Line | null {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return null;
  }
}

/** @returns whether it was interrupted */
async function planAll(
  missing: readonly number[],
  jobOf: (index: number) => SweepJob,
  keep: (result: SweepResult) => void,
  workers: number | undefined,
  io: Io,
): Promise<boolean> {
  let interrupted = false;
  const release = io.onInterrupt?.(() => {
    interrupted = true;
  });
  try {
    if (workers === 0) {
      for (const index of missing) {
        if (interrupted) break;
        keep(planPoint(jobOf(index)));
        // Lets a pending interrupt through.
        await new Promise((resume) => setImmediate(resume));
      }
      return interrupted;
    }
    const pool = new Piscina<SweepJob, SweepResult>({
      filename: new URL('../sweep-worker.js', import.meta.url).href,
      minThreads: 1,
      ...(workers === undefined ? {} : { maxThreads: workers }),
    });
    const queue = [...missing];
    const one = async (): Promise<void> => {
      for (let index = queue.shift(); index !== undefined && !interrupted; index = queue.shift())
        keep(await pool.run(jobOf(index)));
    };
    await Promise.all(Array.from({ length: Math.min(pool.options.maxThreads, missing.length) }, one));
    await pool.destroy();
    return interrupted;
  } finally {
    release?.();
  }
}

function progress(done: number, of: number, missing: number, seconds: number): string {
  const made = done - (of - missing);
  const left = made > 0 ? Math.round(((of - done) * seconds) / made) : 0;
  return `${done} of ${of} points, ${(made / Math.max(seconds, 1e-3)).toFixed(1)} a second, about ${left} s left   `;
}
