// Planning a plan again: from the workload it carries and a catalogue at hand, for what a plan's file does not hold.
// In: a plan, a catalogue. Out: the plan in detail, and whether it is still the same answer.
import type { Catalog } from '../documents/catalog/catalog.ts';
import { type Plan, planSchema } from '../documents/plan.ts';
import { workloadSchema } from '../documents/workload.ts';
import { type PlanDetail, planInDetail } from './plan-workload.ts';

export interface PlannedAgain {
  readonly detail: PlanDetail;
  /** Whether options, verdict and prices are those of the file, to the last digit. */
  readonly same: boolean;
  /** Files of the catalogue that are not those of the plan. */
  readonly changedFiles: readonly string[];
}

/**
 * @returns null where the plan does not carry its workload, or carries one that this version does not read
 * @throws SeekstackError as `planInDetail` does, where the catalogue no longer has what the workload names
 */
export function planAgain(plan: Plan, catalog: Catalog): PlannedAgain | null {
  const { source, name, sha256 } = plan.inputs.workload;
  const parsed = source === null ? null : workloadSchema.safeParse(source.document);
  if (source === null || parsed === null || !parsed.success) return null;
  const detail = planInDetail({
    workload: parsed.data,
    workloadDigest: sha256,
    fallbackName: name,
    catalog,
    version: plan.generator.version,
    source,
    ...(plan.prices.asOf === null ? {} : { pricesAsOf: plan.prices.asOf }),
    ...(source.trace === null ? {} : { trace: source.trace }),
  });
  const now = new Map(catalog.files.map((file) => [file.path, file.sha256]));
  return {
    detail,
    same: JSON.stringify(answerOf(planSchema.parse(detail.plan))) === JSON.stringify(answerOf(plan)),
    changedFiles: plan.inputs.catalog.filter((file) => now.get(file.path) !== file.sha256).map((file) => file.path),
  };
}

/** What a reader is told; digests of files may differ where nothing that was read from them does. */
function answerOf({ verdict, options, rejected, breakEven, flips, hosted, workload }: Plan) {
  return { verdict, options, rejected, breakEven, flips, hosted, workload };
}
