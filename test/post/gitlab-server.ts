// GitLab's merge request notes, as documented: docs.gitlab.com/api/notes, offset pagination with X-Next-Page.
import { instantOf, type LocalPlatform, startServer } from './server.ts';

const TOKEN = 'glpat-localtesttoken0000';

export async function startGitlab(pageSize = 100): Promise<LocalPlatform> {
  const rows: { id: number; body: string; author: 'us' | 'other'; system: boolean }[] = [];
  let next = 300;
  const add = (body: string, author: 'us' | 'other' = 'us') => {
    next += 1;
    rows.push({ id: next, body, author, system: false });
    return String(next);
  };
  const shown = (row: (typeof rows)[number]) => ({
    id: row.id,
    type: null,
    body: row.body,
    attachment: null,
    author: { id: row.author === 'us' ? 77 : 1, username: row.author === 'us' ? 'project_8_bot' : 'root', state: 'active' },
    created_at: instantOf(row.id).replace('Z', '+00:00'),
    updated_at: instantOf(row.id),
    system: row.system,
    noteable_id: 377,
    noteable_type: 'MergeRequest',
    noteable_iid: 12,
    resolvable: false,
    internal: false,
  });
  const base = '/api/v4/projects/acme%2Fplatform/merge_requests/12/notes';

  const server = await startServer(({ method, path, url, headers, json }) => {
    if (headers['private-token'] !== TOKEN) return { status: 401, json: { message: '401 Unauthorized' } };
    if (path === '/api/v4/user') return { status: 200, json: { id: 77, username: 'project_8_bot', bot: true } };
    if (path === base && method === 'POST') {
      if (String(json.body).length > 1_000_000) return { status: 400, json: { message: { note: ['is too long'] } } };
      const id = add(String(json.body));
      return { status: 201, json: shown(rows.find((row) => String(row.id) === id) as (typeof rows)[number]) };
    }
    if (path === base) {
      const size = Math.min(pageSize, Number(url.searchParams.get('per_page') ?? 20));
      const page = Number(url.searchParams.get('page') ?? 1);
      // Newest first unless asked otherwise.
      const ordered = url.searchParams.get('sort') === 'asc' ? rows : [...rows].reverse();
      const more = page * size < rows.length;
      return {
        status: 200,
        json: ordered.slice((page - 1) * size, page * size).map(shown),
        headers: { 'x-next-page': more ? String(page + 1) : '', 'x-page': String(page), 'x-per-page': String(size) },
      };
    }
    const at = rows.findIndex(({ id }) => path === `${base}/${id}`);
    const row = rows[at];
    if (row === undefined) return { status: 404, json: { message: '404 Not found' } };
    if (method === 'PUT') {
      row.body = String(json.body);
      return { status: 200, json: shown(row) };
    }
    if (method === 'DELETE') {
      rows.splice(at, 1);
      return { status: 204 };
    }
    return { status: 200, json: shown(row) };
  });

  return {
    name: 'gitlab',
    server,
    add,
    flags: ['--project', 'acme/platform', '--merge-request', '12', '--api-url', `${server.origin}/api/v4`],
    environment: { GITLAB_TOKEN: TOKEN },
    comments: () =>
      rows.map(({ id, body, author }) => ({
        id: String(id),
        body,
        author,
        hidden: body.includes('superseded by a newer comment'),
      })),
  };
}
