// Measured runs: the parser takes good rows, and names file, line and field of a bad one; labels mean what the benchmark means.
import { describe, expect, test } from 'vitest';
import { isClean, type MeasuredRun, parseMeasurements } from '../../scripts/calibration/measurements.ts';
import { draftTokens, engineOf, nodeOf, releaseOf, waitScale, weightFormatOf } from '../../scripts/calibration/protocol.ts';
import { type Problem, SeekstackError } from '../../src/errors.ts';
import { realCatalog } from '../load-real.ts';

const COMMENTS = '# where the runs are from\n# and when they were read\n';
const AGGREGATED: Record<string, string> = {
  id: '0001',
  mode: 'agg',
  system: 'b200_sxm',
  backend: 'trtllm',
  precision: 'fp4',
  isl: '1024',
  osl: '8192',
  concurrency: '64',
  speculation: 'none',
  gpus: '8',
  tp: '1',
  attention_dp: '8',
  moe_tp: '1',
  moe_ep: '8',
  prefill_workers: '',
  prefill_tp: '',
  prefill_attention_dp: '',
  prefill_moe_tp: '',
  prefill_moe_ep: '',
  decode_workers: '',
  decode_tp: '',
  decode_attention_dp: '',
  decode_moe_tp: '',
  decode_moe_ep: '',
  image: 'nvcr.io/nvidia/tensorrt-llm/release:1.2.0',
  measured: '2026-01-22',
  quality: 'ok',
  ttft_ms: '250.5',
  tpot_ms: '12.25',
};
const DISAGGREGATED: Record<string, string> = {
  ...AGGREGATED,
  mode: 'disagg',
  gpus: '24',
  tp: '',
  attention_dp: '',
  moe_tp: '',
  moe_ep: '',
  prefill_workers: '2',
  prefill_tp: '4',
  prefill_attention_dp: '1',
  prefill_moe_tp: '1',
  prefill_moe_ep: '4',
  decode_workers: '1',
  decode_tp: '1',
  decode_attention_dp: '16',
  decode_moe_tp: '1',
  decode_moe_ep: '16',
};

function csv(...rows: Record<string, string>[]): string {
  const header = Object.keys(rows[0] ?? AGGREGATED);
  return `${[header, ...rows.map((row) => header.map((field) => row[field] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`;
}

function runOf(changes: Partial<MeasuredRun> = {}): MeasuredRun {
  const [run] = parseMeasurements(csv(AGGREGATED), 'runs.csv');
  if (run === undefined) throw new Error('no run');
  return { ...run, ...changes };
}

function problemOf(text: string): Problem {
  try {
    parseMeasurements(text, 'runs.csv');
  } catch (error) {
    if (!(error instanceof SeekstackError)) throw error;
    expect(error.problems).toHaveLength(1);
    expect(error.exitCode).toBe(2);
    return error.problems[0] as Problem;
  }
  throw new Error('it was accepted');
}

describe('a file of runs', () => {
  test('gives a replica its layout and seconds', () => {
    const own = { tensorParallel: 1, dataParallel: 8, expertTensorParallel: 1, expertParallel: 8 };
    expect(parseMeasurements(csv(AGGREGATED), 'runs.csv')).toStrictEqual([
      {
        id: '0001',
        mode: 'aggregated',
        system: 'b200_sxm',
        backend: 'trtllm',
        precision: 'fp4',
        islTokens: 1024,
        oslTokens: 8192,
        concurrency: 64,
        speculation: 'none',
        accelerators: 8,
        decode: own,
        decodeWorkers: 1,
        prefill: own,
        prefillWorkers: 1,
        image: 'nvcr.io/nvidia/tensorrt-llm/release:1.2.0',
        measured: '2026-01-22',
        quality: 'ok',
        ttftSeconds: 0.2505,
        tpotSeconds: 0.01225,
      },
    ]);
  });
  test('gives two pools each its own layout', () => {
    const [run] = parseMeasurements(csv(DISAGGREGATED), 'runs.csv');
    expect(run).toMatchObject({
      mode: 'disaggregated',
      prefillWorkers: 2,
      prefill: { tensorParallel: 4, dataParallel: 1, expertTensorParallel: 1, expertParallel: 4 },
      decodeWorkers: 1,
      decode: { tensorParallel: 1, dataParallel: 16, expertTensorParallel: 1, expertParallel: 16 },
    });
  });
  test('takes absent counts of a layout as one, and of workers as unknown', () => {
    const [run] = parseMeasurements(csv({ ...DISAGGREGATED, prefill_workers: '', prefill_moe_tp: '', gpus: '' }), 'runs.csv');
    expect(run).toMatchObject({ prefillWorkers: 0, accelerators: 0, prefill: { expertTensorParallel: 1 } });
  });
  test('may hold comments, empty lines, blanks around values and a byte-order mark', () => {
    const plain = parseMeasurements(csv(AGGREGATED, DISAGGREGATED), 'runs.csv');
    const text = `${COMMENTS}${csv(AGGREGATED, DISAGGREGATED).replaceAll(',', ' , ').replaceAll('\n', '\n\n')}# the end\n`;
    expect(parseMeasurements(text, 'runs.csv')).toStrictEqual(plain);
    expect(parseMeasurements(`\uFEFF${csv(AGGREGATED, DISAGGREGATED)}`, 'runs.csv')).toStrictEqual(plain);
  });
});

describe('one error names file, line and field', () => {
  test.each([
    ['is no number', 'ttft_ms', 'fast'],
    ['is negative', 'tpot_ms', '-1'],
    ['is zero', 'ttft_ms', '0'],
    ['is empty', 'tpot_ms', ''],
    ['is no whole number', 'concurrency', '1.5'],
    ['is zero', 'isl', '0'],
    ['is negative', 'tp', '-8'],
    ['is no mode', 'mode', 'both'],
    ['is no speculation', 'speculation', 'maybe'],
    ['is empty', 'id', ''],
  ])('of a value that %s: %s', (_, field, value) => {
    // Two comments, the header and a good row come before.
    const problem = problemOf(COMMENTS + csv(AGGREGATED, { ...AGGREGATED, [field]: value }, AGGREGATED));
    expect(problem).toMatchObject({ code: 'E_VALUE', where: { file: 'runs.csv', line: 5, field }, got: `"${value}"` });
  });
  test.each(['mode', 'concurrency', 'gpus', 'image', 'quality', 'tpot_ms'])('of a column that is missing: %s', (field) => {
    const { [field]: _, ...row } = AGGREGATED;
    expect(problemOf(csv(row))).toMatchObject({ where: { file: 'runs.csv', line: 2, field }, got: 'no such column' });
  });
  test('of a row with a cell too many, the line in what was found', () => {
    const problem = problemOf(`${csv(AGGREGATED).trimEnd()},9\n`);
    expect(problem).toMatchObject({ code: 'E_VALUE', where: { file: 'runs.csv' } });
    expect(problem.got).toContain('line 2');
  });
  test.each([
    ['nothing', ''],
    ['comments', COMMENTS],
    ['a header', csv(AGGREGATED).split('\n')[0] ?? ''],
  ])('of a file that holds %s only', (_, text) => {
    expect(problemOf(text)).toMatchObject({ code: 'E_VALUE', where: { file: 'runs.csv' }, got: 'no runs' });
  });
});

describe('a run is clean', () => {
  test.each([
    [true, {}],
    [true, { quality: 'repaired' }],
    [true, { speculation: 'mtp' as const }],
    [false, { quality: 'suspect' }],
    [false, { quality: '' }],
    [false, { speculation: 'unknown' as const }],
    [false, { prefillWorkers: 0 }],
    [false, { decodeWorkers: 0 }],
  ])('%s where %o', (clean, changes) => expect(isClean(runOf(changes))).toBe(clean));
});

describe('labels of the benchmark', () => {
  test.each([
    ['trtllm', 'tensorrt-llm'],
    ['sglang', 'sglang'],
    ['vllm', 'vllm'],
    ['unheard-of', 'unheard-of'],
  ])('engine %s is %s', (backend, engine) => expect(engineOf(backend)).toBe(engine));
  test('precisions name weight formats of the catalogue', () => {
    for (const precision of ['fp8', 'fp4'])
      expect(realCatalog().weightFormat(weightFormatOf(precision))?.precision).toBe(precision);
  });
  test.each([
    ['tensorrt-llm', '', '1.1'],
    ['tensorrt-llm', 'nvcr.io/nvidia/tensorrt-llm/release:1.0.0', '1.1'],
    ['tensorrt-llm', 'nvcr.io/nvidia/tensorrt-llm/release:1.1.0rc2', '1.1'],
    ['tensorrt-llm', 'nvcr.io/nvidia/tensorrt-llm/release:1.2.0rc6', '1.2'],
    ['tensorrt-llm', 'nvcr.io/nvidia/ai-dynamo/tensorrtllm-runtime:0.8.1', '1.2'],
    ['sglang', '', '0.5.7'],
    ['sglang', 'lmsysorg/sglang:v0.5.5-cu129', '0.5.7'],
    ['sglang', 'lmsysorg/sglang:v0.5.7', '0.5.7'],
    ['sglang', 'lmsysorg/sglang:v0.5.8-cu130', '0.5.9'],
    ['sglang', 'lmsysorg/sglang:v0.5.9-cu130', '0.5.9'],
    ['sglang', 'lmsysorg/sglang:v0.5.10', '0.5.10'],
    ['sglang', 'lmsysorg/sglang:v0.5.12', '0.5.10'],
    ['sglang', 'nvcr.io/nvidia/ai-dynamo/sglang-runtime:0.8.1', '0.5.9'],
  ] as const)('%s with image "%s" is release %s', (engine, image, release) => {
    expect(releaseOf(engine, runOf({ image }))).toBe(release);
  });
  test('SGLang drafts two tokens; TensorRT-LLM three, or one where attention is data-parallel', () => {
    const layout = { tensorParallel: 8, dataParallel: 1, expertTensorParallel: 1, expertParallel: 8 };
    const apart = { ...layout, tensorParallel: 1, dataParallel: 8 };
    expect([draftTokens('sglang', layout), draftTokens('sglang', apart)]).toStrictEqual([2, 2]);
    expect([draftTokens('tensorrt-llm', layout), draftTokens('tensorrt-llm', apart)]).toStrictEqual([3, 1]);
  });
  test('SGLang looks a third as often from 16 requests on', () => {
    const scales = [1, 15, 16, 512].map((concurrency) => waitScale('sglang', runOf({ concurrency })));
    expect(scales).toStrictEqual([1, 1, 3, 3]);
    expect(waitScale('tensorrt-llm', runOf({ concurrency: 512 }))).toBe(1);
  });
  test('a node is a rack of 72 superchips, or a board of 8 with the fastest fabric the catalogue knows for it', () => {
    expect(nodeOf(realCatalog(), 'gb200')).toStrictEqual({ accelerators: 72, fabricBytesPerSecond: 0 });
    const board = nodeOf(realCatalog(), 'h200-sxm');
    expect(board.accelerators).toBe(8);
    expect(board.fabricBytesPerSecond).toBeGreaterThanOrEqual(400e9);
  });
});
