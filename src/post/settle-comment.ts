// Bringing a pull request to the state it should be in: one comment of ours that says the newest, whatever happens on the way.
// In: a platform, the body, the behaviour. Out: what was done. Read, write, read again: it returns once a look confirms the
// state, so that a run beside this one, a lost answer or a duplicate is seen and mended. Nothing is taken away before what
// replaces it stands.
import pRetry from 'p-retry';
import { SeekstackError } from '../errors.ts';
import type { CommentTag } from '../render/comment-tag.ts';
import type { Pace } from './pace.ts';
import type { Behaviour, CommentPlatform, PostedComment } from './platform.ts';
import { delaySeconds } from './retry-delay.ts';
import { Unanswered } from './send.ts';

export type Done = 'created' | 'updated' | 'unchanged' | 'left a newer one';

export interface Settled {
  readonly done: Done;
  readonly url: string | null;
  /** Comments of ours that were removed or hidden. */
  readonly setAside: number;
}

const POST_TRIES = 4;
/** Runs that write at the same time agree within two rounds; more means that something keeps undoing us. */
const ROUNDS = 5;

/** What is to be said, in the platform's shape. */
interface Mine {
  readonly text: string;
  readonly tag: CommentTag;
}

export async function settleComment(
  platform: CommentPlatform,
  body: string,
  behaviour: Behaviour,
  dryRun: boolean,
  pace: Pace,
): Promise<Settled> {
  const text = platform.shape(body);
  const tag = platform.readTag(text);
  if (tag === null) throw new TypeError('a body without its tag');
  const mine = { text, tag };
  if (dryRun) return foresee(platform, mine, behaviour);
  return behaviour === 'update' ? keepOne(platform, mine, pace) : addOne(platform, mine, behaviour, pace);
}

/** `update`: the oldest comment stays and takes the newest text; all others go. */
async function keepOne(platform: CommentPlatform, mine: Mine, pace: Pace): Promise<Settled> {
  let done: Done | undefined;
  let setAside = 0;
  let made: PostedComment | null = null;
  const written = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = await listStanding(platform, mine, made);
    const [keep, ...rest] = own;
    if (keep === undefined) {
      made = await createOnce(platform, mine, own, pace);
      written.set(made.id, mine.text);
      done = 'created';
      continue;
    }
    const newest = newestOf(platform, own);
    const theirs = newest !== undefined && isNewer(platform.readTag(newest.body), mine.tag);
    const text = theirs ? newest.body : mine.text;
    const stands = sameText(keep.body, text) || (written.get(keep.id) === text && sameTag(platform, keep.body, text));
    if (stands && rest.length === 0)
      return { done: theirs ? 'left a newer one' : (done ?? 'unchanged'), url: keep.url, setAside };
    if (!stands) {
      if (!(await platform.update(keep, text))) {
        if (made?.id === keep.id) made = null;
        continue;
      }
      written.set(keep.id, text);
      if (made?.id === keep.id) made = { ...keep, body: text };
      if (!theirs) done ??= 'updated';
    }
    for (const each of rest) {
      await platform.remove(each);
      if (made?.id === each.id) made = null;
      setAside += 1;
    }
  }
  throw unsettled(platform);
}

/** The other behaviours: a comment is added, then earlier ones are hidden, deleted or left. */
async function addOne(
  platform: CommentPlatform,
  mine: Mine,
  behaviour: Exclude<Behaviour, 'update'>,
  pace: Pace,
): Promise<Settled> {
  const before = await listStanding(platform, mine, null);
  const newest = newestOf(platform, before);
  const theirs = newest !== undefined && isNewer(platform.readTag(newest.body), mine.tag);
  const again = before.find((each) => sameText(each.body, mine.text));
  const made = theirs || again !== undefined ? null : await createOnce(platform, mine, before, pace);
  const own = await listStanding(platform, mine, made);
  const keep = newestOf(platform, own) ?? made;
  // Under `new` earlier comments are history; only the same text twice, from a lost answer or a second run, is one too many.
  const extra = own.filter((each) => each.id !== keep?.id && (behaviour !== 'new' || isTwin(each, own)));
  for (const each of extra) await (behaviour === 'hide-and-new' ? platform.hide(each) : platform.remove(each));
  return {
    done: theirs ? 'left a newer one' : made === null ? 'unchanged' : 'created',
    url: keep?.url ?? null,
    setAside: extra.length,
  };
}

/** Says what would be done, from one look. */
async function foresee(platform: CommentPlatform, mine: Mine, behaviour: Behaviour): Promise<Settled> {
  const own = await listStanding(platform, mine, null);
  const newest = newestOf(platform, own);
  const keep = behaviour === 'update' ? own[0] : newest;
  const url = keep?.url ?? null;
  const setAside = behaviour === 'new' ? 0 : Math.max(0, own.length - 1);
  if (newest !== undefined && isNewer(platform.readTag(newest.body), mine.tag))
    return { done: 'left a newer one', url, setAside };
  if (behaviour === 'update') {
    if (keep === undefined) return { done: 'created', url, setAside };
    return { done: sameText(keep.body, mine.text) ? 'unchanged' : 'updated', url, setAside };
  }
  if (own.some((each) => sameText(each.body, mine.text))) return { done: 'unchanged', url, setAside };
  return { done: 'created', url: null, setAside: behaviour === 'new' ? 0 : own.length };
}

/**
 * Ours that are in force, oldest first. One just made counts even where the list does not show it yet: lists may lag behind.
 */
async function listStanding(
  platform: CommentPlatform,
  mine: Mine,
  made: PostedComment | null,
): Promise<readonly PostedComment[]> {
  const listed = (await platform.listOwn(mine.tag.key)).filter((each) => !each.hidden);
  const all = made === null || listed.some((each) => each.id === made.id) ? listed : [...listed, made];
  return [...all].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || byId(a.id, b.id));
}

/** Posts; where no answer comes, looks whether the comment stands before it posts again. */
async function createOnce(
  platform: CommentPlatform,
  mine: Mine,
  known: readonly PostedComment[],
  pace: Pace,
): Promise<PostedComment> {
  let lost = false;
  const post = async () => {
    if (lost) {
      const own = await platform.listOwn(mine.tag.key);
      const found = own.find((each) => !known.some(({ id }) => id === each.id) && sameTag(platform, each.body, mine.text));
      if (found !== undefined) return found;
    }
    return platform.create(mine.text);
  };
  try {
    return await pRetry(post, {
      retries: POST_TRIES - 1,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        if (!(error instanceof Unanswered)) return false;
        lost = true;
        await pace.wait(delaySeconds(attemptNumber, null, pace.random()));
        return true;
      },
    });
  } catch (error) {
    throw error instanceof Unanswered ? new SeekstackError(error.problem, { cause: error }) : error;
  }
}

/** The newest by its tag; of several as new the oldest comment, so that runs side by side choose the same. */
function newestOf(platform: CommentPlatform, own: readonly PostedComment[]): PostedComment | undefined {
  let best: PostedComment | undefined;
  for (const each of own)
    if (best === undefined || isNewer(platform.readTag(each.body), platform.readTag(best.body))) best = each;
  return best;
}

/** An instant is newer than an earlier one, and than none. */
function isNewer(a: CommentTag | null, b: CommentTag | null): boolean {
  const [first, second] = [a, b].map((tag) => (tag?.validAt == null ? Number.NEGATIVE_INFINITY : Date.parse(tag.validAt)));
  return (first as number) > (second as number);
}

function isTwin(comment: PostedComment, own: readonly PostedComment[]): boolean {
  return own.slice(0, own.indexOf(comment)).some((each) => sameText(each.body, comment.body));
}

/** Platforms turn line ends and trim. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trimEnd();
  return plain(a) === plain(b);
}

function sameTag(platform: CommentPlatform, a: string, b: string): boolean {
  return JSON.stringify(platform.readTag(a)) === JSON.stringify(platform.readTag(b));
}

/** Ids count up on every platform; as text they would not. */
function byId(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function unsettled(platform: CommentPlatform): SeekstackError {
  return new SeekstackError({
    code: 'E_UNREACHABLE',
    got: `${platform.title} ${platform.place} shows another comment after each of ${ROUNDS} writes`,
    expected: 'a comment that stays as it was written',
    fix: 'see whether another job writes with the same key, then run the job again',
  });
}
