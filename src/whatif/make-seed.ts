// The seed of a page that plans again: what it must know beside the catalogue.
// In: a plan and the same plan in detail. Out: a seed; null where the plan does not carry its workload.
import { parseDocument, visit } from 'yaml';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan } from '../documents/plan.ts';
import type { PlanDetail } from '../plan/plan-workload.ts';
import { listDials } from './list-dials.ts';
import type { WhatIfSeed } from './plan-settings.ts';

export function makeSeed(plan: Plan, { workload }: PlanDetail, catalog: Catalog): WhatIfSeed | null {
  const { source, text, name, sha256 } = plan.inputs.workload;
  if (source === null) return null;
  const { file, document, trace } = source;
  return {
    source: { file, document, trace },
    text: text !== undefined && says(text, document) ? text : null,
    fallbackName: name,
    digest: sha256,
    output: workload.output,
    version: plan.generator.version,
    pricesAsOf: plan.prices.asOf,
    dials: listDials({ document, workload, catalog, plan }),
  };
}

/** Whether a text is the document that was planned: a plan may come from anybody, and its text is what a page edits. */
function says(text: string, document: unknown): boolean {
  const parsed = parseDocument(text, { stringKeys: true });
  if (parsed.errors.length > 0) return false;
  let anchored = false;
  // An alias may hold itself; no workload needs one, and such a text is not edited.
  visit(parsed, {
    Alias: () => {
      anchored = true;
      return visit.BREAK;
    },
  });
  return !anchored && JSON.stringify(parsed.toJS()) === JSON.stringify(document);
}
