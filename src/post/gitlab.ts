// GitLab, hosted or one's own: notes of a merge request.
// In: project, merge request, connection. Out: a CommentPlatform.
// GitLab cannot hide a note, so hiding one edits it: the text goes behind a fold and loses its tag.
// Shapes: docs.gitlab.com/api/notes and docs.gitlab.com/api/rest (offset pagination).
import { z } from 'zod';
import { parseCommentTag } from '../render/comment-tag.ts';
import type { CommentPlatform, PostedComment } from './platform.ts';
import { sendFor, sendForPages, sendToPresent } from './read-answer.ts';
import { header } from './retry-delay.ts';
import type { Sender } from './send.ts';
import { foldAway } from './superseded.ts';

export interface GitlabPlace {
  /** Number or path, such as `group/project`. */
  readonly project: string;
  readonly mergeRequest: number;
}

/** docs.gitlab.com, application limits: about a million characters or 1 MB. */
const LIMIT_BYTES = 1_000_000;

const note = z.object({
  id: z.number(),
  body: z.string(),
  author: z.object({ id: z.number() }),
  created_at: z.string(),
  system: z.boolean().optional(),
});
const user = z.object({ id: z.number() });

export function openGitlab(place: GitlabPlace, sender: Sender): CommentPlatform {
  const notes = `/projects/${encodeURIComponent(place.project)}/merge_requests/${place.mergeRequest}/notes`;
  let self: number | undefined;
  const askSelf = async () => {
    self ??= (await sendFor(sender, { method: 'GET', path: '/user' }, user)).id;
    return self;
  };
  const asPosted = (each: z.infer<typeof note>): PostedComment => ({
    id: String(each.id),
    body: each.body,
    createdAt: each.created_at,
    url: null,
    hidden: false,
  });
  const update = (id: string, body: string) =>
    sendToPresent(sender, { method: 'PUT', repeat: 'never', path: `${notes}/${id}`, json: { body } });

  return {
    title: 'GitLab',
    place: `${place.project}!${place.mergeRequest}`,
    limitBytes: LIMIT_BYTES,
    shape: disarmQuickActions,
    readTag: parseCommentTag,
    listOwn: async (key) => {
      // Oldest first: a note that is written meanwhile cannot push one of ours from a page not read yet to one already read.
      const pages = await sendForPages(
        sender,
        `${notes}?order_by=created_at&sort=asc&per_page=100&page=1`,
        z.array(note),
        (_page, answer, path) => {
          const next = header(answer.headers, 'x-next-page') ?? '';
          return /^\d+$/.test(next) ? path.replace(/&page=\d+$/, `&page=${next}`) : null;
        },
      );
      const tagged = pages.flat().filter((each) => each.system !== true && parseCommentTag(each.body)?.key === key);
      if (tagged.length === 0) return [];
      const own = await askSelf();
      return tagged.filter((each) => each.author.id === own).map(asPosted);
    },
    create: async (body) => asPosted(await sendFor(sender, { method: 'POST', path: notes, json: { body } }, note)),
    update: ({ id }, body) => update(id, body),
    remove: async ({ id }) => {
      await sendToPresent(sender, { method: 'DELETE', path: `${notes}/${id}` });
    },
    hide: async ({ id, body }) => {
      await update(id, foldAway(body));
    },
    notes: () => [],
    close: sender.close,
  };
}

/** GitLab obeys a line that starts with a command, such as /merge; with a backslash before it, it is text. */
function disarmQuickActions(body: string): string {
  return body.replace(/^([ \t]*)\/(?=[a-z])/gim, '$1\\/');
}
