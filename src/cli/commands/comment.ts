// seekstack comment: put a comparison on a pull request, and keep it there once.
import { existsSync } from 'node:fs';
import { EXIT, SeekstackError } from '../../errors.ts';
import { PLAN_LIMIT_BYTES, readText } from '../../files/read-text.ts';
import { openPlatform, type PlatformFlags, type PlatformName } from '../../post/ci-environment.ts';
import { realPace } from '../../post/pace.ts';
import type { Behaviour, CommentPlatform } from '../../post/platform.ts';
import { type Settled, settleComment } from '../../post/settle-comment.ts';
import { parseCommentTag } from '../../render/comment-tag.ts';
import type { Io } from '../io.ts';

export interface CommentChoices extends PlatformFlags {
  readonly body: string;
  readonly behaviour: Behaviour;
  readonly dryRun: boolean;
}

/** @returns 0 where the pull request says what it should, also where a newer run has spoken */
export async function runComment(name: PlatformName, choices: CommentChoices, io: Io): Promise<number> {
  const body = readBody(choices.body);
  const pace = io.pace ?? realPace;
  const platform = openPlatform(name, choices, {
    environment: io.environment,
    githubEvent: name === 'github' ? readEvent(io.environment.GITHUB_EVENT_PATH) : null,
    pace,
  });
  try {
    checkSize(platform, choices.body, body);
    const settled = await settleComment(platform, body, choices.behaviour, choices.dryRun, pace);
    io.out(`${tell(platform, settled, choices)}\n`);
    for (const note of platform.notes()) io.err(`note: ${note}\n`);
    return EXIT.ok;
  } finally {
    await platform.close();
  }
}

function readBody(file: string): string {
  const body = readText(file);
  if (parseCommentTag(body) !== null) return body.replace(/^\uFEFF/, '');
  throw new SeekstackError({
    code: 'E_VALUE',
    where: { file, line: 1 },
    got: 'a first line that is not the hidden tag of a comparison',
    expected: 'a body written by seekstack diff: without the tag its comment could not be found again',
    fix: 'write it with seekstack diff, and put nothing before its first line',
  });
}

function readEvent(path: string | undefined): string | null {
  return path !== undefined && path !== '' && existsSync(path) ? readText(path, PLAN_LIMIT_BYTES) : null;
}

function checkSize({ title, limitBytes, shape }: CommentPlatform, file: string, body: string): void {
  const bytes = Buffer.byteLength(shape(body), 'utf8');
  if (limitBytes === null || bytes <= limitBytes) return;
  throw new SeekstackError({
    code: 'E_FILE_TOO_LARGE',
    where: { file },
    got: `${bytes} bytes`,
    expected: `at most ${limitBytes} bytes, the longest comment ${title} takes`,
    fix: 'write the body with seekstack diff, which stays below 60,000 bytes',
  });
}

function tell(
  { title, place }: CommentPlatform,
  { done, url, setAside }: Settled,
  { behaviour, dryRun }: CommentChoices,
): string {
  const past = { created: 'created', updated: 'updated', unchanged: 'unchanged', 'left a newer one': 'left a newer one' }[done];
  const aside = setAside === 0 ? '' : `, ${setAside} earlier ${behaviour === 'hide-and-new' ? 'hidden' : 'removed'}`;
  return `${dryRun ? 'dry run, nothing written: ' : ''}${past}${aside} on ${title} ${place}${url === null ? '' : `  ${url}`}`;
}
