// Writing: whole files or none. Each goes to a temporary name beside its place and is renamed there when complete.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SeekstackError } from '../errors.ts';

/**
 * Writes a text file; on failure nothing is left behind.
 * @throws SeekstackError E_FILE_UNREADABLE when the place cannot be written
 */
export function writeText(path: string, text: string): void {
  writeTexts(new Map([[path, text]]));
}

/**
 * Writes several files that belong together: all of them, or none. Every one is complete beside its place before the first is renamed;
 * where a rename fails, those before it are put back.
 * @throws SeekstackError E_FILE_UNREADABLE when a place cannot be written
 */
export function writeTexts(texts: ReadonlyMap<string, string>): void {
  const temporary = (path: string) => `${path}.${process.pid}.tmp`;
  const renamed: { readonly path: string; readonly before: Uint8Array | null }[] = [];
  let current = '';
  try {
    for (const [path, text] of texts) {
      current = path;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temporary(path), text, { flag: 'wx' });
    }
    for (const path of texts.keys()) {
      current = path;
      // Only what several files have in common has to be put back.
      const before = texts.size > 1 && existsSync(path) ? readFileSync(path) : null;
      renameSync(temporary(path), path);
      renamed.push({ path, before });
    }
  } catch (cause) {
    for (const { path, before } of renamed)
      if (before === null) rmSync(path);
      else writeFileSync(path, before);
    for (const path of texts.keys()) if (existsSync(temporary(path))) rmSync(temporary(path));
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: current },
        got: `the system answered ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        expected: 'a place you may write to',
        fix: 'check the folder, its permissions and the free space',
      },
      { cause },
    );
  }
}
