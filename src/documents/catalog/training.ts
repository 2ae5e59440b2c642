// Training: what fine-tuning and pre-training take beside a model's shape.
// Bytes are those of one parameter unless a field says otherwise; ranges are those of published runs.
import { z } from 'zod';
import { fact } from '../fact.ts';

/** Experts cost exchanges and small products, so that shares of peak differ from those of dense models. */
const utilisationSchema = z.strictObject({ dense: fact('ratio'), experts: fact('ratio') });

const statesSchema = z.strictObject({
  weights: fact('bytes'),
  gradients: fact('bytes'),
  /** Moments, and the master copy where one is kept. */
  optimizer: fact('bytes'),
});

export const trainingFactsSchema = z.strictObject({
  /** Model FLOP utilisation: forward and backward counted once, over the dense BF16 peak whatever the products ran in. */
  utilisation: z.strictObject({
    /** With FP8 products. */
    pretraining: utilisationSchema,
    full: utilisationSchema,
    lora: utilisationSchema,
    qlora: utilisationSchema,
  }),
  /** Of one trained parameter; `pretraining` with FP8 products, `adapters` beside a frozen base. */
  states: z.strictObject({ pretraining: statesSchema, full: statesSchema, adapters: statesSchema }),
  /** Of one frozen parameter. */
  base: z.strictObject({ lora: fact('bytes'), qlora: fact('bytes') }),
  /** Share of the widths of attention, dense and shared-expert projections that adapters sit beside; routed experts get none. */
  adapterShare: fact('ratio'),
  activations: z.strictObject({
    /** Kept for the backward pass: of one hidden element of one token and layer. */
    kept: fact('bytes'),
    /** Held while a layer is computed anew: of one hidden element of one token. */
    recomputed: fact('bytes'),
    /** Of one logit of one token, gradient included. */
    logit: fact('bytes'),
  }),
  /** Share of an accelerator's memory that a run may fill. */
  usableMemory: fact('ratio'),
  /** Share of nameplate that a node draws at the wall. */
  powerShare: fact('ratio'),
});

export type TrainingFacts = z.infer<typeof trainingFactsSchema>;
export type TrainingStates = TrainingFacts['states']['full'];
