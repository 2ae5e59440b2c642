// The templates for GitLab, Azure Pipelines and Bitbucket: valid by their makers' schemas; their scripts run in a real clone
// against a local server, with the variables these services set.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inFolder, runCli } from '../cli/harness.ts';
import { root, soundWorkload } from '../cli/recording.ts';
import { startAzure } from '../post/azure-server.ts';
import { startBitbucket } from '../post/bitbucket-server.ts';
import { startGitlab } from '../post/gitlab-server.ts';
import type { LocalPlatform } from '../post/server.ts';
import { checkAgainst } from './published-schemas.ts';
import { ReviewRepository } from './review-repository.ts';
import { runBash } from './run-action.ts';

const temporary = mkdtempSync(join(tmpdir(), 'seekstack-templates-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
beforeAll(() => {
  if (!existsSync(join(root, 'dist/src/cli/main.js'))) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
}, 120_000);

const template = (name: string) => readFileSync(join(root, 'ci', name), 'utf8');

describe('published schemas', () => {
  test('GitLab', () => {
    expect(checkAgainst('gitlab', template('gitlab-ci.yml'))).toEqual([]);
    expect(checkAgainst('gitlab', template('gitlab-ci.yml').replace('resource_group', 'resource_grup'))).not.toEqual([]);
  });
  test('Bitbucket', () => {
    expect(checkAgainst('bitbucket', template('bitbucket-pipelines.yml'))).toEqual([]);
    expect(checkAgainst('bitbucket', template('bitbucket-pipelines.yml').replace('script:', 'skript:'))).not.toEqual([]);
  });
  test('Azure Pipelines', () => {
    expect(checkAgainst('azure', template('azure-pipelines.yml'))).toEqual([]);
    expect(checkAgainst('azure', template('azure-pipelines.yml').replace('- bash:', '- bsh:'))).not.toEqual([]);
  });
});

/** A folder of programs: `npm install` does nothing, `npm root` names where this project lies as if installed, and seekstack. */
function installAsGlobal(): string {
  const bin = join(temporary, 'bin');
  const modules = join(temporary, 'modules');
  mkdirSync(bin);
  mkdirSync(modules);
  symlinkSync(root, join(modules, 'seekstack'));
  const npm = `#!/bin/sh\ncase "$1" in root) echo '${modules}' ;; esac\n`;
  const main = join(root, 'dist/src/cli/main.js');
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
  writeFileSync(join(bin, 'seekstack'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
  return bin;
}

const policy = (usd: number) =>
  `schema: seekstack/policy@1\nguardrails:\n  - { id: monthly, measure: usdPerMonth, max: ${usd}, severity: fail }\n`;
const small = await inFolder(async (folder) => {
  const [path, plan] = [join(folder, 'w.yaml'), join(folder, 'plan.json')];
  writeFileSync(path, soundWorkload);
  expect(await runCli('plan', path, '-o', plan)).toMatchObject({ exitCode: 0 });
  return readFileSync(plan, 'utf8');
});
const bin = installAsGlobal();
const repository = new ReviewRepository(temporary, {
  'plan.json': small,
  'strict.yaml': policy(10),
  'wide.yaml': policy(1_000_000),
});
const proposal = repository.propose('change', { 'README.md': 'something else\n' });

/** Runs script lines as one step, as a runner does. */
async function runLines(lines: readonly string[], folder: string, environment: Readonly<Record<string, string>>) {
  const script = join(temporary, `script-${Math.random()}`);
  writeFileSync(script, lines.join('\n'));
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: temporary,
    SEEKSTACK_PATH: 'plan.json',
    SEEKSTACK_PACKAGE: 'seekstack',
    ...environment,
  };
  return runBash(['--noprofile', '--norc', '-eo', 'pipefail', script], folder, env);
}

interface Service {
  readonly start: () => Promise<LocalPlatform>;
  /** Runs what the template says; its exit code is the job's. */
  readonly run: (platform: LocalPlatform, policyFile: string, folder: string) => Promise<{ exitCode: number; text: string }>;
}

const services: Record<string, Service> = {
  gitlab: {
    start: () => startGitlab(),
    run: (platform, policyFile, folder) =>
      runLines((parse(template('gitlab-ci.yml')) as { seekstack: { script: string[] } }).seekstack.script, folder, {
        ...platform.environment,
        SEEKSTACK_POLICY: policyFile,
        CI_PROJECT_DIR: folder,
        CI_API_V4_URL: `${platform.server.origin}/api/v4`,
        CI_PROJECT_ID: 'acme/platform',
        CI_MERGE_REQUEST_IID: '12',
        CI_MERGE_REQUEST_DIFF_BASE_SHA: repository.base,
        CI_COMMIT_SHA: proposal.head,
        CI_PIPELINE_CREATED_AT: '2026-11-23T10:00:00Z',
      }),
  },
  'azure-repos': {
    start: () => startAzure(),
    run: async (platform, policyFile, folder) => {
      type AzureStep = { bash?: string; env?: Record<string, string>; condition?: string };
      const { steps } = parse(template('azure-pipelines.yml')) as { steps: AzureStep[] };
      const job = {
        SEEKSTACK_POLICY: policyFile,
        SEEKSTACK_BEHAVIOUR: 'update',
        AGENT_TEMPDIRECTORY: join(folder, '..', `agent-${Math.random()}`),
        BUILD_SOURCEVERSION: proposal.merge,
        SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main',
        SYSTEM_PULLREQUEST_SOURCECOMMITID: proposal.head,
        SYSTEM_PIPELINESTARTTIME: '2026-11-23 10:00:00+00:00',
        SYSTEM_COLLECTIONURI: `${platform.server.origin}/acme/`,
        SYSTEM_TEAMPROJECT: 'web shop',
        BUILD_REPOSITORY_ID: 'platform',
        SYSTEM_PULLREQUEST_PULLREQUESTID: '12',
      };
      let told = { exitCode: 0, text: '' };
      for (const { bash, env = {}, condition } of steps) {
        if (bash === undefined || (told.exitCode !== 0 && condition === undefined)) continue;
        // The token is a macro of the service; only the step that names it has it.
        const named = Object.fromEntries(Object.keys(env).map((name) => [name, platform.environment[name] ?? '']));
        const step = await runLines([bash], folder, { ...job, ...named });
        told = { exitCode: told.exitCode || step.exitCode, text: told.text + step.text };
      }
      return told;
    },
  },
  bitbucket: {
    start: () => startBitbucket(),
    run: async (platform, policyFile, folder) => {
      type Pipelines = { pipelines: { 'pull-requests': { '**': { step: { script: string[] } }[] } } };
      const [first] = (parse(template('bitbucket-pipelines.yml')) as Pipelines).pipelines['pull-requests']['**'];
      // Bitbucket has one address; the local server stands in for it by a flag.
      const script = (first?.step.script ?? []).map((line) =>
        line.replace('seekstack comment bitbucket', `seekstack comment bitbucket --api-url ${platform.server.origin}/2.0`),
      );
      return runLines(script, folder, {
        ...platform.environment,
        SEEKSTACK_POLICY: policyFile,
        BITBUCKET_CLONE_DIR: folder,
        BITBUCKET_WORKSPACE: 'acme',
        BITBUCKET_REPO_SLUG: 'platform',
        BITBUCKET_PR_ID: '12',
        BITBUCKET_PR_DESTINATION_COMMIT: repository.base.slice(0, 12),
        BITBUCKET_COMMIT: proposal.head,
      });
    },
  },
};

describe.each(Object.keys(services))('%s', (name) => {
  const { start, run } = services[name] as Service;
  test('comments, then ends with the verdict', async () => {
    const platform = await start();
    try {
      const { folder } = repository.checkOut(proposal, null);
      const fine = await run(platform, 'wide.yaml', folder);
      expect([fine.exitCode, platform.comments().length], fine.text).toEqual([0, 1]);
      expect(platform.comments()[0]?.body).toMatch(
        new RegExp(`^[^\\n]*seekstack:comment v1 \\S+ valid-at=2\\S+Z head=${proposal.head}`),
      );
      const broken = await run(platform, 'strict.yaml', folder);
      expect([broken.exitCode, platform.comments().length], broken.text).toEqual([4, 1]);
      expect(platform.comments()[0]?.body).toContain('strict.yaml:3');
      for (const secret of Object.values(platform.environment)) expect(fine.text + broken.text).not.toContain(secret);
      expect(existsSync(join(folder, 'seekstack-out/junit.xml'))).toBe(name !== 'azure-repos');
    } finally {
      await platform.server.close();
    }
  }, 120_000);
});
