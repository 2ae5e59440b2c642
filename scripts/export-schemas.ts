// Writes schemas/*.schema.json from the zod schemas, for completion in editors.
import { join } from 'node:path';
import { z } from 'zod';
import { benchManifestSchema } from '../src/documents/bench-manifest.ts';
import { benchRunSchema } from '../src/documents/bench-run.ts';
import { claimsFileSchema } from '../src/documents/claims.ts';
import { deploymentSchema } from '../src/documents/deployment.ts';
import { diffSchema } from '../src/documents/diff.ts';
import { explanationSchema } from '../src/documents/explanation.ts';
import { hourlyTariffSchema } from '../src/documents/hourly-tariff.ts';
import { ownPricesSchema } from '../src/documents/own-prices.ts';
import { planSchema } from '../src/documents/plan.ts';
import { policySchema } from '../src/documents/policy.ts';
import { tcoSchema } from '../src/documents/tco.ts';
import { workloadSchema } from '../src/documents/workload.ts';
import { findPackage } from '../src/files/package-root.ts';
import { CATALOG_SCHEMAS } from '../src/files/read-catalog.ts';
import { writeText } from '../src/files/write-files.ts';

const SCHEMAS: Record<string, z.ZodType> = {
  workload: workloadSchema,
  plan: planSchema,
  deployment: deploymentSchema,
  tco: tcoSchema,
  claims: claimsFileSchema,
  'own-prices': ownPricesSchema,
  tariff: hourlyTariffSchema,
  'bench-manifest': benchManifestSchema,
  'bench-run': benchRunSchema,
  diff: diffSchema,
  explanation: explanationSchema,
  policy: policySchema,
  ...Object.fromEntries(
    Object.entries(CATALOG_SCHEMAS).map(([id, schema]) => [`catalog-${id.replace(/^seekstack\/|@\d+$/g, '')}`, schema]),
  ),
};

/** File name → text of every exported schema. */
export function exportSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      // Editors complete what people type, so the schema describes the input, before units are read.
      const exported = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
      return [`${name}.schema.json`, `${JSON.stringify({ title: `seekstack ${name}`, ...exported }, null, 2)}\n`];
    }),
  );
}

/* Run as a script, not when a test imports it. */
if (process.argv[1]?.endsWith('export-schemas.js')) {
  const { root } = findPackage();
  for (const [name, text] of exportSchemas()) writeText(join(root, 'schemas', name), text);
}
