// Runs `seekstack comment` in this process against a local platform, with a clock and chance that the test owns.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { Pace } from '../../src/post/pace.ts';
import { commentTag } from '../../src/render/comment-tag.ts';
import type { LocalPlatform } from './server.ts';

export interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  /** Every wait, in seconds; none of them was waited. */
  readonly waits: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), 'seekstack-post-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A comparison's body, as it was at a minute of an hour. */
export function bodyAt(minute: number, said = `the plan of minute ${minute}`, key = 'chat'): string {
  const validAt = `2026-11-23T10:${String(minute).padStart(2, '0')}:00Z`;
  return `${commentTag({ key, validAt, head: `c0ffee${minute}` })}\n### seekstack · ${key}\n\n${said}\n`;
}

/** Waits take no time and count as if they had; the rest of time is real. */
export function quickPace(waits: number[], scale = 0): Pace {
  let waited = 0;
  return {
    nowSeconds: () => performance.now() / 1000 + waited,
    epochSeconds: () => Date.UTC(2026, 10, 23, 10) / 1000 + waited,
    random: () => 0.5,
    wait: async (seconds) => {
      waits.push(seconds);
      if (scale > 0) await new Promise((done) => setTimeout(done, seconds * 1000 * scale));
      else waited += seconds;
    },
  };
}

export function writeBody(text: string | Uint8Array): string {
  files += 1;
  const path = join(folder, `${files}.md`);
  writeFileSync(path, text);
  return path;
}

export async function runPost(argv: readonly string[], environment: Readonly<Record<string, string>>, scale = 0): Promise<Told> {
  let [out, err] = ['', ''];
  const waits: number[] = [];
  const exitCode = await run(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: false,
    liveTalk: false,
    environment,
    nodeVersion: process.versions.node,
    nowSeconds: () => 0,
    pace: quickPace(waits, scale),
  });
  return { exitCode, out, err, waits };
}

/** Posts a body to a local platform. */
export function post(platform: LocalPlatform, body: string, ...more: string[]): Promise<Told> {
  return runPost(['comment', platform.name, '--body', writeBody(body), ...platform.flags, ...more], platform.environment);
}

/** A body as the platform keeps it. */
export function asKept(platform: LocalPlatform, body: string): string {
  return platform.name === 'bitbucket' ? body.replace(/^<!-- (.*) -->/, '[//]: # ($1)') : body;
}
