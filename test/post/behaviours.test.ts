// Each behaviour on each platform: what stands afterwards, what was left alone, how often something was written.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PLATFORMS } from './platforms.ts';
import { asKept, bodyAt, post, runPost, writeBody } from './run-comment.ts';
import { type LocalPlatform, writes } from './server.ts';

describe.each(PLATFORMS)('%s', (_name, start) => {
  let platform: LocalPlatform;
  beforeEach(async () => {
    platform = await start(20);
  });
  afterEach(() => platform.server.close());
  const ours = () => platform.comments().filter(({ author }) => author === 'us');
  const bodies = () => ours().map(({ body }) => body.trimEnd());
  const kept = (body: string) => asKept(platform, body).trimEnd();
  const counted = () => platform.server.calls.filter(writes).length;

  test('update: created, left alone when nothing changed, updated in place, never by an older run', async () => {
    const first = await post(platform, bodyAt(1));
    expect([first.exitCode, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/^created on /);
    expect(bodies()).toEqual([kept(bodyAt(1))]);
    const [created] = ours();

    const writesBefore = counted();
    expect((await post(platform, bodyAt(1))).out).toMatch(/^unchanged on /);
    expect(counted()).toBe(writesBefore);

    expect((await post(platform, bodyAt(5))).out).toMatch(/^updated on /);
    expect(ours().map(({ id }) => id)).toEqual([created?.id]);
    expect(bodies()).toEqual([kept(bodyAt(5))]);

    const before = counted();
    const older = await post(platform, bodyAt(4));
    expect([older.exitCode, older.out.slice(0, 17)]).toEqual([0, 'left a newer one ']);
    expect([bodies(), counted()]).toEqual([[kept(bodyAt(5))], before]);
    // The same instant is the same run again: it may correct itself.
    expect((await post(platform, bodyAt(5, 'corrected'))).out).toMatch(/^updated on /);
    expect(bodies()).toEqual([kept(bodyAt(5, 'corrected'))]);
  });

  test('new: earlier ones stay, the same text is not said twice, an older run stays silent', async () => {
    for (const minute of [1, 2, 2, 1]) expect((await post(platform, bodyAt(minute), '--behaviour', 'new')).exitCode).toBe(0);
    expect(bodies()).toEqual([kept(bodyAt(1)), kept(bodyAt(2))]);
  });

  test('hide-and-new: the new one stands, earlier ones are hidden with their text', async () => {
    await post(platform, bodyAt(1));
    const told = await post(platform, bodyAt(2), '--behaviour', 'hide-and-new');
    expect(told.out).toMatch(/^created, 1 earlier hidden on /);
    expect(ours().map(({ hidden }) => hidden)).toEqual([true, false]);
    expect(bodies()[1]).toBe(kept(bodyAt(2)));
    expect(bodies()[0]).toContain('the plan of minute 1');
    // A hidden one is history: an update neither writes to it nor takes it away.
    await post(platform, bodyAt(3));
    expect(ours().map(({ hidden }) => hidden)).toEqual([true, false]);
    expect(bodies()[1]).toBe(kept(bodyAt(3)));
    expect((await post(platform, bodyAt(2), '--behaviour', 'hide-and-new')).out).toMatch(/^left a newer one on /);
    expect((await post(platform, bodyAt(3), '--behaviour', 'hide-and-new')).out).toMatch(/^unchanged on /);
    expect(ours()).toHaveLength(2);
  });

  test('delete-and-new: the new one stands, earlier ones are gone', async () => {
    await post(platform, bodyAt(1));
    await post(platform, bodyAt(2), '--behaviour', 'new');
    const [first] = ours();
    expect((await post(platform, bodyAt(3), '--behaviour', 'delete-and-new')).out).toMatch(/^created, 2 earlier removed on /);
    expect(bodies()).toEqual([kept(bodyAt(3))]);
    expect(ours()[0]?.id).not.toBe(first?.id);
    expect((await post(platform, bodyAt(2), '--behaviour', 'delete-and-new')).out).toMatch(/^left a newer one on /);
    expect(bodies()).toEqual([kept(bodyAt(3))]);
  });

  test('duplicates become one: the oldest, with the newest text, whichever run mends them', async () => {
    for (const minute of [3, 7, 5]) platform.add(asKept(platform, bodyAt(minute)));
    const [oldest] = ours();
    const told = await post(platform, bodyAt(4));
    expect(told.out).toMatch(/^left a newer one, 2 earlier removed on /);
    expect(ours().map(({ id }) => id)).toEqual([oldest?.id]);
    expect(bodies()).toEqual([kept(bodyAt(7))]);
  });

  test.each(['update', 'new', 'hide-and-new', 'delete-and-new'])(
    '%s: comments of others and of other keys stay as they are',
    async (behaviour) => {
      const others = [
        platform.add(asKept(platform, bodyAt(1)), 'other'),
        platform.add(`> ${asKept(platform, bodyAt(2)).replaceAll('\n', '\n> ')}\n\nWhy so dear?`, 'other'),
        platform.add(`see\n${asKept(platform, bodyAt(2))}`),
        platform.add(asKept(platform, bodyAt(9, 'another plan', 'rag'))),
        platform.add('Looks good to me', 'other'),
      ];
      const before = platform.comments();
      await post(platform, bodyAt(3));
      await post(platform, bodyAt(4), '--behaviour', behaviour);
      expect(platform.comments().filter(({ id }) => others.includes(id))).toEqual(before);
      expect(bodies().filter((body) => body === kept(bodyAt(4)))).toHaveLength(1);
    },
  );

  test('ours is found on whichever page it is', async () => {
    for (let count = 0; count < 45; count += 1) platform.add(`remark ${count}`, 'other');
    const mine = platform.add(asKept(platform, bodyAt(1)));
    for (let count = 0; count < 30; count += 1) platform.add(`answer ${count}`, 'other');
    expect((await post(platform, bodyAt(2))).out).toMatch(/^updated on /);
    expect(ours().map(({ id }) => id)).toEqual([mine]);
    expect(bodies()).toEqual([kept(bodyAt(2))]);
  });

  test('a dry run looks and tells, and writes nothing', async () => {
    const dry = (minute: number, ...more: string[]) => post(platform, bodyAt(minute), '--dry-run', ...more);
    expect((await dry(2)).out).toMatch(/^dry run, nothing written: created on /);
    platform.add(asKept(platform, bodyAt(2)));
    expect((await dry(2)).out).toMatch(/^dry run, nothing written: unchanged on /);
    expect((await dry(3)).out).toMatch(/^dry run, nothing written: updated on /);
    expect((await dry(1)).out).toMatch(/^dry run, nothing written: left a newer one on /);
    expect((await dry(3, '--behaviour', 'hide-and-new')).out).toMatch(/^dry run, nothing written: created, 1 earlier hidden on /);
    expect((await dry(3, '--behaviour', 'new')).out).toMatch(/^dry run, nothing written: created on /);
    expect(counted()).toBe(0);
  });

  test('a comment that somebody deletes between look and write is made anew', async () => {
    platform.add(asKept(platform, bodyAt(1)));
    platform.server.fail({ kind: 'reply-before', reply: { status: 404, json: { message: 'Not Found' } } }, (call) =>
      /PATCH|PUT/.test(call.method),
    );
    expect((await post(platform, bodyAt(2))).exitCode).toBe(0);
    expect(bodies()).toEqual([kept(bodyAt(2))]);
  });

  test('runs at the same time end with one comment that says the newest', async () => {
    platform.server.latencyMs = 15;
    for (let repeat = 0; repeat < 3; repeat += 1) {
      const minutes = [1, 2, 3, 4].map((minute) => minute + repeat * 4);
      const told = await Promise.all(
        minutes.map((minute) =>
          runPost(
            ['comment', platform.name, '--body', writeBody(bodyAt(minute)), ...platform.flags],
            platform.environment,
            1 / 8,
          ),
        ),
      );
      expect(told.map(({ exitCode, err }) => [exitCode, err])).toEqual(told.map(() => [0, '']));
      expect(bodies()).toEqual([kept(bodyAt(4 + repeat * 4))]);
    }
  });
});
