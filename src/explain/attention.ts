// Attention explained: bytes read and operations done for one token over its context, by kind of attention.
// In: a candidate, tokens of context. Out: derivations for one token, all layers, before any sharding.
import { decodeAttentionWork, prefillAttentionFlop } from '../physics/kv-cache.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { entryOf, layersOf, shapeOf } from './model-facts.ts';

const DOC = 'docs/physics.md#one-step';

function partsOf(ledger: Ledger, { stack }: Candidate) {
  const { architecture: model, kvFormat } = stack;
  return {
    model,
    attention: model.attention,
    layers: layersOf(ledger, model),
    shape: (name: string, field: string, value: number) => shapeOf(ledger, model, name, `attention.${field}`, value),
    entry: (field: Parameters<typeof entryOf>[3]) => entryOf(ledger, model, kvFormat, field),
  };
}

type Parts = ReturnType<typeof partsOf>;

/** Entries that a token attends to, summed over layers. */
function attended({ attention, layers, shape }: Parts, context: Derivation): Derivation {
  const name = 'entries attended to';
  switch (attention.kind) {
    case 'gqa': {
      if (attention.fullLayers === undefined && attention.windowTokens === undefined)
        return derive(name, 'entries', f`${layers} × ${context}`);
      const full =
        attention.fullLayers === undefined ? layers : shape('layers without a window', 'fullLayers', attention.fullLayers);
      const window =
        attention.windowTokens === undefined
          ? f`${context}`
          : f`min(${context}, ${shape('window', 'windowTokens', attention.windowTokens)})`;
      return derive(name, 'entries', f`${full} × ${context} + (${layers} − ${full}) × ${window}`);
    }
    case 'mla':
      return attention.indexer === undefined
        ? derive(name, 'entries', f`${layers} × ${context}`)
        : derive(
            name,
            'entries',
            f`${layers} × min(${context}, ${shape('entries chosen at most', 'indexer.topK', attention.indexer.topK)})`,
          );
    case 'compressed':
      return derive(
        name,
        'entries',
        f`${shape('layers compressed 4:1', 'ratio4Layers', attention.ratio4Layers)} × min(${context} ÷ 4, ${shape('entries chosen at most', 'indexer.topK', attention.indexer.topK)}) + ${shape('layers compressed 128:1', 'ratio128Layers', attention.ratio128Layers)} × ${context} ÷ 128 + ${layers} × min(${context}, ${shape('window', 'windowTokens', attention.windowTokens)})`,
      );
    case 'shared-cache':
      return derive(
        name,
        'entries',
        f`${layers} × (min(${context}, ${shape('entries chosen at most', 'topK', attention.topK)}) + min(${context}, ${shape('window', 'windowTokens', attention.windowTokens)}))`,
      );
  }
}

/** Index entries that are scanned to choose, summed over layers. */
function scanned({ attention, layers, shape }: Parts, context: Derivation): Derivation | null {
  if (attention.kind === 'mla' && attention.indexer !== undefined)
    return derive('index entries scanned', 'entries', f`${layers} × ${context}`);
  if (attention.kind === 'compressed')
    return derive(
      'index entries scanned',
      'entries',
      f`${shape('layers compressed 4:1', 'ratio4Layers', attention.ratio4Layers)} × ${context} ÷ 4`,
    );
  return null;
}

/** Cache bytes read to decode one token. */
export function readBytes(ledger: Ledger, candidate: Candidate, context: Derivation): Derivation {
  const parts = partsOf(ledger, candidate);
  const { attention, shape, entry } = parts;
  const value = decodeAttentionWork(parts.model, candidate.stack.kvFormat, context.value).readBytes;
  const entries = attended(parts, context);
  const scan = scanned(parts, context);
  const told = { value, doc: DOC };
  const name = 'cache read for a token';
  if (attention.kind === 'gqa')
    return derive(
      name,
      'bytes',
      f`${entries} × 2 × ${shape('key and value heads', 'kvHeads', attention.kvHeads)} × ${shape('head width', 'headDim', attention.headDim)} × ${entry('element')}`,
      told,
    );
  if (attention.kind === 'shared-cache')
    return derive(
      name,
      'bytes',
      f`${entries} × ${shape('latent width', 'latentDim', attention.latentDim)} + ${context} × ${entry('perToken')}`,
      {
        ...told,
        note: 'an entry takes about a byte an element',
      },
    );
  return derive(
    name,
    'bytes',
    scan === null
      ? f`${entries} × ${entry('latentEntry')}`
      : f`${entries} × ${entry('latentEntry')} + ${scan} × ${entry('indexEntry')}`,
    told,
  );
}

/** Operations of attention to decode one token; latent attention in its absorbed form. */
export function decodeFlop(ledger: Ledger, candidate: Candidate, context: Derivation): Derivation {
  const parts = partsOf(ledger, candidate);
  const { attention, shape } = parts;
  const value = decodeAttentionWork(parts.model, candidate.stack.kvFormat, context.value).flop;
  const told = { value, doc: DOC };
  const name = 'operations of attention for a token';
  const entries = attended(parts, context);
  const heads = shape('heads', 'heads', attention.heads);
  if (attention.kind === 'gqa')
    return derive(name, 'FLOP', f`${entries} × 4 × ${heads} × ${shape('head width', 'headDim', attention.headDim)}`, told);
  const scan = scanFlop(parts, context);
  const width =
    attention.kind === 'mla'
      ? f`2 × ${heads} × (2 × ${shape('latent rank', 'kvRank', attention.kvRank)} + ${shape('rope width', 'ropeDim', attention.ropeDim)})`
      : f`4 × ${heads} × ${shape('latent width', 'latentDim', attention.latentDim)}`;
  return derive(name, 'FLOP', scan === null ? f`${entries} × ${width}` : f`${entries} × ${width} + ${scan}`, told);
}

/** Operations of choosing what is attended to. */
function scanFlop(parts: Parts, context: Derivation): Derivation | null {
  const { attention, shape } = parts;
  const scan = scanned(parts, context);
  if (scan === null || (attention.kind !== 'mla' && attention.kind !== 'compressed') || attention.indexer === undefined)
    return null;
  return derive(
    'operations of the index',
    'FLOP',
    f`${scan} × 2 × ${shape('heads of the index', 'indexer.heads', attention.indexer.heads)} × ${shape('width of the index', 'indexer.dim', attention.indexer.dim)}`,
  );
}

/** Operations of attention to prefill one token; latent attention expanded to full heads. */
export function prefillFlop(ledger: Ledger, candidate: Candidate, context: Derivation): Derivation {
  const parts = partsOf(ledger, candidate);
  const { attention, shape } = parts;
  const told = { value: prefillAttentionFlop(parts.model, context.value), doc: DOC };
  const name = 'operations of attention for a prefilled token';
  const entries = attended(parts, context);
  const heads = shape('heads', 'heads', attention.heads);
  const scan = scanFlop(parts, context);
  const width =
    attention.kind === 'gqa'
      ? f`4 × ${heads} × ${shape('head width', 'headDim', attention.headDim)}`
      : attention.kind === 'mla'
        ? f`${heads} × 2 × (${shape('width without rope', 'nopeDim', attention.nopeDim)} + ${shape('rope width', 'ropeDim', attention.ropeDim)} + ${shape('value width', 'valueDim', attention.valueDim)})`
        : f`4 × ${heads} × ${shape('latent width', 'latentDim', attention.latentDim)}`;
  return derive(name, 'FLOP', scan === null ? f`${entries} × ${width}` : f`${entries} × ${width} + ${scan}`, told);
}
