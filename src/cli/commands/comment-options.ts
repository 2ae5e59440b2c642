// The command line of seekstack comment: one subcommand a platform, its flags, its help.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PlatformName } from '../../post/ci-environment.ts';
import { BEHAVIOURS } from '../../post/platform.ts';
import type { Io } from '../io.ts';
import type { CommentChoices } from './comment.ts';

interface PlatformHelp {
  readonly name: PlatformName;
  readonly description: string;
  readonly flags: readonly (readonly [string, string])[];
  readonly example: string;
  readonly token: string;
}

const PLATFORM_HELP: readonly PlatformHelp[] = [
  {
    name: 'github',
    description: 'on a pull request of GitHub or GitHub Enterprise Server',
    flags: [['--repo <owner/name>', 'the repository (default: GITHUB_REPOSITORY)']],
    example: 'seekstack comment github --body comment.md --repo acme/platform --pull 12',
    token: 'GITHUB_TOKEN',
  },
  {
    name: 'gitlab',
    description: 'on a merge request of GitLab',
    flags: [['--project <id|path>', 'the project (default: CI_MERGE_REQUEST_PROJECT_ID, CI_PROJECT_ID)']],
    example: 'seekstack comment gitlab --body comment.md --project acme/platform --merge-request 12',
    token: 'GITLAB_TOKEN',
  },
  {
    name: 'azure-repos',
    description: 'on a pull request of Azure Repos',
    flags: [
      ['--organization <name>', 'the organization (default: SYSTEM_COLLECTIONURI)'],
      ['--project <name>', 'the project (default: SYSTEM_TEAMPROJECT)'],
      ['--repository <id|name>', 'the repository (default: BUILD_REPOSITORY_ID)'],
    ],
    example: 'seekstack comment azure-repos --body comment.md --organization acme --project web --repository platform --pull 12',
    token: 'SYSTEM_ACCESSTOKEN or AZURE_DEVOPS_EXT_PAT',
  },
  {
    name: 'bitbucket',
    description: 'on a pull request of Bitbucket Cloud',
    flags: [
      ['--workspace <name>', 'the workspace (default: BITBUCKET_WORKSPACE)'],
      ['--repository <name>', 'the repository (default: BITBUCKET_REPO_SLUG)'],
      ['--author <uuid>', 'whose comments are ours, for tokens that may not ask (default: BITBUCKET_AUTHOR_UUID)'],
    ],
    example: 'seekstack comment bitbucket --body comment.md --workspace acme --repository platform --pull 12',
    token: 'BITBUCKET_TOKEN',
  },
];

/** Adds `comment` and its subcommands. @returns all of them, for what every command shares */
export function addCommentCommands(program: Command, io: () => Io, settle: (code: number) => void): readonly Command[] {
  const comment = program.command('comment').description('put a comparison on a pull request: once, and kept up to date');
  const each = PLATFORM_HELP.map(({ name, description, flags, example, token }) => {
    const command = comment
      .command(name)
      .description(description)
      .requiredOption('--body <file>', 'the comment, as seekstack diff writes it')
      .addOption(
        new Option('--behaviour <behaviour>', 'what becomes of an earlier comment').choices([...BEHAVIOURS]).default('update'),
      )
      .option('--dry-run', 'look, tell what would be done, write nothing', false);
    for (const [flag, text] of flags) command.option(flag, text);
    command.option(
      name === 'gitlab' ? '--merge-request <number>' : '--pull <number>',
      'which one (default: the one the job runs for)',
      parseNumber,
    );
    return command
      .option('--api-url <url>', "the API's address, for a server of one's own")
      .option('--timeout <seconds>', 'longest time for all of it, retries included', parseNumber, 300)
      .addHelpText(
        'after',
        `\nExample:\n  $ ${example}\n\nThe token comes from ${token} in the environment, never from the command line.\nExit code 2 where the platform refuses, 5 where it gives no usable answer in time.`,
      )
      .action(async (options: CommentChoices) => settle(await (await import('./comment.ts')).runComment(name, options, io())));
  });
  return [comment, ...each];
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
