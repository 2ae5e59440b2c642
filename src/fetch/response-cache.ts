// The cache of answers: what a vendor said, when, and the tags to ask whether that still holds.
// In: a folder and how long an answer needs no question. Out: entries; one that cannot be read is as good as none.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { writeText } from '../files/write-files.ts';

const entrySchema = z.object({
  key: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** When the vendor last said so, ISO 8601. */
  retrieved: z.iso.datetime(),
  value: z.unknown(),
});
export type CacheEntry = Omit<z.infer<typeof entrySchema>, 'key'>;

export interface ResponseCache {
  readonly find: (key: string) => CacheEntry | null;
  readonly keep: (key: string, entry: CacheEntry) => void;
  readonly isFresh: (entry: CacheEntry, now: number) => boolean;
}

/** The folder of caches of this system: `$XDG_CACHE_HOME/seekstack` and its like elsewhere. */
export function defaultCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME } = environment;
  return XDG_CACHE_HOME === undefined || XDG_CACHE_HOME === ''
    ? envPaths('seekstack', { suffix: '' }).cache
    : join(XDG_CACHE_HOME, 'seekstack');
}

/** @param freshSeconds - an answer younger than this is taken without asking */
export function openResponseCache(folder: string, freshSeconds: number): ResponseCache {
  const pathOf = (key: string) => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  return {
    find: (key) => {
      const entry = readEntry(pathOf(key));
      return entry?.key === key ? entry : null;
    },
    keep: (key, entry) => writeText(pathOf(key), JSON.stringify({ key, ...entry })),
    isFresh: ({ retrieved }, now) => {
      const age = (now - Date.parse(retrieved)) / 1000;
      return age >= 0 && age < freshSeconds;
    },
  };
}

function readEntry(path: string): z.infer<typeof entrySchema> | null {
  try {
    const found = entrySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return found.success ? found.data : null;
  } catch {
    // Absent, cut short or not JSON: the vendor is asked again, and the entry is written anew.
    return null;
  }
}
