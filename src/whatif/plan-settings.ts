// Planning with settings: the compiled planner itself, on the workload with what was turned in it.
// In: a seed, a catalogue, settings. Out: the plan in detail, and the workload's text that gives the same answer anywhere else.
import { parse } from 'yaml';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { workloadSchema } from '../documents/workload.ts';
import type { WorkloadSource } from '../documents/workload-source.ts';
import { SeekstackError } from '../errors.ts';
import type { LengthDistribution } from '../physics/lengths.ts';
import { type Memory, newMemory } from '../plan/memory.ts';
import { type PlanDetail, planInDetail } from '../plan/plan-workload.ts';
import type { Dial, Settings } from './dials.ts';
import { editWorkload } from './edit-workload.ts';

/** What a page must know to plan again without its file. */
export interface WhatIfSeed {
  readonly source: Pick<WorkloadSource, 'file' | 'document' | 'trace'>;
  /** The workload's file; null where the plan does not carry it. */
  readonly text: string | null;
  /** Names the deployment where the workload does not. */
  readonly fallbackName: string;
  readonly digest: string;
  readonly output: LengthDistribution;
  readonly version: string;
  readonly pricesAsOf: string | null;
  readonly dials: readonly Dial[];
}

/** Plans one workload again and again; what is not touched by a change is not worked out again. */
export interface SettingsPlanner {
  /** @param draft - neither simulated nor asked what would turn it over */
  readonly plan: (settings: Settings, draft: boolean) => { readonly detail: PlanDetail; readonly text: string };
}

/** @throws SeekstackError from `plan`, as `planInDetail` does */
export function openSettingsPlanner(seed: WhatIfSeed, catalog: Catalog, memory: Memory = newMemory()): SettingsPlanner {
  return {
    plan: (settings, draft) => {
      const { source, text } = seed;
      const edited = editWorkload({ text, document: source.document, output: seed.output }, seed.dials, settings);
      const document = parse(edited) as Record<string, unknown>;
      const read = workloadSchema.safeParse(document);
      if (!read.success)
        throw new SeekstackError(
          read.error.issues.map((issue) => ({
            code: 'E_VALUE',
            where: { file: source.file, field: issue.path.join('.') },
            got: 'a value out of bounds',
            expected: issue.message,
            fix: 'turn the dial back',
          })),
        );
      const detail = planInDetail({
        workload: read.data,
        workloadDigest: seed.digest,
        fallbackName: seed.fallbackName,
        catalog,
        version: seed.version,
        source: { ...source, document, lines: {} },
        draft,
        memory,
        ...(seed.pricesAsOf === null ? {} : { pricesAsOf: seed.pricesAsOf }),
        ...(source.trace === null ? {} : { trace: source.trace }),
      });
      return { detail, text: edited };
    },
  };
}
