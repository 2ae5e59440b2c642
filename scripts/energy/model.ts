// A measured energy row through the product's own model: the row's labels to catalogue rows, then a serving point.
// In: catalogue and row. Out: predicted tokens a second, watts and joules a token; or why there is no prediction.
import type { Efficiency, PowerCurve } from '../../src/documents/catalog/calibration.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Accelerator } from '../../src/documents/catalog/hardware.ts';
import { prepareServer, type ServingPoint, servingPoint } from '../../src/search/serving-point.ts';
import type { EnergyRow } from './rows.ts';

/** The benchmark's models in the catalogue's terms: architecture and weight format. */
const MODELS: readonly (readonly [pattern: RegExp, precision: string, architecture: string, weightFormat: string])[] = [
  [/DeepSeek-(R1|V3)/, 'fp8', 'deepseek-v3', 'fp8-block'],
  [/Llama-3\.1-405B/, 'fp8', 'llama-3.1-405b', 'fp8'],
  [/Llama-3\.1-405B/, 'bfloat16', 'llama-3.1-405b', 'bf16'],
  [/Llama-3\.[13]-70B/, 'bfloat16', 'llama-3.1-70b', 'bf16'],
  [/Qwen3-235B/, 'fp8', 'qwen3-235b-a22b', 'fp8-block'],
  [/Llama-4-Maverick/, 'fp8', 'llama-4-maverick', 'fp8'],
  [/gpt-oss-120b/, 'mxfp4', 'gpt-oss-120b', 'mxfp4-bf16'],
];
/** The benchmark tells outputs, not prompts: a chat question, and a science question with its choices. */
const PROMPT_TOKENS: Record<string, number> = { 'lm-arena-chat': 150, gpqa: 250 };

export interface ResolvedRow {
  readonly row: EnergyRow;
  readonly accelerator: Accelerator;
  /** At the predicted speed, or with power taken at the measured one. */
  readonly serve: (efficiency: Efficiency, curve: PowerCurve, tpotSeconds?: number) => ServingPoint;
}

/** @returns the row ready to be predicted, or the reason why it cannot be */
export function resolveRow(catalog: Catalog, row: EnergyRow): ResolvedRow | { readonly reason: string } {
  const named = MODELS.find(([pattern, precision]) => pattern.test(row.model) && precision === row.precision);
  if (named === undefined) return { reason: `no model ${row.model} in ${row.precision}` };
  const promptTokens = PROMPT_TOKENS[row.task];
  if (promptTokens === undefined) return { reason: `no task ${row.task}` };
  const [, , architecture, weightFormat] = named;
  const server = prepareServer(catalog, {
    architecture,
    weightFormat,
    accelerator: `${row.accelerator.toLowerCase()}-sxm`,
    accelerators: row.accelerators,
    engine: 'vllm',
  });
  if ('reason' in server) return server;
  const request = { promptTokens, outputTokens: row.outputTokens };
  return {
    row,
    accelerator: server.accelerator,
    serve: (efficiency, curve, tpotSeconds) =>
      servingPoint(server, row.accelerators, efficiency, curve, request, row.batch, tpotSeconds),
  };
}
