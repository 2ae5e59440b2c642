// Azure Repos' pull request threads, as documented: learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads, 7.1.
// Threads of the system itself and deleted comments stay in the list, as they do there.
import { instantOf, type LocalPlatform, type Reply, startServer } from './server.ts';

const TOKEN = 'azuredevopslocaltesttoken000000000000000000000000000';
const IDS = { us: '0a1b2c3d-0000-4000-8000-000000000001', other: '0a1b2c3d-0000-4000-8000-000000000002' };

export async function startAzure(): Promise<LocalPlatform> {
  const rows: { id: number; body: string; author: 'us' | 'other'; deleted: boolean; status: number }[] = [];
  let next = 140;
  const add = (body: string, author: 'us' | 'other' = 'us', status = 1) => {
    next += 1;
    rows.push({ id: next, body, author, deleted: false, status });
    return `${next}/comments/1`;
  };
  const comment = (row: (typeof rows)[number]) => ({
    id: 1,
    parentCommentId: 0,
    author: {
      displayName: row.author === 'us' ? 'acme Build Service' : 'A Person',
      id: IDS[row.author].toUpperCase(),
      uniqueName: '',
    },
    ...(row.deleted ? { isDeleted: true } : { content: row.body }),
    publishedDate: instantOf(row.id),
    lastUpdatedDate: instantOf(row.id),
    commentType: 'text',
    usersLiked: [],
  });
  const thread = (row: (typeof rows)[number]) => ({
    pullRequestThreadContext: null,
    id: row.id,
    publishedDate: instantOf(row.id),
    lastUpdatedDate: instantOf(row.id),
    comments: [
      comment(row),
      // Somebody answers below and quotes the whole comment, tag and all.
      { ...comment(row), id: 2, parentCommentId: 1, content: row.body, author: { id: IDS.other, displayName: 'A Person' } },
    ].slice(0, row.author === 'us' && !row.deleted ? 2 : 1),
    status: row.status === 4 ? 'closed' : 'active',
    threadContext: null,
    isDeleted: row.deleted,
  });
  const system = {
    id: 1,
    publishedDate: instantOf(1),
    comments: [
      {
        id: 1,
        parentCommentId: 0,
        author: { id: '00000002-0000-8888-8000-000000000000', displayName: 'Microsoft.VisualStudio.Services.TFS' },
        content: 'Policy status has been updated',
        publishedDate: instantOf(1),
        commentType: 'system',
      },
    ],
    isDeleted: false,
  };
  const base = '/acme/web%20shop/_apis/git/repositories/platform/pullRequests/12/threads';
  const message = (status: number, text: string): Reply => ({
    status,
    json: { $id: '1', message: text, typeKey: 'GitException', errorCode: 0 },
  });

  const server = await startServer(({ method, path, url, headers, json }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return headers['x-tfs-fedauthredirect'] === 'Suppress'
        ? { status: 401 }
        : { status: 203, text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } };
    if (!url.searchParams.has('api-version'))
      return message(400, 'The api-version is required and has to be specified with the URL or the request header.');
    if (path === '/acme/_apis/connectionData')
      return {
        status: 200,
        json: { authenticatedUser: { id: IDS.us, providerDisplayName: 'acme Build Service' }, instanceId: IDS.other },
      };
    if (path === base && method === 'POST') {
      const [first] = json.comments as { content: string; commentType: number; parentCommentId: number }[];
      if ((first?.content.length ?? 0) > 150_000) return message(400, 'The comment is longer than 150000 characters.');
      const id = add(String(first?.content), 'us', Number(json.status));
      return { status: 200, json: thread(rows.find((row) => `${row.id}/comments/1` === id) as (typeof rows)[number]) };
    }
    if (path === base) return { status: 200, json: { value: [system, ...rows.map(thread)], count: rows.length + 1 } };
    const row = rows.find(({ id, deleted }) => path === `${base}/${id}/comments/1` && !deleted);
    if (row === undefined) return message(404, 'TF401180: The requested comment was not found.');
    if (method === 'PATCH') {
      row.body = String(json.content);
      return { status: 200, json: comment(row) };
    }
    if (method === 'DELETE') row.deleted = true;
    return { status: 200 };
  });

  return {
    name: 'azure-repos',
    server,
    add,
    flags: ['--project', 'web shop', '--repository', 'platform', '--pull', '12', '--api-url', `${server.origin}/acme/`],
    environment: { SYSTEM_ACCESSTOKEN: TOKEN },
    comments: () =>
      rows
        .filter(({ deleted }) => !deleted)
        .map(({ id, body, author }) => ({
          id: `${id}/comments/1`,
          body,
          author,
          hidden: body.includes('superseded by a newer comment'),
        })),
  };
}
