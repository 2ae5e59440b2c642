// What only GitHub has: its two rate limits, comments minimized by people, Enterprise Server, the variables of its jobs.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startGithub } from './github-server.ts';
import { bodyAt, post, runPost, writeBody } from './run-comment.ts';
import { type LocalPlatform, startServer, writes } from './server.ts';

let platform: LocalPlatform;
beforeEach(async () => {
  platform = await startGithub();
});
afterEach(() => platform.server.close());

test('the hourly limit is waited out until the instant GitHub names', async () => {
  const reset = String(Date.UTC(2026, 10, 23, 10) / 1000 + 45);
  platform.server.fail({
    kind: 'reply-before',
    reply: {
      status: 403,
      json: { message: 'API rate limit exceeded for installation ID 1.' },
      headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    },
  });
  const told = await post(platform, bodyAt(1));
  expect([told.exitCode, platform.comments().length]).toEqual([0, 1]);
  expect(told.waits[0]).toBeGreaterThanOrEqual(45);
  expect(told.waits[0]).toBeLessThan(46);
});

test('a secondary limit without a time is given a minute, also for a post', async () => {
  platform.server.fail(
    { kind: 'reply-before', reply: { status: 403, json: { message: 'You have exceeded a secondary rate limit.' } } },
    ({ method, path }) => method === 'POST' && path.endsWith('/comments'),
  );
  const told = await post(platform, bodyAt(1));
  expect([told.exitCode, platform.comments().length]).toEqual([0, 1]);
  expect(told.waits[0]).toBeGreaterThanOrEqual(60);
});

test('a refusal that is no rate limit is not tried again', async () => {
  platform.server.fail({
    kind: 'reply-before',
    reply: {
      status: 403,
      json: { message: 'Resource not accessible by integration' },
      headers: { 'x-ratelimit-remaining': '4998' },
    },
  });
  const told = await post(platform, bodyAt(1));
  expect([told.exitCode, told.waits]).toEqual([2, []]);
  expect(told.err.replace(platform.server.origin, 'HOST')).toMatchInlineSnapshot(`
    "E_REFUSED
      got: GitHub, GET HOST/repos/acme/platform/issues/12/comments answered 403: Resource not accessible by integration
      expected: a token that may do this: pull-requests: write
      fix: give the token in GITHUB_TOKEN that permission
    "
  `);
});

test('more duplicates than GraphQL takes ids at once are mended all the same', async () => {
  for (let count = 0; count < 130; count += 1) platform.add(bodyAt(count % 60));
  const [first] = platform.comments();
  expect((await post(platform, bodyAt(59, 'last'))).exitCode).toBe(0);
  expect(platform.comments()).toEqual([{ id: first?.id, body: bodyAt(59, 'last'), author: 'us', hidden: false }]);
});

test('an error of GraphQL ends the run before anything is written', async () => {
  platform.add(bodyAt(1));
  platform.server.fail(
    {
      kind: 'reply-before',
      reply: { status: 200, json: { data: null, errors: [{ type: 'FORBIDDEN', message: 'no\u0007 access' }] } },
    },
    ({ path }) => path === '/graphql',
  );
  const told = await post(platform, bodyAt(2));
  expect([told.exitCode, told.err]).toEqual([5, expect.stringContaining('answered: no access')]);
  expect(platform.server.calls.filter(writes)).toEqual([]);
});

test('Enterprise Server: REST below /api/v3, GraphQL beside it', async () => {
  const paths: string[] = [];
  const server = await startServer(({ path, method }) => {
    paths.push(`${method} ${path}`);
    if (path === '/api/graphql') return { status: 200, json: { data: { nodes: [] } } };
    const row = { id: 1, node_id: 'IC_1', body: bodyAt(9), created_at: '2026-11-01T00:00:00Z', html_url: 'https://x/1' };
    return method === 'POST' ? { status: 201, json: { ...row, id: 2, body: bodyAt(1) } } : { status: 200, json: [row] };
  });
  try {
    const environment = {
      GITHUB_TOKEN: 't',
      GITHUB_API_URL: `${server.origin}/api/v3`,
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_REF: 'refs/pull/7/merge',
    };
    const told = await runPost(['comment', 'github', '--body', writeBody(bodyAt(1))], environment);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    expect(new Set(paths)).toEqual(
      new Set(['GET /api/v3/repos/a/b/issues/7/comments', 'POST /api/graphql', 'POST /api/v3/repos/a/b/issues/7/comments']),
    );
  } finally {
    await server.close();
  }
});

test('in a job the repository, the pull request and the addresses come from its variables and its event', async () => {
  const event = (json: unknown) => writeBody(JSON.stringify(json));
  const environment = {
    ...platform.environment,
    GITHUB_REPOSITORY: 'acme/platform',
    GITHUB_API_URL: platform.server.origin,
    GITHUB_GRAPHQL_URL: `${platform.server.origin}/graphql`,
  };
  const argv = ['comment', 'github', '--body', writeBody(bodyAt(1))];
  const events = [{ pull_request: { number: 12 } }, { issue: { number: 12, pull_request: {} } }];
  for (const each of events) expect((await runPost(argv, { ...environment, GITHUB_EVENT_PATH: event(each) })).exitCode).toBe(0);
  expect(platform.comments()).toHaveLength(1);
  // A push has no pull request, and an issue is none.
  for (const each of [{ ref: 'refs/heads/main' }, { issue: { number: 12 } }, 'text']) {
    const told = await runPost(argv, { ...environment, GITHUB_EVENT_PATH: event(each) });
    expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining('no pull request number')]);
  }
});
