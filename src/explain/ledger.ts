// The ledger: where single values come from. In: a catalogue, a resolved workload, the workload as it was written.
// Out: leaves with their evidence, the same leaf for the same value.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Evidence } from '../documents/explanation.ts';
import type { Fact, Source } from '../documents/fact.ts';
import type { Plan } from '../documents/plan.ts';
import { fieldsOf } from '../documents/workload-source.ts';
import type { Dimension } from '../units.ts';
import { type Derivation, leaf } from './derive.ts';

/** How canonical units are printed. */
const SYMBOLS: Record<Dimension, string> = {
  bytes: 'bytes',
  bytesPerSecond: 'bytes/s',
  flopPerSecond: 'FLOP/s',
  parameters: 'parameters',
  seconds: 's',
  years: 'years',
  tokens: 'tokens',
  tokensPerSecond: 'tokens/s',
  requestsPerHour: 'requests/h',
  watts: 'W',
  usd: 'USD',
  usdPerHour: 'USD/h',
  usdPerYear: 'USD/year',
  usdPerKilowattHour: 'USD/kWh',
  usdPerKilowattMonth: 'USD/kW-month',
  usdPerMillionTokens: 'USD/Mtok',
  usdPerGigabyte: 'USD/GB',
  gramsCo2ePerKilowattHour: 'gCO2e/kWh',
  fullTimeEquivalents: 'FTE',
  ratio: 'ratio',
  ratioPerYear: 'ratio/year',
  count: 'count',
};

/** When the definitions and constants of this planner were last looked over. */
const RULES_AS_OF = '2026-11-29';

export interface Place {
  readonly row: string;
  readonly field: string;
  readonly basis?: Evidence['basis'];
}

export class Ledger {
  readonly catalog: Catalog;
  readonly plan: Plan;
  readonly #given: ReadonlyMap<string, unknown>;
  readonly #leaves = new Map<string, Derivation>();

  constructor(catalog: Catalog, plan: Plan) {
    this.catalog = catalog;
    this.plan = plan;
    this.#given = fieldsOf(plan.inputs.workload.source?.document ?? {});
  }

  /** A fact of a row; `end` takes the low or high end of its range. */
  fact<D extends Dimension>(
    name: string,
    dimension: D,
    fact: Fact<D>,
    place: Place,
    end: 'typical' | 'low' | 'high' = 'typical',
  ): Derivation {
    const value = end === 'typical' ? fact[dimension] : fact[end];
    return this.cell(name, value, SYMBOLS[dimension], fact.stated, fact.source, place, fact.asOf);
  }

  /** A value of a row that states no unit of its own. */
  cell(name: string, value: number, unit: string, stated: string, sourceKey: string, place: Place, asOf?: string): Derivation {
    if (sourceKey === 'workload') return this.field(name, value, unit, place.field);
    const source = this.source(sourceKey);
    return this.#keep(name, value, unit, {
      kind: 'catalogue',
      stated,
      source: asOf === undefined ? source : { ...source, asOf },
      file: fileOf(sourceKey),
      line: null,
      row: place.row,
      field: place.field,
      basis: place.basis ?? null,
    });
  }

  /** Fields of an architecture or a machine share the source of their row. */
  source(key: string): Source {
    return this.catalog.sources.get(key) ?? { kind: 'assumed', title: `source ${key} is not in the catalogue`, asOf: '1970' };
  }

  /** A field of the workload: its line where it was written, else what the plan assumed in its place. */
  field(
    name: string,
    value: number,
    unit: string,
    field: string,
    otherwise = 'what holds where the workload says nothing',
  ): Derivation {
    const written = this.#written(field);
    if (written !== null) return this.#keep(name, value, unit, written);
    const assumed = this.plan.assumptions.find((each) => each.field === field);
    if (assumed === undefined) return this.rule(name, value, unit, otherwise);
    return this.#keep(name, value, unit, {
      kind: 'assumption',
      stated: assumed.value,
      source: { ...assumed.source },
      file: null,
      line: null,
      row: null,
      field,
      basis: null,
    });
  }

  isGiven(field: string): boolean {
    return this.#written(field) !== null;
  }

  #written(field: string): Evidence | null {
    const source = this.plan.inputs.workload.source;
    if (source === null) return null;
    const found = [...this.#given].find(([path]) => path === field || path.startsWith(`${field}.`));
    if (found === undefined) return null;
    const inside = [...this.#given].filter(([path]) => path === field || path.startsWith(`${field}.`));
    return {
      kind: 'workload',
      stated: inside
        .map(([path, value]) => (path === field ? say(value) : `${path.slice(field.length + 1)}: ${say(value)}`))
        .join(', '),
      source: null,
      file: source.file,
      line: source.lines[found[0]] ?? null,
      row: null,
      field,
      basis: null,
    };
  }

  /** A definition, or a constant of this planner. */
  rule(name: string, value: number, unit: string, title: string, note: string | null = null): Derivation {
    return this.#keep(
      name,
      value,
      unit,
      {
        kind: 'rule',
        stated: `${value}`,
        source: { kind: 'assumed', title, asOf: RULES_AS_OF },
        file: null,
        line: null,
        row: null,
        field: null,
        basis: null,
      },
      note,
    );
  }

  /** Found by trying, or drawn with a seed: no formula gives it, and the same inputs give it again. */
  observed(
    name: string,
    value: number,
    unit: string,
    kind: 'searched' | 'simulated',
    stated: string,
    title: string,
    field: string | null = null,
  ): Derivation {
    return this.#keep(name, value, unit, {
      kind,
      stated,
      source: { kind: 'derived', title, asOf: this.plan.asOf },
      file: null,
      line: null,
      row: null,
      field,
      basis: null,
    });
  }

  #keep(name: string, value: number, unit: string, evidence: Evidence, note: string | null = null): Derivation {
    const key = JSON.stringify([name, value, unit, evidence]);
    const kept = this.#leaves.get(key) ?? leaf(name, value, unit, evidence, note);
    this.#leaves.set(key, kept);
    return kept;
  }
}

/** `servers.yaml` of `servers.yaml:vendor`; what is no file of the catalogue is told as it is. */
function fileOf(sourceKey: string): string {
  const end = sourceKey.lastIndexOf(':');
  return end < 0 ? sourceKey : sourceKey.slice(0, end);
}

function say(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : JSON.stringify(value);
}
