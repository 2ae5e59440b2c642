// Facts of models, engines, machines and fits as leaves: each shape, byte and constant with its row and source.
// In: a candidate. Out: leaves, named as the formulas of docs/physics.md name them.
import type { Efficiency, KernelCurve, KernelCurves } from '../documents/catalog/calibration.ts';
import type { ComputeDtype } from '../documents/catalog/engines.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { KvFormat, ModelArchitecture } from '../documents/catalog/models.ts';
import type { Candidate } from '../search/candidates.ts';
import type { Derivation } from './derive.ts';
import type { Ledger } from './ledger.ts';

/** A shape of the architecture, such as `layers` or `attention.kvRank`. */
export function shapeOf(
  ledger: Ledger,
  model: ModelArchitecture,
  name: string,
  field: string,
  value: number,
  unit = 'elements',
): Derivation {
  return ledger.cell(name, value, unit, `${value}`, model.source, { row: model.id, field });
}

export function layersOf(ledger: Ledger, model: ModelArchitecture): Derivation {
  return shapeOf(ledger, model, 'layers', 'layers', model.layers, 'layers');
}

/** Parameters of one class of weights. */
export function parametersOf(
  ledger: Ledger,
  model: ModelArchitecture,
  name: string,
  field: keyof ModelArchitecture['parameters'],
): Derivation {
  const fact = model.parameters[field];
  if (fact === undefined) throw new Error(`${model.id} has no ${field} parameters`);
  return ledger.fact(name, 'parameters', fact, { row: model.id, field: `parameters.${field}` });
}

/** Bytes of one entry of the cache. */
export function entryOf(
  ledger: Ledger,
  model: ModelArchitecture,
  format: KvFormat,
  field: 'element' | 'latentEntry' | 'indexEntry' | 'perToken',
): Derivation {
  const fact = format[field];
  if (fact === undefined) throw new Error(`cache format ${format.id} has no ${field}`);
  const names = {
    element: 'bytes of an element',
    latentEntry: 'latent entry',
    indexEntry: 'index entry',
    perToken: 'bytes of a token',
  };
  return ledger.fact(names[field], 'bytes', fact, { row: `${model.id} ${format.id}`, field });
}

/** One degree of parallelism of a layout. */
export function degree(ledger: Ledger, { layout }: Candidate, of: 'TP' | 'DP' | 'EP' | 'PP'): Derivation {
  const value = { TP: layout.tensorParallel, DP: layout.dataParallel, EP: layout.expertParallel, PP: layout.pipelineParallel }[
    of
  ];
  return ledger.observed(
    of,
    value,
    'ranks',
    'searched',
    `${of}${value}`,
    'the layout of this option: of all layouts the one that serves for least',
  );
}

export function peakOf(ledger: Ledger, accelerator: Accelerator, dtype: ComputeDtype): Derivation {
  const rate = accelerator.rates[dtype];
  if (rate === undefined) throw new Error(`${accelerator.id} has no ${dtype} rate`);
  return ledger.fact(`dense ${dtype.toUpperCase()} peak`, 'flopPerSecond', rate, {
    row: accelerator.id,
    field: `rates.${dtype}`,
  });
}

export function bandwidthOf(ledger: Ledger, accelerator: Accelerator): Derivation {
  return ledger.fact('memory bandwidth', 'bytesPerSecond', accelerator.memoryBandwidth, {
    row: accelerator.id,
    field: 'memoryBandwidth',
  });
}

/** One constant of a kernel's curve. */
export function curveFact(
  ledger: Ledger,
  kernels: KernelCurves,
  curve: KernelCurve,
  field: string,
  of: 'launch' | 'bandwidth' | 'compute',
): Derivation {
  const place = { row: kernels.id, field: `${field}.${of}`, basis: kernels.basis };
  if (of === 'launch') return ledger.fact('launch', 'seconds', curve.launch, place);
  return ledger.fact(of === 'bandwidth' ? 'share of bandwidth' : 'share of the peak', 'ratio', curve[of], place);
}

type Named = {
  [K in keyof Efficiency]: Efficiency[K] extends { readonly source: string } | undefined ? K : never;
}[keyof Efficiency];

/** One constant of an engine's fit. */
export function fitted(ledger: Ledger, efficiency: Efficiency, name: string, field: NonNullable<Named>): Derivation {
  const fact = efficiency[field];
  const place = { row: efficiency.id, field, basis: efficiency.basis };
  if (fact === undefined) return ledger.rule(name, 0, 's', `the fit ${efficiency.id} has no ${field}`);
  if ('seconds' in fact) return ledger.fact(name, 'seconds', fact, place);
  return 'ratio' in fact ? ledger.fact(name, 'ratio', fact, place) : ledger.fact(name, 'count', fact, place);
}
