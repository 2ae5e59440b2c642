// The trace document: requests as they really came, in columns, whichever public shape the file had.

export const TRACE_FORMATS = ['azure', 'mooncake', 'burstgpt'] as const;

export interface Trace {
  readonly format: (typeof TRACE_FORMATS)[number];
  /** Seconds since the first request, ascending. */
  readonly arrivalSeconds: Float64Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Hashes of the prompt's prefix blocks, one array a request; null where the format has none. */
  readonly prefixBlocks: readonly Int32Array[] | null;
  /** Tokens one prefix block stands for; 0 where the format has none. */
  readonly blockTokens: number;
  /** Rows left out, by reason, e.g. failed requests with 0 response tokens. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[];
}
