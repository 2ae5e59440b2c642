// Collectives explained: all-reduces between tensor-parallel ranks, exchanges of tokens with their experts.
// In: a candidate at the bench, tokens of a step. Out: derivations in seconds, as docs/physics.md "One step" tells.
import type { WireShare } from '../documents/catalog/calibration.ts';
import { ACTIVATION_BYTES, DISPATCH_AND_COMBINE_BYTES } from '../physics/accelerator-step.ts';
import { type Bench, expertLayers, expertRanks, fitsOf } from './bench.ts';
import { type Derivation, derive, f } from './derive.ts';
import { layersOf, shapeOf } from './model-facts.ts';

const DOC = 'docs/physics.md#one-step';

interface ExplainedWire {
  readonly latency: Derivation;
  readonly rate: Derivation;
}

function wireOf(
  { ledger, candidate, accelerator, ...rest }: Bench,
  link: WireShare,
  field: 'reduce' | 'exchange',
  ranks: number,
): ExplainedWire {
  const { kernels } = fitsOf({ ledger, candidate, accelerator, ...rest });
  const { machine } = candidate.stack;
  const place = (of: string) => ({ row: kernels.id, field: of, basis: kernels.basis });
  const latency = ledger.fact('latency of a collective', 'seconds', link.latency, place(`${field}.latency`));
  if (ranks <= machine.acceleratorCount)
    return {
      latency,
      rate: derive(
        'rate of the link',
        'bytes/s',
        f`${ledger.fact('link of an accelerator', 'bytesPerSecond', accelerator.link.bandwidth, { row: accelerator.id, field: 'link.bandwidth' })} × ${ledger.fact('share of the link', 'ratio', link.bandwidth, place(`${field}.bandwidth`))}`,
        { doc: DOC },
      ),
    };
  const { bandwidth } = machine.fabric;
  if (bandwidth === undefined) throw new Error(`${machine.id} has no fabric`);
  const count = ledger.rule('accelerators of a node', machine.acceleratorCount, 'accelerators', `of ${machine.id}`);
  const further = ledger.fact('latency of the fabric', 'seconds', kernels.fabric.latency, place('fabric.latency'));
  return {
    latency: derive('latency between nodes', 's', f`${latency} + ${further}`, { doc: DOC }),
    rate: derive(
      'rate of the fabric',
      'bytes/s',
      f`${ledger.fact('fabric of a node', 'bytesPerSecond', bandwidth, { row: machine.id, field: 'fabric.bandwidth' })} ÷ ${count} × ${ledger.fact('share of the fabric', 'ratio', kernels.fabric.bandwidth, place('fabric.bandwidth'))}`,
      { doc: DOC },
    ),
  };
}

/** Collectives of a step; none where nothing is shared. */
export function wires(bench: Bench, tokens: Derivation): Derivation[] {
  const { ledger, candidate, tp } = bench;
  const { architecture: model } = candidate.stack;
  const { kernels } = fitsOf(bench);
  const hidden = shapeOf(ledger, model, 'hidden size', 'hiddenSize', model.hiddenSize);
  const made: Derivation[] = [];
  if (candidate.layout.tensorParallel > 1) {
    const { latency, rate } = wireOf(bench, kernels.reduce, 'reduce', candidate.layout.tensorParallel);
    const element = ledger.rule('bytes of an activation', ACTIVATION_BYTES, 'bytes', 'BF16 in the residual stream');
    const bytes = derive('residual stream', 'bytes', f`${tokens} × ${hidden} × ${element}`);
    made.push(
      derive(
        'all-reduces',
        's',
        f`2 × ${layersOf(ledger, model)} × (${latency} + 2 × (${tp} − 1) × ${bytes} ÷ (${tp} × ${rate}))`,
        { doc: DOC },
      ),
    );
  }
  const { ranks, groups } = expertRanks(bench);
  if (groups.value > 1) {
    const { latency, rate } = wireOf(bench, kernels.exchange, 'exchange', ranks.value);
    const each = shapeOf(
      ledger,
      model,
      'experts of a token',
      'feedForward.expertsPerToken',
      model.feedForward.expertsPerToken,
      'experts',
    );
    const element = ledger.rule(
      'bytes of an element, there and back',
      DISPATCH_AND_COMBINE_BYTES,
      'bytes',
      'FP8 to its expert, BF16 back',
    );
    const bytes = derive('tokens to their experts', 'bytes', f`${tokens} × ${hidden} × ${each} × ${element} ÷ ${tp}`);
    made.push(
      derive(
        'exchanges between experts',
        's',
        f`${expertLayers(bench)} × (${latency} + (${ranks} − 1) × ${bytes} ÷ (${ranks} × ${rate}))`,
        { doc: DOC },
      ),
    );
  }
  return made;
}
