// A serving point: one model on so many accelerators at one batch, without a workload around it.
// In: names of catalogue rows, a batch, lengths. Out: tokens a second, time per token, board watts and joules a token.
import type { Efficiency, PowerCurve } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import { compileAcceleratorSteps, type StepTimes } from '../physics/accelerator-step.ts';
import { workingWatts } from '../physics/board-power.ts';
import { aggregatedLoop, meanContextTokens } from '../physics/closed-loop.ts';
import { NO_SPECULATION } from '../physics/speculation.ts';
import { splitWeights } from '../physics/weights.ts';

/** What serves: tensor-parallel over all its accelerators, as energy benchmarks run it. */
export interface Server {
  readonly architecture: string;
  readonly weightFormat: string;
  readonly accelerator: string;
  readonly accelerators: number;
  readonly engine: string;
}

export interface ServingServer {
  readonly accelerator: Accelerator;
  readonly steps: (efficiency: Efficiency) => StepTimes;
}

/** Accelerators of the nodes that energy benchmarks run on. */
const ACCELERATORS_PER_NODE = 8;

/** @returns the server ready to be compiled, or what the catalogue lacks for it */
export function prepareServer(catalog: Catalog, server: Server): ServingServer | { readonly reason: string } {
  const accelerator = catalog.accelerator(server.accelerator);
  const engine = catalog.engines.find((each) => each.id === server.engine);
  const model = catalog.architecture(server.architecture);
  const format = catalog.weightFormat(server.weightFormat);
  const checkpoint = catalog.models
    .filter((each) => each.architecture === server.architecture)
    .flatMap((each) => each.checkpoints)
    .find((each) => each.weightFormat === server.weightFormat);
  const hardware = accelerator?.architecture ?? '';
  const support = engine?.supports.find(
    (each) =>
      each.models.includes(server.architecture) &&
      each.weightFormats.includes(server.weightFormat) &&
      each.hardware.includes(hardware),
  );
  const kernels = catalog.kernels.find((each) => each.hardware.includes(hardware));
  const kvFormat = support?.kvFormats
    .map((id) => model?.kvFormats.find((each) => each.id === id))
    .find((each) => each !== undefined && (each.architectures?.includes(hardware) ?? true));
  if (
    accelerator === undefined ||
    engine === undefined ||
    model === undefined ||
    format === undefined ||
    checkpoint === undefined ||
    support === undefined ||
    kernels === undefined ||
    kvFormat === undefined
  )
    return {
      reason: `${server.architecture} in ${server.weightFormat} on ${server.accelerator} with ${server.engine} is not in the catalogue`,
    };
  const weights = splitWeights(model, format, checkpoint.disk.bytes);
  return {
    accelerator,
    steps: (efficiency) =>
      compileAcceleratorSteps({
        model,
        weights,
        kvFormat,
        accelerator,
        kernels,
        efficiency,
        expertCompute: support.expertCompute,
        otherCompute: support.otherCompute,
        layout: { tensorParallel: server.accelerators, dataParallel: 1, expertParallel: 1, pipelineParallel: 1 },
        acceleratorsPerNode: ACCELERATORS_PER_NODE,
        fabricBytesPerSecond: 0,
        prefillChunkTokens: engine.prefillChunk.tokens,
        speculation: NO_SPECULATION,
      }),
  };
}

export interface ServingPoint {
  readonly tokensPerSecond: number;
  readonly tpotSeconds: number;
  /** All boards together. */
  readonly boardWatts: number;
  readonly boardJoulesPerOutputToken: number;
}

/**
 * A closed loop at a batch, and the power of its decode steps.
 * @param tpotSeconds - a measured time per token to take power at, instead of the predicted one
 */
export function servingPoint(
  { accelerator, steps }: ServingServer,
  accelerators: number,
  efficiency: Efficiency,
  curve: PowerCurve,
  request: { readonly promptTokens: number; readonly outputTokens: number },
  batch: number,
  tpotSeconds?: number,
): ServingPoint {
  const compiled = steps(efficiency);
  const loop = aggregatedLoop(compiled, request, efficiency, batch);
  const work = compiled.work?.decode(batch, meanContextTokens(request));
  if (work === undefined) throw new RangeError('an accelerator tells its work');
  const boardWatts = accelerators * workingWatts(work, accelerator, curve, tpotSeconds ?? loop.tpotSeconds);
  const tokensPerSecond = loop.requestsPerSecond * request.outputTokens;
  return { tokensPerSecond, tpotSeconds: loop.tpotSeconds, boardWatts, boardJoulesPerOutputToken: boardWatts / tokensPerSecond };
}
