// The verification report: which rungs a project passed, and how far each resource came.
import { z } from 'zod';

export const rungNameSchema = z.enum([
  'files',
  'emission',
  'typecheck',
  'constructs',
  'registrations',
  'synthesis',
  'schema',
  'security',
  'rules',
  'cost',
  'manifests',
  'kustomize',
  'determinism',
  'cfn-lint',
  'checkov',
  'rehearsal',
]);

export const verificationSchema = z.strictObject({
  schema: z.literal('seekstack/verification@1'),
  project: z.string(),
  planDigest: z.string(),
  passed: z.boolean(),
  rungs: z.array(
    z.strictObject({
      name: rungNameSchema,
      /** `skipped`: what it needs is not installed, and `note` says what. */
      outcome: z.enum(['passed', 'failed', 'skipped']),
      note: z.string(),
      findings: z.array(
        z.strictObject({
          rule: z.string(),
          stack: z.string(),
          resource: z.string().nullable(),
          got: z.string(),
          expected: z.string(),
          fix: z.string(),
        }),
      ),
    }),
  ),
  /** What was accepted on purpose, with the reason. */
  acknowledged: z.array(z.strictObject({ rule: z.string(), construct: z.string(), reason: z.string() })),
  cost: z.strictObject({
    plannedUsdPerMonth: z.number(),
    countedUsdPerMonth: z.number(),
    lines: z.array(
      z.strictObject({
        id: z.string(),
        plannedUsdPerMonth: z.number(),
        countedUsdPerMonth: z.number(),
        basis: z.enum(['counted', 'use']),
      }),
    ),
  }),
  resources: z.array(
    z.strictObject({ stack: z.string(), logicalId: z.string(), type: z.string(), reached: z.array(rungNameSchema) }),
  ),
});

export type Verification = z.infer<typeof verificationSchema>;
export type RungName = z.infer<typeof rungNameSchema>;
export type Rung = Verification['rungs'][number];
