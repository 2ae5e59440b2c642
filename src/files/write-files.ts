// Writing: whole files or none. Each goes to a temporary name beside its place and is renamed there when complete.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SeekstackError } from '../errors.ts';

/**
 * Writes a text file; on failure nothing is left behind.
 * @throws SeekstackError E_FILE_UNREADABLE when the place cannot be written
 */
export function writeText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: path },
        got: `the system answered ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        expected: 'a place you may write to',
        fix: 'check the folder, its permissions and the free space',
      },
      { cause },
    );
  }
}
