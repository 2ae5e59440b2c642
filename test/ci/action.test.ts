// The GitHub action: valid by the published schema, its expressions evaluated by GitHub's own code; its steps run in real clones of a real repository
// against a local GitHub, with pull requests that pass, fail, come from forks or mean harm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inFolder, runCli } from '../cli/harness.ts';
import { root, soundWorkload } from '../cli/recording.ts';
import { startGithub } from '../post/github-server.ts';
import type { LocalPlatform } from '../post/server.ts';
import { checkAgainst } from './published-schemas.ts';
import { type Checkout, ReviewRepository } from './review-repository.ts';
import { type ActionRun, readAction, runAction } from './run-action.ts';

const temporary = mkdtempSync(join(tmpdir(), 'seekstack-action-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
beforeAll(() => {
  if (!existsSync(join(root, 'dist/src/cli/main.js'))) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
}, 120_000);

const policy = (usd: number) =>
  `schema: seekstack/policy@1\nguardrails:\n  - { id: monthly, measure: usdPerMonth, max: ${usd}, severity: fail }\n`;
const grown = soundWorkload.replace(/users: \d+/, 'users: 6000');
const shell = 'deep/$(touch pwned) `touch pwned`;"\'\n.json'.replace('\n', ' ');

// Plans, because comparing them takes a fraction of a second; one test compares workloads, which plans both.
const { small, large } = await inFolder(async (folder) => ({
  small: await planOf(soundWorkload, folder, 'small'),
  large: await planOf(grown, folder, 'large'),
}));
const repository = new ReviewRepository(temporary, {
  'deploy/chat.json': small,
  'deploy/chat.yaml': soundWorkload,
  'deploy/policy.yaml': policy(1_000_000),
  'strict.yaml': policy(10),
  [shell]: small,
});
const proposals = {
  grow: repository.propose('grow', { 'deploy/chat.json': large, 'deploy/chat.yaml': grown }),
  loosen: repository.propose('loosen', { 'strict.yaml': policy(1_000_000) }),
  add: repository.propose('add', { 'new.json': small }),
  break: repository.propose('break', { 'deploy/chat.json': '{ "schema": "nothing" }' }),
  hostile: repository.propose('hostile', { [shell]: large }),
};

async function planOf(workload: string, folder: string, name: string): Promise<string> {
  // The plan is named after its workload, and the comment after the plan.
  mkdirSync(join(folder, name));
  const [path, plan] = [join(folder, name, 'chat.yaml'), join(folder, name, 'plan.json')];
  writeFileSync(path, workload);
  expect(await runCli('plan', path, '-o', plan)).toMatchObject({ exitCode: 0 });
  return readFileSync(plan, 'utf8');
}

interface Given {
  readonly proposal: keyof typeof proposals;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly fork?: boolean;
  readonly updatedAt?: string;
  readonly depth?: number | null;
}

async function review(platform: LocalPlatform, given: Given): Promise<ActionRun & { checkout: Checkout }> {
  const { proposal, inputs = {}, fork = false, updatedAt = '2026-11-23T10:00:00Z', depth = 1 } = given;
  const checkout = repository.checkOut(proposals[proposal], depth);
  const github = {
    sha: checkout.merge,
    token: platform.environment.GITHUB_TOKEN,
    repository: 'acme/platform',
    event: {
      pull_request: {
        number: 12,
        updated_at: updatedAt,
        base: { sha: checkout.base },
        head: { sha: checkout.head, repo: { full_name: fork ? 'mallory/platform' : 'acme/platform' } },
      },
    },
  };
  const environment = {
    GITHUB_REPOSITORY: 'acme/platform',
    GITHUB_REF: 'refs/pull/12/merge',
    GITHUB_API_URL: platform.server.origin,
    GITHUB_GRAPHQL_URL: `${platform.server.origin}/graphql`,
  };
  const run = await runAction(root, { path: 'deploy/chat.json', ...inputs }, github, environment, checkout.folder, temporary);
  expect(run.log).not.toContain(platform.environment.GITHUB_TOKEN);
  return { ...run, checkout };
}

async function withGithub(use: (platform: LocalPlatform) => Promise<void>): Promise<void> {
  const platform = await startGithub();
  try {
    await use(platform);
  } finally {
    await platform.server.close();
  }
}

describe('action.yml', () => {
  const text = readFileSync(join(root, 'action.yml'), 'utf8');
  test('is an action to the published schema', () => {
    expect(checkAgainst('github-action', text)).toEqual([]);
    expect(checkAgainst('github-action', text.replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  });
  test('puts nothing of an event or an input into a script', () => {
    for (const step of readAction(root).runs.steps) {
      expect(step.run).not.toContain('${{');
      expect(step.shell).toBe('bash');
    }
  });
});

test(
  'a change is compared, told once and kept up to date',
  () =>
    withGithub(async (platform) => {
      const changed = { policy: 'deploy/policy.yaml' };
      const first = await review(platform, { proposal: 'grow', inputs: changed });
      expect(first.outcomes, first.log).toEqual({
        'Install seekstack': 'success',
        Compare: 'success',
        Comment: 'success',
        Verdict: 'success',
      });
      const [comment] = platform.comments();
      expect(platform.comments()).toHaveLength(1);
      expect(comment?.body.split('\n')[0]).toContain(`valid-at=2026-11-23T10:00:00Z head=${first.checkout.head}`);
      expect(comment?.body).toContain('deploy/chat.json');
      expect(comment?.body).not.toContain(temporary);
      expect(first.summary).toBe(comment?.body.slice(comment.body.indexOf('\n') + 1));
      expect(first.outputs['exit-code']).toBe('0');
      expect(JSON.parse(readFileSync(first.outputs.diff as string, 'utf8')).schema).toBe('seekstack/diff@1');

      // The same job again says the same; a later event is newer; the job of an earlier one is not.
      const again = await review(platform, { proposal: 'grow', inputs: changed });
      expect(again.log).toContain('unchanged on GitHub');
      const later = await review(platform, { proposal: 'loosen', updatedAt: '2026-11-23T11:00:00Z' });
      expect(later.log).toContain('updated on GitHub');
      const late = await review(platform, { proposal: 'grow' });
      expect([late.failed, late.log.includes('left a newer one on GitHub')]).toEqual([false, true]);
      expect(platform.comments().map(({ id }) => id)).toEqual([comment?.id]);
      expect(platform.comments()[0]?.body).toContain('valid-at=2026-11-23T11:00:00Z');
    }),
  120_000,
);

test('a broken guardrail is told first and fails the job after, and a change cannot loosen it', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'loosen', inputs: { policy: 'strict.yaml' } });
    expect(run.outcomes).toMatchObject({ Comment: 'success', Verdict: 'failure' });
    expect([run.outputs['exit-code'], platform.comments().length]).toEqual(['4', 1]);
    expect(platform.comments()[0]?.body).toContain('strict.yaml:3');
    expect(run.log).toContain('::error::seekstack: exit code 4');
  }));

test('a comment that cannot be written fails the job, and the verdict is told all the same', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'loosen', inputs: { policy: 'strict.yaml', token: 'wrong' } });
    expect(run.outcomes).toMatchObject({ Comment: 'failure', Verdict: 'failure' });
    expect(run.summary).toContain('strict.yaml:3');
  }));

test('a workload that is new is compared with nothing; one that is nowhere is a mistake', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'add', inputs: { path: 'new.json' } });
    expect(run.outcomes, run.log).toMatchObject({ Compare: 'success', Comment: 'success', Verdict: 'success' });
    const nowhere = await review(platform, { proposal: 'add', inputs: { path: 'newer.json' } });
    expect(nowhere.outcomes).toMatchObject({ Compare: 'failure', Comment: 'skipped', Verdict: 'skipped' });
    expect(nowhere.log).toContain('no newer.json in ');
    expect(platform.comments()).toHaveLength(1);
  }));

test('a workload that is broken fails the job without a comment', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'break' });
    expect(run.outcomes).toMatchObject({ Compare: 'failure', Comment: 'skipped', Verdict: 'skipped' });
    expect(run.log).toContain('E_SCHEMA');
    expect(platform.server.calls).toEqual([]);
  }));

test('workloads are planned on both sides', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'grow', inputs: { path: 'deploy/chat.yaml' } });
    expect(run.outcomes, run.log).toMatchObject({ Compare: 'success', Comment: 'success', Verdict: 'success' });
    expect(platform.comments()[0]?.body).toContain('`demand.users` `1200` → `6000`');
  }));

test('a fork, whose token may not write, gets its comparison in the summary', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'grow', fork: true });
    expect(run.outcomes).toMatchObject({ Compare: 'success', Comment: 'skipped', Verdict: 'success' });
    expect(run.summary).toContain('### seekstack');
    expect(platform.server.calls).toEqual([]);
  }));

test('a full clone and a revision by name do as well', () =>
  withGithub(async (platform) => {
    const run = await review(platform, { proposal: 'grow', inputs: { base: 'main', head: 'grow' }, depth: null });
    expect(run.outcomes, run.log).toMatchObject({ Compare: 'success', Comment: 'success', Verdict: 'success' });
  }));

test(
  'names that are commands stay names',
  () =>
    withGithub(async (platform) => {
      const run = await review(platform, { proposal: 'hostile', inputs: { path: shell } });
      expect(run.outcomes, run.log).toMatchObject({ Compare: 'success', Comment: 'success', Verdict: 'success' });
      const harmful: readonly Readonly<Record<string, string>>[] = [
        { behaviour: '$(touch pwned)' },
        { base: '--upload-pack=touch pwned' },
        { policy: '../../x$(touch pwned)' },
        { option: '`touch pwned`' },
      ];
      for (const inputs of harmful) expect((await review(platform, { proposal: 'grow', inputs })).failed).toBe(true);
      const left = readdirSync(temporary, { recursive: true, encoding: 'utf8' });
      expect(left.filter((path) => path.endsWith('pwned'))).toEqual([]);
    }),
  120_000,
);
