// CPU-only and hybrid boxes against published decode rates, each inside the interval the catalogue states for such boxes.
import { expect, test } from 'vitest';
import { intervalFor } from '../../src/documents/catalog/intervals.ts';
import { compileHostSteps } from '../../src/physics/host-step.ts';
import { splitWeights } from '../../src/physics/weights.ts';
import { realCatalog } from '../load-real.ts';

/** DeepSeek-V3 and R1 in Q4_K_M, one user, about a thousand tokens of context. */
const PUBLISHED = [
  // github.com/kvcache-ai/ktransformers@95009ea6 doc/en/DeepseekR1_V3_tutorial.md
  { mode: 'hybrid', processor: 'xeon-6454s', sockets: 2, tokensPerSecond: 11.26 },
  { mode: 'hybrid', processor: 'xeon-6454s', sockets: 1, tokensPerSecond: 8.73 },
  { mode: 'cpu', processor: 'xeon-6454s', sockets: 2, tokensPerSecond: 4.51 },
  // github.com/kvcache-ai/ktransformers issues 797 (2 x EPYC 9135, DDR5-6400) and 314 (1 x EPYC 9654)
  { mode: 'hybrid', processor: 'epyc-9005', sockets: 2, tokensPerSecond: 17.3 },
  { mode: 'hybrid', processor: 'epyc-9004', sockets: 1, tokensPerSecond: 14 },
] as const;

test.each(PUBLISHED)(
  '$sockets × $processor, $mode: $tokensPerSecond tokens/s',
  ({ mode, processor, sockets, tokensPerSecond }) => {
    const catalog = realCatalog();
    const model = catalog.architecture('deepseek-v3') ?? expect.fail();
    const checkpoint =
      catalog.model('deepseek-v3')?.checkpoints.find((each) => each.weightFormat === 'gguf-q4-k-m') ?? expect.fail();
    const format = catalog.weightFormat(checkpoint.weightFormat) ?? expect.fail();
    const efficiency = catalog.hostEfficiencies.find((row) => row.mode === mode && row.sockets === sockets) ?? expect.fail();
    const steps = compileHostSteps({
      model,
      weights: splitWeights(model, format, checkpoint.disk.bytes),
      kvFormat: model.kvFormats[0] ?? expect.fail(),
      processor: catalog.processor(processor) ?? expect.fail(),
      sockets,
      efficiency,
      accelerator: mode === 'hybrid' ? (catalog.accelerator('rtx-5090') ?? expect.fail()) : null,
      prefillChunkTokens: 2048,
    });
    const predicted = 1 / steps.decodeSeconds(1, 1000);
    const interval = intervalFor(catalog.intervals, {
      model: model.id,
      hardware: 'cpu',
      engine: efficiency.engine,
      mode: 'aggregated',
      precision: 'gguf',
    });
    const ratio = tokensPerSecond / predicted;
    expect(ratio).toBeGreaterThan(interval.throughput.low);
    expect(ratio).toBeLessThan(interval.throughput.high);
  },
);
