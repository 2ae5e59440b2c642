// seekstack diff from the command line: each exit code, git revisions, projects with hand edits, refusals.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { diffSchema } from '../../src/documents/diff.ts';
import { makeFolder, put, root, runCli, soundWorkload } from './recording.ts';

/** Plans quickly: one machine on each side of the answer. */
const quick = soundWorkload.concat('limits: { machines: [p5.48xlarge, lenovo-h100-8] }\n');
const grown = quick.replace('users: 1200', 'users: 12000');
const catalog = join(root, 'test/golden/catalog');

const diffJson = async (...argv: string[]) => {
  const { exitCode, out, err } = await runCli(['diff', ...argv, '--format', 'json']);
  return { exitCode, err, diff: out === '' ? null : diffSchema.parse(JSON.parse(out)) };
};

async function planned(folder: string, name: string, workload: string, ...more: string[]): Promise<string> {
  const path = join(folder, `${name}.plan.json`);
  const told = await runCli(['plan', put(folder, `${name}.yaml`, workload), '-o', path, ...more]);
  expect([0, 3]).toContain(told.exitCode);
  return path;
}

const policyOf = (guardrail: string) => `schema: seekstack/policy@1\nguardrails:\n  - ${guardrail}\n`;

describe('exit codes', () => {
  test('0 for a change without guardrails, with the absolute figures where nothing changes', async () => {
    const folder = makeFolder();
    const [base, head] = [await planned(folder, 'a', quick), await planned(folder, 'b', grown)];
    expect((await runCli(['diff', base, head])).exitCode).toBe(0);
    const same = await runCli(['diff', base, base]);
    expect(same.exitCode).toBe(0);
    expect(same.out).toMatch(/as before; no change[\s\S]*Cost, USD a month +[\d,]+ +[\d,]+ +±0/);
    expect(same.out).not.toContain('Why');
  });

  test('2 for what is wrong with the input', async () => {
    const folder = makeFolder();
    const base = await planned(folder, 'a', quick);
    expect((await runCli(['diff', base, join(folder, 'gone.yaml')])).exitCode).toBe(2);
    expect((await runCli(['diff', base, put(folder, 'empty.yaml', '')])).exitCode).toBe(2);
    expect((await runCli(['diff', base, base, '--policy', put(folder, 'p.yaml', policyOf('{ id: g }'))])).exitCode).toBe(2);
    expect((await runCli(['diff', base, base, '--format', 'html'])).exitCode).toBe(2);
    expect((await runCli(['diff', base, base, '--today', '2026-02-30'])).exitCode).toBe(2);
    expect((await runCli(['diff', base, base, '--option', 'aws/none'])).exitCode).toBe(2);
    expect((await runCli(['diff', base, base, '-o', base])).exitCode).toBe(2);
  });

  test('3 where nothing serves the newer workload', async () => {
    const folder = makeFolder();
    const { exitCode, diff } = await diffJson(put(folder, 'a.yaml', quick), put(folder, 'b.yaml', quick.replace('50ms', '1ms')));
    expect([exitCode, diff?.verdict, diff?.rows[0]?.after]).toEqual([3, 'infeasible', null]);
  });

  test('4 where a guardrail fails, with the cheapest change that would satisfy it, which does', async () => {
    const folder = makeFolder();
    const [base, head] = [
      await planned(folder, 'a', quick),
      await planned(folder, 'b', quick.replace('3y', '1y').concat('place: { onPremises: excluded }\n')),
    ];
    const policy = put(folder, 'policy.yaml', policyOf('{ id: ceiling, measure: usdPerMonth, max: USD 20k, severity: fail }'));
    const { exitCode, diff } = await diffJson(base, head, '--policy', policy);
    expect([exitCode, diff?.verdict]).toEqual([4, 'guardrail-failed']);
    const [judged] = diff?.guardrails ?? [];
    expect(judged).toMatchObject({
      outcome: 'failed',
      where: { file: policy, line: 3 },
      fix: { change: 'place.onPremises: allowed' },
    });
    expect(judged?.fix?.usdPerMonth).toBeLessThan(20_000);
    // What the fix promises is what a plan with it costs.
    const mended = await planned(folder, 'c', quick.replace('3y', '1y').concat('place: { onPremises: allowed }\n'));
    expect((await diffJson(base, mended)).diff?.rows[0]?.after).toBeCloseTo(judged?.fix?.usdPerMonth ?? 0, 6);
    expect((await runCli(['diff', base, mended, '--policy', policy])).exitCode).toBe(0);
    // A warning is told and lets pass; so does an acknowledgement, until it ends.
    expect(
      (
        await runCli([
          'diff',
          base,
          head,
          '--policy',
          put(folder, 'w.yaml', readFileSync(policy, 'utf8').replace('fail', 'warn')),
        ])
      ).exitCode,
    ).toBe(0);
    const acknowledged = put(
      folder,
      'k.yaml',
      `${readFileSync(policy, 'utf8')}acknowledgements:\n  - { guardrail: ceiling, reason: a pilot of two weeks, until: 2027-01-31 }\n`,
    );
    expect((await runCli(['diff', base, head, '--policy', acknowledged])).exitCode).toBe(0);
    expect((await runCli(['diff', base, head, '--policy', acknowledged, '--today', '2027-02-01'])).exitCode).toBe(4);
  });

  test('5 where a machine that had a price has none any more, and no total', async () => {
    const folder = makeFolder();
    const spoilt = join(folder, 'catalog');
    cpSync(catalog, spoilt, { recursive: true });
    const prices = join(spoilt, 'prices-aws.yaml');
    const content = parse(readFileSync(prices, 'utf8')) as { instances: { instance: string }[] };
    const instances = content.instances.filter((each) => each.instance !== 'p5.48xlarge');
    expect(instances.length).toBeLessThan(content.instances.length);
    writeFileSync(prices, stringify({ ...content, instances }));
    const workload = quick.replace('deepseek-v3.2', 'deepseek-r1').replace(', lenovo-h100-8', ', hgx-h200-8');
    const base = await planned(folder, 'a', workload, '--catalog', catalog);
    const { exitCode, diff } = await diffJson(base, put(folder, 'b.yaml', workload), '--catalog', spoilt);
    expect([exitCode, diff?.verdict]).toEqual([5, 'incomplete']);
    expect(diff?.head.missing).toMatchObject([
      { what: 'p5.48xlarge', reason: 'no price was found for p5.48xlarge in any region' },
    ]);
    for (const id of ['usdPerMonth', 'usdPerMillionOutputTokens', 'capexUsd'])
      expect(diff?.rows.find((row) => row.id === id)?.after).toBeNull();
    expect(diff?.attribution.usdPerMonth).toBeNull();
  });

  test('6 for a change, only where it was asked for', async () => {
    const folder = makeFolder();
    const [base, head] = [await planned(folder, 'a', quick), await planned(folder, 'b', grown)];
    expect((await runCli(['diff', base, head, '--detailed-exitcode'])).exitCode).toBe(6);
    expect((await runCli(['diff', base, base, '--detailed-exitcode'])).exitCode).toBe(0);
  });

  test('70 for a bug of ours', async () => {
    const folder = makeFolder();
    const base = await planned(folder, 'a', quick);
    const { exitCode, err } = await runCli(['diff', base, base], {
      out: () => {
        throw new Error('broken pipe of a test');
      },
    });
    expect([exitCode, err.split('\n')[0]]).toEqual([70, expect.stringMatching(/bug of its own/)]);
  });
});

test('a policy is refused with every problem in it, each at its line', async () => {
  const folder = makeFolder();
  const plan = await planned(folder, 'a', quick);
  const path = put(
    folder,
    'policy.yaml',
    [
      'schema: seekstack/policy@1',
      'guardrails:',
      '  - { id: a, measure: usdPerMonth, max: EUR 5, severity: fail }',
      '  - { id: a, measure: usdPerMonth, severity: fail }',
      '  - { id: b, measure: usdPerDay, max: 5, severity: fail }',
      '  - { id: c, measure: region, allowed: [], severity: maybe }',
      'acknowledgements:',
      '  - { guardrail: z, reason: short, until: soon }',
      '',
    ].join('\n'),
  );
  const { exitCode, err } = await runCli(['diff', plan, plan, '--policy', path]);
  expect(exitCode).toBe(2);
  for (const line of [3, 5, 6, 8]) expect(err).toMatch(new RegExp(`^E_[A-Z_]+ {2}${path}:${line}:\\d+`, 'm'));
  expect(err).not.toMatch(/ at .*\.ts/);
});

test('the example policy judges the example, and renders again from its JSON', async () => {
  const folder = makeFolder();
  const plan = await planned(folder, 'a', quick);
  const json = join(folder, 'diff.json');
  const policy = join(root, 'examples/policy.yaml');
  expect((await runCli(['diff', 'none', plan, '--policy', policy, '--format', 'json', '-o', json])).exitCode).toBe(0);
  const again = await runCli(['diff', json, '--format', 'github']);
  expect(again.exitCode).toBe(0);
  expect(again.out).toMatch(/✅ \d+ held/);
  expect(again.out).toBe((await runCli(['diff', 'none', plan, '--policy', policy, '--format', 'github'])).out);
});

describe('git revisions', () => {
  let folder = '';
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        GIT_COMMITTER_DATE: '2026-11-20T10:00:00+01:00',
        GIT_AUTHOR_DATE: '2026-11-20T10:00:00+01:00',
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
    }).trim();
  const inside = (...argv: string[]) => {
    const main = join(root, 'dist/src/cli/main.js');
    try {
      return {
        exitCode: 0,
        out: execFileSync(process.execPath, [main, 'diff', ...argv], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }),
        err: '',
      };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { exitCode: status, out: stdout, err: stderr };
    }
  };
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
    folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    git('init', '-q', '-b', 'main');
    mkdirSync(join(folder, 'deploy'));
    put(join(folder, 'deploy'), 'chat.yaml', quick);
    git('add', '.');
    git('commit', '-qm', 'one');
    git('checkout', '-qb', 'more');
    put(join(folder, 'deploy'), 'chat.yaml', grown);
    git('commit', '-qam', 'two');
    return () => execFileSync('rm', ['-rf', folder]);
  }, 240_000);

  test('two revisions of a workload: causes with lines, the tag of the newer commit', () => {
    const { exitCode, out } = inside('main:deploy/chat.yaml', 'more:deploy/chat.yaml', '--format', 'github');
    expect(exitCode).toBe(0);
    expect(out.split('\n')[0]).toBe(
      `<!-- seekstack:comment v1 key=chat valid-at=2026-11-20T09:00:00Z head=${git('rev-parse', 'more')} -->`,
    );
    expect(out).toContain('`demand.users` `1200` → `12000` (`deploy/chat.yaml:4`)');
    expect(inside('main:deploy/chat.yaml', 'more:deploy/chat.yaml', '--format', 'github').out).toBe(out);
  });

  test('a revision against the file as it lies there', () => {
    const { diff } = {
      diff: diffSchema.parse(JSON.parse(inside('main:deploy/chat.yaml', 'deploy/chat.yaml', '--format', 'json').out)),
    };
    expect([diff.base.revision, diff.head.revision, diff.moment.commit]).toEqual([git('rev-parse', 'main'), null, null]);
  });

  test.each([
    ['no such revision', 'gone:deploy/chat.yaml', /no revision gone/],
    ['no such path', 'main:deploy/gone.yaml', /nothing at deploy\/gone\.yaml in main/],
    ['a path out of the repository', 'main:../../etc/passwd', /E_FILE_MISSING/],
    ['an option in place of a revision', '--output=x:deploy/chat.yaml', /E_USAGE|E_FILE_MISSING/],
  ])('%s is told, and nothing is run', (_name, side, message) => {
    const { exitCode, err, out } = inside('--', side, 'deploy/chat.yaml');
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/ at .*\.js/);
  });
});

describe('emitted projects', () => {
  const emitted = async (provider: string) => {
    const folder = makeFolder();
    const plan = await planned(folder, 'a', quick);
    const project = join(folder, 'stack');
    expect((await runCli(['emit', plan, '--provider', provider, '--out', project])).exitCode).toBe(0);
    const edited = join(folder, 'edited');
    cpSync(project, edited, { recursive: true });
    return { plan, project, edited };
  };
  const edit = (folder: string, file: string, from: string | RegExp, to: string) => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(from);
    writeFileSync(path, text.replace(from, to));
  };

  test('as emitted they are what the plan promised', async () => {
    for (const provider of ['onprem', 'aws']) {
      const { plan, project } = await emitted(provider);
      const { exitCode, diff } = await diffJson(plan, project, '--provider', provider, '--no-synthesis');
      expect([exitCode, diff?.verdict]).toEqual([0, 'unchanged']);
      expect(diff?.rows.every((row) => row.delta === null || row.delta === 0)).toBe(true);
    }
  });

  test('one more node in the manifests costs, carries and answers faster', async () => {
    const { project, edited } = await emitted('onprem');
    edit(edited, 'kubernetes/30-stateful-set.yaml', /replicas: 1\b/, 'replicas: 2');
    const { exitCode, diff } = await diffJson(project, edited);
    expect(exitCode).toBe(0);
    const row = (id: string) => diff?.rows.find((each) => each.id === id);
    expect(row('capacityRequestsPerSecond')?.ratio).toBeCloseTo(1, 9);
    expect(row('capexUsd')?.ratio).toBeCloseTo(1, 9);
    expect(row('tpotSeconds')?.delta).toBeLessThan(0);
    expect(diff?.attribution.causes).toMatchObject([
      { kind: 'project', name: 'nodes', before: '1', after: '2', usdPerMonth: diff?.attribution.usdPerMonth },
    ]);
  });

  test('another instance type in the document shows its price, with the line', async () => {
    const { project, edited } = await emitted('aws');
    edit(edited, 'deployment.json', '"type": "p5.48xlarge"', '"type": "p5en.48xlarge"');
    const { diff } = await diffJson(project, edited, '--no-synthesis');
    expect(diff?.head.option?.machine).toBe('p5en.48xlarge');
    expect(diff?.attribution.causes).toMatchObject([
      {
        name: 'machine',
        before: 'p5.48xlarge',
        after: 'p5en.48xlarge',
        where: { file: 'deployment.json', line: expect.any(Number) },
      },
    ]);
  });

  test('a type nobody knows has no total: 5', async () => {
    const { project, edited } = await emitted('aws');
    edit(edited, 'deployment.json', '"type": "p5.48xlarge"', '"type": "p9.48xlarge"');
    const { exitCode, diff } = await diffJson(project, edited, '--no-synthesis');
    expect([exitCode, diff?.verdict, diff?.rows[0]?.after]).toEqual([5, 'incomplete', null]);
    expect(diff?.head.missing[0]).toMatchObject({ what: 'p9.48xlarge', reason: 'no machine of the catalogue is called so' });
  });

  test('a folder of a revision is read without checking it out', async () => {
    const { project } = await emitted('onprem');
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', project, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null' },
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'as emitted');
    edit(project, 'kubernetes/30-stateful-set.yaml', /replicas: 1\b/, 'replicas: 3');
    const main = join(root, 'dist/src/cli/main.js');
    const out = execFileSync(process.execPath, [main, 'diff', 'HEAD:.', '.', '--format', 'json'], {
      cwd: project,
      encoding: 'utf8',
    });
    const diff = diffSchema.parse(JSON.parse(out));
    expect(diff.base.revision).toBe(git('rev-parse', 'HEAD').trim());
    expect(diff.attribution.causes).toMatchObject([{ name: 'nodes', before: '1', after: '3' }]);
  });

  test('a project and a workload cannot be compared', async () => {
    const { project } = await emitted('onprem');
    const { exitCode, err } = await diffJson(put(makeFolder(), 'w.yaml', quick), project);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/E_USAGE[\s\S]*plan and such a folder/)]);
  });
});
