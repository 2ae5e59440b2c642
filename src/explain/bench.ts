// A candidate at the bench: its rows at hand, one kind of kernel at a time, and how its experts are shared out.
// In: a candidate on accelerators. Out: derivations that kernels and collectives are made of.
import type { KernelCurve } from '../documents/catalog/calibration.ts';
import type { ComputeDtype } from '../documents/catalog/engines.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { bandwidthOf, curveFact, degree, layersOf, peakOf, shapeOf } from './model-facts.ts';

const DOC = 'docs/physics.md#one-step';
const CURVES = 'docs/physics.md#kernel-curves';

export interface Kernel {
  readonly seconds: Derivation;
  readonly flop: Derivation;
}

/** A candidate with its catalogue rows at hand. */
export interface Bench {
  readonly ledger: Ledger;
  readonly candidate: Candidate;
  readonly accelerator: Accelerator;
  readonly tp: Derivation;
}

export function benchOf(ledger: Ledger, candidate: Candidate): Bench {
  const { accelerator } = candidate.stack.machine;
  if (accelerator === null) throw new Error('a host has no kernels');
  return { ledger, candidate, accelerator, tp: degree(ledger, candidate, 'TP') };
}

export function fitsOf({ candidate }: Bench) {
  const { calibration } = candidate.stack;
  if (calibration.kind !== 'accelerator') throw new Error('a host has no kernels');
  return calibration;
}

/** Launches, and the root of the squares of memory and arithmetic. */
export function kernelOf(
  bench: Bench,
  name: string,
  curve: KernelCurve,
  field: string,
  dtype: ComputeDtype,
  work: { launches: Derivation; bytes: Derivation; flop: Derivation; busiest?: Derivation; factor?: Derivation | null },
): Kernel {
  const { ledger, accelerator } = bench;
  const { kernels } = fitsOf(bench);
  const fact = (of: 'launch' | 'bandwidth' | 'compute') => curveFact(ledger, kernels, curve, field, of);
  const { launches, bytes, flop, busiest, factor } = work;
  const most = busiest === undefined ? f`${flop}` : f`${flop} × ${busiest}`;
  const alone = f`${launches} × ${fact('launch')} + √((${bytes} ÷ (${bandwidthOf(ledger, accelerator)} × ${fact('bandwidth')})) ^ 2 + (${most} ÷ (${peakOf(ledger, accelerator, dtype)} × ${fact('compute')})) ^ 2)`;
  return {
    flop,
    seconds: derive(name, 's', factor == null ? alone : f`${factor} × (${alone})`, { doc: CURVES }),
  };
}

export function expertLayers({ ledger, candidate }: Bench): Derivation {
  const { architecture: model } = candidate.stack;
  if (model.feedForward.routedExperts === 0) return ledger.rule('layers with experts', 0, 'layers', 'a dense model has none');
  return derive(
    'layers with experts',
    'layers',
    f`${layersOf(ledger, model)} − ${shapeOf(ledger, model, 'dense layers', 'denseLayers', model.denseLayers, 'layers')}`,
  );
}

/** Ranks that share out the experts, and how many of them split one. */
export function expertRanks({ ledger, candidate, tp }: Bench): { ranks: Derivation; split: Derivation; groups: Derivation } {
  const one = ledger.rule('ranks that split an expert', 1, 'ranks', 'an expert-parallel group holds every expert whole');
  const ep = degree(ledger, candidate, 'EP');
  const apart = candidate.layout.expertParallel > 1;
  const ranks = apart ? ep : tp;
  return {
    ranks,
    split: apart ? one : tp,
    groups: derive('groups that meet at the experts', 'groups', apart ? f`max(1, ${ep} ÷ ${tp})` : f`max(1, ${tp} ÷ ${tp})`, {
      doc: DOC,
    }),
  };
}
