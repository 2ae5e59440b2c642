// A real git repository as a pull request finds it: a base, a branch, the merge made to check it, and a clone of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Files = Readonly<Record<string, string>>;

export interface Checkout {
  readonly folder: string;
  readonly base: string;
  readonly head: string;
  /** The branch merged into its base. */
  readonly merge: string;
}

export class ReviewRepository {
  private readonly origin: string;
  private readonly temporary: string;
  private count = 0;
  readonly base: string;

  constructor(temporary: string, base: Files) {
    this.temporary = temporary;
    this.origin = join(temporary, 'origin');
    mkdirSync(this.origin);
    this.git('init', '--quiet', '--initial-branch=main');
    // As hosts do, so that a shallow clone can ask for a commit by its id.
    this.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    this.base = this.commit(base, 'base');
  }

  /** Commits to a branch that starts at the base, and merges it as a host does for its check. */
  propose(branch: string, files: Files): { head: string; merge: string } {
    this.count += 1;
    this.git('checkout', '--quiet', '-B', branch, this.base);
    const head = this.commit(files, branch);
    this.git('checkout', '--quiet', '--detach', this.base);
    this.git('merge', '--quiet', '--no-ff', '-m', `Merge ${head}`, head);
    const merge = this.git('rev-parse', 'HEAD');
    this.git('update-ref', `refs/pull/${this.count}/merge`, merge);
    this.git('checkout', '--quiet', 'main');
    return { head, merge };
  }

  /** A clone with the merge checked out, one commit deep as checkouts are by default. */
  checkOut({ head, merge }: { head: string; merge: string }, depth: number | null = 1): Checkout {
    this.count += 1;
    const folder = join(this.temporary, `clone-${this.count}`);
    mkdirSync(folder);
    const run = (...words: string[]) => runGit(folder, words);
    run('init', '--quiet');
    run('remote', 'add', 'origin', `file://${this.origin}`);
    run('fetch', '--quiet', '--no-tags', ...(depth === null ? [] : [`--depth=${depth}`]), 'origin', merge);
    run('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    return { folder, base: this.base, head, merge };
  }

  private commit(files: Files, message: string): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.origin, path)), { recursive: true });
      writeFileSync(join(this.origin, path), text);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  private git(...words: string[]): string {
    return runGit(this.origin, words);
  }
}

function runGit(cwd: string, words: readonly string[]): string {
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A Person',
    GIT_AUTHOR_EMAIL: 'person@example.com',
    GIT_COMMITTER_NAME: 'A Person',
    GIT_COMMITTER_EMAIL: 'person@example.com',
    GIT_COMMITTER_DATE: '2026-11-23T09:00:00Z',
    GIT_AUTHOR_DATE: '2026-11-23T09:00:00Z',
  };
  return execFileSync('git', [...words], { cwd, env, encoding: 'utf8' }).trim();
}
