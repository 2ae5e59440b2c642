// The engine's own account of each request, which it writes into its log as it lets a slot go: no client has touched it.
// In: lines. Out: tokens and seconds of prompt and output, and which of a client's records is which of them.

/** Times of one request, as llama.cpp took them. */
export interface EngineTiming {
  readonly promptTokens: number;
  readonly promptSeconds: number;
  readonly outputTokens: number;
  /** From the end of the prompt to the last token: of n tokens there are n − 1 steps in it, since the first comes with the prompt. */
  readonly outputSeconds: number;
}

const prompt = /print_timing: id +\d+ \| task (\d+) \| prompt eval time = +([\d.]+) ms \/ +(\d+) tokens/;
const output = /print_timing: id +\d+ \| task (\d+) \| +eval time = +([\d.]+) ms \/ +(\d+) tokens/;
const MILLISECONDS_PER_SECOND = 1000;

/** In the order in which slots were let go. */
export function readTimings(lines: readonly string[]): EngineTiming[] {
  const prompts = new Map<string, { readonly seconds: number; readonly tokens: number }>();
  return lines.flatMap((line) => {
    const read = prompt.exec(line);
    if (read !== null)
      prompts.set(read[1] ?? '', { seconds: Number(read[2]) / MILLISECONDS_PER_SECOND, tokens: Number(read[3]) });
    const written = output.exec(line);
    const before = prompts.get(written?.[1] ?? '');
    if (written === null || before === undefined) return [];
    return [
      {
        promptTokens: before.tokens,
        promptSeconds: before.seconds,
        outputTokens: Number(written[3]),
        outputSeconds: Number(written[2]) / MILLISECONDS_PER_SECOND,
      },
    ];
  });
}

/** What of a client's record tells it from others. */
export interface Ended {
  readonly endSeconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/**
 * Pairs of records and timings: in the order they ended, where both counted the same tokens.
 * @returns also how many found no partner, of either
 */
export function pairTimings<Record extends Ended>(records: readonly Record[], timings: readonly EngineTiming[]) {
  const waiting = records.toSorted((one, other) => one.endSeconds - other.endSeconds);
  const pairs: { readonly record: Record; readonly timing: EngineTiming }[] = [];
  let strangers = 0;
  for (const timing of timings) {
    const place = waiting.findIndex(
      ({ promptTokens, outputTokens }) => promptTokens === timing.promptTokens && outputTokens === timing.outputTokens,
    );
    const [record] = place < 0 ? [] : waiting.splice(place, 1);
    if (record === undefined) strangers += 1;
    else pairs.push({ record, timing });
  }
  return { pairs, unpairedRecords: waiting.length, unpairedTimings: strangers };
}
