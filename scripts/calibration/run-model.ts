// A measured run through the performance model: the run's labels to catalogue rows, then the closed loop.
// In: catalogue, run, and optionally calibration rows other than the catalogue's. Out: predicted latencies and throughput.
import type { Efficiency, KernelCurves } from '../../src/documents/catalog/calibration.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Accelerator } from '../../src/documents/catalog/hardware.ts';
import type { PredictionClass } from '../../src/documents/catalog/intervals.ts';
import { type AcceleratorReplica, compileAcceleratorSteps, type StepTimes } from '../../src/physics/accelerator-step.ts';
import { aggregatedLoop, disaggregatedLoop, type LoopState } from '../../src/physics/closed-loop.ts';
import { cacheCost } from '../../src/physics/kv-cache.ts';
import { NO_SPECULATION, tokensFromRuns } from '../../src/physics/speculation.ts';
import { splitWeights } from '../../src/physics/weights.ts';
import type { MeasuredRun, WorkerLayout } from './measurements.ts';
import { draftTokens, engineOf, lengthShare, nodeOf, releaseOf, waitScale, weightFormatOf } from './protocol.ts';

/** Rows to predict with; the catalogue's where absent. */
export interface CalibrationRows {
  readonly kernels: readonly KernelCurves[];
  readonly efficiencies: readonly Efficiency[];
}

/** What a run is made of in the catalogue's terms, compiled once and predicted with many calibrations. */
export interface ResolvedRun {
  readonly run: MeasuredRun;
  readonly accelerator: Accelerator;
  readonly efficiencyId: string;
  readonly kernelsId: string;
  readonly class: PredictionClass;
  readonly predict: (rows: CalibrationRows, speculation?: 'none' | 'mtp') => LoopState;
  /** The aggregated replica compiled, for the simulator. */
  readonly replica: (rows: CalibrationRows) => { readonly steps: StepTimes; readonly efficiency: Efficiency };
}

/**
 * Looks a run's labels up.
 * @returns null with a reason where the catalogue lacks something, which scoring counts as a miss
 */
export function resolveRun(catalog: Catalog, run: MeasuredRun): ResolvedRun | { readonly reason: string } {
  const accelerator = catalog.accelerator(run.system.replaceAll('_', '-'));
  if (accelerator === undefined) return { reason: `no accelerator ${run.system}` };
  const engine = catalog.engines.find((row) => row.id === engineOf(run.backend));
  if (engine === undefined) return { reason: `no engine ${run.backend}` };
  const model = catalog.architecture('deepseek-v3');
  const formatId = weightFormatOf(run.precision);
  const format = catalog.weightFormat(formatId);
  const checkpoint = catalog.models
    .filter((row) => row.architecture === 'deepseek-v3')
    .flatMap((row) => row.checkpoints)
    .find((row) => row.weightFormat === formatId);
  const support = engine.supports.find(
    (row) =>
      row.models.includes('deepseek-v3') &&
      row.weightFormats.includes(formatId) &&
      row.hardware.includes(accelerator.architecture),
  );
  if (model === undefined || format === undefined || checkpoint === undefined || support === undefined)
    return { reason: `no ${run.precision} weights for ${engine.id} on ${accelerator.architecture}` };
  const kvFormat = support.kvFormats
    .map((id) => model.kvFormats.find((row) => row.id === id))
    .find((row) => row !== undefined && (row.architectures?.includes(accelerator.architecture) ?? true));
  if (kvFormat === undefined) return { reason: `no cache format for ${engine.id} on ${accelerator.architecture}` };
  const release = releaseOf(engine.id, run);
  const rowsOf = catalog.efficiencies.filter(
    (row) => row.engines.includes(engine.id) && row.hardware.includes(accelerator.architecture),
  );
  const efficiencyId = (rowsOf.find((row) => row.release === release) ?? rowsOf.find((row) => row.current))?.id;
  const kernelsId = catalog.kernels.find((row) => row.hardware.includes(accelerator.architecture))?.id;
  if (efficiencyId === undefined || kernelsId === undefined)
    return { reason: `no calibration of ${engine.id} on ${accelerator.id}` };

  const weights = splitWeights(model, format, checkpoint.disk.bytes);
  const cacheBytesPerToken = cacheCost(model, kvFormat).bytesPerToken;
  const node = nodeOf(catalog, accelerator.id);
  const share = lengthShare;
  const request = { promptTokens: run.islTokens * share, outputTokens: run.oslTokens * share };
  const compilerOf = (rows: CalibrationRows, told?: 'none' | 'mtp') => {
    const kernels = rows.kernels.find((row) => row.id === kernelsId);
    const efficiency = rows.efficiencies.find((row) => row.id === efficiencyId);
    if (kernels === undefined || efficiency === undefined) throw new RangeError(`no rows ${kernelsId}, ${efficiencyId}`);
    const compile = (layout: WorkerLayout, draft: number): StepTimes => {
      const replica: AcceleratorReplica = {
        model,
        weights,
        kvFormat,
        accelerator,
        kernels,
        efficiency,
        expertCompute: support.expertCompute,
        otherCompute: support.otherCompute,
        layout: { ...layout, pipelineParallel: 1 },
        expertTensorParallel: layout.expertTensorParallel,
        acceleratorsPerNode: node.accelerators,
        fabricBytesPerSecond: node.fabricBytesPerSecond,
        prefillChunkTokens: engine.prefillChunk.tokens,
        speculation: draft === 0 ? NO_SPECULATION : { draftTokens: draft, acceptedTokens: tokensFromRuns(efficiency, draft) },
      };
      return compileAcceleratorSteps(replica);
    };
    return { efficiency, compile, draft: (told ?? run.speculation) === 'mtp' ? draftTokens(engine.id, run.decode) : 0 };
  };
  const predict = (rows: CalibrationRows, told?: 'none' | 'mtp'): LoopState => {
    const { efficiency, compile, draft } = compilerOf(rows, told);
    const decode = compile(run.decode, draft);
    if (run.mode === 'aggregated') return aggregatedLoop(decode, request, efficiency, run.concurrency, waitScale(engine.id, run));
    return disaggregatedLoop(
      { steps: compile(run.prefill, 0), workers: run.prefillWorkers },
      { steps: decode, workers: run.decodeWorkers },
      request,
      efficiency,
      run.concurrency,
      cacheBytesPerToken,
    );
  };
  const predictionClass: PredictionClass = {
    model: 'deepseek-v3',
    hardware: accelerator.architecture,
    engine: engine.id,
    mode: run.mode,
    precision: format.precision,
  };
  const replica = (rows: CalibrationRows) => {
    const { efficiency, compile, draft } = compilerOf(rows);
    return { steps: compile(run.decode, draft), efficiency };
  };
  return { run, accelerator, efficiencyId, kernelsId, class: predictionClass, predict, replica };
}

/** Output tokens a second an accelerator, as closed-loop benchmarks count them: every request takes TTFT and then its tokens. */
export function tokensPerSecondPerAccelerator(run: MeasuredRun, ttftSeconds: number, tpotSeconds: number): number {
  return (run.concurrency * run.oslTokens) / (ttftSeconds + (run.oslTokens - 1) * tpotSeconds) / Math.max(1, run.accelerators);
}
