// What posting needs of a code platform, and the words for it.
// In: nothing. Out: the types that the four clients fill in and settling a comment works with.
import type { CommentTag } from '../render/comment-tag.ts';

export const BEHAVIOURS = ['update', 'new', 'hide-and-new', 'delete-and-new'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A comment written by the token's own user, with our tag in its first line. */
export interface PostedComment {
  /** The platform's id; for Azure Repos thread and comment. */
  readonly id: string;
  readonly body: string;
  /** ISO 8601, as the platform gives it. */
  readonly createdAt: string;
  /** Where a person sees it; null where the platform does not say. */
  readonly url: string | null;
  /** Set aside by hide-and-new, no longer ours to keep up to date. */
  readonly hidden: boolean;
}

/** A code platform, as one pull request sees it. Every call follows pages to the end and retries what may be retried. */
export interface CommentPlatform {
  readonly title: string;
  /** The pull request, as people write it: `owner/name#12`. */
  readonly place: string;
  /** Longest comment it takes, in bytes of UTF-8; null where it publishes none. */
  readonly limitBytes: number | null;
  /** The text as it is sent to this platform: same meaning, safe there. */
  readonly shape: (body: string) => string;
  /** The tag of a text in that shape. */
  readonly readTag: (text: string) => CommentTag | null;
  /** Comments of the token's own user that carry the key. */
  readonly listOwn: (key: string) => Promise<readonly PostedComment[]>;
  /** @throws Unanswered where it is not known whether the comment was stored */
  readonly create: (text: string) => Promise<PostedComment>;
  /** @returns false where the comment is gone; @throws Unanswered where it must be looked at again before another try */
  readonly update: (comment: PostedComment, text: string) => Promise<boolean>;
  /** Gone already is as good. */
  readonly remove: (comment: PostedComment) => Promise<void>;
  /** @throws Unanswered, as update does */
  readonly hide: (comment: PostedComment) => Promise<void>;
  /** What a person should know after a first comment; empty for most. */
  readonly notes: () => readonly string[];
  readonly close: () => Promise<void>;
}
