// The benchmark's protocol: what its launch scripts and labels mean in the catalogue's terms.
// In: labels of a run. Out: engine, release, weight format, lengths, node. Facts of the InferenceX repository, not of the model.
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { EngineId } from '../../src/documents/catalog/engines.ts';
import type { MeasuredRun, WorkerLayout } from './measurements.ts';

/**
 * Mean length over nominal: lengths are uniform between 0.8 and 1 of the nominal ones.
 * @source SemiAnalysisAI/InferenceX benchmarks/benchmark_lib.sh (random-range-ratio 0.8)
 */
export const lengthShare = 0.9;

const ENGINES: Record<string, EngineId> = { trtllm: 'tensorrt-llm', sglang: 'sglang', vllm: 'vllm' };

export function engineOf(backend: string): EngineId {
  return ENGINES[backend] ?? (backend as EngineId);
}

/** Weights of the runs: DeepSeek's own FP8 blocks, or NVIDIA's NVFP4 conversion. */
export function weightFormatOf(precision: string): string {
  return precision === 'fp8' ? 'fp8-block' : precision === 'fp4' ? 'nvfp4' : precision;
}

/**
 * Release a run was made with, as the calibration names them: read from the image, or from the date where no image is told.
 * The wrapper images of disaggregated runs carry their own version; those of 2025-12 on hold the newer engines.
 */
export function releaseOf(engine: EngineId, run: MeasuredRun): string {
  if (engine === 'tensorrt-llm') return run.image === '' || /release:1\.[01]\./.test(run.image) ? '1.1' : '1.2';
  const sglang = /sglang:v0\.5\.(\d+)/.exec(run.image);
  if (sglang === null) return run.image === '' ? '0.5.7' : '0.5.9';
  const patch = Number(sglang[1]);
  return patch <= 7 ? '0.5.7' : patch <= 9 ? '0.5.9' : '0.5.10';
}

/**
 * Tokens drafted: SGLang's recipes draft two; TensorRT-LLM's three, or one under attention data parallelism.
 * @source SemiAnalysisAI/InferenceX benchmarks (launch scripts)
 */
export function draftTokens(engine: EngineId, layout: WorkerLayout): number {
  if (engine === 'sglang') return 2;
  return layout.dataParallel > 1 ? 1 : 3;
}

/**
 * How often the scheduler looks for new requests, beside how often it does at low concurrency:
 * SGLang's recipes set scheduler-recv-interval to 10 steps, and to 30 from 16 requests on.
 * @source SemiAnalysisAI/InferenceX benchmarks (launch scripts)
 */
export function waitScale(engine: EngineId, run: MeasuredRun): number {
  return engine === 'sglang' && run.concurrency >= 16 ? 3 : 1;
}

/** Accelerators that reach one another over links, and the fabric of one such node, from the catalogue's machines. */
export function nodeOf(catalog: Catalog, acceleratorId: string): { accelerators: number; fabricBytesPerSecond: number } {
  const accelerator = catalog.accelerator(acceleratorId);
  if (accelerator?.formFactor === 'superchip') return { accelerators: SUPERCHIP_DOMAIN, fabricBytesPerSecond: 0 };
  const fabrics = [...catalog.instances, ...catalog.servers]
    .filter((machine) => machine.accelerator?.id === acceleratorId)
    .map((machine) => machine.fabric.bandwidth?.bytesPerSecond ?? 0);
  return { accelerators: HGX_BOARD, fabricBytesPerSecond: Math.max(0, ...fabrics) };
}

/** Accelerators of one NVLink domain: an NVL72 rack, an HGX board. */
const SUPERCHIP_DOMAIN = 72;
const HGX_BOARD = 8;
