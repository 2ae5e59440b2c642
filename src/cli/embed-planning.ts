// What a report's page plans again from: the planner itself, the catalogue it was planned with, and the workload.
// In: a plan, the same in detail, the catalogue, the package. Out: data for the page, packed small.
import { deflateSync } from 'node:zlib';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { compileCatalog } from '../documents/catalog/compiled.ts';
import type { Plan } from '../documents/plan.ts';
import type { PackageFiles } from '../files/package-root.ts';
import { readPlannerScript } from '../files/read-page-script.ts';
import type { PlanDetail } from '../plan/plan-workload.ts';
import type { EmbeddedData } from '../report/render-page.tsx';
import { makeSeed } from '../whatif/make-seed.ts';

/** @returns nothing where the plan does not carry its workload */
export function embedPlanning(plan: Plan, detail: PlanDetail, catalog: Catalog, files: PackageFiles): EmbeddedData[] {
  const seed = makeSeed(plan, detail, catalog);
  if (seed === null) return [];
  return [
    { id: 'what-if-seed', json: JSON.stringify(seed) },
    { id: 'what-if-planner', json: JSON.stringify(pack(readPlannerScript(files))) },
    // What prices were before is read only by plans as of a day, and those have it in their prices.
    { id: 'what-if-catalog', json: JSON.stringify(pack(compileCatalog({ ...catalog, priceHistory: [] }))) },
  ];
}

function pack(text: string): string {
  return deflateSync(Buffer.from(text, 'utf8'), { level: 9 }).toString('base64');
}
