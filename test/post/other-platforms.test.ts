// What only one of the other three platforms has: commands in notes, closed threads, tokens that may not say whose they are.
import { afterEach, expect, test } from 'vitest';
import { startAzure } from './azure-server.ts';
import { OUR_UUID, startBitbucket } from './bitbucket-server.ts';
import { startGitlab } from './gitlab-server.ts';
import { asKept, bodyAt, post, runPost, writeBody } from './run-comment.ts';
import { type LocalPlatform, posts } from './server.ts';

let platform: LocalPlatform;
afterEach(() => platform.server.close());
const jobs = (name: string, environment: Record<string, string>) =>
  runPost(['comment', name, '--body', writeBody(bodyAt(1))], { ...platform.environment, ...environment });

test('GitLab: a line that would be a command to it stays text', async () => {
  platform = await startGitlab();
  const body = bodyAt(1, 'notes:\n/merge\n  /assign @root\nand/or 1/2\n/ 5\n');
  expect((await post(platform, body)).exitCode).toBe(0);
  const [note] = platform.comments();
  expect(note?.body).toContain('notes:\n\\/merge\n  \\/assign @root\nand/or 1/2\n/ 5\n');
  expect((await post(platform, body)).out).toMatch(/^unchanged/);
});

test('GitLab: in a job, and from a fork, the project is the one merged into', async () => {
  platform = await startGitlab();
  const environment = {
    CI_API_V4_URL: `${platform.server.origin}/api/v4`,
    CI_PROJECT_ID: '999',
    CI_MERGE_REQUEST_PROJECT_ID: 'acme/platform',
    CI_MERGE_REQUEST_IID: '12',
  };
  expect(await jobs('gitlab', environment)).toMatchObject({ exitCode: 0, err: '' });
  expect(platform.comments()).toHaveLength(1);
});

test('GitLab: a rate limit names its end without x-', async () => {
  platform = await startGitlab();
  const reset = String(Date.UTC(2026, 10, 23, 10) / 1000 + 20);
  platform.server.fail({
    kind: 'reply-before',
    reply: {
      status: 429,
      json: { message: 'Too many requests' },
      headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': reset },
    },
  });
  const told = await post(platform, bodyAt(1));
  expect(told.exitCode).toBe(0);
  expect(told.waits[0]).toBeGreaterThanOrEqual(20);
});

test('Azure Repos: the thread is closed, so that it cannot hold up a merge', async () => {
  platform = await startAzure();
  await post(platform, bodyAt(1));
  expect(platform.server.calls.find(posts)?.json).toEqual({
    comments: [{ parentCommentId: 0, content: bodyAt(1), commentType: 1 }],
    status: 4,
  });
});

test('Azure Repos: variables of a job; a personal token goes as Basic', async () => {
  platform = await startAzure();
  const environment = {
    SYSTEM_COLLECTIONURI: `${platform.server.origin}/acme/`,
    SYSTEM_TEAMPROJECT: 'web shop',
    BUILD_REPOSITORY_ID: 'platform',
    SYSTEM_PULLREQUEST_PULLREQUESTID: '12',
  };
  expect(await jobs('azure-repos', environment)).toMatchObject({ exitCode: 0, err: '' });
  const personal = await jobs('azure-repos', { ...environment, SYSTEM_ACCESSTOKEN: '', AZURE_DEVOPS_EXT_PAT: 'pat' });
  expect([personal.exitCode, personal.err]).toEqual([2, expect.stringContaining('renew AZURE_DEVOPS_EXT_PAT')]);
  expect(platform.server.calls.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from(':pat').toString('base64')}`);
});

test('Azure Repos: a good answer that asks for a pause gets it', async () => {
  platform = await startAzure();
  platform.server.fail({
    kind: 'reply-before',
    reply: { status: 200, json: { value: [], count: 0 }, headers: { 'retry-after': '4' } },
  });
  const told = await post(platform, bodyAt(1));
  expect(told.exitCode).toBe(0);
  expect(told.waits[0]).toBeGreaterThan(3.5);
});

test('Azure Repos: the sign-in page that a wrong token gets is no answer', async () => {
  platform = await startAzure();
  platform.server.fail({
    kind: 'reply-before',
    reply: { status: 203, text: '<html>', headers: { 'content-type': 'text/html' } },
  });
  const told = await post(platform, bodyAt(1));
  expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining('answered 401: a sign-in page')]);
});

test('Bitbucket: the tag goes where its Markdown shows nothing', async () => {
  platform = await startBitbucket();
  await post(platform, bodyAt(1));
  expect(platform.comments()[0]?.body.split('\n')[0]).toBe(
    '[//]: # (seekstack:comment v1 key=chat valid-at=2026-11-23T10:01:00Z head=c0ffee1)',
  );
});

test('Bitbucket: an access token, which may not ask whose it is, needs to be told', async () => {
  platform = await startBitbucket(100, false);
  const first = await post(platform, bodyAt(1));
  expect([first.exitCode, first.err]).toEqual([
    0,
    `note: this token may not ask whose it is; set BITBUCKET_AUTHOR_UUID to ${OUR_UUID}, or later runs cannot tell their own comment\n`,
  ]);
  const second = await post(platform, bodyAt(2));
  expect([second.exitCode, platform.comments().length]).toEqual([2, 1]);
  expect(second.err).toContain(OUR_UUID);
  const argv = ['comment', 'bitbucket', '--body', writeBody(bodyAt(2)), ...platform.flags];
  const third = await runPost(argv, { ...platform.environment, BITBUCKET_AUTHOR_UUID: OUR_UUID });
  expect(third).toMatchObject({ exitCode: 0, err: '' });
  expect(platform.comments().map(({ body }) => body)).toEqual([asKept(platform, bodyAt(2))]);
});

test('Bitbucket: variables of a job; a token with its owner goes as Basic', async () => {
  platform = await startBitbucket();
  const environment = { BITBUCKET_WORKSPACE: 'acme', BITBUCKET_REPO_SLUG: 'platform', BITBUCKET_PR_ID: '12' };
  const argv = ['comment', 'bitbucket', '--body', writeBody(bodyAt(1)), '--api-url', `${platform.server.origin}/2.0`];
  expect(await runPost(argv, { ...platform.environment, ...environment })).toMatchObject({ exitCode: 0, err: '' });
  await runPost(argv, { ...environment, BITBUCKET_TOKEN: 'me@example.com:secret' });
  expect(platform.server.calls.at(-1)?.headers.authorization).toBe(
    `Basic ${Buffer.from('me@example.com:secret').toString('base64')}`,
  );
});
