// seekstack init: from flags, from a person at a terminal, and what it refuses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { listAll, makeFolder, put, runCli } from './recording.ts';

const LATENCY = ['--ttft', 'p95 <= 2s', '--tpot', 'p95 <= 50ms'];
const BUDGET = ['--monthly', 'USD 120k', '--term', '3y'];
const FLAGS = {
  users: ['--use', 'chat', '--users', '1200', '--active-at-peak', '15%', ...LATENCY, ...BUDGET],
  requestsPerSecond: ['--use', 'rag', '--requests-per-second', '0.4', ...LATENCY, ...BUDGET],
  concurrency: ['--use', 'agent', '--concurrency', '10', ...LATENCY, ...BUDGET],
  tokensPerDay: ['--use', 'batch', '--tokens-per-day', '200M', '--monthly', 'unlimited', '--term', 'none'],
};

test.each(Object.entries(FLAGS))(
  'from flags, demand as %s: the file plans',
  async (kind, flags) => {
    const path = join(makeFolder(), 'team-chat.yaml');
    const told = await runCli(['init', path, '--model', 'deepseek-v3.2', ...flags]);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    expect(told.out).toContain(`Next: seekstack plan ${path}`);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^demand:\\n {2}${kind}: [\\d.]+M?$`, 'm'));
    const planned = await runCli(['plan', path, '--format', 'json']);
    expect([planned.exitCode, JSON.parse(planned.out)]).toEqual([0, expect.objectContaining({ name: 'team-chat' })]);
  },
  120_000,
);

test('a file that is there is left alone', async () => {
  const path = put(makeFolder(), 'w.yaml', 'mine');
  const told = await runCli(['init', path, '--model', 'deepseek-v3.2', ...FLAGS.users]);
  expect([told.exitCode, told.err.split(' ')[0], readFileSync(path, 'utf8')]).toEqual([2, 'E_OUT_CONFLICT', 'mine']);
});

test('without a terminal, every missing flag is named at once', async () => {
  const folder = makeFolder();
  const told = await runCli(['init', join(folder, 'w.yaml'), '--use', 'chat', '--term', '3y']);
  expect([told.exitCode, told.out, listAll(folder)]).toEqual([2, '', []]);
  expect(told.err).toBe(`E_ENVIRONMENT  --model --users --active-at-peak --ttft --tpot --monthly
  got: no such flags, and no terminal to ask at
  expected: five things: model, use, demand, latency, budget
  fix: give the flags, or run it at a terminal; "seekstack init --help" shows a whole line
`);
});

test('a wrong answer is told by its flag, and nothing is written', async () => {
  const folder = makeFolder();
  const init = (...flags: string[]) => runCli(['init', join(folder, 'w.yaml'), ...flags]);
  const wrong = FLAGS.users.with(FLAGS.users.indexOf('USD 120k'), '120k');
  const told = await init('--model', 'deepseek-v3.2', ...wrong);
  expect([told.exitCode, told.err.split('\n').slice(0, 2)]).toEqual([2, ['E_VALUE  --monthly', '  got: "120k"']]);
  const unknown = await init('--model', 'deepseek-v3.22', ...FLAGS.users);
  expect([unknown.exitCode, unknown.err]).toEqual([2, expect.stringContaining('did you mean deepseek-v3.2?')]);
  const two = await init('--model', 'deepseek-v3.2', ...FLAGS.users, '--concurrency', '3');
  expect([two.exitCode, two.err]).toEqual([2, expect.stringContaining('found users and concurrency')]);
  expect(listAll(folder)).toEqual([]);
});

/** A person who types the next answer whenever a new question has been drawn. */
function person(answers: readonly (readonly [question: string, keys: string])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input, isRaw: false });
  let drawn = '';
  let next = 0;
  const output = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        drawn += String(chunk);
        const answer = answers[next];
        if (answer !== undefined && drawn.includes(answer[0])) {
          next += 1;
          drawn = '';
          setTimeout(() => input.write(answer[1]), 30);
        }
        done();
      },
    }),
    { isTTY: true, columns: 100, rows: 40 },
  );
  return { terminal: { input, output } as never, asked: () => next };
}

const ENTER = '\r';

test('at a terminal, five questions make the same file as flags do', async () => {
  const folder = makeFolder();
  const { terminal, asked } = person([
    ['1/5', `deepseek-v3.1-t${ENTER}`],
    ['2/5', `\u001b[B${ENTER}`],
    ['what do you know', ENTER],
    ['how many people', `900${ENTER}`],
    ['share of them', `20%${ENTER}`],
    ['first token', `p90 <= 3s${ENTER}`],
    ['each token', `60ms${ENTER}`],
    ['all costs', `EUR 90k${ENTER}`],
    ['commit', `1y${ENTER}`],
  ]);
  const told = await runCli(['init', join(folder, 'a.yaml')], { terminal });
  expect([told.exitCode, told.err, asked()]).toEqual([0, '', 9]);
  const flags = '--model deepseek-v3.1-terminus --use agent --users 900 --active-at-peak 20% --tpot 60ms --term 1y'.split(' ');
  const use = /^use: (\w+)$/m.exec(readFileSync(join(folder, 'a.yaml'), 'utf8'))?.[1] as string;
  flags[3] = use;
  await runCli(['init', join(folder, 'b.yaml'), ...flags, '--ttft', 'p90 <= 3s', '--monthly', 'EUR 90k']);
  const text = (name: string) => readFileSync(join(folder, name), 'utf8').replace(/^#name: .*$/m, '');
  expect(text('a.yaml')).toBe(text('b.yaml'));
});

test('at a terminal, only what no flag gave is asked, and a wrong answer is told at once', async () => {
  const path = join(makeFolder(), 'w.yaml');
  const flags = FLAGS.users.filter((word) => word !== '--term' && word !== '3y');
  const { terminal, asked } = person([
    ['commit', `soon${ENTER}`],
    ['must be "none", or a term', `\u007f\u007f\u007f\u007f2y${ENTER}`],
  ]);
  const told = await runCli(['init', path, '--model', 'deepseek-v3.2', ...flags], { terminal });
  expect([told.exitCode, asked()]).toEqual([0, 2]);
  expect(readFileSync(path, 'utf8')).toContain('term: 2y');
});

test('who presses Ctrl-C leaves nothing behind', async () => {
  const path = join(makeFolder(), 'w.yaml');
  const { terminal } = person([['1/5', '\u0003']]);
  const told = await runCli(['init', path], { terminal });
  expect([told.exitCode, told.err, existsSync(path)]).toEqual([2, 'cancelled; nothing was written\n', false]);
});
