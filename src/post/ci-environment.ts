// Where to post and as whom: flags first, then what each CI sets in its jobs.
// In: flags, environment, the event that GitHub Actions writes. Out: a platform ready to be asked; one SeekstackError that
// names everything missing. A token is read from the environment only.
import { type Problem, SeekstackError } from '../errors.ts';
import { openAzureRepos } from './azure-repos.ts';
import { openBitbucket } from './bitbucket.ts';
import { openGithub } from './github.ts';
import { openGitlab } from './gitlab.ts';
import type { Pace } from './pace.ts';
import type { CommentPlatform } from './platform.ts';
import { type Connection, openSender } from './send.ts';

export const PLATFORMS = ['github', 'gitlab', 'azure-repos', 'bitbucket'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

export interface PlatformFlags {
  readonly repo?: string;
  readonly pull?: number;
  readonly project?: string;
  readonly mergeRequest?: number;
  readonly organization?: string;
  readonly repository?: string;
  readonly workspace?: string;
  readonly author?: string;
  readonly apiUrl?: string;
  readonly timeout: number;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of the file GITHUB_EVENT_PATH names; null where there is none. */
  readonly githubEvent: string | null;
  readonly pace: Pace;
}

/** Collects what is missing, so that a person mends all of it at once. */
class Wanted {
  readonly problems: Problem[] = [];

  text(value: string | undefined, what: string, fix: string): string {
    if (value !== undefined && value !== '') return value;
    this.problems.push({
      code: 'E_ENVIRONMENT',
      got: `no ${what}`,
      expected: `${what}, from a flag or from the job's environment`,
      fix,
    });
    return '';
  }

  /** A name that becomes one step of a path; two dots would climb out of it. */
  name(value: string | undefined, what: string, fix: string): string {
    const name = this.text(value, what, fix);
    if (/^\.{1,2}$/.test(name))
      this.problems.push({ code: 'E_VALUE', got: `${what} ${JSON.stringify(name)}`, expected: 'a name', fix });
    return name;
  }

  /** Never shown, not even where it is wrong. */
  token(value: string | undefined, variable: string, fix: string): string {
    const token = value?.trim() ?? '';
    if (token === '')
      this.problems.push({
        code: 'E_ENVIRONMENT',
        got: `no token in ${variable}`,
        expected: 'a token, from the environment only',
        fix,
      });
    else if (!/^[\x21-\x7e]+$/.test(token))
      this.problems.push({ code: 'E_VALUE', got: `characters in ${variable} that no token has`, expected: 'a token', fix });
    return token;
  }

  number(value: number | string | undefined, what: string, fix: string): number {
    const text = this.text(value === undefined ? undefined : String(value), what, fix);
    if (text === '' || /^[1-9]\d{0,14}$/.test(text)) return Number(text);
    this.problems.push({ code: 'E_VALUE', got: `${what} ${JSON.stringify(text)}`, expected: 'a number above 0', fix });
    return 0;
  }

  /** An address a token may go to: encrypted, or this machine. */
  apiUrl(value: string, source: string): string {
    const url = URL.canParse(value) ? new URL(value) : null;
    const encrypted = url?.protocol === 'https:' || /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url?.hostname ?? '');
    if (
      url !== null &&
      encrypted &&
      /^https?:$/.test(url.protocol) &&
      url.username === '' &&
      url.search === '' &&
      url.hash === ''
    )
      return url.href.replace(/\/+$/, '');
    this.problems.push({
      code: 'E_VALUE',
      got: `${source} ${JSON.stringify(url === null ? value : `${url.origin}${url.pathname}`)}`,
      expected: 'an https address without user, query or fragment: a token goes there',
      fix: `set ${source} to the API's address`,
    });
    return 'https://invalid';
  }
}

/** @throws SeekstackError E_ENVIRONMENT or E_VALUE, all of them at once */
export function openPlatform(name: PlatformName, flags: PlatformFlags, surroundings: Surroundings): CommentPlatform {
  const wanted = new Wanted();
  const open = { github, gitlab, 'azure-repos': azureRepos, bitbucket }[name](flags, surroundings, wanted);
  if (wanted.problems.length > 0) throw new SeekstackError(wanted.problems);
  return open();
}

type Open = (flags: PlatformFlags, surroundings: Surroundings, wanted: Wanted) => () => CommentPlatform;

const github: Open = (flags, { environment: env, githubEvent, pace }, wanted) => {
  const repository = wanted.text(flags.repo ?? env.GITHUB_REPOSITORY, 'repository', 'give --repo OWNER/NAME');
  if (repository !== '' && !/^(?!\.{1,2}\/)[\w.-]+\/(?!\.{1,2}$)[\w.-]+$/.test(repository))
    wanted.problems.push({
      code: 'E_VALUE',
      got: `repository ${JSON.stringify(repository)}`,
      expected: 'OWNER/NAME',
      fix: 'give --repo OWNER/NAME',
    });
  const pull = wanted.number(
    flags.pull ?? pullOfEvent(githubEvent) ?? /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1],
    'pull request number',
    'give --pull N, or run on pull_request events',
  );
  const token = wanted.token(env.GITHUB_TOKEN, 'GITHUB_TOKEN', 'set GITHUB_TOKEN, as ${{ github.token }} in a workflow');
  const apiUrl = wanted.apiUrl(
    flags.apiUrl ?? env.GITHUB_API_URL ?? 'https://api.github.com',
    flags.apiUrl === undefined ? 'GITHUB_API_URL' : '--api-url',
  );
  // Enterprise Server keeps REST under /api/v3 and GraphQL under /api.
  const graphqlUrl =
    flags.apiUrl === undefined && (env.GITHUB_GRAPHQL_URL ?? '') !== ''
      ? (env.GITHUB_GRAPHQL_URL as string)
      : `${apiUrl.replace(/\/v3$/, '')}/graphql`;
  return () =>
    openGithub(
      { repository, pull, graphqlUrl },
      openSender(
        connect(flags, env, {
          title: 'GitHub',
          apiUrl,
          token,
          tokenVariable: 'GITHUB_TOKEN',
          permission: 'pull-requests: write',
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/vnd.github+json',
            'x-github-api-version': '2022-11-28',
          },
        }),
        pace,
      ),
    );
};

const gitlab: Open = (flags, { environment: env, pace }, wanted) => {
  // In a fork's pipeline the merge request belongs to the project it asks to be merged into.
  const project = wanted.name(
    flags.project ?? env.CI_MERGE_REQUEST_PROJECT_ID ?? env.CI_PROJECT_ID,
    'project',
    'give --project ID or group/name',
  );
  const mergeRequest = wanted.number(
    flags.mergeRequest ?? env.CI_MERGE_REQUEST_IID,
    'merge request number',
    'give --merge-request N, or run in merge request pipelines',
  );
  const token = wanted.token(
    env.GITLAB_TOKEN,
    'GITLAB_TOKEN',
    'make a project access token with scope api and set GITLAB_TOKEN; the job token may not write notes',
  );
  const apiUrl = wanted.apiUrl(
    flags.apiUrl ?? env.CI_API_V4_URL ?? 'https://gitlab.com/api/v4',
    flags.apiUrl === undefined ? 'CI_API_V4_URL' : '--api-url',
  );
  return () =>
    openGitlab(
      { project, mergeRequest },
      openSender(
        connect(flags, env, {
          title: 'GitLab',
          apiUrl,
          token,
          tokenVariable: 'GITLAB_TOKEN',
          permission: 'scope api, role Reporter or higher',
          headers: { 'private-token': token, accept: 'application/json' },
        }),
        pace,
      ),
    );
};

const azureRepos: Open = (flags, { environment: env, pace }, wanted) => {
  const collection =
    flags.apiUrl ??
    (flags.organization === undefined
      ? env.SYSTEM_COLLECTIONURI
      : `https://dev.azure.com/${encodeURIComponent(flags.organization)}`);
  const address = wanted.text(collection, 'organization', 'give --organization NAME, or --api-url for a server');
  const project = wanted.name(flags.project ?? env.SYSTEM_TEAMPROJECT, 'project', 'give --project NAME');
  const repository = wanted.name(flags.repository ?? env.BUILD_REPOSITORY_ID, 'repository', 'give --repository ID or name');
  const pull = wanted.number(
    flags.pull ?? env.SYSTEM_PULLREQUEST_PULLREQUESTID,
    'pull request number',
    'give --pull N, or run as a branch policy build',
  );
  const job = env.SYSTEM_ACCESSTOKEN ?? '';
  const token = wanted.token(
    job === '' ? env.AZURE_DEVOPS_EXT_PAT : job,
    'SYSTEM_ACCESSTOKEN or AZURE_DEVOPS_EXT_PAT',
    'map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the step',
  );
  const apiUrl = address === '' ? '' : wanted.apiUrl(address, flags.apiUrl === undefined ? 'SYSTEM_COLLECTIONURI' : '--api-url');
  return () =>
    openAzureRepos(
      { project, repository, pull },
      openSender(
        connect(flags, env, {
          title: 'Azure Repos',
          apiUrl,
          token,
          tokenVariable: job === '' ? 'AZURE_DEVOPS_EXT_PAT' : 'SYSTEM_ACCESSTOKEN',
          permission: 'Contribute to pull requests',
          headers: {
            authorization: job === '' ? `Basic ${base64(`:${token}`)}` : `Bearer ${token}`,
            accept: 'application/json',
            // A wrong token is then answered with 401 and not with a sign-in page.
            'x-tfs-fedauthredirect': 'Suppress',
          },
        }),
        pace,
      ),
    );
};

const bitbucket: Open = (flags, { environment: env, pace }, wanted) => {
  const workspace = wanted.name(flags.workspace ?? env.BITBUCKET_WORKSPACE, 'workspace', 'give --workspace NAME');
  const repository = wanted.name(flags.repository ?? env.BITBUCKET_REPO_SLUG, 'repository', 'give --repository NAME');
  const pull = wanted.number(
    flags.pull ?? env.BITBUCKET_PR_ID,
    'pull request number',
    'give --pull N, or run in the pull-requests section',
  );
  const token = wanted.token(
    env.BITBUCKET_TOKEN,
    'BITBUCKET_TOKEN',
    'make a repository access token with pullrequest:write and set BITBUCKET_TOKEN',
  );
  const apiUrl = wanted.apiUrl(flags.apiUrl ?? 'https://api.bitbucket.org/2.0', '--api-url');
  return () =>
    openBitbucket(
      { workspace, repository, pull, authorUuid: flags.author ?? (env.BITBUCKET_AUTHOR_UUID || null) },
      openSender(
        connect(flags, env, {
          title: 'Bitbucket',
          apiUrl,
          token,
          tokenVariable: 'BITBUCKET_TOKEN',
          permission: 'pullrequest:write',
          headers: {
            // An API token comes with its owner's address, an access token alone.
            authorization: token.includes(':') ? `Basic ${base64(token)}` : `Bearer ${token}`,
            accept: 'application/json',
          },
        }),
        pace,
      ),
    );
};

function connect(
  { timeout }: PlatformFlags,
  environment: Surroundings['environment'],
  rest: Omit<Connection, 'totalSeconds' | 'environment'>,
): Connection {
  return { ...rest, totalSeconds: timeout, environment };
}

function pullOfEvent(text: string | null): number | undefined {
  if (text === null) return undefined;
  try {
    const event = JSON.parse(text) as {
      pull_request?: { number?: unknown };
      issue?: { number?: unknown; pull_request?: unknown };
    };
    const number = event.pull_request?.number ?? (event.issue?.pull_request === undefined ? undefined : event.issue.number);
    return typeof number === 'number' ? number : undefined;
  } catch {
    return undefined;
  }
}

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
