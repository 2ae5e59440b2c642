// The command itself: what it needs, what it refuses, the proxy, how long it waits.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { askedSeconds, delaySeconds, isRateLimit } from '../../src/post/retry-delay.ts';
import { startGithub } from './github-server.ts';
import { bodyAt, runPost, writeBody } from './run-comment.ts';

const missing = async (name: string) => {
  const told = await runPost(['comment', name, '--body', writeBody(bodyAt(1))], {});
  expect([told.exitCode, told.out]).toEqual([2, '']);
  return told.err;
};

describe('everything missing is told at once', () => {
  test('github', async () =>
    expect(await missing('github')).toMatchInlineSnapshot(`
      "E_ENVIRONMENT
        got: no repository
        expected: repository, from a flag or from the job's environment
        fix: give --repo OWNER/NAME
      E_ENVIRONMENT
        got: no pull request number
        expected: pull request number, from a flag or from the job's environment
        fix: give --pull N, or run on pull_request events
      E_ENVIRONMENT
        got: no token in GITHUB_TOKEN
        expected: a token, from the environment only
        fix: set GITHUB_TOKEN, as \${{ github.token }} in a workflow
      "
    `));
  test('gitlab', async () =>
    expect(await missing('gitlab')).toMatchInlineSnapshot(`
      "E_ENVIRONMENT
        got: no project
        expected: project, from a flag or from the job's environment
        fix: give --project ID or group/name
      E_ENVIRONMENT
        got: no merge request number
        expected: merge request number, from a flag or from the job's environment
        fix: give --merge-request N, or run in merge request pipelines
      E_ENVIRONMENT
        got: no token in GITLAB_TOKEN
        expected: a token, from the environment only
        fix: make a project access token with scope api and set GITLAB_TOKEN; the job token may not write notes
      "
    `));
  test('azure-repos', async () =>
    expect(await missing('azure-repos')).toMatchInlineSnapshot(`
      "E_ENVIRONMENT
        got: no organization
        expected: organization, from a flag or from the job's environment
        fix: give --organization NAME, or --api-url for a server
      E_ENVIRONMENT
        got: no project
        expected: project, from a flag or from the job's environment
        fix: give --project NAME
      E_ENVIRONMENT
        got: no repository
        expected: repository, from a flag or from the job's environment
        fix: give --repository ID or name
      E_ENVIRONMENT
        got: no pull request number
        expected: pull request number, from a flag or from the job's environment
        fix: give --pull N, or run as a branch policy build
      E_ENVIRONMENT
        got: no token in SYSTEM_ACCESSTOKEN or AZURE_DEVOPS_EXT_PAT
        expected: a token, from the environment only
        fix: map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the step
      "
    `));
  test('bitbucket', async () =>
    expect(await missing('bitbucket')).toMatchInlineSnapshot(`
      "E_ENVIRONMENT
        got: no workspace
        expected: workspace, from a flag or from the job's environment
        fix: give --workspace NAME
      E_ENVIRONMENT
        got: no repository
        expected: repository, from a flag or from the job's environment
        fix: give --repository NAME
      E_ENVIRONMENT
        got: no pull request number
        expected: pull request number, from a flag or from the job's environment
        fix: give --pull N, or run in the pull-requests section
      E_ENVIRONMENT
        got: no token in BITBUCKET_TOKEN
        expected: a token, from the environment only
        fix: make a repository access token with pullrequest:write and set BITBUCKET_TOKEN
      "
    `));
});

test.each([
  ['http://git.example.com/api/v3', 'https'],
  ['https://user:secret@git.example.com', 'https'],
  ['ftp://git.example.com', 'https'],
  ['https://git.example.com/?token=secret', 'https'],
  ['git.example.com', 'https'],
])('a token does not go to %s', async (address, word) => {
  const argv = ['comment', 'github', '--body', writeBody(bodyAt(1)), '--repo', 'a/b', '--pull', '1', '--api-url', address];
  const told = await runPost(argv, { GITHUB_TOKEN: 't' });
  expect([told.exitCode, told.err.split('\n')[0]]).toEqual([2, 'E_VALUE']);
  expect(told.err).toContain(word);
  expect(told.err).not.toContain('secret');
});

test.each([['a'], ['a/b/c'], ['../x'], ['x/..'], ['./x'], ['a/b?c'], ['a b/c']])('%s is no repository', async (repo) => {
  const told = await runPost(['comment', 'github', '--body', writeBody(bodyAt(1)), '--repo', repo, '--pull', '1'], {
    GITHUB_TOKEN: 't',
  });
  expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining('expected: OWNER/NAME')]);
});

test.each([
  [['comment', 'github'], "required option '--body <file>' not specified"],
  [['comment', 'github', '--body', 'x', '--behaviour', 'shout'], 'Allowed choices are update, new, hide-and-new, delete-and-new'],
  [['comment', 'github', '--body', 'x', '--pull', '0'], 'It must be a whole number above 0'],
  [['comment', 'gitea', '--body', 'x'], "unknown command 'gitea'"],
  [['comment', 'github', '--body', 'x', '--token', 'y'], "unknown option '--token'"],
])('%j is a wrong command line', async (argv, words) => {
  const told = await runPost(argv, {});
  expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining(words)]);
});

test('the proxy of the environment is used, and left out where it says so', async () => {
  const platform = await startGithub();
  const through: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket, head) => {
    through.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  try {
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const argv = ['comment', 'github', '--body', writeBody(bodyAt(1)), ...platform.flags];
    expect(await runPost(argv, { ...platform.environment, http_proxy })).toMatchObject({ exitCode: 0, err: '' });
    expect(new Set(through)).toEqual(new Set([new URL(platform.server.origin).host]));
    const before = through.length;
    expect((await runPost(argv, { ...platform.environment, http_proxy, no_proxy: '127.0.0.1' })).exitCode).toBe(0);
    expect(through.length).toBe(before);
  } finally {
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
    await platform.server.close();
  }
});

describe('how long to wait', () => {
  test('doubles up to half a minute, with half of it by chance', () => {
    expect([1, 2, 3, 4, 5, 6, 9].map((attempt) => delaySeconds(attempt, null, 0))).toEqual([0.5, 1, 2, 4, 8, 15, 15]);
    expect(delaySeconds(9, null, 0.999)).toBeLessThan(30);
  });
  test('never less than asked', () => {
    expect(delaySeconds(1, 90, 0)).toBe(90);
    expect(delaySeconds(1, 90, 0.9)).toBe(90.9);
  });
  test('reads what platforms say', () => {
    expect(askedSeconds(503, { 'retry-after': '12' }, '', 0)).toBe(12);
    expect(askedSeconds(503, { 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, '', 20)).toBe(40);
    expect(askedSeconds(503, { 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, '', 200)).toBe(0);
    expect(askedSeconds(503, { 'retry-after': 'soon' }, '', 0)).toBeNull();
    expect(askedSeconds(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2000000030' }, '', 2e9)).toBe(30);
    expect(askedSeconds(429, { 'ratelimit-reset': '30' }, '', 2e9)).toBe(30);
    expect(askedSeconds(429, { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '2000000030' }, '', 2e9)).toBeNull();
    expect(askedSeconds(502, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2000000030' }, '', 2e9)).toBeNull();
    expect(askedSeconds(403, {}, 'You have exceeded a secondary rate limit', 0)).toBe(60);
  });
  test('tells a limit from a refusal', () => {
    expect([isRateLimit(429, {}, ''), isRateLimit(403, {}, ''), isRateLimit(403, { 'retry-after': '1' }, '')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(isRateLimit(403, { 'x-ratelimit-remaining': '10' }, 'no access')).toBe(false);
  });
});
