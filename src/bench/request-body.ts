// The request's body: what an OpenAI-compatible endpoint is asked, with the output's length held where the engine allows it.
import type { BenchManifest } from '../documents/bench-manifest.ts';

export interface BodyShape {
  readonly api: BenchManifest['endpoint']['api'];
  readonly model: string;
  readonly output: BenchManifest['output'];
}

/**
 * JSON text of one streaming request.
 * `ignore_eos` and `min_tokens` are vLLM's and SGLang's; with `max_tokens` they make every answer as long as was asked.
 */
export function requestBody({ api, model, output }: BodyShape, prompt: string, outputTokens: number): string {
  return JSON.stringify({
    model,
    ...(api === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt }),
    max_tokens: outputTokens,
    ...(output.control === 'exact' ? { ignore_eos: true, min_tokens: outputTokens } : {}),
    stream: true,
    stream_options: { include_usage: true, ...(output.chunkUsage ? { continuous_usage_stats: true } : {}) },
    ...output.extraBody,
  });
}

/** Path below the endpoint's address. */
export function requestPath(api: BodyShape['api']): string {
  return api === 'chat' ? '/chat/completions' : '/completions';
}
