// What the performance model must obey on any load: better hardware is never slower, more load never faster, nothing jumps.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Efficiency } from '../../src/documents/catalog/calibration.ts';
import type { Accelerator } from '../../src/documents/catalog/hardware.ts';
import { type AcceleratorReplica, compileAcceleratorSteps, type StepTimes } from '../../src/physics/accelerator-step.ts';
import { aggregatedLoop, disaggregatedLoop, type LoopState, poolPromptsPerSecond } from '../../src/physics/closed-loop.ts';
import type { Layout } from '../../src/physics/layout.ts';
import { NO_SPECULATION, tokensFromRuns } from '../../src/physics/speculation.ts';
import { splitWeights } from '../../src/physics/weights.ts';
import { realCatalog } from '../load-real.ts';

const ACCELERATORS = ['h100-sxm', 'h200-sxm', 'b200-sxm'];
const ENGINES = ['sglang', 'tensorrt-llm'];
const FORMATS = ['fp8-block', 'nvfp4'];
/** Tensor-, data- and expert-parallel ranks. */
const SPREADS = ['1/1/1', '4/1/4', '8/1/1', '8/1/8', '16/1/1', '2/4/1', '1/8/1', '1/8/8', '4/2/8', '1/16/16'];
/** Rounding allowed for, relative. */
const EPSILON = 1e-9;
const RUNS = { numRuns: 400 };

const catalog = realCatalog();
const found = catalog.architecture('deepseek-v3');
if (found === undefined) throw new Error('the catalogue lacks DeepSeek-V3');
const model = found;

function layout(spread: string): Layout {
  const [tensorParallel = 1, dataParallel = 1, expertParallel = 1] = spread.split('/').map(Number);
  return { tensorParallel, dataParallel, expertParallel, pipelineParallel: 1 };
}

/** One replica of catalogue rows; nothing where the engine cannot run the format on the accelerator. */
function replicasOf(acceleratorId: string, engineId: string, formatId: string, spread: string, draftTokens: number) {
  const accelerator = catalog.accelerator(acceleratorId);
  const engine = catalog.engines.find((row) => row.id === engineId);
  const hardware = accelerator?.architecture ?? '';
  const support = engine?.supports.find(
    (row) => row.models.includes(model.id) && row.weightFormats.includes(formatId) && row.hardware.includes(hardware),
  );
  const kvFormat = model.kvFormats.find((row) => row.id === support?.kvFormats[0]);
  const format = catalog.weightFormat(formatId);
  const checkpoint = catalog.models
    .filter((row) => row.architecture === model.id)
    .flatMap((row) => row.checkpoints)
    .find((row) => row.weightFormat === formatId);
  const kernels = catalog.kernels.find((row) => row.hardware.includes(hardware));
  const efficiency = catalog.efficiencies.find(
    (row) => row.current && row.engines.some((id) => id === engineId) && row.hardware.includes(hardware),
  );
  if (!accelerator || !engine || !support || !kvFormat || !format || !checkpoint || !kernels || !efficiency) return [];
  const speculation =
    draftTokens === 0 ? NO_SPECULATION : { draftTokens, acceptedTokens: tokensFromRuns(efficiency, draftTokens) };
  const replica: AcceleratorReplica = {
    model,
    weights: splitWeights(model, format, checkpoint.disk.bytes),
    kvFormat,
    accelerator,
    kernels,
    efficiency,
    expertCompute: support.expertCompute,
    otherCompute: support.otherCompute,
    layout: layout(spread),
    acceleratorsPerNode: 8,
    fabricBytesPerSecond: 400e9,
    prefillChunkTokens: engine.prefillChunk.tokens,
    speculation,
  };
  return [replica];
}

/** By a name that a counterexample can show: accelerator, engine, format, ranks, drafted tokens. */
const replicas = new Map(
  ACCELERATORS.flatMap((accelerator) =>
    ENGINES.flatMap((engine) =>
      FORMATS.flatMap((format) =>
        SPREADS.flatMap((spread) =>
          [0, 2].flatMap((draft) =>
            replicasOf(accelerator, engine, format, spread, draft).map(
              (replica) => [[accelerator, engine, format, spread, draft].join(' '), replica] as const,
            ),
          ),
        ),
      ),
    ),
  ),
);
function compiled(name: string): { replica: AcceleratorReplica; efficiency: Efficiency; steps: StepTimes } {
  const replica = replicas.get(name);
  if (replica === undefined) throw new Error(name);
  return { replica, efficiency: replica.efficiency, steps: compileAcceleratorSteps(replica) };
}
const anyReplica = fc.constantFrom(...replicas.keys());
/** Real numbers, as many in every octave. */
const between = (low: number, high: number) =>
  fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map((log) => Math.exp(log));
const batch = between(1, 8192);
const context = between(16, 100_000);
const factor = between(1, 8);
const concurrency = between(1, 4096);
const workers = between(1, 16);
const request = fc.record({ promptTokens: between(16, 60_000), outputTokens: between(1, 8192) });
/** Shorter ones can gain from company: their prompts are packed faster than they come. */
const usualRequest = fc.record({ promptTokens: between(128, 60_000), outputTokens: between(32, 8192) });

/** A prefill and a decode replica of the same accelerator and engine, no draft in prefill. */
const anyPair = anyReplica.chain((decode) => {
  const alike = decode.split(' ').slice(0, 2).join(' ');
  const prefills = [...replicas.keys()].filter((name) => name.startsWith(`${alike} `) && name.endsWith(' 0'));
  return fc.record({ prefill: fc.constantFrom(...prefills), decode: fc.constant(decode) });
});

function atMost(value: number, limit: number): void {
  expect(value).toBeLessThanOrEqual(limit * (1 + EPSILON));
}

describe('better hardware', () => {
  type Improve = (accelerator: Accelerator, by: number) => Accelerator;
  const moreBandwidth: Improve = (each, by) => ({
    ...each,
    memoryBandwidth: { ...each.memoryBandwidth, bytesPerSecond: each.memoryBandwidth.bytesPerSecond * by },
  });
  const moreArithmetic: Improve = (each, by) => {
    const rates = Object.entries(each.rates).map(([dtype, rate]) => [dtype, { ...rate, flopPerSecond: rate.flopPerSecond * by }]);
    return { ...each, rates: Object.fromEntries(rates) as Accelerator['rates'] };
  };
  const fasterLink: Improve = (each, by) => ({
    ...each,
    link: { ...each.link, bandwidth: { ...each.link.bandwidth, bytesPerSecond: each.link.bandwidth.bytesPerSecond * by } },
  });
  test('there are replicas of both engines and three accelerators to test', () => expect(replicas.size).toBe(160));
  test.each([
    ['memory bandwidth', moreBandwidth],
    ['arithmetic', moreArithmetic],
    ['link', fasterLink],
  ])('(%s) never slows a decode step, a prefill or the tokens of a closed loop', (_, improve) => {
    fc.assert(
      fc.property(anyReplica, batch, context, request, factor, (name, sequences, tokens, asked, by) => {
        const { replica, efficiency, steps: before } = compiled(name);
        const after = compileAcceleratorSteps({ ...replica, accelerator: improve(replica.accelerator, by) });
        atMost(after.decodeSeconds(sequences, tokens), before.decodeSeconds(sequences, tokens));
        atMost(after.prefillSeconds(asked.promptTokens, 2), before.prefillSeconds(asked.promptTokens, 2));
        const tpot = (steps: StepTimes) => aggregatedLoop(steps, asked, efficiency, sequences).tpotSeconds;
        atMost(tpot(after), tpot(before));
      }),
      RUNS,
    );
  });
  test.each([
    ['memory bandwidth', moreBandwidth, 'h200-sxm sglang fp8-block 1/1/1 0', (steps: StepTimes) => steps.decodeSeconds(8, 1000)],
    ['arithmetic', moreArithmetic, 'h200-sxm sglang fp8-block 1/8/8 0', (steps: StepTimes) => steps.prefillSeconds(8000)],
    ['link', fasterLink, 'h200-sxm sglang fp8-block 8/1/1 0', (steps: StepTimes) => steps.prefillSeconds(8000)],
  ])('(%s) eight times over saves a tenth of what it bounds', (_, improve, name, seconds) => {
    const { replica, steps } = compiled(name);
    const better = compileAcceleratorSteps({ ...replica, accelerator: improve(replica.accelerator, 8) });
    expect(seconds(better)).toBeLessThan(0.9 * seconds(steps));
  });
});

describe('a decode step', () => {
  test('never gets faster with a longer context or a larger batch, and its throughput never falls', () => {
    fc.assert(
      fc.property(anyReplica, batch, context, factor, (name, sequences, tokens, by) => {
        const { decodeSeconds } = compiled(name).steps;
        const [small, large] = [decodeSeconds(sequences, tokens), decodeSeconds(sequences * by, tokens)];
        atMost(small, decodeSeconds(sequences, tokens * by));
        atMost(small, large);
        atMost(sequences / small, (sequences * by) / large);
      }),
      RUNS,
    );
  });
  test('is never more than halved by twice the tensor-parallel ranks', () => {
    const spread = fc.record({ tp: fc.constantFrom(1, 2, 4, 8), dp: fc.constantFrom(1, 2, 4, 8), sharded: fc.boolean() });
    const rows = fc.constantFrom(
      ...ACCELERATORS.flatMap((accelerator) => ENGINES.map((engine) => [accelerator, engine] as const)),
    );
    fc.assert(
      fc.property(rows, spread, fc.constantFrom(0, 2), batch, context, (row, { tp, dp, sharded }, draft, sequences, tokens) => {
        const seconds = (ranks: number) => {
          const [replica] = replicasOf(...row, 'fp8-block', `${ranks}/${dp}/${sharded ? ranks * dp : 1}`, draft);
          if (replica === undefined) throw new Error(row.join(' '));
          return compileAcceleratorSteps(replica).decodeSeconds(sequences, tokens);
        };
        atMost(seconds(tp) / 2, seconds(2 * tp));
      }),
      RUNS,
    );
  });
});

type Loop = (asked: { promptTokens: number; outputTokens: number }, inFlight: number) => LoopState;

/** Narrows a range of inputs, always to the half in which latencies bend more, until only a jump could change them. */
function expectNoJump(at: (input: number) => LoopState, from: number, to: number): void {
  const bend = (low: number, high: number) => {
    const [one, middle, other] = [at(low), at((low + high) / 2), at(high)];
    const of = (metric: 'tpotSeconds' | 'ttftSeconds') => Math.abs((one[metric] + other[metric]) / middle[metric] - 2);
    return Math.max(of('tpotSeconds'), of('ttftSeconds'));
  };
  let [low, high] = [from, to];
  for (let round = 0; round < 24; round += 1) {
    const middle = (low + high) / 2;
    if (bend(low, middle) > bend(middle, high)) high = middle;
    else low = middle;
  }
  expect(Math.abs(at(high).tpotSeconds / at(low).tpotSeconds - 1)).toBeLessThan(1e-3);
  expect(Math.abs(at(high).ttftSeconds / at(low).ttftSeconds - 1)).toBeLessThan(1e-3);
}

function expectContinuous(loop: Loop, asked: Parameters<Loop>[0], inFlight: number): void {
  expectNoJump((count) => loop(asked, count), inFlight, inFlight * 1.5);
  expectNoJump((promptTokens) => loop({ ...asked, promptTokens }, inFlight), asked.promptTokens, asked.promptTokens * 1.5);
  expectNoJump((outputTokens) => loop({ ...asked, outputTokens }, inFlight), asked.outputTokens, asked.outputTokens * 1.5);
}

function expectLittle(state: LoopState, outputTokens: number, inFlight: number): void {
  for (const value of [state.ttftSeconds, state.tpotSeconds, state.requestsPerSecond]) {
    expect(value).toBeGreaterThan(0);
    expect(Number.isFinite(value)).toBe(true);
  }
  const present = state.requestsPerSecond * (state.ttftSeconds + outputTokens * state.tpotSeconds);
  expect(Math.abs(present / inFlight - 1)).toBeLessThan(EPSILON);
}

describe('a closed loop of one replica', () => {
  test('is continuous in concurrency, prompt and answer', () => {
    fc.assert(
      fc.property(anyReplica, request, concurrency, (name, asked, inFlight) => {
        const { steps, efficiency } = compiled(name);
        expectContinuous((each, count) => aggregatedLoop(steps, each, efficiency, count), asked, inFlight);
      }),
      RUNS,
    );
  });
  test('holds as many requests as Little says', () => {
    fc.assert(
      fc.property(anyReplica, request, concurrency, (name, asked, inFlight) => {
        const { steps, efficiency } = compiled(name);
        expectLittle(aggregatedLoop(steps, asked, efficiency, inFlight), asked.outputTokens, inFlight);
      }),
      RUNS,
    );
  });
  test('never gets a faster token with more in flight, from prompts of 128 and answers of 32 tokens on', () => {
    fc.assert(
      fc.property(anyReplica, usualRequest, concurrency, factor, (name, asked, inFlight, by) => {
        const { steps, efficiency } = compiled(name);
        const tpot = (count: number) => aggregatedLoop(steps, asked, efficiency, count).tpotSeconds;
        atMost(tpot(inFlight), tpot(inFlight * by));
      }),
      RUNS,
    );
  });
});

describe('a closed loop of two pools', () => {
  const loopOf = (pair: { prefill: string; decode: string }) => {
    const { steps: prefill } = compiled(pair.prefill);
    const { steps: decode, efficiency } = compiled(pair.decode);
    const perToken = decode.cache.bytesPerToken;
    return {
      ceiling: (count: number, tokens: number) => poolPromptsPerSecond({ steps: prefill, workers: count }, tokens, efficiency),
      run: (asked: Parameters<Loop>[0], inFlight: number, first: number, second: number) => {
        const pools = [
          { steps: prefill, workers: first },
          { steps: decode, workers: second },
        ] as const;
        return disaggregatedLoop(...pools, asked, efficiency, inFlight, perToken);
      },
    };
  };
  const anyLoad = fc.tuple(anyPair, request, concurrency, workers, workers, factor);

  test('never completes more than its prefill pool can take, and holds as many requests as Little says', () => {
    fc.assert(
      fc.property(anyLoad, ([pair, asked, inFlight, first, second]) => {
        const { run, ceiling } = loopOf(pair);
        const state = run(asked, inFlight, first, second);
        atMost(state.requestsPerSecond, ceiling(first, asked.promptTokens));
        expectLittle(state, asked.outputTokens, inFlight);
      }),
      RUNS,
    );
  });
  test('completes no less with more prefill workers, has no slower token with more decode workers, no faster one with more in flight', () => {
    fc.assert(
      fc.property(anyLoad, ([pair, asked, inFlight, first, second, by]) => {
        const { run } = loopOf(pair);
        const state = run(asked, inFlight, first, second);
        atMost(state.requestsPerSecond, run(asked, inFlight, first * by, second).requestsPerSecond);
        atMost(run(asked, inFlight, first, second * by).tpotSeconds, state.tpotSeconds);
        atMost(state.tpotSeconds, run(asked, inFlight * by, first, second).tpotSeconds);
      }),
      RUNS,
    );
  });
  test('is continuous in concurrency, prompt and answer', () => {
    fc.assert(
      fc.property(anyLoad, ([pair, asked, inFlight, first, second]) => {
        const { run } = loopOf(pair);
        expectContinuous((each, count) => run(each, count, first, second), asked, inFlight);
      }),
      { numRuns: 100 },
    );
  });
});
