// Whole nodes as others published them, through the model with the shipped calibration: none of these runs was fitted.
import { describe, expect, test } from 'vitest';
import { intervalFor } from '../../src/documents/catalog/intervals.ts';
import { compileAcceleratorSteps, type StepTimes } from '../../src/physics/accelerator-step.ts';
import { aggregatedLoop, poolPromptsPerSecond } from '../../src/physics/closed-loop.ts';
import { NO_SPECULATION, tokensFromRuns } from '../../src/physics/speculation.ts';
import { splitWeights } from '../../src/physics/weights.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const ACCELERATORS_PER_NODE = 8;

/** What a published figure says of its deployment. */
interface Deployment {
  readonly accelerator: string;
  readonly engine: string;
  readonly weightFormat: string;
  readonly tensorParallel: number;
  readonly dataParallel: number;
  readonly expertParallel: number;
  readonly draftTokens?: number;
  /** One direction, of one accelerator, where it differs from the catalogue's row. */
  readonly linkBytesPerSecond?: number;
  readonly prefillChunkTokens?: number;
}

function compile(deployment: Deployment) {
  const { weightFormat, tensorParallel, dataParallel, expertParallel, draftTokens = 0 } = deployment;
  const model = catalog.architecture('deepseek-v3');
  const row = catalog.accelerator(deployment.accelerator);
  const engine = catalog.engines.find((each) => each.id === deployment.engine);
  const hardware = row?.architecture ?? '';
  const support = engine?.supports.find(
    (each) =>
      each.models.includes('deepseek-v3') && each.weightFormats.includes(weightFormat) && each.hardware.includes(hardware),
  );
  // All of these served with a BF16 cache.
  const kvFormat = model?.kvFormats.find((each) => each.id === 'bf16');
  const format = catalog.weightFormat(weightFormat);
  const checkpoint = catalog.models
    .filter((each) => each.architecture === 'deepseek-v3')
    .flatMap((each) => each.checkpoints)
    .find((each) => each.weightFormat === weightFormat);
  const kernels = catalog.kernels.find((each) => each.hardware.includes(hardware));
  const efficiency = catalog.efficiencies.find(
    (each) => each.current && each.engines.some((id) => id === deployment.engine) && each.hardware.includes(hardware),
  );
  if (!model || !row || !engine || !support || !kvFormat || !format || !checkpoint || !kernels || !efficiency)
    throw new Error(`the catalogue lacks part of ${JSON.stringify(deployment)}`);
  const bytesPerSecond = deployment.linkBytesPerSecond ?? row.link.bandwidth.bytesPerSecond;
  const steps = compileAcceleratorSteps({
    model,
    weights: splitWeights(model, format, checkpoint.disk.bytes),
    kvFormat,
    accelerator: { ...row, link: { ...row.link, bandwidth: { ...row.link.bandwidth, bytesPerSecond } } },
    kernels,
    efficiency,
    expertCompute: support.expertCompute,
    otherCompute: support.otherCompute,
    layout: { tensorParallel, dataParallel, expertParallel, pipelineParallel: 1 },
    expertTensorParallel: (tensorParallel * dataParallel) / expertParallel,
    acceleratorsPerNode: ACCELERATORS_PER_NODE,
    // Eight adapters of 400 Gbit/s a node.
    fabricBytesPerSecond: 400e9,
    prefillChunkTokens: deployment.prefillChunkTokens ?? engine.prefillChunk.tokens,
    speculation: draftTokens === 0 ? NO_SPECULATION : { draftTokens, acceptedTokens: tokensFromRuns(efficiency, draftTokens) },
  });
  return { steps, efficiency };
}

/** Measured over predicted must lie between 1/factor and factor. */
function expectWithin(predicted: number, published: number, factor: number): void {
  expect(published / predicted).toBeGreaterThan(1 / factor);
  expect(published / predicted).toBeLessThan(factor);
}

/** Sequences at which a step's share for one token takes that long. */
function sequencesAt(steps: StepTimes, seconds: number, contextTokens: number): number {
  let [low, high] = [1, 1e6];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (steps.decodeSeconds(middle, contextTokens) > seconds) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * DeepSeek's own service of V3 and R1, 2025-02-27 to 28, mean over a day and night of all nodes in use.
 * Source: github.com/deepseek-ai/open-infra-index, "Day 6: One More Thing, DeepSeek-V3/R1 Inference System Overview".
 * An H800 is an H100 with 400 GB/s of NVLink, 200 GB/s one direction. Their engine is not public; SGLang's row stands in,
 * which knows no two-batch overlap across 18 nodes. Tolerance: what the catalogue states for engines without public runs.
 */
describe('DeepSeek on nodes of 8 H800', () => {
  const stated = intervalFor(realCatalog().intervals, {
    model: 'deepseek-v3',
    hardware: 'hopper',
    engine: 'vllm',
    mode: 'disaggregated',
    precision: 'fp8',
  }).throughput;
  const expectStated = (predicted: number, published: number) => {
    expect(published / predicted).toBeGreaterThan(stated.low);
    expect(published / predicted).toBeLessThan(stated.high);
  };
  const node = { accelerator: 'h100-sxm', engine: 'sglang', weightFormat: 'fp8-block', linkBytesPerSecond: 200e9 };
  const CONTEXT_TOKENS = 4989;

  test('prefill, EP32 on 4 nodes: 73.7k tokens a second a node, 56.3 % of them from the cache on disk', () => {
    const published = 73_700 * (1 - 0.563);
    const { steps, efficiency } = compile({ ...node, tensorParallel: 1, dataParallel: 32, expertParallel: 32 });
    const prompts = poolPromptsPerSecond({ steps, workers: 1 }, CONTEXT_TOKENS, efficiency);
    expectStated((prompts * CONTEXT_TOKENS) / 4, published);
  });
  test('decode, EP144 on 18 nodes: 14.8k tokens a second a node at 20 to 22 a second a user, 4,989 tokens in cache', () => {
    const { steps } = compile({ ...node, tensorParallel: 1, dataParallel: 144, expertParallel: 144 });
    const tpotSeconds = 1 / 21;
    const sequences = sequencesAt(steps, tpotSeconds, CONTEXT_TOKENS);
    expect(steps.decodeSeconds(sequences, CONTEXT_TOKENS)).toBeCloseTo(tpotSeconds, 9);
    expectStated(sequences / tpotSeconds / 18, 14_800);
  });
});

/**
 * TensorRT-LLM's own best results of R1, prompts of 1,024 and answers of 2,048 tokens.
 * Source: NVIDIA/TensorRT-LLM@01c4ece9, docs/source/blogs/Best_perf_practice_on_DeepSeek-R1_in_TensorRT-LLM.md;
 * drafting three tokens at batch 1, none at the largest batches, chunks as their max_num_tokens.
 * They predate every release that was fitted. Tolerance: a factor of 1.5 either way.
 */
describe('TensorRT-LLM on nodes of 8', () => {
  const FACTOR = 1.5;
  const request = { promptTokens: 1024, outputTokens: 2048 };
  const one = { engine: 'tensorrt-llm', tensorParallel: 8, dataParallel: 1, draftTokens: 3 };
  const many = { engine: 'tensorrt-llm', tensorParallel: 1, dataParallel: 8, expertParallel: 8 };
  const h200 = { accelerator: 'h200-sxm', weightFormat: 'fp8-block' };
  const b200 = { accelerator: 'b200-sxm', weightFormat: 'nvfp4' };
  const cases: [string, Deployment, number, number][] = [
    ['H200, FP8, TP8·EP4, one request', { ...h200, ...one, expertParallel: 4 }, 1, 158.1],
    ['H200, FP8, DP8·EP8, 1,024 requests', { ...h200, ...many, prefillChunkTokens: 1151 }, 1024, 11_489],
    ['B200, FP4, TP8·EP2, one request', { ...b200, ...one, expertParallel: 2 }, 1, 274.7],
    ['B200, FP4, DP8·EP8, 3,072 requests', { ...b200, ...many, prefillChunkTokens: 1536 }, 3072, 36_384],
  ];
  const tokensPerSecond = (deployment: Deployment, concurrency: number) => {
    const { steps, efficiency } = compile(deployment);
    return aggregatedLoop(steps, request, efficiency, concurrency).requestsPerSecond * request.outputTokens;
  };
  test.each(cases)('%s', (_, deployment, concurrency, published) => {
    expectWithin(tokensPerSecond(deployment, concurrency), published, FACTOR);
  });
  test('the order of the four is as published', () => {
    const predicted = cases.map(([, deployment, concurrency]) => tokensPerSecond(deployment, concurrency));
    const [slowH200 = 0, h200Many = 0, slowB200 = 0, b200Many = 0] = predicted;
    expect(slowB200).toBeGreaterThan(slowH200);
    expect(b200Many).toBeGreaterThan(h200Many);
  });
});

test('an engine of Hopper nobody measured is given an interval at least as wide as the widest of those measured', () => {
  const wanted = { model: 'deepseek-v3', hardware: 'hopper', mode: 'disaggregated', precision: 'fp8' } as const;
  const width = (engine: string) => {
    const { throughput } = intervalFor(catalog.intervals, { ...wanted, engine });
    return throughput.high / throughput.low;
  };
  expect(width('vllm')).toBeGreaterThan(Math.max(width('sglang'), width('tensorrt-llm')));
});
