// Bringing a pull request to the state it should be in: one comment of ours that says the newest, whatever happens on the way.
// In: a platform, the body, the behaviour. Out: what was done. Look, write, look again: it returns once a look confirms the
// state, so that a run beside this one, a lost answer or a duplicate is seen and mended. Nothing is taken away before what
// replaces it stands, and nothing is written on the strength of an old look.
import { SeekstackError } from '../errors.ts';
import type { Pace } from './pace.ts';
import type { Behaviour, CommentPlatform, PostedComment } from './platform.ts';
import { delaySeconds } from './retry-delay.ts';
import { Unanswered } from './send.ts';
import { byAge, isNewer, type Mine, newestOf, sameTag, sameText, twinsOf } from './standing.ts';

export type Done = 'created' | 'updated' | 'unchanged' | 'left a newer one';

export interface Settled {
  readonly done: Done;
  readonly url: string | null;
  /** Comments of ours that were removed or hidden. */
  readonly setAside: number;
}

/** Writes without an answer before a person is told. */
const LOST_WRITES = 5;
/** Runs that write at the same time agree within two or three rounds; more means that something keeps undoing us. */
const ROUNDS = 6;
/** From a write to the look that confirms it: lists lag a little, and a run beside us may be between its look and its write. */
const LOOK_AGAIN_SECONDS = 1;

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
  return new Settling(platform, mine, behaviour, pace).run();
}

class Settling {
  private readonly platform: CommentPlatform;
  private readonly mine: Mine;
  private readonly behaviour: Behaviour;
  private readonly pace: Pace;
  /** What this run posted; it counts even where the list does not show it yet. */
  private made: PostedComment | null = null;
  /** Ours before this run posted; under `new` they are history. */
  private before: ReadonlySet<string> = new Set();
  /** Texts this run wrote, by comment: a platform may give them back a little changed. */
  private readonly written = new Map<string, string>();
  private readonly setAside = new Set<string>();
  private done: Done | null = null;
  private lost = 0;

  constructor(platform: CommentPlatform, mine: Mine, behaviour: Behaviour, pace: Pace) {
    this.platform = platform;
    this.mine = mine;
    this.behaviour = behaviour;
    this.pace = pace;
  }

  async run(): Promise<Settled> {
    for (let round = 0; round < ROUNDS; ) {
      const own = await this.look();
      try {
        const settled = await (this.behaviour === 'update' ? this.keepOne(own) : this.addOne(own));
        if (settled !== null) return settled;
        round += 1;
        await this.pace.wait(LOOK_AGAIN_SECONDS * (1 + this.pace.random()));
      } catch (error) {
        // Not known whether the write was done: the next look tells.
        if (!(error instanceof Unanswered)) throw error;
        this.lost += 1;
        if (this.lost >= LOST_WRITES) throw new SeekstackError(error.problem, { cause: error });
        await this.pace.wait(delaySeconds(this.lost, error.asked, this.pace.random()));
      }
    }
    throw new SeekstackError({
      code: 'E_UNREACHABLE',
      got: `${this.platform.title} ${this.platform.place} shows another comment after each of ${ROUNDS} writes`,
      expected: 'a comment that stays as it was written',
      fix: 'see whether another job writes with the same key, then run the job again',
    });
  }

  /** `update`: the oldest comment stays and takes the newest text; all others go. Null: written, look again. */
  private async keepOne(own: readonly PostedComment[]): Promise<Settled | null> {
    const [keep, ...rest] = own;
    if (keep === undefined) return this.post(own);
    const newest = newestOf(this.platform, own);
    const theirs = newest !== undefined && this.isTheirs(newest);
    const text = theirs ? newest.body : this.mine.text;
    if (!this.says(keep, text)) {
      this.written.set(keep.id, text);
      if (!(await this.platform.update(keep, text))) this.forget(keep);
      else if (!theirs) this.done ??= 'updated';
      // What goes is removed only after a look has shown that its text stands.
      return null;
    }
    if (rest.length > 0) return this.dispose(rest);
    return this.settled(theirs ? 'left a newer one' : (this.done ?? 'unchanged'), keep);
  }

  /** The other behaviours: a comment is added, then earlier ones are hidden, deleted or left. Null: written, look again. */
  private async addOne(own: readonly PostedComment[]): Promise<Settled | null> {
    const newest = newestOf(this.platform, own);
    const theirs = newest !== undefined && this.isTheirs(newest);
    const mine = own.find((each) => this.says(each, this.mine.text));
    if (!theirs && mine === undefined) return this.post(own);
    const keep = theirs ? newest : (mine as PostedComment);
    // The same text twice, from a lost answer or a second run of the same job, is one too many under `new` as well.
    const extra = this.behaviour === 'new' ? twinsOf(own) : own.filter((each) => each.id !== keep.id);
    if (extra.length > 0) return this.dispose(extra);
    return this.settled(this.done ?? (theirs ? 'left a newer one' : 'unchanged'), keep);
  }

  /** A write that got lost counts as done where a look finds a comment that was not there before. */
  private async post(own: readonly PostedComment[]): Promise<null> {
    if (this.lost === 0) this.before = new Set(own.map(({ id }) => id));
    this.done = 'created';
    this.made = await this.platform.create(this.mine.text);
    this.written.set(this.made.id, this.mine.text);
    return null;
  }

  private async dispose(extra: readonly PostedComment[]): Promise<null> {
    for (const each of extra) {
      await (this.behaviour === 'hide-and-new' ? this.platform.hide(each) : this.platform.remove(each));
      this.setAside.add(each.id);
      this.forget(each);
    }
    return null;
  }

  /** Ours that are in force, oldest first. */
  private async look(): Promise<readonly PostedComment[]> {
    const { made } = this;
    const listed = await standing(this.platform, this.mine);
    return made === null || listed.some(({ id }) => id === made.id) ? listed : byAge([...listed, made]);
  }

  private isTheirs(newest: PostedComment): boolean {
    return isNewer(this.platform.readTag(newest.body), this.mine.tag);
  }

  private says(comment: PostedComment, text: string): boolean {
    if (sameText(comment.body, text)) return true;
    const ours = this.written.get(comment.id) === text || (this.lost > 0 && !this.before.has(comment.id));
    return ours && sameTag(this.platform, comment.body, text);
  }

  private forget({ id }: PostedComment): void {
    if (this.made?.id === id) this.made = null;
  }

  private settled(done: Done, { url }: PostedComment): Settled {
    return { done, url, setAside: this.setAside.size };
  }
}

/** Says what would be done, from one look. */
async function foresee(platform: CommentPlatform, mine: Mine, behaviour: Behaviour): Promise<Settled> {
  const own = await standing(platform, mine);
  const newest = newestOf(platform, own);
  const keep = behaviour === 'update' ? own[0] : newest;
  const url = keep?.url ?? null;
  const setAside = behaviour === 'new' ? 0 : Math.max(0, own.length - 1);
  if (newest !== undefined && isNewer(platform.readTag(newest.body), mine.tag))
    return { done: 'left a newer one', url, setAside };
  if (behaviour === 'update' && keep !== undefined)
    return { done: sameText(keep.body, mine.text) ? 'unchanged' : 'updated', url, setAside };
  if (own.some((each) => sameText(each.body, mine.text))) return { done: 'unchanged', url, setAside };
  return { done: 'created', url: null, setAside: behaviour === 'new' ? 0 : own.length };
}

async function standing(platform: CommentPlatform, { tag }: Mine): Promise<readonly PostedComment[]> {
  return byAge((await platform.listOwn(tag.key)).filter(({ hidden }) => !hidden));
}
