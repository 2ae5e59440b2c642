// Bitbucket Cloud's pull request comments, as documented: developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests.
// Deleted comments stay in the list, marked; a page names the next one by its whole address.
import { instantOf, type LocalPlatform, type Reply, startServer } from './server.ts';

const TOKEN = 'ATCTT3localtesttoken00000000';
export const OUR_UUID = '{0a1b2c3d-0000-4000-8000-000000000001}';
const UUIDS = { us: OUR_UUID, other: '{0a1b2c3d-0000-4000-8000-000000000002}' };

/** @param mayAsk - false for an access token, which has no user to show */
export async function startBitbucket(pageSize = 100, mayAsk = true): Promise<LocalPlatform> {
  const rows: { id: number; body: string; author: 'us' | 'other'; deleted: boolean }[] = [];
  let next = 600;
  const add = (body: string, author: 'us' | 'other' = 'us') => {
    next += 1;
    rows.push({ id: next, body, author, deleted: false });
    return String(next);
  };
  const shown = (row: (typeof rows)[number], origin: string) => ({
    type: 'pullrequest_comment',
    id: row.id,
    created_on: instantOf(row.id).replace('Z', '000+00:00'),
    updated_on: instantOf(row.id),
    content: { type: 'rendered', raw: row.deleted ? '' : row.body, markup: 'markdown', html: '' },
    user: { type: 'user', uuid: UUIDS[row.author], display_name: row.author },
    deleted: row.deleted,
    pending: false,
    pullrequest: { type: 'pullrequest', id: 12 },
    links: {
      self: { href: `${origin}/2.0/repositories/acme/platform/pullrequests/12/comments/${row.id}` },
      html: { href: `https://bitbucket.example/acme/platform/pull-requests/12#comment-${row.id}` },
    },
  });
  const error = (status: number, message: string): Reply => ({ status, json: { type: 'error', error: { message } } });
  const base = '/2.0/repositories/acme/platform/pullrequests/12/comments';

  const server = await startServer(({ method, path, url, headers, json }, origin) => {
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return error(401, 'Token is invalid, expired, or not supported for this endpoint.');
    if (path === '/2.0/user')
      return mayAsk
        ? { status: 200, json: { type: 'user', uuid: OUR_UUID, display_name: 'us' } }
        : error(403, 'This API is not accessible by this authentication mechanism.');
    if (path === base && method === 'POST') {
      const id = add((json.content as { raw: string }).raw);
      return { status: 201, json: shown(rows.find((row) => String(row.id) === id) as (typeof rows)[number], origin) };
    }
    if (path === base) {
      const size = Math.min(pageSize, Number(url.searchParams.get('pagelen') ?? 10));
      const page = Number(url.searchParams.get('page') ?? 1);
      const following = new URL(url);
      following.searchParams.set('page', String(page + 1));
      return {
        status: 200,
        json: {
          values: rows.slice((page - 1) * size, page * size).map((row) => shown(row, origin)),
          pagelen: size,
          page,
          size: rows.length,
          ...(page * size < rows.length ? { next: following.href } : {}),
        },
      };
    }
    const row = rows.find(({ id, deleted }) => path === `${base}/${id}` && !deleted);
    if (row === undefined) return error(404, 'Comment not found');
    if (method === 'PUT') {
      row.body = (json.content as { raw: string }).raw;
      return { status: 200, json: shown(row, origin) };
    }
    if (method === 'DELETE') {
      row.deleted = true;
      return { status: 204 };
    }
    return { status: 200, json: shown(row, origin) };
  });

  return {
    name: 'bitbucket',
    server,
    add,
    flags: ['--workspace', 'acme', '--repository', 'platform', '--pull', '12', '--api-url', `${server.origin}/2.0`],
    environment: { BITBUCKET_TOKEN: TOKEN },
    comments: () =>
      rows
        .filter(({ deleted }) => !deleted)
        .map(({ id, body, author }) => ({
          id: String(id),
          body,
          author,
          hidden: body.includes('superseded by a newer comment'),
        })),
  };
}
