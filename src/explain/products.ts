// Products explained: matrix products of attention, dense layers, the head and routed experts, and attention over the cache.
// In: a candidate at the bench, tokens of a step. Out: kernels, as docs/physics.md "One step" tells.
import type { KernelCurve } from '../documents/catalog/calibration.ts';
import type { ComputeDtype } from '../documents/catalog/engines.ts';
import { ATTENTION_PRODUCTS, DENSE_LAYER_PRODUCTS, EXPERT_LAYER_PRODUCTS } from '../physics/accelerator-step.ts';
import { decodeFlop, readBytes } from './attention.ts';
import { type Bench, expertLayers, expertRanks, fitsOf, type Kernel, kernelOf } from './bench.ts';
import { type Derivation, derive, f } from './derive.ts';
import { classBytes, otherParametersOf } from './memory.ts';
import { degree, fitted, layersOf, parametersOf, shapeOf } from './model-facts.ts';

const DOC = 'docs/physics.md#one-step';

/** Share of attention's weights one tensor-parallel rank multiplies: latent down-projections are kept whole by every rank. */
export function rankShare({ ledger, candidate, tp }: Bench): Derivation {
  const { architecture: model } = candidate.stack;
  const { attention } = model;
  if (attention.kind !== 'mla') return derive('share of a rank', 'ratio', f`1 ÷ ${tp}`, { doc: DOC });
  const shape = (name: string, field: string, value: number) => shapeOf(ledger, model, name, field, value);
  const whole = derive(
    'attention weights every rank holds',
    'ratio',
    f`${layersOf(ledger, model)} × ${shape('hidden size', 'hiddenSize', model.hiddenSize)} × (${shape('query rank', 'attention.queryRank', attention.queryRank)} + ${shape('latent rank', 'attention.kvRank', attention.kvRank)} + ${shape('rope width', 'attention.ropeDim', attention.ropeDim)}) ÷ ${parametersOf(ledger, model, 'attention parameters', 'attention')}`,
    { doc: DOC },
  );
  return derive('share of a rank', 'ratio', f`${whole} + (1 − ${whole}) ÷ ${tp}`, { doc: DOC });
}

export function productsCurve(bench: Bench, dtype: ComputeDtype): KernelCurve {
  const curve = fitsOf(bench).kernels.products[dtype];
  if (curve === undefined) throw new Error(`no curve of ${dtype} products`);
  return curve;
}

export function attentionProducts(bench: Bench, tokens: Derivation): Kernel {
  const { ledger, candidate } = bench;
  const { architecture: model, support } = candidate.stack;
  const products = ledger.rule(
    'products of attention',
    ATTENTION_PRODUCTS[model.attention.kind],
    'launches',
    'down and up projections, absorption where latent, output',
    null,
  );
  const share = rankShare(bench);
  return kernelOf(
    bench,
    'attention products',
    productsCurve(bench, support.otherCompute),
    `products.${support.otherCompute}`,
    support.otherCompute,
    {
      launches: derive('launches', 'launches', f`${layersOf(ledger, model)} × ${products}`),
      bytes: derive('bytes read', 'bytes', f`${classBytes(ledger, candidate, 'attention')} × ${share}`),
      flop: derive(
        'operations',
        'FLOP',
        f`2 × ${parametersOf(ledger, model, 'attention parameters', 'attention')} × ${share} × ${tokens}`,
      ),
    },
  );
}

export function denseProducts(bench: Bench, tokens: Derivation): Kernel {
  const { ledger, candidate, tp } = bench;
  const { architecture: model, support } = candidate.stack;
  const experts = expertLayers(bench);
  const ofExperts = ledger.rule('products beside experts', EXPERT_LAYER_PRODUCTS, 'launches', 'router, shared expert in and out');
  const ofDense = ledger.rule('products of a dense layer', DENSE_LAYER_PRODUCTS, 'launches', 'in and out');
  return kernelOf(
    bench,
    'dense and shared products',
    productsCurve(bench, support.otherCompute),
    `products.${support.otherCompute}`,
    support.otherCompute,
    {
      launches: derive(
        'launches',
        'launches',
        f`${experts} × ${ofExperts} + (${layersOf(ledger, model)} − ${experts}) × ${ofDense}`,
      ),
      bytes: derive('bytes read', 'bytes', f`${classBytes(ledger, candidate, 'other')} ÷ ${tp}`),
      flop: derive('operations', 'FLOP', f`2 × ${otherParametersOf(ledger, candidate)} × ${tokens} ÷ ${tp}`),
    },
  );
}

/** @param tokens - that leave the model: all in decode, the last of a prompt in prefill, none of a drafted layer */
export function head(bench: Bench, tokens: Derivation): Kernel {
  const { ledger, candidate, tp } = bench;
  const { architecture: model } = candidate.stack;
  return kernelOf(bench, 'output head', productsCurve(bench, 'bf16'), 'products.bf16', 'bf16', {
    launches: ledger.rule('launches of the head', 1, 'launches', 'one product'),
    bytes: derive('bytes read', 'bytes', f`${classBytes(ledger, candidate, 'embedding')} ÷ 2 ÷ ${tp}`),
    flop: derive(
      'operations',
      'FLOP',
      f`2 × ${parametersOf(ledger, model, 'embedding parameters', 'embedding')} × ${tokens} ÷ ${tp}`,
    ),
  });
}

/** Attention of the decoded tokens over the cache. */
export function cacheAttention(bench: Bench, tokens: Derivation, reads: Derivation, context: Derivation): Kernel {
  const { ledger, candidate, tp } = bench;
  const { architecture: model } = candidate.stack;
  const { kernels } = fitsOf(bench);
  const shards = ledger.rule(
    'ranks that can share a cache',
    candidate.steps.cache.tensorShards,
    'ranks',
    'key and value heads; 1 where every rank holds a copy',
  );
  return kernelOf(bench, 'attention over the cache', kernels.decodeAttention, 'decodeAttention', 'bf16', {
    launches: layersOf(ledger, model),
    bytes: derive('bytes read', 'bytes', f`${reads} × ${readBytes(ledger, candidate, context)} ÷ min(${tp}, ${shards})`),
    flop: derive('operations', 'FLOP', f`${tokens} × ${decodeFlop(ledger, candidate, context)} ÷ ${tp}`),
  });
}

/** Grouped products of routed experts on the busiest rank. */
export function experts(bench: Bench, tokens: Derivation, groups: Derivation, decode: boolean): Kernel | null {
  const { ledger, candidate } = bench;
  const { architecture: model, support } = candidate.stack;
  const { kernels, efficiency } = fitsOf(bench);
  const ffn = model.feedForward;
  if (ffn.routedExperts === 0 || model.layers === model.denseLayers) return null;
  const curve = kernels.experts[support.expertCompute];
  if (curve === undefined) throw new Error('no curve of experts');
  const { ranks, split } = expertRanks(bench);
  const ep = degree(ledger, candidate, 'EP');
  const all = shapeOf(ledger, model, 'routed experts', 'feedForward.routedExperts', ffn.routedExperts, 'experts');
  const each = shapeOf(ledger, model, 'experts of a token', 'feedForward.expertsPerToken', ffn.expertsPerToken, 'experts');
  const met = derive('tokens that meet', 'tokens', f`${tokens} × ${groups}`);
  const touched = derive('experts touched', 'experts', f`${all} × (1 − (1 − ${each} ÷ ${all}) ^ ${met})`, { doc: DOC });
  const one = candidate.layout.expertParallel <= 1;
  const busiestExperts = one
    ? touched
    : derive(
        'experts on the busiest rank',
        'experts',
        f`min(${all}, ${touched} × (1 + (1 − ${touched} ÷ ${all}) × log2(${ep}) ÷ 6)) ÷ ${ep}`,
        { doc: DOC },
      );
  const imbalance = fitted(ledger, efficiency, 'imbalance at eight ranks', 'expertImbalance');
  const busiest = one
    ? ledger.rule('busiest rank over the mean', 1, 'ratio', 'all ranks hold a part of every expert')
    : derive('busiest rank over the mean', 'ratio', f`1 + ${imbalance} × log2(${ep}) × ${met} ÷ (3 × (${met} + 64))`, {
        doc: DOC,
      });
  const padding = ledger.fact('padding of an expert', 'tokens', curve.padding, {
    row: kernels.id,
    field: `experts.${support.expertCompute}.padding`,
    basis: kernels.basis,
  });
  const rows = derive('rows multiplied', 'tokens', f`${each} × ${met} + ${touched} × ${padding}`, { doc: DOC });
  const scale = efficiency.expertScale?.[support.expertCompute];
  return kernelOf(bench, 'routed experts', curve, `experts.${support.expertCompute}`, support.expertCompute, {
    launches: expertLayers(bench),
    bytes: derive(
      'bytes read',
      'bytes',
      f`${busiestExperts} × ${classBytes(ledger, candidate, 'routedExpert')} ÷ ${all} ÷ ${split}`,
    ),
    flop: derive(
      'operations',
      'FLOP',
      f`2 × ${parametersOf(ledger, model, 'routed-expert parameters', 'routedExperts')} ÷ ${all} × ${rows} ÷ ${ranks}`,
    ),
    busiest,
    factor:
      decode && scale !== undefined
        ? ledger.fact('experts inside the engine over alone', 'ratio', scale, {
            row: efficiency.id,
            field: `expertScale.${support.expertCompute}`,
            basis: efficiency.basis,
          })
        : null,
  });
}
