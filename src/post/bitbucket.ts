// Bitbucket Cloud: comments of a pull request.
// In: workspace, repository, pull request, connection, the author's id where the token may not ask for it. Out: a CommentPlatform.
// Bitbucket shows HTML as text, so the tag goes into a link definition, which Markdown shows nowhere; and it can neither hide
// nor fold, so hiding a comment puts a heading over it and takes its tag away.
// Shapes: developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests and …/rest/intro (pagination, authentication).
import { z } from 'zod';
import { SeekstackError } from '../errors.ts';
import { commentTag, parseCommentTag } from '../render/comment-tag.ts';
import type { CommentPlatform, PostedComment } from './platform.ts';
import { readAs, sendFor, sendForPages, sendToPresent } from './read-answer.ts';
import type { Sender } from './send.ts';
import { headAway } from './superseded.ts';

export interface BitbucketPlace {
  readonly workspace: string;
  readonly repository: string;
  readonly pull: number;
  /** The UUID under which the token writes; needed for access tokens only, which may not ask who they are. */
  readonly authorUuid: string | null;
}

const comment = z.object({
  id: z.number(),
  content: z.object({ raw: z.string().nullish() }).nullish(),
  created_on: z.string(),
  user: z.object({ uuid: z.string(), display_name: z.string().optional() }).nullish(),
  deleted: z.boolean().optional(),
  inline: z.unknown().optional(),
  parent: z.unknown().optional(),
  links: z.object({ html: z.object({ href: z.string() }).optional() }).optional(),
});
const page = z.object({ values: z.array(comment), next: z.string().optional() });
const user = z.object({ uuid: z.string() });
type Comment = z.infer<typeof comment>;

export function openBitbucket(place: BitbucketPlace, sender: Sender): CommentPlatform {
  const [workspace, repository] = [place.workspace, place.repository].map(encodeURIComponent);
  const comments = `/repositories/${workspace}/${repository}/pullrequests/${place.pull}/comments`;
  let self: string | null = place.authorUuid;
  let askedSelf = self !== null;
  let written: string | null = null;

  /** Null where the token may not ask: repository, project and workspace access tokens have no user to show. */
  const askSelf = async (): Promise<string | null> => {
    if (askedSelf) return self;
    const asked = { method: 'GET', path: '/user', accept: [401, 403] } as const;
    const answer = await sender.send(asked);
    self = answer.status < 400 ? readAs(sender, asked, answer, user).uuid : null;
    askedSelf = true;
    return self;
  };
  const cannotTell = (found: Comment) =>
    new SeekstackError({
      code: 'E_ENVIRONMENT',
      got: `a token that may not ask whose it is, and comment ${found.id} by ${found.user?.uuid ?? 'nobody'} that carries the tag`,
      expected: 'BITBUCKET_AUTHOR_UUID, the id under which the token writes',
      fix: `set it to ${found.user?.uuid ?? 'the id'} if that comment is this job's own`,
    });
  const asPosted = (each: Comment): PostedComment => ({
    id: String(each.id),
    body: each.content?.raw ?? '',
    createdAt: each.created_on,
    url: each.links?.html?.href ?? null,
    hidden: false,
  });
  const update = (id: string, raw: string) =>
    sendToPresent(sender, { method: 'PUT', repeat: 'never', path: `${comments}/${id}`, json: { content: { raw } } });

  return {
    title: 'Bitbucket',
    place: `${place.workspace}/${place.repository}#${place.pull}`,
    limitBytes: null,
    shape: hideTagInDefinition,
    readTag: parseCommentTag,
    listOwn: async (key) => {
      const pages = await sendForPages(sender, `${comments}?pagelen=100&sort=created_on`, page, ({ next }) => next ?? null);
      const tagged = pages
        .flatMap(({ values }) => values)
        .filter((each) => {
          const topLevel = (each.inline ?? null) === null && (each.parent ?? null) === null;
          return each.deleted !== true && topLevel && parseCommentTag(each.content?.raw ?? '')?.key === key;
        });
      const own = await askSelf();
      if (own === null && tagged[0] !== undefined) throw cannotTell(tagged[0]);
      return tagged.filter((each) => each.user?.uuid === own).map(asPosted);
    },
    create: async (raw) => {
      const made = await sendFor(sender, { method: 'POST', path: comments, json: { content: { raw } } }, comment);
      // From here on this run knows its own comments, whatever the token may ask.
      if (self === null) self = written = made.user?.uuid ?? null;
      return asPosted(made);
    },
    update: ({ id }, raw) => update(id, raw),
    remove: async ({ id }) => {
      await sendToPresent(sender, { method: 'DELETE', path: `${comments}/${id}` });
    },
    hide: async ({ id, body }) => {
      await update(id, headAway(body));
    },
    notes: () =>
      written === null
        ? []
        : [
            `this token may not ask whose it is; set BITBUCKET_AUTHOR_UUID to ${written}, or later runs cannot tell their own comment`,
          ],
    close: sender.close,
  };
}

function hideTagInDefinition(body: string): string {
  const tag = parseCommentTag(body);
  return tag === null ? body : body.replace(/^[^\r\n]*/, () => commentTag(tag, 'definition'));
}
