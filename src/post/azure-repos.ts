// Azure Repos, Services or Server: threads of a pull request, one thread for each comment of ours.
// In: project, repository, pull request, connection. Out: a CommentPlatform.
// Threads are opened closed, because a branch policy may ask that every open one be resolved. Azure Repos cannot hide a
// comment, so hiding one edits it: the text goes behind a fold and loses its tag.
// Shapes: learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads and …/pull-request-thread-comments, version 7.1.
import { z } from 'zod';
import { parseCommentTag } from '../render/comment-tag.ts';
import type { CommentPlatform, PostedComment } from './platform.ts';
import { sendFor, sendForPages, sendToPresent } from './read-answer.ts';
import { header } from './retry-delay.ts';
import type { Sender } from './send.ts';
import { foldAway } from './superseded.ts';

export interface AzureReposPlace {
  readonly project: string;
  /** Id or name. */
  readonly repository: string;
  readonly pull: number;
}

/** Below the 150,000 characters at which the web page stops. */
const LIMIT_BYTES = 140_000;
const VERSION = 'api-version=7.1';
const CLOSED = 4;
const TEXT = 1;

const identity = z.object({ id: z.string() });
const comment = z.object({
  id: z.number(),
  content: z.string().nullish(),
  author: identity,
  publishedDate: z.string(),
  commentType: z.union([z.string(), z.number()]).optional(),
  isDeleted: z.boolean().optional(),
});
const thread = z.object({
  id: z.number(),
  isDeleted: z.boolean().optional(),
  comments: z.array(comment).nullish(),
});
const threads = z.object({ value: z.array(thread) });
const connectionData = z.object({ authenticatedUser: identity });

export function openAzureRepos(place: AzureReposPlace, sender: Sender): CommentPlatform {
  const [project, repository] = [place.project, place.repository].map(encodeURIComponent);
  const all = `/${project}/_apis/git/repositories/${repository}/pullRequests/${place.pull}/threads`;
  let self: string | undefined;
  const askSelf = async () => {
    self ??= (await sendFor(sender, { method: 'GET', path: '/_apis/connectionData?api-version=7.1-preview.1' }, connectionData))
      .authenticatedUser.id;
    return self;
  };
  const asPosted = (of: z.infer<typeof thread>, first: z.infer<typeof comment>): PostedComment => ({
    id: `${of.id}/comments/${first.id}`,
    body: first.content ?? '',
    createdAt: first.publishedDate,
    url: null,
    hidden: false,
  });
  const update = (id: string, content: string) =>
    sendToPresent(sender, { method: 'PATCH', repeat: 'never', path: `${all}/${id}?${VERSION}`, json: { content } });

  return {
    title: 'Azure Repos',
    place: `${place.project}/${place.repository}!${place.pull}`,
    limitBytes: LIMIT_BYTES,
    shape: (body) => body,
    readTag: parseCommentTag,
    listOwn: async (key) => {
      // The documentation gives all threads in one answer; a continuation token is followed should one come.
      const pages = await sendForPages(sender, `${all}?${VERSION}`, threads, (_page, answer) => {
        const more = header(answer.headers, 'x-ms-continuationtoken');
        return more === undefined || more === '' ? null : `${all}?${VERSION}&continuationToken=${encodeURIComponent(more)}`;
      });
      const tagged = pages
        .flatMap((page) => page.value)
        .flatMap((each) => {
          // Ours open their thread; what others answer below is theirs, tag or no tag.
          const first = each.comments?.[0];
          const counts = each.isDeleted !== true && first !== undefined && first.isDeleted !== true;
          return counts && parseCommentTag(first.content ?? '')?.key === key ? [{ each, first }] : [];
        });
      if (tagged.length === 0) return [];
      const own = (await askSelf()).toLowerCase();
      return tagged.filter(({ first }) => first.author.id.toLowerCase() === own).map(({ each, first }) => asPosted(each, first));
    },
    create: async (content) => {
      const asked = {
        method: 'POST',
        path: `${all}?${VERSION}`,
        json: { comments: [{ parentCommentId: 0, content, commentType: TEXT }], status: CLOSED },
      } as const;
      const made = await sendFor(
        sender,
        asked,
        thread.required({ comments: true }).extend({ comments: z.array(comment).min(1) }),
      );
      return asPosted(made, made.comments[0] as z.infer<typeof comment>);
    },
    update: ({ id }, content) => update(id, content),
    remove: async ({ id }) => {
      await sendToPresent(sender, { method: 'DELETE', path: `${all}/${id}?${VERSION}` });
    },
    hide: async ({ id, body }) => {
      await update(id, foldAway(body));
    },
    notes: () => [],
    close: sender.close,
  };
}
