// GitHub and GitHub Enterprise Server: issue comments over REST; authorship and hiding over GraphQL, which alone knows them.
// In: repository, pull request, connection. Out: a CommentPlatform.
// Shapes: docs.github.com/rest/issues/comments (API version 2022-11-28); docs.github.com/graphql, IssueComment and minimizeComment.
import { z } from 'zod';
import { parseCommentTag } from '../render/comment-tag.ts';
import type { CommentPlatform, PostedComment } from './platform.ts';
import { sendFor, sendForPages, sendToPresent } from './read-answer.ts';
import { header } from './retry-delay.ts';
import { type Sender, unreachable } from './send.ts';

export interface GithubPlace {
  /** OWNER/NAME. */
  readonly repository: string;
  readonly pull: number;
  readonly graphqlUrl: string;
}

/** Measured by others on create and update alike: 262,144 bytes pass, one more answers 422. */
const LIMIT_BYTES = 262_144;
/** `nodes` takes at most a hundred ids. */
const IDS_AT_ONCE = 100;

const restComment = z.object({
  id: z.number(),
  node_id: z.string(),
  body: z.string().nullish(),
  created_at: z.string(),
  html_url: z.string(),
});
const nodesAnswer = z.object({
  data: z
    .object({
      nodes: z.array(
        z
          .object({
            id: z.string().optional(),
            viewerDidAuthor: z.boolean().optional(),
            isMinimized: z.boolean().optional(),
            minimizedReason: z.string().nullish(),
          })
          .nullable(),
      ),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});
const minimizeAnswer = z.object({
  data: z
    .object({ minimizeComment: z.object({ minimizedComment: z.object({ isMinimized: z.boolean() }).nullish() }).nullish() })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

const NODES = `query($ids: [ID!]!) {
  nodes(ids: $ids) { ... on IssueComment { id viewerDidAuthor isMinimized minimizedReason } }
}`;
const MINIMIZE = `mutation($id: ID!) {
  minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } }
}`;

export function openGithub(place: GithubPlace, sender: Sender): CommentPlatform {
  const [owner = '', name = ''] = place.repository.split('/').map(encodeURIComponent);
  const repository = `/repos/${owner}/${name}`;
  /** GraphQL's id of each comment seen, by the REST id. */
  const nodeIds = new Map<string, string>();

  const asPosted = (comment: z.infer<typeof restComment>, hidden: boolean): PostedComment => {
    nodeIds.set(String(comment.id), comment.node_id);
    return {
      id: String(comment.id),
      body: comment.body ?? '',
      createdAt: comment.created_at,
      url: comment.html_url,
      hidden,
    };
  };

  const graphql = async <T extends { errors?: { message: string }[] | undefined }>(
    query: string,
    variables: object,
    schema: z.ZodType<T>,
  ): Promise<T> => {
    // Reading and hiding are the same done once or twice.
    const asked = { method: 'POST', path: place.graphqlUrl, json: { query, variables }, repeat: 'always' } as const;
    const answer = await sendFor(sender, asked, schema);
    if (answer.errors !== undefined && answer.errors.length > 0)
      throw unreachable(sender.connection, asked, null, `answered: ${answer.errors[0]?.message.slice(0, 200)}`);
    return answer;
  };

  /** Only GitHub knows whose token this is: a token of Actions may not read its own user over REST. */
  const describe = async (ids: readonly string[]) => {
    const told = new Map<string, { own: boolean; hidden: boolean }>();
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      const { data } = await graphql(NODES, { ids: ids.slice(from, from + IDS_AT_ONCE) }, nodesAnswer);
      for (const node of data?.nodes ?? [])
        if (node?.id !== undefined)
          told.set(node.id, {
            own: node.viewerDidAuthor === true,
            hidden: node.isMinimized === true && node.minimizedReason?.toLowerCase() === 'outdated',
          });
    }
    return told;
  };

  return {
    title: 'GitHub',
    place: `${place.repository}#${place.pull}`,
    limitBytes: LIMIT_BYTES,
    shape: (body) => body,
    readTag: parseCommentTag,
    listOwn: async (key) => {
      const pages = await sendForPages(
        sender,
        `${repository}/issues/${place.pull}/comments?per_page=100`,
        z.array(restComment),
        (_page, answer) => nextLink(header(answer.headers, 'link')),
      );
      const tagged = pages.flat().filter((each) => parseCommentTag(each.body ?? '')?.key === key);
      if (tagged.length === 0) return [];
      const told = await describe(tagged.map((each) => each.node_id));
      return tagged
        .filter((each) => told.get(each.node_id)?.own === true)
        .map((each) => asPosted(each, told.get(each.node_id)?.hidden === true));
    },
    create: async (body) =>
      asPosted(
        await sendFor(
          sender,
          { method: 'POST', path: `${repository}/issues/${place.pull}/comments`, json: { body } },
          restComment,
        ),
        false,
      ),
    update: ({ id }, body) =>
      sendToPresent(sender, { method: 'PATCH', repeat: 'never', path: `${repository}/issues/comments/${id}`, json: { body } }),
    remove: async ({ id }) => {
      await sendToPresent(sender, { method: 'DELETE', path: `${repository}/issues/comments/${id}` });
    },
    hide: async ({ id }) => {
      const nodeId = nodeIds.get(id);
      if (nodeId !== undefined) await graphql(MINIMIZE, { id: nodeId }, minimizeAnswer);
    },
    notes: () => [],
    close: sender.close,
  };
}

/** The address after `rel="next"` in a Link header, RFC 8288. */
function nextLink(link: string | undefined): string | null {
  for (const part of link?.split(/,\s*(?=<)/) ?? []) {
    const match = /^<([^>]*)>(.*)$/.exec(part.trim());
    if (match !== null && /;\s*rel="?next"?(;|$)/.test(match[2] ?? '')) return match[1] ?? null;
  }
  return null;
}
