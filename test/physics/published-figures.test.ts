// Published arithmetic, written out, against the real catalogue.
import { describe, expect, test } from 'vitest';
import { cacheCost } from '../../src/physics/kv-cache.ts';
import { mapAcceleratorMemory } from '../../src/physics/memory.ts';
import { touchedExpertShare } from '../../src/physics/roofline.ts';
import { splitWeights, weightBytesPerRank } from '../../src/physics/weights.ts';
import { realCatalog } from '../load-real.ts';

const GIB = 1024 ** 3;
const architecture = (id: string) => {
  const found = realCatalog().architecture(id);
  if (found === undefined) throw new Error(id);
  return found;
};
const perToken = (id: string, format: string) => {
  const model = architecture(id);
  const kv = model.kvFormats.find((each) => each.id === format);
  if (kv === undefined) throw new Error(`${id} has ${model.kvFormats.map((each) => each.id)}`);
  return cacheCost(model, kv);
};

describe('cache bytes a token', () => {
  test('of DeepSeek-V3 in BF16 are 61 layers of 576 values of 2 bytes', () => {
    expect(perToken('deepseek-v3', 'bf16').bytesPerToken).toBe(61 * (512 + 64) * 2);
    expect(perToken('deepseek-v3', 'bf16').bytesPerToken).toBe(70_272);
  });
  test('of V3.2 add an index entry of 128 values', () => {
    expect(perToken('deepseek-v3.2', 'bf16').bytesPerToken).toBe(61 * (576 + 128) * 2);
  });
  test('of V4-Pro reach the 9.62 GiB at a million tokens that vLLM published', () => {
    const cost = perToken('deepseek-v4-pro', 'bf16');
    expect(cost.bytesPerToken).toBe(9848);
    expect((cost.bytesPerToken * 1024 * 1024 + cost.bytesPerSequence) / GIB).toBeCloseTo(9.62, 2);
  });
  test('of Llama 70B are 2 · 80 layers · 8 heads · 128 values · 2 bytes, shared by at most 8 ranks', () => {
    const cost = perToken('llama-3.1-70b', 'bf16');
    expect(cost.bytesPerToken).toBe(2 * 80 * 8 * 128 * 2);
    expect(cost.tensorShards).toBe(8);
  });
});

test('a batch of 100 touches 96 % of 256 experts, 8 a token', () => {
  expect(touchedExpertShare(256, 8, 100)).toBeCloseTo(1 - (1 - 8 / 256) ** 100, 12);
  expect(touchedExpertShare(256, 8, 100)).toBeGreaterThan(0.955);
});

describe('weights of R1 in FP8', () => {
  const fits = (acceleratorId: string, tensorParallel: number) => {
    const catalog = realCatalog();
    const checkpoint = catalog.model('deepseek-r1')?.checkpoints.find((each) => each.id === 'fp8');
    const format = catalog.weightFormat(checkpoint?.weightFormat ?? '');
    const accelerator = catalog.accelerator(acceleratorId);
    if (checkpoint === undefined || format === undefined || accelerator === undefined) throw new Error(acceleratorId);
    return mapAcceleratorMemory({
      weights: splitWeights(architecture('deepseek-v3'), format, checkpoint.disk.bytes),
      layout: { tensorParallel, dataParallel: 1, expertParallel: 1, pipelineParallel: 1 },
      acceleratorBytes: accelerator.memory.bytes,
      memoryShare: 0.9,
      reserveBytes: 3.9e9,
      hostBytes: null,
      hostShare: 0.9,
    }).cacheBytes;
  };
  test('do not fit 8 × 80 GiB, whatever a recipe says', () => expect(fits('h100-sxm', 8)).toBeLessThan(0));
  test('fit 16 × 80 GiB and 8 × 141 GiB', () => {
    expect(fits('h100-sxm', 16)).toBeGreaterThan(0);
    expect(fits('h200-sxm', 8)).toBeGreaterThan(0);
  });
});

test('V4.1 with its table on the host takes about the 49.6 GiB a rank that were observed at TP8', () => {
  const catalog = realCatalog();
  const checkpoint = catalog.model('deepseek-v4.1-flash')?.checkpoints[0];
  const format = catalog.weightFormat(checkpoint?.weightFormat ?? '');
  if (checkpoint === undefined || format === undefined) throw new Error('no checkpoint');
  const weights = splitWeights(architecture('deepseek-v4.1-flash'), format, checkpoint.disk.bytes);
  const gib =
    weightBytesPerRank(weights, { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 1 }, true) / GIB;
  expect(Math.abs(gib / 49.6 - 1)).toBeLessThan(0.06);
});
