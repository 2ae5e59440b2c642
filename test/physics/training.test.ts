// Training against what was published: DeepSeek-V3's own hours, memory of dense models, and what must hold on any.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceleratorsThatFit,
  type TrainingRun,
  trainedParameters,
  trainingMemory,
  trainingTime,
} from '../../src/physics/training.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const facts = catalog.training;
const architecture = (id: string) => {
  const found = catalog.architecture(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
const accelerator = (id: string) => {
  const found = catalog.accelerator(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
const v3 = architecture('deepseek-v3');
/** H800 multiplies as fast as H100; its links are slower. */
const h800 = accelerator('h100-sxm');

describe('DeepSeek-V3, 14.8 T tokens in 2.664 M H800-hours', () => {
  const run: TrainingRun = { method: 'pretraining', tokens: 14.8e12, sequenceTokens: 4096, rank: 0 };
  const { acceleratorHours, tokensPerSecondPerAccelerator } = trainingTime(v3, run, h800, facts);
  test('hours within 5%, and inside the stated range', () => {
    expect(Math.abs(acceleratorHours.typical / 2.664e6 - 1)).toBeLessThan(0.05);
    expect(acceleratorHours.low).toBeLessThan(2.664e6);
    expect(acceleratorHours.high).toBeGreaterThan(2.664e6);
  });
  test('1,543 tokens a second an accelerator, within 5%', () => {
    expect(Math.abs(tokensPerSecondPerAccelerator / 1543 - 1)).toBeLessThan(0.05);
  });
  test('full fine-tuning with AdamW: 10.7 TB of states, 134 accelerators of 80 GB and more', () => {
    const memory = trainingMemory(v3, { ...run, method: 'full' }, facts);
    expect(memory.stateBytes / 1e12).toBeCloseTo(10.7, 1);
    expect(acceleratorsThatFit(memory, h800, facts)).toBeGreaterThanOrEqual(134);
  });
  test('adapters on a BF16 base of 1.37 TB (the published sum counts the draft layer): 17 accelerators and more', () => {
    const memory = trainingMemory(v3, { ...run, method: 'lora', rank: 16 }, facts);
    expect(memory.baseBytes / 1e12).toBeGreaterThan(1.33);
    expect(memory.baseBytes / 1e12).toBeLessThan(1.38);
    expect(acceleratorsThatFit(memory, h800, facts)).toBeGreaterThan(17);
  });
});

// Published sums at 512 tokens, GB: full, adapters of rank 64, the same on a 4-bit base.
describe.each([
  ['llama-3.1-8b', 88, 20, 8],
  ['qwen2.5-14b', 174, 35, 14],
  ['qwen2.5-32b', 394, 76, 28],
  ['llama-3.1-70b', 860, 159, 52],
])('%s', (id, full, lora, qlora) => {
  const model = architecture(id);
  const gigabytes = (method: TrainingRun['method'], position: -1 | 0 | 1) => {
    const memory = trainingMemory(model, { method, tokens: 1, sequenceTokens: 512, rank: 64 }, facts, position);
    return (memory.baseBytes + memory.stateBytes + memory.activationBytes) / 1e9;
  };
  test(`full ${full} GB lies within the range, a third at most from the low end`, () => {
    expect(gigabytes('full', -1)).toBeLessThan(full * 1.2);
    expect(gigabytes('full', 1)).toBeGreaterThan(full);
    expect(Math.abs(gigabytes('full', -1) / full - 1)).toBeLessThan(0.2);
  });
  test(`adapters ${lora} GB within a fifth, on 4 bits ${qlora} GB within two fifths`, () => {
    expect(Math.abs(gigabytes('lora', 0) / lora - 1)).toBeLessThan(0.2);
    expect(Math.abs(gigabytes('qlora', 0) / qlora - 1)).toBeLessThan(0.4);
  });
});

describe('always', () => {
  const methods = fc.constantFrom<TrainingRun['method']>('lora', 'qlora', 'full', 'pretraining');
  const models = fc.constantFrom('deepseek-v3', 'llama-3.1-8b', 'qwen3-235b-a22b').map(architecture);
  test('twice the tokens, twice the hours', () => {
    fc.assert(
      fc.property(models, methods, fc.integer({ min: 1, max: 1e9 }), (model, method, tokens) => {
        const hours = (times: number) =>
          trainingTime(model, { method, tokens: tokens * times, sequenceTokens: 4096, rank: 16 }, h800, facts).acceleratorHours
            .typical;
        expect(hours(2) / hours(1)).toBeCloseTo(2, 9);
      }),
    );
  });
  test('adapters train less, hold less and compute less than full fine-tuning', () => {
    fc.assert(
      fc.property(
        models,
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 128, max: 32_768 }),
        (model, rank, sequenceTokens) => {
          const of = (method: TrainingRun['method']): TrainingRun => ({ method, tokens: 1e6, sequenceTokens, rank });
          expect(trainedParameters(model, of('lora'))).toBeLessThan(trainedParameters(model, of('full')));
          const bytes = (method: TrainingRun['method']) => {
            const memory = trainingMemory(model, of(method), facts);
            return memory.baseBytes + memory.stateBytes;
          };
          expect(bytes('qlora')).toBeLessThan(bytes('lora'));
          expect(bytes('lora')).toBeLessThan(bytes('full'));
          expect(trainingTime(model, of('lora'), h800, facts).flop).toBeLessThan(
            trainingTime(model, of('full'), h800, facts).flop,
          );
        },
      ),
    );
  });
  test('a sample too long for one accelerator fits on none', () => {
    const memory = trainingMemory(v3, { method: 'lora', tokens: 1, sequenceTokens: 1e6, rank: 16 }, facts);
    expect(acceleratorsThatFit(memory, h800, facts)).toBeNull();
  });
});
