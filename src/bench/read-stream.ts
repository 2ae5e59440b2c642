// Reading a stream: bytes of server-sent events become moments, counts and a way it ended.
// In: bytes with the moment each piece arrived. Out: the answer's half of a request record.
import { createParser } from 'eventsource-parser';
import type { BenchRequest } from '../documents/bench-request.ts';

/** What a stream told; times are on whatever clock the bytes were given by. */
export type StreamReading = Pick<
  BenchRequest,
  | 'firstChunkSeconds'
  | 'firstReasoningSeconds'
  | 'firstAnswerSeconds'
  | 'lastTokenSeconds'
  | 'finishReason'
  | 'promptTokensUsed'
  | 'promptTokensCached'
  | 'completionTokens'
  | 'reasoningTokens'
  | 'countedFrom'
  | 'textChunks'
  | 'chunkGapsMicroseconds'
  | 'chunkTokens'
> & {
  readonly outcome: 'ok' | 'stream-error' | 'body-error' | 'cut' | 'empty';
  readonly message: string | null;
  /** What was written, where nobody counted it. */
  readonly text: string;
};

const MICROSECONDS_PER_SECOND = 1e6;
/** What is kept of a body that may turn out to be no stream. */
const KEPT_CHARACTERS = 4096;

/** Tokens as engines count them; each field may be missing. */
interface Usage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly prompt_cache_hit_tokens?: unknown;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
}

interface Delta {
  readonly content?: unknown;
  readonly refusal?: unknown;
  /** DeepSeek, vLLM before 0.16 and SGLang say reasoning_content, newer vLLM says reasoning. */
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly tool_calls?: readonly { readonly function?: { readonly name?: unknown; readonly arguments?: unknown } }[] | null;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: Delta | null;
    readonly text?: unknown;
    readonly finish_reason?: unknown;
  }[];
  readonly usage?: Usage | null;
  readonly error?: unknown;
  readonly message?: unknown;
}

/** Reads one answer. `feed` takes bytes as they come, `end` is called when the body is over. */
export class StreamReader {
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({ onEvent: ({ event, data }) => this.#take(event, data) });
  #now = 0;
  #start = '';
  #events = 0;
  #done = false;
  #closing = false;
  #error: string | null = null;
  #firstChunk: number | null = null;
  #firstReasoning: number | null = null;
  #firstAnswer: number | null = null;
  #last: number | null = null;
  #finish: string | null = null;
  #usage: Usage | null = null;
  #chunks = 0;
  #gaps: number[] = [];
  #tokens: number[] | null = [];
  #counted = 0;
  #text = '';

  /** @param seconds - when this piece arrived */
  feed(bytes: Uint8Array, seconds: number): void {
    this.#now = seconds;
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#start.length < KEPT_CHARACTERS) this.#start += text.slice(0, KEPT_CHARACTERS - this.#start.length);
    this.#parser.feed(text);
  }

  /** Whether the end marker came, so that nothing more is to be waited for. */
  get isDone(): boolean {
    return this.#done;
  }

  /** @param whole - false where the connection broke or was given up */
  end(whole: boolean): StreamReading {
    // A last event without its blank line is no event by the standard, but some servers end so; half an event stays none.
    this.#closing = true;
    if (whole) this.#parser.feed(`${this.#decoder.decode()}\n\n`);
    const body = this.#events === 0 ? readBody(this.#start) : null;
    const failed = this.#error ?? body?.message ?? null;
    const counts = this.#counts();
    return {
      firstChunkSeconds: this.#firstChunk,
      firstReasoningSeconds: this.#firstReasoning,
      firstAnswerSeconds: this.#firstAnswer,
      lastTokenSeconds: this.#last,
      finishReason: this.#finish,
      ...counts,
      textChunks: this.#chunks,
      chunkGapsMicroseconds: this.#gaps,
      outcome:
        this.#error !== null
          ? 'stream-error'
          : body !== null
            ? 'body-error'
            : this.#finish === null && !this.#done
              ? 'cut'
              : this.#chunks === 0
                ? 'empty'
                : 'ok',
      message: failed,
      text: counts.completionTokens === null ? this.#text : '',
    };
  }

  #counts() {
    const usage = this.#usage;
    const completion = whole(usage?.completion_tokens);
    // Chunk by chunk only where every chunk that carried text also carried a count that grew to the whole.
    const byChunk = this.#tokens !== null && this.#tokens.length === this.#chunks && this.#chunks > 1 ? this.#tokens : null;
    return {
      promptTokensUsed: whole(usage?.prompt_tokens),
      promptTokensCached: whole(usage?.prompt_tokens_details?.cached_tokens) ?? whole(usage?.prompt_cache_hit_tokens),
      completionTokens: completion,
      reasoningTokens: whole(usage?.completion_tokens_details?.reasoning_tokens),
      countedFrom: completion === null ? ('none' as const) : byChunk === null ? ('usage' as const) : ('chunk-usage' as const),
      chunkTokens: completion === null ? null : byChunk,
    };
  }

  #take(event: string | undefined, data: string): void {
    this.#events += 1;
    if (data.trim() === '[DONE]') {
      this.#done = true;
      return;
    }
    let chunk: Chunk;
    try {
      chunk = JSON.parse(data) as Chunk;
    } catch {
      if (!this.#closing) this.#error ??= `an event that is not JSON: ${data.slice(0, 80)}`;
      return;
    }
    if (typeof chunk !== 'object' || chunk === null) return;
    if ((chunk.error !== undefined && chunk.error !== null) || event === 'error') {
      this.#error ??= messageOf(chunk) ?? 'an error without words';
      return;
    }
    if (chunk.usage !== undefined && chunk.usage !== null) this.#usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    this.#firstChunk ??= this.#now;
    if (typeof choice.finish_reason === 'string') this.#finish = choice.finish_reason;
    const reasoning = text(choice.delta?.reasoning_content) || text(choice.delta?.reasoning);
    const answer = text(choice.delta?.content) || text(choice.delta?.refusal) || text(choice.text) || toolText(choice.delta);
    if (reasoning !== '') this.#firstReasoning ??= this.#now;
    if (answer !== '') this.#firstAnswer ??= this.#now;
    if (reasoning === '' && answer === '') return;
    if (this.#last !== null) this.#gaps.push(Math.max(0, Math.round((this.#now - this.#last) * MICROSECONDS_PER_SECOND)));
    this.#last = this.#now;
    this.#chunks += 1;
    this.#countChunk(whole(chunk.usage?.completion_tokens));
    // Kept only until the server turns out to count for itself.
    if (this.#usage === null) this.#text += reasoning + answer;
    else this.#text = '';
  }

  #countChunk(soFar: number | null): void {
    if (this.#tokens === null) return;
    if (soFar === null || soFar < this.#counted) {
      this.#tokens = null;
      return;
    }
    this.#tokens.push(soFar - this.#counted);
    this.#counted = soFar;
  }
}

/** A body in which there was no event: an error in JSON, a whole completion, a page of a proxy. */
function readBody(start: string): { readonly message: string } | null {
  const trimmed = start.trim();
  if (trimmed === '') return null;
  try {
    const json = JSON.parse(trimmed) as Chunk;
    return { message: messageOf(json) ?? 'an answer in one piece instead of a stream' };
  } catch {
    return { message: `a body that is no stream of events: ${trimmed.slice(0, 80)}` };
  }
}

/** What an error says; servers have it as a text, as an object with a message, or beside the error. */
function messageOf(chunk: Chunk): string | null {
  const { error } = chunk;
  if (typeof error === 'string') return error;
  const inner = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : undefined;
  const said = inner ?? chunk.message;
  if (typeof said === 'string') return said;
  return error === undefined || error === null ? null : JSON.stringify(error);
}

function toolText(delta: Delta | null | undefined): string {
  return (delta?.tool_calls ?? []).map((call) => text(call.function?.name) + text(call.function?.arguments)).join('');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
