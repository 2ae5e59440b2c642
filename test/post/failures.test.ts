// Everything that goes wrong between here and a platform: no comment twice, none lost, an end in time, a message that helps.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PLATFORMS } from './platforms.ts';
import { asKept, bodyAt, post, runPost, writeBody } from './run-comment.ts';
import { type Call, type Fault, type LocalPlatform, posts, type Reply, startServer, writes } from './server.ts';

const html: Reply = { status: 200, text: '<html>hello</html>', headers: { 'content-type': 'text/html' } };
const reply = (status: number, headers: Record<string, string> = {}, message = 'no'): Fault => ({
  kind: 'reply-before',
  reply: { status, json: { message, error: { message } }, headers },
});

describe.each(PLATFORMS)('%s', (_name, start) => {
  let platform: LocalPlatform;
  beforeEach(async () => {
    platform = await start();
  });
  afterEach(() => platform.server.close());
  const bodies = () => platform.comments().map(({ body }) => body.trimEnd());
  const kept = (body: string) => asKept(platform, body).trimEnd();
  const secret = () => Object.values(platform.environment)[0] as string;
  const expectNoSecret = (text: string) => {
    expect(text).not.toContain(secret());
    expect(text).not.toContain(Buffer.from(`:${secret()}`).toString('base64'));
  };

  test.each(['update', 'new', 'hide-and-new', 'delete-and-new'])(
    '%s: a connection lost after the comment was stored makes no second one',
    async (behaviour) => {
      for (const kind of ['lose-after', 'break-off', 'truncate'] as const) {
        const before = platform.comments().length;
        platform.server.fail({ kind }, posts);
        const told = await post(platform, bodyAt(before + 1, kind), '--behaviour', behaviour);
        expect([told.exitCode, told.err]).toEqual([0, '']);
        expect(bodies().filter((body) => body === kept(bodyAt(before + 1, kind)))).toHaveLength(1);
        expect(told.waits.length).toBeGreaterThan(0);
        // Another key each time, or update would have nothing to post.
        if (behaviour === 'update') {
          expect(platform.comments()).toHaveLength(1);
          await platform.server.close();
          platform = await start();
        }
      }
    },
  );

  test('a connection lost before anything was stored loses nothing', async () => {
    platform.server.fail({ kind: 'lose-before' }, posts);
    platform.server.fail({ kind: 'lose-before' }, posts);
    expect((await post(platform, bodyAt(1))).exitCode).toBe(0);
    expect(bodies()).toEqual([kept(bodyAt(1))]);
  });

  test('an answer that comes too late is looked for, not asked for twice', async () => {
    platform.server.fail({ kind: 'silent-after' }, posts);
    const told = await post(platform, bodyAt(1), '--timeout', '6');
    expect([told.exitCode, bodies()]).toEqual([0, [kept(bodyAt(1))]]);
    expect(platform.server.calls.filter(posts)).toHaveLength(1);
  });

  test('whatever fails a few times, in whatever order, one comment stands in the end', async () => {
    const kinds: readonly Fault[] = [
      { kind: 'lose-before' },
      { kind: 'lose-after' },
      { kind: 'break-off' },
      { kind: 'reply-after', reply: { status: 502, text: 'bad gateway', headers: { 'content-type': 'text/html' } } },
      reply(503),
      reply(500),
      reply(429, { 'retry-after': '2' }),
    ];
    const on: readonly ((call: Call) => boolean)[] = [() => true, posts, writes];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...on)), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('update', 'hide-and-new', 'delete-and-new', 'new'),
        fc.boolean(),
        async (faults, behaviour, earlier) => {
          const fresh = await start();
          try {
            if (earlier) fresh.add(asKept(fresh, bodyAt(1)));
            for (const [fault, when] of faults) fresh.server.fail(fault, when);
            const told = await post(fresh, bodyAt(2), '--behaviour', behaviour);
            expect([told.exitCode, told.err]).toEqual([0, '']);
            const standing = fresh.comments().filter(({ hidden }) => !hidden);
            expect(standing.filter(({ body }) => body.trimEnd() === asKept(fresh, bodyAt(2)).trimEnd())).toHaveLength(1);
            expect(standing).toHaveLength(behaviour === 'new' && earlier ? 2 : 1);
            if (earlier && behaviour === 'hide-and-new') expect(fresh.comments()).toHaveLength(2);
          } finally {
            await fresh.server.close();
          }
        },
      ),
      { numRuns: 40, seed: 8 },
    );
  });

  test('an update that failed is decided anew: what a newer run wrote meanwhile stays', async () => {
    platform.add(asKept(platform, bodyAt(1)));
    // The write is refused for the moment; before it is tried again, a newer run comes through.
    platform.server.fail(reply(503, { 'retry-after': '3' }), ({ method }) => /PATCH|PUT/.test(method));
    const older = runPost(
      ['comment', platform.name, '--body', writeBody(bodyAt(2)), ...platform.flags],
      platform.environment,
      1 / 10,
    );
    await new Promise((done) => setTimeout(done, 150));
    await post(platform, bodyAt(9));
    expect((await older).out).toMatch(/^left a newer one on /);
    expect(bodies()).toEqual([kept(bodyAt(9))]);
  });

  test('Retry-After is kept to, as seconds and as a date', async () => {
    platform.server.fail(reply(429, { 'retry-after': '7' }));
    platform.server.fail(reply(503, { 'retry-after': 'Mon, 23 Nov 2026 10:00:40 GMT' }));
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, bodies()]).toEqual([0, [kept(bodyAt(1))]]);
    expect(told.waits[0]).toBeGreaterThanOrEqual(7);
    // The clock stood at 10:00:07.5 by then.
    expect(told.waits[1]).toBeGreaterThanOrEqual(32.5);
    expect(told.waits[1]).toBeLessThan(34);
  });

  test('a wait beyond the time there is ends the run at once, with nothing written', async () => {
    platform.server.fail(reply(429, { 'retry-after': '3600' }, 'slow down'));
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, told.out, told.waits]).toEqual([5, '', []]);
    expect(told.err).toMatch(/^E_UNREACHABLE\n {2}got: .* answered 429: slow down\n {2}expected: .*\n {2}fix: .*\n$/);
    expect(platform.comments()).toEqual([]);
  });

  test('a platform that stays down is asked a few times with growing waits, then told', async () => {
    for (let count = 0; count < 20; count += 1) platform.server.fail(reply(502));
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, told.out]).toEqual([5, '']);
    expect(platform.server.calls).toHaveLength(6);
    expect(told.waits).toEqual([0.75, 1.5, 3, 6, 12]);
  });

  test.each([
    [401, 2, /that is valid/],
    [403, 2, /that may do this/],
    [404, 2, /check the repository and number/],
    [400, 2, /E_REFUSED/],
    [422, 2, /E_REFUSED/],
  ])('%i is refused with exit code %i and no second try', async (status, exitCode, words) => {
    platform.server.fail(reply(status, {}, `no\n\u001b[31m way, ${secret()}`));
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, told.out]).toEqual([exitCode, '']);
    expect(told.err).toMatch(words);
    expect(told.err).toContain(`answered ${status}: no [31m way, …`);
    expectNoSecret(told.err);
    expect(platform.server.calls).toHaveLength(1);
  });

  test('a wrong token is said to be wrong, and shown nowhere', async () => {
    const [variable] = Object.keys(platform.environment) as [string];
    const argv = ['comment', platform.name, '--body', writeBody(bodyAt(1)), ...platform.flags];
    const told = await runPost(argv, { [variable]: 'wrongwrongwrong' });
    expect([told.exitCode, told.out]).toEqual([2, '']);
    expect(told.err).toContain(`a token in ${variable} that is valid`);
    expect(told.err).not.toContain('wrongwrongwrong');
    const odd = await runPost(argv, { [variable]: 'two\nlines' });
    expect([odd.exitCode, odd.err.split('\n')[0]]).toEqual([2, 'E_VALUE']);
    expect(odd.err).not.toContain('lines');
    const none = await runPost(argv, {});
    expect([none.exitCode, none.err.split('\n')[0]]).toEqual([2, 'E_ENVIRONMENT']);
    expect(none.err).toContain(variable);
  });

  test('answers that are none end with exit code 5', async () => {
    platform.server.fail({ kind: 'reply-before', reply: html });
    const page = await post(platform, bodyAt(1));
    expect([page.exitCode, page.err]).toEqual([5, expect.stringContaining('answered text/html instead of JSON')]);
    platform.server.fail({ kind: 'reply-before', reply: { status: 200, json: { surprise: 1 } } });
    expect((await post(platform, bodyAt(1))).err).toContain('answered JSON of another form');
    for (let count = 0; count < 6; count += 1) platform.server.fail({ kind: 'truncate' });
    const cut = await post(platform, bodyAt(1));
    expect([cut.exitCode, cut.err]).toEqual([5, expect.stringContaining('answered JSON that breaks off')]);
    expect(platform.comments()).toEqual([]);
  });

  test('an answer without end is not read to the end', async () => {
    const text = `[${' '.repeat(50 * 1024 * 1024)}]`;
    platform.server.fail({ kind: 'reply-before', reply: { status: 200, text, headers: { 'content-type': 'application/json' } } });
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, told.err]).toEqual([5, expect.stringContaining('sent more than 48 MiB')]);
  });

  test('the token goes to no other server: neither by redirect nor by page', async () => {
    const thief = await startServer(() => ({ status: 200, json: [] }));
    try {
      for (const status of [301, 302, 307]) {
        platform.server.fail({ kind: 'reply-before', reply: { status, headers: { location: `${thief.origin}/in` } } });
        const told = await post(platform, bodyAt(1));
        expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining('the token was not sent there')]);
      }
      if (platform.name === 'github' || platform.name === 'bitbucket') {
        const json = platform.name === 'bitbucket' ? { values: [], next: `${thief.origin}/2` } : [];
        platform.server.fail({
          kind: 'reply-before',
          reply: { status: 200, json, headers: { link: `<${thief.origin}/2>; rel="next"` } },
        });
        expect((await post(platform, bodyAt(1))).exitCode).toBe(2);
      }
      expect(thief.calls).toEqual([]);
      // On the same server a redirect of a read is followed.
      const [read] = platform.server.calls;
      platform.server.fail({
        kind: 'reply-before',
        reply: { status: 302, headers: { location: `${read?.url.pathname}${read?.url.search}` } },
      });
      expect((await post(platform, bodyAt(1))).exitCode).toBe(0);
    } finally {
      await thief.close();
    }
  });

  test('no server at all is told, with what was tried', async () => {
    await platform.server.close();
    const told = await post(platform, bodyAt(1));
    expect([told.exitCode, told.out]).toEqual([5, '']);
    expect(told.err).toContain('could not be reached: ECONNREFUSED');
    expect(told.waits).toHaveLength(5);
  });

  test('a body that is too long, or no body of ours, is refused before anything is asked', async () => {
    const long = bodyAt(1, 'x'.repeat(1_040_000));
    const told = await post(platform, long);
    if (platform.name !== 'bitbucket') expect([told.exitCode, told.err.split(' ')[0]]).toEqual([2, 'E_FILE_TOO_LARGE']);
    const calls = platform.name === 'bitbucket' ? platform.server.calls.length : 0;
    for (const text of ['### no tag\n', `\n${bodyAt(1)}`, `> ${bodyAt(1)}`]) {
      const refused = await post(platform, text);
      expect([refused.exitCode, refused.err]).toEqual([2, expect.stringContaining(':1\n  got: a first line that is not')]);
    }
    expect(platform.server.calls).toHaveLength(calls);
  });
});
