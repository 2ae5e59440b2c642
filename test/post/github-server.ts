// GitHub's issue comments and the two GraphQL operations, as documented: docs.github.com/rest/issues/comments, …/graphql.
// Like GitHub, it lets a token with write access change anybody's comment: whose it is is for the client to see.
import { type Call, instantOf, type LocalPlatform, type Reply, startServer } from './server.ts';

const TOKEN = 'ghs_localtesttoken0000000000000000000';

export async function startGithub(pageSize = 100): Promise<LocalPlatform> {
  const rows: { id: number; body: string; author: 'us' | 'other'; minimized: string | null }[] = [];
  let next = 1000;
  const add = (body: string, author: 'us' | 'other' = 'us') => {
    next += 1;
    rows.push({ id: next, body, author, minimized: null });
    return String(next);
  };
  const rest = (row: (typeof rows)[number]) => ({
    id: row.id,
    node_id: `IC_${row.id}`,
    url: `https://api.github.example/repos/acme/platform/issues/comments/${row.id}`,
    html_url: `https://github.example/acme/platform/pull/12#issuecomment-${row.id}`,
    body: row.body,
    user: { login: row.author === 'us' ? 'github-actions[bot]' : 'octocat', id: row.author === 'us' ? 41898282 : 1 },
    created_at: instantOf(row.id),
    updated_at: instantOf(row.id),
    author_association: 'NONE',
  });
  const notFound: Reply = { status: 404, json: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' } };
  const tooLong = (body: unknown): Reply | null =>
    Buffer.byteLength(String(body)) > 262_144
      ? { status: 422, json: { message: 'Validation Failed', errors: [{ code: 'custom', field: 'body' }] } }
      : null;

  const graphql = ({ json }: Call): Reply => {
    const query = String(json.query);
    const variables = json.variables as { ids?: string[]; id?: string };
    if (query.includes('minimizeComment')) {
      const row = rows.find(({ id }) => `IC_${id}` === variables.id);
      if (row === undefined)
        return {
          status: 200,
          json: { data: { minimizeComment: null }, errors: [{ type: 'NOT_FOUND', message: 'Could not resolve to a node' }] },
        };
      row.minimized = 'outdated';
      return { status: 200, json: { data: { minimizeComment: { minimizedComment: { isMinimized: true } } } } };
    }
    if ((variables.ids?.length ?? 0) > 100)
      return {
        status: 200,
        json: { errors: [{ type: 'ARGUMENT_LIMIT', message: 'You may not provide more than 100 node ids' }] },
      };
    const nodes = (variables.ids ?? []).map((nodeId) => {
      const row = rows.find(({ id }) => `IC_${id}` === nodeId);
      if (row === undefined) return null;
      return {
        id: nodeId,
        viewerDidAuthor: row.author === 'us',
        isMinimized: row.minimized !== null,
        minimizedReason: row.minimized,
      };
    });
    return { status: 200, json: { data: { nodes } } };
  };

  const server = await startServer((call, origin) => {
    const { method, path, url, headers, json } = call;
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return {
        status: 401,
        json: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
      };
    if (method === 'POST' && path === '/graphql') return graphql(call);
    if (path === '/repos/acme/platform/issues/12/comments') {
      if (method === 'POST') {
        const refusal = tooLong(json.body);
        if (refusal !== null) return refusal;
        const id = add(String(json.body));
        return { status: 201, json: rest(rows.find((row) => String(row.id) === id) as (typeof rows)[number]) };
      }
      const size = Math.min(pageSize, Number(url.searchParams.get('per_page') ?? 30));
      const page = Number(url.searchParams.get('page') ?? 1);
      const last = Math.max(1, Math.ceil(rows.length / size));
      const link = (to: number, rel: string) => `<${origin}${path}?per_page=${size}&page=${to}>; rel="${rel}"`;
      return {
        status: 200,
        json: rows.slice((page - 1) * size, page * size).map(rest),
        headers: page < last ? { link: `${link(page + 1, 'next')}, ${link(last, 'last')}` } : { link: link(1, 'first') },
      };
    }
    const at = rows.findIndex(({ id }) => path === `/repos/acme/platform/issues/comments/${id}`);
    const row = rows[at];
    if (row === undefined) return notFound;
    if (method === 'PATCH') {
      const refusal = tooLong(json.body);
      if (refusal === null) row.body = String(json.body);
      return refusal ?? { status: 200, json: rest(row) };
    }
    if (method === 'DELETE') {
      rows.splice(at, 1);
      return { status: 204 };
    }
    return { status: 200, json: rest(row) };
  });

  return {
    name: 'github',
    server,
    add,
    flags: ['--repo', 'acme/platform', '--pull', '12', '--api-url', server.origin],
    environment: { GITHUB_TOKEN: TOKEN },
    comments: () => rows.map(({ id, body, author, minimized }) => ({ id: String(id), body, author, hidden: minimized !== null })),
  };
}
