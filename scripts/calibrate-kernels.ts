// npm run calibrate:kernels -- --tables DIR: kernel curves of every architecture from tables of measured kernel times.
// In: a folder of CSV tables (gemm, mla-decode, mla-prefill, moe, collectives, expert-all-to-all). Out: kernels.yaml.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { median } from 'simple-statistics';
import type { ComputeDtype } from '../src/documents/catalog/engines.ts';
import type { Accelerator } from '../src/documents/catalog/hardware.ts';
import { catalogText } from '../src/files/catalog-text.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { writeText } from '../src/files/write-files.ts';
import { busiestRankExperts, kernelSeconds, touchedExpertShare } from '../src/physics/roofline.ts';
import { fitConstants } from './calibration/robust-fit.ts';

const SHAPE = { hidden: 7168, expertSize: 2048, experts: 256, perToken: 8, latent: 576, latentValue: 512, heads: 128 };
const PREFILL_HEAD = { key: 192, value: 128 };
const SECONDS = 1e-6;
/** No kernel reads faster than this share of the peak. */
const MOST_OF_PEAK = 0.95;

/** Systems of the tables, the accelerator of ours each is, and the architecture whose curves they give. */
const SYSTEMS: readonly { systems: Record<string, string>; hardware: string[]; id: string }[] = [
  { id: 'kernels-ampere', hardware: ['ampere'], systems: { a100_sxm: 'a100-80-sxm' } },
  { id: 'kernels-ada', hardware: ['ada'], systems: { l40s: 'l40s' } },
  { id: 'kernels-hopper', hardware: ['hopper'], systems: { h100_sxm: 'h100-sxm', h200_sxm: 'h200-sxm' } },
  { id: 'kernels-blackwell', hardware: ['blackwell'], systems: { b200_sxm: 'b200-sxm', gb200: 'gb200' } },
  { id: 'kernels-blackwell-ultra', hardware: ['blackwell-ultra'], systems: { b300_sxm: 'b300-sxm', gb300: 'gb300' } },
  { id: 'kernels-blackwell-rtx', hardware: ['blackwell-rtx'], systems: { rtx_pro_6000_server: 'rtx-pro-6000-se' } },
];
const TABLE_DTYPES: readonly { table: string; ours: ComputeDtype; bytes: number }[] = [
  { table: 'bfloat16', ours: 'bf16', bytes: 2 },
  { table: 'fp8_block', ours: 'fp8', bytes: 1 },
  { table: 'nvfp4', ours: 'fp4', bytes: 0.5625 },
];

type Row = Record<string, string>;
/** One measured kernel: the work it did, the accelerator's peaks, what it took. */
interface Point {
  readonly memorySeconds: number;
  readonly computeSeconds: number;
  /** Compute time of one token more for every expert touched; 0 for kernels without experts. */
  readonly paddingSeconds: number;
  readonly seconds: number;
}

const { values } = parseArgs({ options: { tables: { type: 'string' }, out: { type: 'string' } } });
const files = findPackage();
const catalog = loadCatalog(files.catalog, files.compiledCatalog);
const tables = values.tables;
if (tables === undefined || !existsSync(tables)) {
  process.stderr.write('usage: npm run calibrate:kernels -- --tables DIR [--out FILE]\n');
  process.exit(2);
}
const read = (name: string): Row[] => parse(readFileSync(join(tables, name), 'utf8'), { columns: true, trim: true });
const gemm = read('gemm.csv');
const decode = read('mla-decode.csv');
const prefill = read('mla-prefill.csv');
const moe = read('moe.csv');
const collectives = read('collectives.csv');
const exchange = read('expert-all-to-all.csv');
const number = (row: Row, key: string) => Number(row[key]);

function accelerator(id: string): Accelerator {
  const found = catalog.accelerator(id);
  if (found === undefined) throw new RangeError(`the catalogue has no accelerator ${id}`);
  return found;
}

function fitCurve(points: readonly Point[], computeStart = 0.5) {
  if (points.length < 8) return undefined;
  const padded = points.some((point) => point.paddingSeconds > 0);
  const start = [6e-6, 0.7, computeStart, ...(padded ? [16] : [])];
  const at = ([launch, bandwidth, compute, padding]: readonly number[], point: Point) =>
    (launch as number) +
    kernelSeconds(
      point.memorySeconds / (bandwidth as number),
      (point.computeSeconds + (padding ?? 0) * point.paddingSeconds) / (compute as number),
    );
  const constants = fitConstants({
    start,
    residuals: (tried) => points.map((point) => Math.log(at(tried, point) / point.seconds)),
    priorsFrom: points.length,
    iterations: 30,
    most: [undefined, MOST_OF_PEAK],
  });
  const error = median(points.map((point) => Math.abs(at(constants, point) / point.seconds - 1)));
  const [launchSeconds, bandwidth, compute, padding] = constants as [number, number, number, number?];
  return { launchSeconds, bandwidth, compute, padding, error };
}

function point(system: string, ours: Record<string, string>, dtype: ComputeDtype, bytes: number, flop: number, row: Row): Point {
  const board = accelerator(ours[system] as string);
  const rate = board.rates[dtype]?.flopPerSecond ?? board.rates.bf16?.flopPerSecond ?? Number.NaN;
  return {
    memorySeconds: bytes / board.memoryBandwidth.bytesPerSecond,
    computeSeconds: flop / rate,
    paddingSeconds: 0,
    seconds: number(row, 'latency_us') * SECONDS,
  };
}

const ofSystem = (rows: readonly Row[], systems: Record<string, string>) =>
  rows.filter((row) => Object.hasOwn(systems, row.system ?? ''));
const fact = (value: number, unit: string, note?: string) => ({
  value: Number(value.toPrecision(3)),
  unit,
  source: 'kernel-tables',
  ...(note === undefined ? {} : { note }),
});
function curve(fitted: ReturnType<typeof fitCurve>) {
  if (fitted === undefined) return undefined;
  return {
    launch: fact(fitted.launchSeconds / SECONDS, 'us', `median error of the curve ${(fitted.error * 100).toFixed(0)} %`),
    bandwidth: fact(fitted.bandwidth, 'ratio'),
    compute: fact(fitted.compute, 'ratio'),
    ...(fitted.padding === undefined ? {} : { padding: fact(fitted.padding, 'tokens') }),
  };
}

function productsOf(systems: Record<string, string>) {
  return Object.fromEntries(
    TABLE_DTYPES.map(({ table, ours, bytes }) => {
      const rows = ofSystem(gemm, systems).filter((row) => row.dtype === table && row.engine === 'trtllm');
      const points = rows.map((row) => {
        const [m, n, k] = [number(row, 'm'), number(row, 'n'), number(row, 'k')];
        return point(row.system as string, systems, ours, bytes * n * k + 2 * m * (n + k), 2 * m * n * k, row);
      });
      return [ours, curve(fitCurve(points))] as const;
    }).filter(([, fitted]) => fitted !== undefined),
  );
}

function expertsOf(systems: Record<string, string>) {
  const { hidden, expertSize, experts, perToken } = SHAPE;
  return Object.fromEntries(
    TABLE_DTYPES.map(({ table, ours, bytes }) => {
      const rows = ofSystem(moe, systems).filter(
        (row) =>
          row.dtype === table &&
          row.engine !== 'vllm' &&
          row.distribution === 'power_law_1.01' &&
          number(row, 'hidden') === hidden &&
          number(row, 'experts') === experts &&
          number(row, 'intermediate') === expertSize &&
          number(row, 'topk') === perToken &&
          [4, 8].includes(number(row, 'moe_tp') * number(row, 'moe_ep')) &&
          number(row, 'tokens') <= 16_384,
      );
      const points = rows.map((row) => {
        const [tokens, tp, ep] = [number(row, 'tokens'), number(row, 'moe_tp'), number(row, 'moe_ep')];
        const each = (3 * hidden * expertSize) / tp;
        const touched = experts * touchedExpertShare(experts, perToken, tokens);
        const measured = point(
          row.system as string,
          systems,
          ours,
          busiestRankExperts(experts, touched, ep) * each * bytes,
          (2 * tokens * perToken * each) / ep,
          row,
        );
        return { ...measured, paddingSeconds: (measured.computeSeconds * touched) / (tokens * perToken) };
      });
      return [ours, curve(fitCurve(points, 0.15))] as const;
    }).filter(([, fitted]) => fitted !== undefined),
  );
}

function decodeAttentionOf(systems: Record<string, string>) {
  const { latent, latentValue } = SHAPE;
  const rows = ofSystem(decode, systems).filter(
    (row) =>
      row.mla_dtype === 'bfloat16' &&
      row.engine !== 'vllm' &&
      // SGLang's FP8 cache kernel on Hopper is an outlier that its own default avoids.
      !(row.engine === 'sglang' && row.kv_dtype === 'fp8' && /^h/.test(row.system ?? '')) &&
      number(row, 'context_tokens') >= 256 &&
      number(row, 'context_tokens') <= 16_384 &&
      number(row, 'heads') >= 16,
  );
  return curve(
    fitCurve(
      rows.map((row) => {
        const read = number(row, 'batch') * number(row, 'context_tokens');
        const flop = 2 * read * number(row, 'heads') * (latent + latentValue);
        return point(row.system as string, systems, 'bf16', read * latent * (row.kv_dtype === 'fp8' ? 1 : 2), flop, row);
      }),
      1,
    ),
  );
}

function prefillAttentionOf(systems: Record<string, string>): number | undefined {
  const rows = ofSystem(prefill, systems).filter(
    (row) =>
      row.kv_dtype === 'bfloat16' &&
      row.engine === 'trtllm' &&
      number(row, 'past_tokens') === 0 &&
      number(row, 'new_tokens') >= 2048 &&
      number(row, 'heads') >= 16,
  );
  if (rows.length < 4) return undefined;
  const shares = rows.map((row) => {
    const tokens = number(row, 'new_tokens');
    const flop = number(row, 'batch') * tokens * tokens * number(row, 'heads') * (PREFILL_HEAD.key + PREFILL_HEAD.value);
    const each = point(row.system as string, systems, 'bf16', 0, flop, row);
    return each.computeSeconds / each.seconds;
  });
  return median(shares);
}

/** Latency from the smallest messages, bandwidth from the largest, both medians over systems and group sizes. */
function wireOf(
  systems: Record<string, string>,
  rows: readonly { ranks: number; bytes: number; seconds: number; system: string }[],
) {
  if (rows.length === 0) return undefined;
  const onWire = (row: (typeof rows)[number]) => ((row.ranks - 1) / row.ranks) * row.bytes;
  const constants = fitConstants({
    start: [10e-6, 0.5],
    residuals: (tried) =>
      rows.map((row) => {
        const link = accelerator(systems[row.system] as string).link.bandwidth.bytesPerSecond;
        return Math.log(((tried[0] as number) + onWire(row) / (link * (tried[1] as number))) / row.seconds);
      }),
    priorsFrom: rows.length,
    iterations: 30,
  });
  return { latency: fact((constants[0] as number) / SECONDS, 'us'), bandwidth: fact(constants[1] as number, 'ratio') };
}

function reduceOf(systems: Record<string, string>) {
  const rows = ofSystem(collectives, systems).filter(
    (row) =>
      row.op === 'all_reduce' && row.library === 'trtllm' && number(row, 'gpus') >= 4 && number(row, 'message_elements') >= 1024,
  );
  return wireOf(
    systems,
    rows.map((row) => ({
      system: row.system as string,
      ranks: number(row, 'gpus'),
      bytes: number(row, 'message_elements') * 4,
      seconds: number(row, 'latency_us') * SECONDS,
    })),
  );
}

function exchangeOf(systems: Record<string, string>) {
  const rows = ofSystem(exchange, systems).filter(
    (row) =>
      row.mode === 'low-latency' &&
      number(row, 'nodes') === 1 &&
      number(row, 'hidden') === SHAPE.hidden &&
      number(row, 'topk') === SHAPE.perToken,
  );
  return wireOf(
    systems,
    rows.map((row) => ({
      system: row.system as string,
      ranks: 8,
      bytes: number(row, 'tokens') * SHAPE.hidden * SHAPE.perToken * 3,
      seconds: (number(row, 'dispatch_us') + number(row, 'combine_us')) * SECONDS,
    })),
  );
}

const DTYPES: readonly ComputeDtype[] = ['bf16', 'fp8', 'int8', 'fp4'];

/** Curves of the dtypes an accelerator computes in but the tables lack, taken from the nearest measured dtype. */
function withNeighbours(
  measured: Record<string, object | undefined>,
  systems: Record<string, string>,
  last: Record<string, object | undefined>,
) {
  const rates = accelerator(Object.values(systems)[0] as string).rates;
  const curves: Record<string, object> = {};
  for (const dtype of DTYPES) {
    if (rates[dtype] === undefined) continue;
    const index = DTYPES.indexOf(dtype);
    const near = DTYPES.toSorted((one, other) => Math.abs(DTYPES.indexOf(one) - index) - Math.abs(DTYPES.indexOf(other) - index));
    const from = near.find((each) => measured[each] !== undefined);
    const taken = from === undefined ? { ...(last[dtype] ?? last.bf16), padding: fact(0, 'tokens') } : measured[from];
    if (taken === undefined) throw new RangeError(`no curve for ${dtype}`);
    curves[dtype] = from === dtype ? taken : renote(taken, from === undefined ? 'the products of the same part' : from);
  }
  return curves;
}

function renote(taken: object, from: string) {
  const { launch, ...rest } = taken as { launch: object };
  return { launch: { ...launch, note: `not in the tables, taken from ${from}` }, ...rest };
}

const rows = SYSTEMS.map(({ id, hardware, systems }) => {
  const products = withNeighbours(productsOf(systems), systems, {});
  const reduce = reduceOf(systems);
  const prefillAttention = prefillAttentionOf(systems);
  return {
    id,
    hardware,
    products,
    decodeAttention: decodeAttentionOf(systems),
    prefillAttention: fact(prefillAttention ?? Number.NaN, 'ratio'),
    experts: withNeighbours(expertsOf(systems), systems, products),
    reduce,
    exchange: exchangeOf(systems) ?? reduce,
    fabric: { latency: { value: 40, unit: 'us', source: 'fabric' }, bandwidth: { value: 0.8, unit: 'ratio', source: 'fabric' } },
    basis: 'measured',
  };
});
const HEADER = `# How much of its peak each accelerator architecture reaches in each kind of kernel.
# Written by npm run calibrate:kernels from tables of measured kernel times; a curve is launch + a smooth roofline.
`;
const document = {
  schema: 'seekstack/calibration@1',
  sources: {
    'kernel-tables': {
      kind: 'measured',
      title:
        'Curves through measured kernel times at DeepSeek-V3 shapes (SGLang 0.5.14, TensorRT-LLM 1.3.0rc20, NCCL 2.29, DeepEP), least absolute log error',
      url: 'github.com/ai-dynamo/aiconfigurator@095f58a51 aic-core/src/aiconfigurator_core/systems/data (Apache-2.0)',
      asOf: '2026-08-21',
    },
    fabric: {
      kind: 'assumed',
      title: 'Collectives between nodes add two network round trips and reach four fifths of the fabric; few runs span nodes',
      asOf: '2026-11-24',
    },
  },
  kernels: rows,
};
const text = catalogText(HEADER, document);
if (values.out === undefined) process.stdout.write(text);
else writeText(values.out, text);
