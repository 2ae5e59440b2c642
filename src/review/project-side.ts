// One side of a comparison of deployed projects: what a project declares, priced and predicted as it is built.
// In: what was read of a project, a catalogue. Out: a side like that of a plan, and what the money of an edit is counted with.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Deployment } from '../documents/deployment.ts';
import type { DiffSide } from '../documents/diff.ts';
import type { PlanOption } from '../documents/plan.ts';
import { workloadSchema } from '../documents/workload.ts';
import type { Origin, WorkloadSource } from '../documents/workload-source.ts';
import { type Pinned, type PinnedFleet, pinOption, type Unpinned } from '../plan/pin-option.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import type { DeclaredFleet } from '../verify/declared-fleet.ts';
import { type Side, summarise } from './plan-side.ts';

/** A project as it was read. */
export interface Project {
  readonly label: string;
  readonly revision: string | null;
  readonly sha256: string;
  readonly document: Deployment;
  readonly declared: DeclaredFleet;
  /** Null where it does not say what it was sized for. */
  readonly origin: Pick<Origin, 'spareReplicas' | 'source'> | null;
  /** Line of a field of deployment.json, 1-based. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | null;
}

/** Units a month that are declared beyond what such a fleet has, by item of the price list; below 0 for what is missing. */
export type Extras = ReadonlyMap<string, number>;

/** Everything that a project's money depends on, apart from the catalogue. */
export interface ProjectFacts {
  readonly fleet: PinnedFleet;
  readonly source: WorkloadSource;
  readonly extras: Extras;
}

export interface ProjectSide {
  readonly side: Side;
  /** Null where the project cannot be priced. */
  readonly facts: ProjectFacts | null;
}

/** Shares of a cent are rounding, not a resource. */
const SAME_USD = 0.005;

export function sideOfProject(project: Project, catalog: Catalog): ProjectSide {
  const { document, declared, origin } = project;
  const missing: DiffSide['missing'] = declared.unknown.map((each) => ({
    ...each,
    fix: 'take it out, or add what it costs to the catalogue and to the counting of bills',
  }));
  const source = origin?.source ?? null;
  const fleet = fleetOf(project);
  if (source === null || 'reason' in fleet) {
    const lack: Unpinned =
      source === null
        ? { what: '.seekstack/origin.json', reason: 'the project does not say what workload it was sized for' }
        : (fleet as Unpinned);
    return {
      side: sideWith(project, catalog, null, [
        ...missing,
        { ...lack, fix: 'emit the project again from a plan of a workload file' },
      ]),
      facts: null,
    };
  }
  const pinned = pinFacts({ fleet, source, extras: new Map() }, catalog, document.name, true);
  if ('reason' in pinned)
    return {
      side: sideWith(project, catalog, null, [...missing, { ...pinned, fix: 'correct it, or add it to the catalogue' }]),
      facts: null,
    };
  const extras = extrasOf(pinned.option, declared, document, catalog);
  missing.push(...extras.missing);
  const facts = { fleet, source, extras: extras.units };
  const built = withExtras(pinned, extras.units, catalog);
  return { side: sideWith(project, catalog, built, missing), facts };
}

/** The option that facts make; or what cannot be told of it. */
export function pinFacts(facts: ProjectFacts, catalog: Catalog, name: string, confirmed: boolean): Pinned | Unpinned {
  const parsed = workloadSchema.safeParse(facts.source.document);
  if (!parsed.success) return { what: facts.source.file, reason: 'the workload it was sized for cannot be read' };
  const pinned = pinOption({ workload: parsed.data, name, catalog, trace: facts.source.trace, fleet: facts.fleet, confirmed });
  return 'reason' in pinned ? pinned : withExtras(pinned, facts.extras, catalog);
}

function fleetOf({ document, declared, origin }: Project): PinnedFleet | Unpinned {
  const [pool, ...others] = document.pools;
  const [replicas] = declared.replicas;
  if (pool === undefined || others.length > 0)
    return { what: document.name, reason: 'prefill and decode in pools apart cannot be predicted anew by this version' };
  if (replicas === undefined || !Number.isInteger(replicas) || replicas < 1)
    return { what: document.name, reason: `it has ${replicas ?? 'no'} replicas` };
  const { maxSequences, ...layout } = pool.layout;
  return {
    provider: document.provider,
    machine: declared.machine,
    region: declared.region,
    purchase: declared.purchase,
    engine: document.engine.id,
    weightFormat: document.model.weightFormat,
    hfId: document.model.hfId,
    layout,
    nodesPerReplica: pool.nodesPerReplica,
    replicas,
    spareReplicas: origin?.spareReplicas ?? 0,
    maximumSequences: maxSequences,
  };
}

/** What is declared and not in the bill of such a fleet, and the other way round. */
function extrasOf(
  option: PlanOption,
  declared: DeclaredFleet,
  document: Deployment,
  catalog: Catalog,
): { units: Extras; missing: DiffSide['missing'] } {
  if (declared.unitsAt === null) return { units: new Map(), missing: [] };
  const expected = new Map(
    option.cost.lines.flatMap((line) => (line.quantity === null ? [] : [[line.id, line.quantity] as const])),
  );
  const billed = (expected.get('compute')?.units ?? 0) / HOURS_PER_MONTH;
  const units = new Map<string, number>();
  const missing: DiffSide['missing'] = [];
  for (const [id, counted] of declared.unitsAt(declared.nodes === 0 ? 1 : billed / option.nodes)) {
    const line = expected.get(id);
    const usdPerUnit = line?.usdPerUnit ?? servicePrice(document.provider, id, catalog);
    if (usdPerUnit === undefined) {
      if (counted > 0)
        missing.push({
          what: id,
          reason: 'it is declared, and no price is known for it',
          fix: `add the price of ${id} to the catalogue`,
        });
      continue;
    }
    const extra = counted - (line?.units ?? 0);
    if (Math.abs(extra * usdPerUnit) >= SAME_USD) units.set(id, extra);
  }
  return { units, missing };
}

function servicePrice(provider: Deployment['provider'], id: string, catalog: Catalog): number | undefined {
  return catalog.service(provider, id)?.usdPerUnit;
}

/** The option with what its project has beyond or short of such a fleet, in lines and totals. */
function withExtras(pinned: Pinned, extras: Extras, catalog: Catalog): Pinned {
  if (extras.size === 0) return pinned;
  const { option } = pinned;
  const lines = option.cost.lines.map((line) => {
    const extra = extras.get(line.id);
    if (extra === undefined || line.quantity === null || line.usdPerMonth === null) return line;
    const units = line.quantity.units + extra;
    const usdPerMonth = units * line.quantity.usdPerUnit;
    return {
      ...line,
      usdPerMonth,
      low: usdPerMonth,
      high: usdPerMonth,
      quantity: { ...line.quantity, units },
      basis: `${units} ${line.quantity.unit} as declared × USD ${line.quantity.usdPerUnit}`,
    };
  });
  for (const [id, units] of extras) {
    const usdPerUnit = servicePrice(option.provider, id, catalog);
    if (lines.some((line) => line.id === id) || usdPerUnit === undefined) continue;
    const usdPerMonth = units * usdPerUnit;
    lines.push({
      id,
      label: id,
      usdPerMonth,
      low: usdPerMonth,
      high: usdPerMonth,
      basis: `${units} as declared × USD ${usdPerUnit}`,
      quantity: { units, unit: 'units', usdPerUnit },
      sources: [],
    });
  }
  const total = (of: 'usdPerMonth' | 'low' | 'high') => lines.reduce((sum, line) => sum + (line[of] ?? line.usdPerMonth ?? 0), 0);
  const typical = total('usdPerMonth');
  const { cost } = option;
  const tokens = cost.usdPerMonth.typical / cost.usdPerMillionOutputTokens.typical;
  const grown = typical / cost.usdPerMonth.typical;
  return {
    ...pinned,
    option: {
      ...option,
      cost: {
        ...cost,
        lines,
        usdPerMonth: { typical, low: total('low'), high: total('high') },
        usdPerHour: typical / HOURS_PER_MONTH,
        usdOverTerm: cost.usdOverTerm * grown,
        usdPerMillionOutputTokens: {
          typical: typical / tokens,
          low: cost.usdPerMillionOutputTokens.low * grown,
          high: cost.usdPerMillionOutputTokens.high * grown,
        },
      },
    },
  };
}

function sideWith(project: Project, catalog: Catalog, pinned: Pinned | null, missing: DiffSide['missing']): Side {
  const newest = [...catalog.sources.values()].reduce((last, source) => (source.asOf > last ? source.asOf : last), '');
  return {
    name: project.document.name,
    plan: null,
    source: project.origin?.source ?? null,
    anyCatalog: async () => catalog,
    measured:
      pinned === null
        ? null
        : {
            option: pinned.option,
            ttftTargetSeconds: pinned.ttftTargetSeconds,
            tpotTargetSeconds: pinned.tpotTargetSeconds,
            priced: missing.length === 0,
          },
    told: {
      kind: 'project',
      label: project.label,
      revision: project.revision,
      sha256: project.sha256,
      plannerVersion: null,
      asOf: newest,
      option: pinned === null ? null : summarise(pinned.option),
      missing: missing.map((each) => ({ ...each })),
      reason: pinned === null || pinned.option.feasible ? null : pinned.option.reason,
    },
  };
}
