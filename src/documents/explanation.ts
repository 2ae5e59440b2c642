// The explanation document: figures of a plan, each as a derivation down to rows of the catalogue, fields of the workload, and rules.
// Derivations share what they have in common, so that many figures stay small; the terminal prints it, the report shows it on hover.
import { z } from 'zod';
import { sourceSchema } from './fact.ts';

/** What a derivation ends in. */
export const evidenceSchema = z.strictObject({
  /**
   * `catalogue`: a row, as its source prints it. `workload`: a line of the reader's own file. `assumption`: what the plan took for
   * granted. `rule`: a definition or constant of this planner. `simulated`: drawn with a seed. `searched`: found by trying.
   */
  kind: z.enum(['catalogue', 'workload', 'assumption', 'rule', 'simulated', 'searched']),
  /** The value as the source prints it, or what was drawn or tried. */
  stated: z.string(),
  /** Null only of a line of the workload, which is its own source. */
  source: sourceSchema.nullable(),
  /** Path inside the catalogue, or name of the workload's file; null of rules, draws and searches. */
  file: z.string().nullable(),
  /** Line of the workload, 1-based; null elsewhere. */
  line: z.int().nullable(),
  /** Id of the row. */
  row: z.string().nullable(),
  field: z.string().nullable(),
  /** Of fitted constants: whether they rest on runs of this hardware. */
  basis: z.enum(['measured', 'interpolated', 'extrapolated']).nullable(),
});

/** One quantity: computed from its inputs by a formula, or a leaf with evidence. */
export const explainedSchema = z.strictObject({
  name: z.string(),
  /** In the unit beside it; null where it has no end, such as a wait in a queue that only grows. */
  value: z.number().nullable(),
  /** Canonical, such as `USD/month`, `s`, `bytes`, `ratio`. */
  unit: z.string(),
  /** Arithmetic over the inputs, `$0` being the first of them; null of a leaf. It gives the value to nine digits. */
  formula: z.string().nullable(),
  /** Keys of `nodes`, in the order of the formula. */
  inputs: z.array(z.string()),
  /** Where the formula is told in full, such as `docs/economics.md#owning`. */
  doc: z.string().nullable(),
  /** What the formula does not say: a choice that was made, a bound that holds. */
  note: z.string().nullable(),
  evidence: evidenceSchema.nullable(),
  /** Set where the inputs were left out to keep the document small; `seekstack explain` prints them. */
  cut: z.boolean(),
});

export const explanationSchema = z.strictObject({
  schema: z.literal('seekstack/explanation@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  plan: z.string(),
  figures: z.array(
    z.strictObject({
      /** Stable, such as `options.1.cost.usdPerMonth`. */
      path: z.string(),
      name: z.string(),
      /** As every view of the plan prints it. */
      printed: z.string(),
      /** Key of its derivation in `nodes`. */
      root: z.string(),
    }),
  ),
  nodes: z.record(z.string(), explainedSchema),
});

export type Explanation = z.infer<typeof explanationSchema>;
export type Explained = z.infer<typeof explainedSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
