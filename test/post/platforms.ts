// The four platforms, for tests that hold on each of them.
import { startAzure } from './azure-server.ts';
import { startBitbucket } from './bitbucket-server.ts';
import { startGithub } from './github-server.ts';
import { startGitlab } from './gitlab-server.ts';
import type { LocalPlatform } from './server.ts';

export const PLATFORMS: readonly (readonly [string, (pageSize?: number) => Promise<LocalPlatform>])[] = [
  ['github', startGithub],
  ['gitlab', startGitlab],
  ['azure-repos', startAzure],
  ['bitbucket', startBitbucket],
];
