// Engine arguments: a layout and a batch in each engine's own flags.
// In: one option of a plan. Out: entry point and arguments, never a shell line.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';

/** What one pool of an option runs. */
export interface PoolShape {
  readonly layout: PlanOption['layout'];
  readonly role: 'serve' | 'prefill' | 'decode';
}

export interface EngineCommand {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthPath: string;
  /** How the API key is given: in a variable or as an argument; null where the engine takes none. */
  readonly apiKey: { readonly variable: string | null; readonly argument: string | null } | null;
}

/** Where weights from a deployment's own store lie inside the container. */
export const MODEL_PATH = '/weights/model';

/** Port every engine serves its OpenAI-compatible API on. */
export const SERVING_PORT = 8000;

/**
 * How the engine of an option is started.
 * @throws SeekstackError E_NOT_EMITTABLE where an engine's layout cannot be said in flags alone
 */
export function engineCommand(
  plan: Plan,
  option: PlanOption,
  shape: PoolShape = { layout: option.layout, role: 'serve' },
): EngineCommand {
  const { checkpoint } = option;
  if (checkpoint.hfId === null)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got: `${checkpoint.id} of ${plan.workload.model}, which nobody is known to publish`,
      expected: 'a checkpoint that can be downloaded',
      fix: 'choose an option with another checkpoint (--option), or exclude this precision in limits.precisions',
    });
  // On AWS, and in clusters on Azure, machines need no model hub: the weights come from the deployment's own store.
  const spansNodes = option.nodesPerReplica > 1 || option.prefill !== null;
  const stored = option.provider === 'aws' || (option.provider === 'azure' && spansNodes);
  const model = stored ? MODEL_PATH : checkpoint.hfId;
  switch (option.engine) {
    case 'vllm':
      return vllm(plan, option, shape, model);
    case 'sglang':
      return sglang(plan, option, shape, model);
    case 'tensorrt-llm':
      return tensorrt(plan, option, model);
    case 'llama.cpp':
      return llamaCpp(plan, option, checkpoint.hfId);
    case 'ktransformers':
      throw new SeekstackError({
        code: 'E_NOT_EMITTABLE',
        got: 'an option served by KTransformers, which needs files prepared by hand',
        expected: 'an option served by vLLM, SGLang, TensorRT-LLM or llama.cpp',
        fix: 'choose another option (--option), or set limits.engines',
      });
  }
}

function perGroup(option: PlanOption, { layout }: PoolShape): number {
  return Math.ceil(option.batch.limit / layout.dataParallel);
}

function vllm(plan: Plan, option: PlanOption, shape: PoolShape, model: string): EngineCommand {
  const { layout } = shape;
  return {
    command: ['vllm', 'serve'],
    args: [
      model,
      ...flags(['--host', '0.0.0.0'], ['--port', SERVING_PORT], ['--served-model-name', plan.workload.model]),
      ...flags(
        ['--tensor-parallel-size', layout.tensorParallel],
        ['--data-parallel-size', layout.dataParallel],
        ['--pipeline-parallel-size', layout.pipelineParallel],
      ),
      ...(layout.expertParallel > 1 ? ['--enable-expert-parallel'] : []),
      ...flags(
        ['--max-num-seqs', perGroup(option, shape)],
        ['--max-model-len', plan.workload.maximumTokens],
        ['--gpu-memory-utilization', option.serving.memoryShare],
      ),
      ...(option.speculation === null
        ? []
        : ['--speculative-config', `{"method":"mtp","num_speculative_tokens":${option.speculation.draftTokens}}`]),
      ...option.serving.modelFlags,
    ],
    environment: { VLLM_ENGINE_READY_TIMEOUT_S: '3600' },
    healthPath: '/health',
    apiKey: { variable: 'VLLM_API_KEY', argument: null },
  };
}

function sglang(plan: Plan, option: PlanOption, { layout, role }: PoolShape, model: string): EngineCommand {
  const expertsShared = layout.expertParallel > 1;
  // With attention split by data, SGLang counts all ranks of the group as tensor-parallel.
  const tensorRanks = expertsShared ? layout.tensorParallel * layout.dataParallel : layout.tensorParallel;
  return {
    command: ['python3', '-m', 'sglang.launch_server'],
    args: [
      ...flags(
        ['--model-path', model],
        ['--host', '0.0.0.0'],
        ['--port', SERVING_PORT],
        ['--served-model-name', plan.workload.model],
      ),
      ...flags(
        ['--tp', tensorRanks],
        ['--dp', layout.dataParallel],
        ['--pp-size', layout.pipelineParallel],
        ['--ep-size', layout.expertParallel],
      ),
      ...(expertsShared && layout.dataParallel > 1 ? ['--enable-dp-attention'] : []),
      ...flags(
        ['--max-running-requests', option.batch.limit],
        ['--context-length', plan.workload.maximumTokens],
        ['--mem-fraction-static', option.serving.memoryShare],
      ),
      ...(option.speculation === null ? [] : sglangSpeculation(option.speculation.draftTokens)),
      ...(option.serving.metrics === null ? [] : ['--enable-metrics']),
      // NIXL moves the cache over libfabric, which EFA speaks.
      ...(role === 'serve' ? [] : flags(['--disaggregation-mode', role], ['--disaggregation-transfer-backend', 'nixl'])),
      ...option.serving.modelFlags,
    ],
    environment: {},
    healthPath: '/health',
    apiKey: { variable: null, argument: '--api-key' },
  };
}

/** One chain of drafts: as many steps as tokens drafted, the model's own token counted among those verified. */
function sglangSpeculation(draftTokens: number): string[] {
  return flags(
    ['--speculative-algorithm', 'EAGLE'],
    ['--speculative-num-steps', draftTokens],
    ['--speculative-eagle-topk', 1],
    ['--speculative-num-draft-tokens', draftTokens + 1],
  );
}

function tensorrt(plan: Plan, option: PlanOption, model: string): EngineCommand {
  const { layout } = option;
  if (layout.dataParallel > 1)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got: `TensorRT-LLM with ${layout.name}, whose attention parallelism is set in an options file`,
      expected: 'a layout that flags can express',
      fix: 'set limits.engines to [vllm, sglang] and plan again',
    });
  if (option.speculation !== null)
    throw new SeekstackError({
      code: 'E_NOT_EMITTABLE',
      got: 'TensorRT-LLM with speculative decoding, which is set in an options file',
      expected: 'an engine that takes it by flags',
      fix: 'set limits.engines to [vllm, sglang] and plan again, or leave speculation out',
    });
  return {
    command: ['trtllm-serve'],
    args: [
      model,
      ...flags(
        ['--host', '0.0.0.0'],
        ['--port', SERVING_PORT],
        ['--tp_size', layout.tensorParallel],
        ['--ep_size', layout.expertParallel],
        ['--pp_size', layout.pipelineParallel],
      ),
      ...flags(
        ['--max_batch_size', option.batch.limit],
        ['--max_seq_len', plan.workload.maximumTokens],
        ['--kv_cache_free_gpu_memory_fraction', option.serving.memoryShare],
      ),
      ...option.serving.modelFlags,
    ],
    environment: {},
    healthPath: '/health',
    apiKey: null,
  };
}

function llamaCpp(plan: Plan, option: PlanOption, hfId: string): EngineCommand {
  // llama.cpp names a file of a repository by its quantisation, as in repository:Q4_K_M.
  const quantisation = option.checkpoint.hfInclude?.replaceAll('*', '').replace(/\/$/, '') ?? '';
  return {
    command: ['/app/llama-server'],
    args: [
      ...flags(
        // On AWS the node names the file in LLAMA_ARG_MODEL once it has fetched it.
        ...(option.provider === 'aws' ? [] : [['-hf', quantisation === '' ? hfId : `${hfId}:${quantisation}`] as const]),
        ['--host', '0.0.0.0'],
        ['--port', SERVING_PORT],
        ['--alias', plan.workload.model],
      ),
      // One context buffer is shared by all slots.
      ...flags(['--parallel', option.batch.atCapacity], ['--ctx-size', option.batch.atCapacity * plan.workload.maximumTokens]),
      '--metrics',
      ...option.serving.modelFlags,
    ],
    environment: {},
    healthPath: '/health',
    apiKey: { variable: 'LLAMA_API_KEY', argument: null },
  };
}

function flags(...pairs: readonly (readonly [string, string | number])[]): string[] {
  return pairs.flatMap(([name, value]) => [name, String(value)]);
}
