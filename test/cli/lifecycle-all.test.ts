// bench all, with stand-ins for the cloud and for the run: what it refuses before anything is paid for, what it waits for, and that
// whatever happens to the run nothing is left.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AllMeans, type RunWords, runAll } from '../../src/cli/commands/bench/all.ts';
import type { Io } from '../../src/cli/io.ts';
import { SeekstackError } from '../../src/errors.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { cdk, DOWN, planScenes, type Scene, scene } from './lifecycle-scene.ts';
import { listAll, put } from './recording.ts';

beforeAll(planScenes, 60_000);

interface Told {
  /** Exit code, or what was thrown. */
  readonly ended: unknown;
  readonly err: string;
}

const answers: AllMeans['look'] = async () => ({ state: 'answers', heard: 'HTTP 200' });

async function all(at: Scene, run: RunWords, words: string[] = [], look = answers, more: object = {}): Promise<Told> {
  let err = '';
  const io: Io = {
    ...at.io,
    environment: at.io.environment ?? {},
    out: () => {},
    err: (text: string) => {
      err += text;
    },
    colour: false,
    liveTalk: false,
    nodeVersion: '20',
    nowSeconds: () => 0,
  };
  const cloud = { provider: 'aws', maxUsd: 600, certificate: 'arn:aws:acm:x' } as const;
  const choices = { ...cloud, ttl: 8, out: at.out, yes: true, ...more };
  const ended = await runAll(join(at.folder, 'plan.json'), words, choices, io, findPackage(), { run, look }).catch(
    (error: unknown) => error,
  );
  return { ended, err };
}

const untouched: RunWords = () => Promise.reject(new Error('nothing was to be run'));
const standing = (at: Scene) => ({ state: at.lease().state, last: cdk(at.log()).slice(-2) });
const gone = { state: 'down', last: DOWN };

describe('the run', () => {
  test('has the address, whom its certificate names, the plan and the key, which is in no argument and no file', async () => {
    const at = scene();
    const seen: unknown[] = [];
    const run: RunWords = async (words, io) => {
      seen.push(words, io.environment.SEEKSTACK_API_KEY, at.lease().state);
      return 0;
    };
    const looked: unknown[] = [];
    const look: AllMeans['look'] = async (asked) => {
      looked.push(asked);
      return { state: 'answers', heard: 'HTTP 200' };
    };
    expect(await all(at, run, ['--rate', '2'], look)).toMatchObject({ ended: 0 });
    const [url, serverName] = ['https://lb.example/v1', 'chat-bench.example.com'];
    expect(seen).toEqual([
      ['bench', 'run', `${at.out}/.seekstack/plan.json`, '--endpoint', url, '--server-name', serverName, '--rate', '2'],
      'sesame-open',
      'up',
    ]);
    expect(looked).toEqual([{ url, serverName, key: 'sesame-open' }]);
    expect(standing(at)).toEqual(gone);
    for (const path of listAll(at.folder).filter((each) => /calls|\.json$/.test(each)))
      expect(readFileSync(join(at.folder, path), 'utf8'), path).not.toContain('sesame');
  });

  test.each([
    ['two words', ['--endpoint', 'http://127.0.0.1:9/v1']],
    ['one', ['--endpoint=http://127.0.0.1:9/v1']],
  ])('goes to an address of your own, in %s, with the key of the stack', async (_how, words) => {
    const at = scene();
    const seen: unknown[] = [];
    const run: RunWords = async (given, io) => {
      seen.push(given.slice(3), io.environment.SEEKSTACK_API_KEY);
      return 0;
    };
    expect(await all(at, run, words)).toMatchObject({ ended: 0 });
    expect(seen).toEqual([words, 'sesame-open']);
    expect(at.log().some((call) => call.includes('describe-certificate'))).toBe(false);
  });

  test('has a key of your own where you name its variable; that of the stack is not asked for', async () => {
    const at = scene({ MY_KEY: 'own' });
    const seen: unknown[] = [];
    const look: AllMeans['look'] = async ({ key }) => {
      seen.push(key);
      return { state: 'answers', heard: '' };
    };
    const run: RunWords = async (_words, io) => {
      seen.push(io.environment.SEEKSTACK_API_KEY);
      return 0;
    };
    expect(await all(at, run, ['--key-variable', 'MY_KEY'], look)).toMatchObject({ ended: 0 });
    expect(seen).toEqual(['own', undefined]);
    expect(at.log().some((call) => call.includes('secretsmanager'))).toBe(false);
  });

  test('that fails, refuses or breaks is followed by the teardown all the same', async () => {
    const refusal = new SeekstackError({ code: 'E_UNREACHABLE', got: 'x', expected: 'y', fix: 'z' });
    const bug = new TypeError('undefined is not a function');
    for (const [run, ended] of [
      [async () => 5, 5],
      [() => Promise.reject(refusal), refusal],
      [() => Promise.reject(bug), bug],
    ] as const) {
      const at = scene();
      expect(await all(at, run)).toMatchObject({ ended });
      expect(standing(at)).toEqual(gone);
    }
  });

  test.each([
    ['Ctrl-C', (at: Scene) => at.interrupt(), 'interrupted'],
    ['the end of its hours', (at: Scene) => at.pass(8), '8 hours are over'],
    ['the end of the money', (at: Scene) => at.pass(11), 'USD 600 are spent'],
  ])('is interrupted by %s, may end in order, and then all is taken down', async (_what, happen, why) => {
    const at = scene();
    let inOrder = false;
    const run: RunWords = (_words, io) =>
      new Promise((resolve) => {
        io.onInterrupt?.(() => {
          setTimeout(() => {
            inOrder = at.lease().state === 'up';
            resolve(0);
          }, 50);
        });
        happen(at);
      });
    const told = await all(at, run);
    expect([told.ended, inOrder]).toEqual([4, true]);
    expect(told.err).toContain(`${why}: chat-bench is taken down`);
    expect(standing(at)).toEqual(gone);
  });

  test('that listens for no interruption yet, and would hang, is not waited for; asked later, it hears at once', async () => {
    const at = scene();
    let heard = 0;
    const run: RunWords = async (_words, io) => {
      at.interrupt();
      await new Promise((resolve) => setTimeout(resolve, 20));
      io.onInterrupt?.(() => {
        heard += 1;
      });
      return new Promise(() => {});
    };
    const told = await all(at, run);
    expect([told.ended, heard]).toEqual([4, 1]);
    expect(standing(at)).toEqual(gone);
  });
});

describe('before the run', () => {
  test('the stack is waited for: its engine answers long after its machines were asked for', async () => {
    const at = scene();
    let looks = 0;
    const look: AllMeans['look'] = async () => {
      looks += 1;
      return looks < 100 ? { state: 'not-yet', heard: 'ECONNREFUSED' } : { state: 'answers', heard: 'HTTP 200' };
    };
    const told = await all(at, async () => 0, [], look);
    expect([told.ended, looks]).toEqual([0, 100]);
    expect(told.err).toMatch(/chat-bench: waits until https:\/\/lb\.example\/v1 answers, \d+ minutes at most/);
  });

  test.each([
    ['never answers', 'not-yet', 'ECONNREFUSED', '--endpoint https://127.0.0.1'],
    ['shows a certificate that is not believed', 'refused', 'ERR_TLS_CERT_ALTNAME_INVALID', '--server-name NAME'],
  ] as const)('one that %s is taken down, and nothing is run', async (_what, state, heard, fix) => {
    const at = scene();
    let looks = 0;
    const look: AllMeans['look'] = async () => {
      looks += 1;
      return { state, heard };
    };
    const { ended } = await all(at, untouched, [], look);
    expect(ended).toBeInstanceOf(SeekstackError);
    expect((ended as SeekstackError).problems[0]).toMatchObject({
      code: 'E_UNREACHABLE',
      got: `https://lb.example/v1: ${heard}`,
      fix: expect.stringContaining(fix),
    });
    expect(looks === 1).toBe(state === 'refused');
    expect(standing(at)).toEqual(gone);
  });

  test('Ctrl-C while it is waited for ends the wait', async () => {
    const at = scene();
    const look: AllMeans['look'] = async () => {
      at.interrupt();
      return { state: 'not-yet', heard: '' };
    };
    expect(await all(at, untouched, [], look)).toMatchObject({ ended: 4 });
    expect(standing(at)).toEqual(gone);
  });

  test('Ctrl-C while its key is read is not lost', async () => {
    const at = scene();
    const written = at.io.environment?.FAKE_LOG ?? '';
    const noticing = setInterval(() => {
      if (existsSync(written) && at.log().some((call) => call.includes('secretsmanager'))) at.interrupt();
    }, 1);
    const told = await all(at, untouched).finally(() => clearInterval(noticing));
    expect(told).toMatchObject({ ended: 4 });
    expect(standing(at)).toEqual(gone);
  });
});

describe('what bench run would refuse', () => {
  test.each([
    ['a flag that it does not know', ['--rat', '2'], "unknown option '--rat'"],
    ['a value that it does not take', ['--rate', 'abc'], 'rates above 0'],
    ['a second plan', ['other.json'], 'too many arguments'],
  ])('%s: it is told before the bill, and nothing is asked of an account', async (_what, words, says) => {
    const at = scene();
    const told = await all(at, untouched, words);
    expect(told.ended).toBeInstanceOf(CommanderError);
    expect(told.err).toContain(says);
    expect([at.log(), existsSync(at.out)]).toEqual([[], false]);
  });

  test.each([
    ['two kinds of load', () => ['--rate', '2', '--search'], 'E_USAGE'],
    ['a run to go on with', () => ['--resume', 'run'], 'E_USAGE'],
    ['a key that is not there', () => ['--key-variable', 'NO_KEY'], 'E_ENVIRONMENT'],
    ['a trace that is not there', () => ['--trace', 'nowhere.csv'], 'E_FILE_MISSING'],
    ['another option than the one brought up', () => ['--option', 'other'], 'E_OPTION_UNKNOWN'],
    [
      'a folder with a run in it',
      ({ folder }: Scene) => {
        put(folder, 'manifest.json', '{}');
        return ['--out', folder];
      },
      'E_OUT_CONFLICT',
    ],
  ])('%s: nothing is asked of an account', async (_what, words, code) => {
    const at = scene();
    const { ended } = await all(at, untouched, words(at));
    expect(ended).toBeInstanceOf(SeekstackError);
    expect((ended as SeekstackError).problems[0]?.code).toBe(code);
    expect([at.log(), existsSync(at.out)]).toEqual([[], false]);
  });
});
