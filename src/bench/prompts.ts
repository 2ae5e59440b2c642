// Prompts: texts of an exact number of tokens, no two of which begin alike unless they are to.
// In: words that are one token each, a planned request, a salt. Out: text; the same input gives the same text.
import { type Chance, seededChance } from '../simulate/random.ts';
import type { PlannedRequest } from './arrivals.ts';

/** Lower-case words that are one token each, at the start of a text and after a blank. */
export type PlainWords = readonly string[];

export interface PromptPlace {
  /** Of the run; another run has other prompts, so that a prefix cache an earlier one filled is no help. */
  readonly salt: number;
  /** Number of the point in the run, and of the attempt at it. */
  readonly pointOrdinal: number;
  readonly attempt: number;
}

/**
 * A prompt of the request's length.
 * It begins with what all requests share (`cachedTokens`) or with the trace's blocks; then with words that name the request,
 * so that what follows is found in no prefix cache. A random end would not do: caches go by what comes first.
 * @param templateTokens - what the server's chat template adds around it, common to all requests
 * @param blockTokens - tokens one prefix block of a trace stands for
 */
export function composePrompt(
  words: PlainWords,
  request: PlannedRequest,
  place: PromptPlace,
  templateTokens: number,
  blockTokens: number,
): string {
  const length = Math.max(1, request.promptTokens - templateTokens);
  const chosen: string[] = [];
  if (request.prefixBlocks !== null && request.prefixBlocks.length > 0)
    for (const block of request.prefixBlocks) addWords(chosen, words, chanceOf(place.salt, BLOCKS, block), blockTokens);
  else {
    const shared = Math.min(length - 1, Math.max(0, request.cachedTokens - (request.cachedTokens > 0 ? templateTokens : 0)));
    addWords(chosen, words, chanceOf(place.salt, SHARED, 0), shared);
    addName(chosen, words, request.index);
  }
  const own = chanceOf(place.salt, place.pointOrdinal * ATTEMPTS + place.attempt, request.index);
  addWords(chosen, words, own, length - chosen.length);
  return chosen.slice(0, length).join(' ');
}

/** Tells streams of chance apart that share a salt. */
const SHARED = -1;
const BLOCKS = -2;
const ATTEMPTS = 1024;

/** The request's number, written with words for digits: two words tell millions of requests apart. */
function addName(chosen: string[], words: PlainWords, index: number): void {
  let rest = index;
  for (let digit = 0; digit < NAME_WORDS; digit += 1) {
    chosen.push(words[rest % words.length] as string);
    rest = Math.floor(rest / words.length);
  }
}

const NAME_WORDS = 2;

function addWords(chosen: string[], words: PlainWords, chance: Chance, count: number): void {
  for (let word = 0; word < count; word += 1) chosen.push(words[Math.floor(chance.uniform() * words.length)] as string);
}

function chanceOf(...parts: readonly number[]): Chance {
  return seededChance(parts.reduce(mix, FIRST_STATE));
}

const FIRST_STATE = 0x811c9dc5;

/** FNV-1a over the bytes of a whole number. @source Fowler, Noll, Vo: draft-eastlake-fnv */
function mix(state: number, part: number): number {
  let mixed = state;
  for (let shift = 0; shift < 32; shift += 8) mixed = Math.imul(mixed ^ ((part >>> shift) & 0xff), 0x01000193);
  return mixed >>> 0;
}

/** Words of a vocabulary that may be plain: letters only, known both with and without a blank before them. */
export function candidateWords(vocabulary: readonly (string | undefined)[]): string[] {
  const known = new Set(vocabulary);
  const blanks = ['Ġ', '▁'].filter((blank) => vocabulary.some((token) => token?.startsWith(`${blank}t`) === true));
  const [blank] = blanks;
  if (blank === undefined) return [];
  return [...known]
    .filter((token): token is string => token !== undefined && /^[a-z]{2,9}$/.test(token) && known.has(blank + token))
    .slice(0, MOST_WORDS);
}

/** Enough that two words name millions of requests. */
const MOST_WORDS = 4096;
