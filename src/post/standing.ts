// Comments of ours against each other: which is newest, which is oldest, which say the same.
// In: comments as a platform lists them. Out: orders and comparisons; no request is made here.
import type { CommentTag } from '../render/comment-tag.ts';
import type { CommentPlatform, PostedComment } from './platform.ts';

/** What is to be said, in the platform's shape. */
export interface Mine {
  readonly text: string;
  readonly tag: CommentTag;
}

/** Oldest first. Ids count up on every platform; as text they would not. */
export function byAge(own: readonly PostedComment[]): readonly PostedComment[] {
  return [...own].sort(
    (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id.localeCompare(b.id, 'en', { numeric: true }),
  );
}

/** The newest by its tag; of several as new the oldest comment, so that runs side by side choose the same. */
export function newestOf(platform: CommentPlatform, own: readonly PostedComment[]): PostedComment | undefined {
  let best: PostedComment | undefined;
  for (const each of own)
    if (best === undefined || isNewer(platform.readTag(each.body), platform.readTag(best.body))) best = each;
  return best;
}

/** An instant is newer than an earlier one, and than none. */
export function isNewer(a: CommentTag | null, b: CommentTag | null): boolean {
  return instantOf(a) > instantOf(b);
}

function instantOf(tag: CommentTag | null): number {
  return tag?.validAt == null ? Number.NEGATIVE_INFINITY : Date.parse(tag.validAt);
}

/** All but the first of those that say the same. */
export function twinsOf(own: readonly PostedComment[]): readonly PostedComment[] {
  return own.filter((each, at) => own.slice(0, at).some((earlier) => sameText(earlier.body, each.body)));
}

/** Platforms turn line ends and trim. */
export function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trimEnd();
  return plain(a) === plain(b);
}

export function sameTag(platform: CommentPlatform, a: string, b: string): boolean {
  return JSON.stringify(platform.readTag(a)) === JSON.stringify(platform.readTag(b));
}
