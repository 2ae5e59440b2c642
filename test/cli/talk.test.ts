// Talk: what is said where. Results go to standard output, everything else to standard error.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { planSchema } from '../../src/documents/plan.ts';
import { exampleNames, examplePath, infeasibleWorkload, listAll, makeFolder, put, root, runCli } from './recording.ts';

const formats = ['table', 'json', 'md', 'csv'] as const;

describe('without a command', () => {
  test('the help is shown, as an error', async () => {
    const told = await runCli([]);
    expect([told.exitCode, told.out]).toEqual([2, '']);
    expect(told.err).toMatch(/^Usage: seekstack /);
  });

  test('a command that is none is refused with the nearest one', async () => {
    const told = await runCli(['plna', 'x.yaml']);
    expect(told).toEqual({ exitCode: 2, out: '', err: "E_USAGE  unknown command 'plna'\n(Did you mean plan?)\n" });
  });

  test('one argument too many is refused', async () => {
    expect(await runCli(['doctor', 'me'])).toMatchObject({ exitCode: 2, out: '' });
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  test('the help names every command, example and exit code', async () => {
    const told = await runCli(['--help']);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    for (const word of ['plan', 'emit', 'models', 'catalog', 'doctor', 'Example:', 'Exit codes:'])
      expect(told.out).toContain(word);
    for (const code of ['0 ok', '2 invalid', '3 no feasible', '4 a threshold', '5 data', '70 our bug'])
      expect(told.out).toContain(code);
  });

  test('the help of catalog names its commands', async () => {
    const told = await runCli(['catalog', '--help']);
    expect(told.exitCode).toBe(0);
    for (const word of ['list', 'show', 'check']) expect(told.out).toContain(word);
  });
});

describe('plan', () => {
  test.each(formats)('as %s keeps talk and result apart', async (format) => {
    const folder = makeFolder();
    const path = join(folder, 'plan.json');
    const told = await runCli(['plan', examplePath('code'), '--format', format, '-o', path]);
    expect(told.exitCode).toBe(0);
    expect(told.err).toBe(`wrote ${path}\n`);
    expect(told.out.endsWith('\n')).toBe(true);
    expect(told.out).not.toMatch(/wrote|undefined|NaN|\[object/);
    expect(told.out).not.toContain('\u001b');
    expect(listAll(folder)).toEqual(['plan.json']);
  });

  test.each(exampleNames)('of %s is told alike in every format', async (name) => {
    const told = await Promise.all(formats.map((format) => runCli(['plan', examplePath(name), '--format', format])));
    expect(told.map(({ exitCode, err }) => [exitCode, err])).toEqual(formats.map(() => [0, '']));
    const [table, json, markdown, csv] = told.map(({ out }) => out) as [string, string, string, string];
    const plan = planSchema.parse(JSON.parse(json));
    expect(table.replaceAll(/\s+/g, ' ')).toContain(plan.verdict.sentence);
    expect(table).toContain(plan.verdict.winner as string);
    expect(markdown.replaceAll('\\', '')).toContain(plan.verdict.sentence);
    expect(csv).toContain(plan.verdict.winner as string);
    expect(plan.name).toBe(name);
  });

  test('of an infeasible workload is printed and written in full, and ends with 3', async () => {
    const folder = makeFolder();
    const workload = put(folder, 'w.yaml', infeasibleWorkload);
    for (const format of formats) {
      const path = join(folder, `${format}.json`);
      const told = await runCli(['plan', workload, '--format', format, '-o', path]);
      expect([told.exitCode, told.err]).toEqual([3, `wrote ${path}\n`]);
      expect(told.out.length).toBeGreaterThan(100);
      const plan = planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      expect(plan.verdict).toMatchObject({ feasible: false, winner: null, nearestMiss: { relax: expect.any(String) } });
      if (format === 'table') expect(told.out).not.toContain('Next:');
    }
  });

  test('suggests to emit the very file it wrote, in words a shell takes', async () => {
    const folder = makeFolder();
    for (const [name, word] of [
      ['plan.json', `${folder}/plan.json`],
      ["Per's plan $1.json", `'${folder}/Per'\\''s plan $1.json'`],
    ] as const) {
      const { out } = await runCli(['plan', examplePath('chat'), '-o', join(folder, name)]);
      expect(out).toContain(`Next: seekstack emit ${word} --out chat-stack\n`);
    }
  });

  test('does not write the plan over the workload it was made from', async () => {
    const folder = makeFolder();
    const path = put(folder, 'w.yaml', infeasibleWorkload);
    const told = await runCli(['plan', path, '-o', `${folder}/../${basename(folder)}/w.yaml`]);
    expect([told.exitCode, told.out]).toEqual([2, '']);
    expect(told.err).toMatch(/^E_OUT_CONFLICT {2}.*\n {2}got: the workload file itself\n/);
    expect(readFileSync(path, 'utf8')).toBe(infeasibleWorkload);
  });

  test('takes its name from the file, made fit for a resource', async () => {
    const folder = makeFolder();
    const text = readFileSync(examplePath('cpu-team'), 'utf8');
    for (const [file, name] of [
      ['My Chat (v2).yaml', 'my-chat-v2'],
      ['42.yml', 'workload'],
      ['2nd-try.yaml', 'nd-try'],
      [`${'long-'.repeat(12)}name.yaml`, 'long-long-long-long-long-long-lo'],
    ] as const) {
      const { out } = await runCli(['plan', put(folder, file, text), '--format', 'json']);
      expect([file, (JSON.parse(out) as { name: string }).name]).toEqual([file, name]);
    }
  });

  test('shows its progress only to a terminal, only when it takes long, and not in the result', async () => {
    let now = 0;
    const slow = () => {
      now += 0.2;
      return now;
    };
    const live = await runCli(['plan', examplePath('chat')], { liveTalk: true, nowSeconds: slow });
    expect(live.err).toMatch(/^\rsizing machine \d+ of (\d+)[\s\S]*\rsizing machine \1 of \1\n$/);
    expect((await runCli(['plan', examplePath('chat')], { liveTalk: false, nowSeconds: slow })).err).toBe('');
    expect((await runCli(['plan', examplePath('chat')], { liveTalk: true })).err).toBe('');
    expect(live.out).toBe((await runCli(['plan', examplePath('chat')])).out);
  });

  test('is coloured in a terminal only, and alike without its colours', async () => {
    const plain = await runCli(['plan', examplePath('chat')]);
    const coloured = await runCli(['plan', examplePath('chat')], { colour: true });
    expect(coloured.out).toContain('\u001b[');
    expect(coloured.out.replaceAll(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '')).toBe(plain.out);
    for (const argv of [
      ['--no-color', 'plan', examplePath('chat')],
      ['plan', examplePath('chat'), '--no-color'],
    ])
      expect(await runCli(argv, { colour: true })).toEqual(plain);
    for (const format of ['json', 'md', 'csv'])
      expect((await runCli(['plan', examplePath('chat'), '--format', format], { colour: true })).out).not.toContain('\u001b');
  });
});

describe('emit', () => {
  test('tells what it put where, what it costs, and what comes next', async () => {
    const folder = makeFolder();
    const path = join(folder, 'plan.json');
    const out = join(folder, 'out');
    await runCli(['plan', examplePath('chat'), '-o', path]);
    const told = await runCli(['emit', path, '--out', out, '--provider', 'azure']);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    expect(told.out).toMatch(
      /^\S+: \d+ × Standard_\S+ in \w+, USD [\d.,]+ an hour, USD [\d,]+ a month\n\d+ files added, 0 updated, 0 removed, 0 as they were\nNext: read \S+README\.md\n$/,
    );
    const again = await runCli(['emit', path, '--out', out, '--provider', 'azure']);
    expect(again.out).toMatch(/\n0 files added, 0 updated, 0 removed, \d+ as they were\n/);
  });

  test('without a choice emits the winner', async () => {
    const folder = makeFolder();
    const path = join(folder, 'plan.json');
    await runCli(['plan', examplePath('chat'), '-o', path]);
    await runCli(['emit', path, '--out', join(folder, 'out')]);
    const plan = JSON.parse(readFileSync(path, 'utf8')) as { verdict: { winner: string } };
    const deployment = JSON.parse(readFileSync(join(folder, 'out/deployment.json'), 'utf8')) as { optionId: string };
    expect(deployment.optionId).toBe(plan.verdict.winner);
  });
});

describe('catalogue', () => {
  test('show prints every source that its facts name, and is YAML', async () => {
    const { out } = await runCli(['catalog', 'show', 'h200-sxm']);
    const shown = parse(out) as { entries: object[]; sources: Record<string, { title: string; asOf: string }> };
    const named = [...JSON.stringify(shown.entries).matchAll(/"source":"([^"]+)"/g)].map((match) => match[1] as string);
    expect(Object.keys(shown.sources).sort()).toEqual([...new Set(named)].sort());
    for (const source of Object.values(shown.sources))
      expect(source).toMatchObject({ title: expect.any(String), asOf: expect.any(String) });
  });

  test('show of an instance has its prices', async () => {
    const { out } = await runCli(['catalog', 'show', 'p5.48xlarge']);
    expect((parse(out) as { prices: object[] }).prices.length).toBeGreaterThan(0);
  });

  test('check counts what is there, and says that ages were not checked', async () => {
    const told = await runCli(['catalog', 'check']);
    expect([told.exitCode, told.err]).toEqual([0, "ages not checked; give --as-of with today's date\n"]);
    expect(told.out).toMatch(/: \d+ files, \d+ models, \d+ machines, \d+ prices, \d+ tariffs\n\d+ sources: /);
  });

  test('check with a generous limit finds every price young enough', async () => {
    const told = await runCli(['catalog', 'check', '--as-of', '2026-11-23', '--max-age-days', '4000']);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    expect(told.out).toContain('all prices are at most 4000 days old on 2026-11-23');
  });
});

describe('doctor', () => {
  test('tells each finding on a line of its own', async () => {
    const told = await runCli(['doctor']);
    expect([told.exitCode, told.err]).toEqual([0, '']);
    expect(told.out).toMatch(/^✔ Node 20\.20\.2 .*\n✔ catalogue: \d+ files, 0 loose ends, .*\n✔ stacks: \d+ files to emit\n/);
  });

  test('of a Node too old ends with 5', async () => {
    const told = await runCli(['doctor'], { nodeVersion: '18.20.0' });
    expect(told.exitCode).toBe(5);
    expect(told.out).toMatch(/^✘ Node 18\.20\.0 \(20 or newer is needed\)\n/);
  });
});
