// A measured energy row through the product's own model: step times, closed loop, board power.
// In: catalogue and row. Out: predicted tokens a second, watts and joules a token; or why there is no prediction.
import type { Efficiency, PowerCurve } from '../../src/documents/catalog/calibration.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Accelerator } from '../../src/documents/catalog/hardware.ts';
import { compileAcceleratorSteps, type StepWork } from '../../src/physics/accelerator-step.ts';
import { workingWatts } from '../../src/physics/board-power.ts';
import { aggregatedLoop, meanContextTokens } from '../../src/physics/closed-loop.ts';
import { NO_SPECULATION } from '../../src/physics/speculation.ts';
import { splitWeights } from '../../src/physics/weights.ts';
import type { EnergyRow } from './rows.ts';

/** The benchmark's models in the catalogue's terms: architecture and weight format. */
const MODELS: readonly (readonly [pattern: RegExp, precision: string, architecture: string, weightFormat: string])[] = [
  [/DeepSeek-(R1|V3)/, 'fp8', 'deepseek-v3', 'fp8-block'],
  [/Llama-3\.1-405B/, 'fp8', 'llama-3.1-405b', 'fp8'],
  [/Llama-3\.1-405B/, 'bfloat16', 'llama-3.1-405b', 'bf16'],
  [/Llama-3\.[13]-70B/, 'bfloat16', 'llama-3.1-70b', 'bf16'],
  [/Qwen3-235B/, 'fp8', 'qwen3-235b-a22b', 'fp8-block'],
  [/Llama-4-Maverick/, 'fp8', 'llama-4-maverick', 'fp8'],
  [/gpt-oss-120b/, 'mxfp4', 'gpt-oss-120b', 'mxfp4-bf16'],
];
/** The benchmark tells outputs, not prompts: a chat question, and a science question with its choices. */
const PROMPT_TOKENS: Record<string, number> = { 'lm-arena-chat': 150, gpqa: 250 };

export interface EnergyState {
  readonly tokensPerSecond: number;
  readonly tpotSeconds: number;
  readonly work: StepWork;
}

export interface ResolvedRow {
  readonly row: EnergyRow;
  readonly accelerator: Accelerator;
  /** With an engine calibration. */
  readonly serve: (efficiency: Efficiency) => EnergyState;
}

/** @returns the row ready to be predicted, or the reason why it cannot be */
export function resolveRow(catalog: Catalog, row: EnergyRow): ResolvedRow | { readonly reason: string } {
  const named = MODELS.find(([pattern, precision]) => pattern.test(row.model) && precision === row.precision);
  const accelerator = catalog.accelerators.find((each) => each.id === `${row.accelerator.toLowerCase()}-sxm`);
  const engine = catalog.engines.find((each) => each.id === 'vllm');
  if (named === undefined) return { reason: `no model ${row.model} in ${row.precision}` };
  if (accelerator === undefined || engine === undefined) return { reason: `no accelerator ${row.accelerator}` };
  const [, , architectureId, weightFormat] = named;
  const model = catalog.architecture(architectureId);
  const format = catalog.weightFormat(weightFormat);
  const checkpoint = catalog.models
    .filter((each) => each.architecture === architectureId)
    .flatMap((each) => each.checkpoints)
    .find((each) => each.weightFormat === weightFormat);
  const support = engine.supports.find(
    (each) =>
      each.models.includes(architectureId) &&
      each.weightFormats.includes(weightFormat) &&
      each.hardware.includes(accelerator.architecture),
  );
  const kernels = catalog.kernels.find((each) => each.hardware.includes(accelerator.architecture));
  const kvFormat = support?.kvFormats
    .map((id) => model?.kvFormats.find((each) => each.id === id))
    .find((each) => each !== undefined && (each.architectures?.includes(accelerator.architecture) ?? true));
  const promptTokens = PROMPT_TOKENS[row.task];
  if (
    model === undefined ||
    format === undefined ||
    checkpoint === undefined ||
    support === undefined ||
    kernels === undefined ||
    kvFormat === undefined ||
    promptTokens === undefined
  )
    return { reason: `${row.model}, ${row.precision}, ${row.task} on ${row.accelerator} is not in the catalogue` };
  const weights = splitWeights(model, format, checkpoint.disk.bytes);
  const request = { promptTokens, outputTokens: row.outputTokens };
  return {
    row,
    accelerator,
    serve: (efficiency) => {
      const steps = compileAcceleratorSteps({
        model,
        weights,
        kvFormat,
        accelerator,
        kernels,
        efficiency,
        expertCompute: support.expertCompute,
        otherCompute: support.otherCompute,
        layout: { tensorParallel: row.accelerators, dataParallel: 1, expertParallel: 1, pipelineParallel: 1 },
        acceleratorsPerNode: 8,
        fabricBytesPerSecond: 0,
        prefillChunkTokens: engine.prefillChunk.tokens,
        speculation: NO_SPECULATION,
      });
      const loop = aggregatedLoop(steps, request, efficiency, row.batch);
      const work = steps.work?.decode(row.batch, meanContextTokens(request));
      if (work === undefined) throw new RangeError('an accelerator tells its work');
      return { tokensPerSecond: loop.requestsPerSecond * row.outputTokens, tpotSeconds: loop.tpotSeconds, work };
    },
  };
}

/** All boards of the row, watts, at a speed: the predicted one, or the measured one to test power alone. */
export function wattsOf(resolved: ResolvedRow, state: EnergyState, curve: PowerCurve, tpotSeconds = state.tpotSeconds): number {
  return resolved.row.accelerators * workingWatts(state.work, resolved.accelerator, curve, tpotSeconds);
}
