// Memory explained: weights of one accelerator by class, what is kept free, what is left for the cache, and what a token takes of it.
// In: a candidate. Out: derivations in bytes. Formulas as in docs/physics.md, values from src/physics.
import { cacheCost } from '../physics/kv-cache.ts';
import { splitWeights, type WeightClasses } from '../physics/weights.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { degree, entryOf, layersOf, parametersOf, shapeOf } from './model-facts.ts';
import { once } from './subject.ts';

const DOC = 'docs/physics.md#memory';

export function weightsOf({ stack }: Candidate): WeightClasses {
  return splitWeights(stack.architecture, stack.format, stack.checkpoint.disk.bytes);
}

function diskBytes(ledger: Ledger, { stack }: Candidate): Derivation {
  const { checkpoint, model } = stack;
  return ledger.fact('checkpoint on disk', 'bytes', checkpoint.disk, { row: `${model.id} ${checkpoint.id}`, field: 'disk' });
}

/** Weights that are neither attention, routed experts nor embeddings. */
export function otherParametersOf(ledger: Ledger, { stack }: Candidate): Derivation {
  const { architecture } = stack;
  const of = (name: string, field: 'total' | 'attention' | 'routedExperts' | 'embedding') =>
    parametersOf(ledger, architecture, name, field);
  return derive(
    'dense and shared parameters',
    'parameters',
    f`max(0, ${of('all parameters', 'total')} − ${of('attention parameters', 'attention')} − ${of('routed-expert parameters', 'routedExperts')} − 2 × ${of('embedding parameters', 'embedding')})`,
    { doc: DOC },
  );
}

type Class = 'attention' | 'routedExpert' | 'other' | 'embedding';
const CLASS_NAMES: Record<Class, string> = {
  attention: 'attention',
  routedExpert: 'routed experts',
  other: 'dense and shared weights',
  embedding: 'embeddings and head',
};

/** Parameters × bits of a class, before they are scaled to the size on disk. */
function proportion(ledger: Ledger, candidate: Candidate, of: Class): Derivation {
  const { architecture, format } = candidate.stack;
  const bits = ledger.fact(`bits of ${CLASS_NAMES[of]}`, 'count', format[`${of}Bits`], { row: format.id, field: `${of}Bits` });
  const name = `${CLASS_NAMES[of]}, parameters × bits`;
  if (of === 'other') return derive(name, 'bytes', f`${otherParametersOf(ledger, candidate)} × ${bits} ÷ 8`, { doc: DOC });
  const field = of === 'routedExpert' ? 'routedExperts' : of;
  const parameters = parametersOf(ledger, architecture, `${of === 'routedExpert' ? 'routed-expert' : of} parameters`, field);
  return derive(name, 'bytes', of === 'embedding' ? f`2 × ${parameters} × ${bits} ÷ 8` : f`${parameters} × ${bits} ÷ 8`, {
    doc: DOC,
  });
}

function tableBytes(ledger: Ledger, { stack }: Candidate): Derivation {
  const { hostTable, id } = stack.architecture;
  return hostTable === undefined
    ? ledger.rule('lookup table', 0, 'bytes', 'this architecture has no lookup table')
    : ledger.fact('lookup table', 'bytes', hostTable.size, { row: id, field: 'hostTable.size' });
}

function replicatedBytes(ledger: Ledger, { stack }: Candidate): Derivation {
  const { replicatedWeights, id } = stack.architecture;
  return replicatedWeights === undefined
    ? ledger.rule('weights every rank holds whole', 0, 'bytes', 'none are known of this architecture')
    : ledger.fact('weights every rank holds whole', 'bytes', replicatedWeights, { row: id, field: 'replicatedWeights' });
}

/** Bytes of a class of weights, all accelerators together. */
export function classBytes(ledger: Ledger, candidate: Candidate, of: Class): Derivation {
  return once(candidate, `bytes ${of}`, () => {
    const all = (['attention', 'routedExpert', 'other', 'embedding'] as const).map((each) => proportion(ledger, candidate, each));
    const [attention, routed, other, embedding] = all as [Derivation, Derivation, Derivation, Derivation];
    const scale = once(candidate, 'scale', () =>
      derive(
        'size on disk over parameters × bits',
        'ratio',
        f`max(0, ${diskBytes(ledger, candidate)} − ${tableBytes(ledger, candidate)} − ${replicatedBytes(ledger, candidate)}) ÷ (${attention} + ${routed} + ${other} + ${embedding})`,
        { doc: DOC },
      ),
    );
    return derive(CLASS_NAMES[of], 'bytes', f`${proportion(ledger, candidate, of)} × ${scale}`, {
      value: weightsOf(candidate)[`${of}Bytes`],
      doc: DOC,
    });
  });
}

/** Weights of the fullest accelerator, or of a host. */
function weightBytes(ledger: Ledger, candidate: Candidate): Derivation {
  const { memory, layout, stack } = candidate;
  if (stack.mode !== 'accelerator')
    return derive('weights in memory', 'bytes', f`${diskBytes(ledger, candidate)}`, { value: memory.weightBytes, doc: DOC });
  const tp = degree(ledger, candidate, 'TP');
  const pp = degree(ledger, candidate, 'PP');
  const experts = layout.expertParallel > 1 ? degree(ledger, candidate, 'EP') : tp;
  const table = memory.hostTableBytes > 0 ? f`0` : f`${tableBytes(ledger, candidate)}`;
  return derive(
    'weights in memory',
    'bytes',
    f`(${classBytes(ledger, candidate, 'attention')} + ${classBytes(ledger, candidate, 'other')} + ${table}) ÷ (${tp} × ${pp}) + ${classBytes(ledger, candidate, 'embedding')} ÷ ${tp} + ${classBytes(ledger, candidate, 'routedExpert')} ÷ (${experts} × ${pp}) + ${replicatedBytes(ledger, candidate)}`,
    { value: memory.weightBytes, doc: DOC, note: memory.hostTableBytes > 0 ? 'the lookup table lies in host memory' : undefined },
  );
}

function capacityBytes(ledger: Ledger, { stack }: Candidate): Derivation {
  const { machine, mode } = stack;
  if (mode === 'accelerator' && machine.accelerator !== null)
    return ledger.fact('memory of an accelerator', 'bytes', machine.accelerator.memory, {
      row: machine.accelerator.id,
      field: 'memory',
    });
  const row = 'server' in machine.row ? machine.row.server : machine.row.instance;
  if (row.memory === undefined) throw new Error(`${machine.id} states no memory`);
  return ledger.fact('memory of the host', 'bytes', row.memory, { row: row.id, field: 'memory' });
}

function memoryShare(ledger: Ledger, { stack }: Candidate): Derivation {
  const { engine, calibration } = stack;
  return calibration.kind === 'host'
    ? ledger.fact('share of memory', 'ratio', calibration.efficiency.memoryShare, {
        row: calibration.efficiency.id,
        field: 'memoryShare',
      })
    : ledger.fact('share of memory', 'ratio', engine.memoryShare, { row: engine.id, field: 'memoryShare' });
}

/** Figures of the memory map, bytes of one accelerator or one host. */
export function explainMemory(ledger: Ledger, candidate: Candidate, figure: string): Derivation {
  return once(candidate, `memory ${figure}`, () => {
    const { memory, stack } = candidate;
    switch (figure) {
      case 'capacityBytes':
        return capacityBytes(ledger, candidate);
      case 'usableBytes':
        return derive(
          'memory the engine may use',
          'bytes',
          f`${capacityBytes(ledger, candidate)} × ${memoryShare(ledger, candidate)}`,
          {
            value: memory.usableBytes,
            doc: DOC,
          },
        );
      case 'weightBytes':
        return weightBytes(ledger, candidate);
      case 'reserveBytes':
        return stack.mode === 'accelerator'
          ? ledger.fact('memory kept free', 'bytes', stack.engine.reservePerAccelerator, {
              row: stack.engine.id,
              field: 'reservePerAccelerator',
            })
          : ledger.rule('memory kept free', 0, 'bytes', 'a host keeps nothing free beside its share of memory');
      default:
        return derive(
          'memory left for the cache',
          'bytes',
          f`${explainMemory(ledger, candidate, 'usableBytes')} − ${explainMemory(ledger, candidate, 'reserveBytes')} − ${explainMemory(ledger, candidate, 'weightBytes')}`,
          { value: memory.cacheBytes, doc: DOC },
        );
    }
  });
}

/** Bytes that one token adds to the cache, all layers, before any sharding. */
export function cachePerToken(ledger: Ledger, candidate: Candidate): Derivation {
  return once(candidate, 'cache per token', () => {
    const { architecture: model, kvFormat } = candidate.stack;
    const { attention } = model;
    const told = { value: cacheCost(model, kvFormat).bytesPerToken, doc: DOC };
    const name = 'cache of a token';
    const entry = (field: Parameters<typeof entryOf>[3]) => entryOf(ledger, model, kvFormat, field);
    const shape = (label: string, field: string, value: number) => shapeOf(ledger, model, label, `attention.${field}`, value);
    switch (attention.kind) {
      case 'gqa': {
        const full =
          attention.fullLayers === undefined
            ? layersOf(ledger, model)
            : shape('layers without a window', 'fullLayers', attention.fullLayers);
        return derive(
          name,
          'bytes',
          f`${full} × 2 × ${shape('key and value heads', 'kvHeads', attention.kvHeads)} × ${shape('head width', 'headDim', attention.headDim)} × ${entry('element')}`,
          told,
        );
      }
      case 'mla':
        return attention.indexer === undefined
          ? derive(name, 'bytes', f`${layersOf(ledger, model)} × ${entry('latentEntry')}`, told)
          : derive(name, 'bytes', f`${layersOf(ledger, model)} × (${entry('latentEntry')} + ${entry('indexEntry')})`, told);
      case 'compressed':
        return derive(
          name,
          'bytes',
          f`${shape('layers compressed 4:1', 'ratio4Layers', attention.ratio4Layers)} ÷ 4 × (${entry('latentEntry')} + ${entry('indexEntry')}) + ${shape('layers compressed 128:1', 'ratio128Layers', attention.ratio128Layers)} ÷ 128 × ${entry('latentEntry')}`,
          told,
        );
      case 'shared-cache':
        return derive(name, 'bytes', f`${entry('perToken')}`, told);
    }
  });
}
