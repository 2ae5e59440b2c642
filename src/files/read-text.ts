// Reading text from disk, with the one clear error a person needs when that fails.
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { SeekstackError } from '../errors.ts';

const BYTES_PER_MIB = 1024 * 1024;
/** No workload, policy or plan written by hand or by this program comes near these. */
export const DOCUMENT_LIMIT_BYTES = BYTES_PER_MIB;
export const PLAN_LIMIT_BYTES = 64 * BYTES_PER_MIB;

/**
 * Reads a UTF-8 file.
 * @throws SeekstackError E_FILE_MISSING, E_FILE_UNREADABLE, E_FILE_TOO_LARGE or E_FILE_EMPTY
 */
export function readText(path: string, limitBytes: number = DOCUMENT_LIMIT_BYTES): string {
  return decodeText(readBytes(path, limitBytes), path);
}

/**
 * Bytes as UTF-8 text.
 * @throws SeekstackError E_FILE_UNREADABLE or E_FILE_EMPTY
 */
export function decodeText(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: path },
        got: 'bytes that are not UTF-8 text',
        expected: 'a text file in UTF-8',
        fix: 'save the file as UTF-8 and try again',
      },
      { cause },
    );
  }
  if (text.trim() === '')
    throw new SeekstackError({
      code: 'E_FILE_EMPTY',
      where: { file: path },
      got: 'an empty file',
      expected: 'a document',
      fix: 'start from one of the files in examples/',
    });
  return text;
}

/** Fails with a clear error where a path is not a file that may be read, whatever its size. */
export function checkReadable(path: string): void {
  guard(path, () => {
    refuseFolder(path);
    accessSync(path, constants.R_OK);
  });
}

function refuseFolder(path: string): void {
  if (statSync(path).isDirectory())
    throw new SeekstackError({
      code: 'E_FILE_UNREADABLE',
      where: { file: path },
      got: 'a folder',
      expected: 'a file',
      fix: 'name the file inside the folder',
    });
}

function readBytes(path: string, limitBytes: number): Uint8Array {
  return guard(path, () => {
    refuseFolder(path);
    const { size } = statSync(path);
    if (size > limitBytes)
      throw new SeekstackError({
        code: 'E_FILE_TOO_LARGE',
        where: { file: path },
        got: `${(size / BYTES_PER_MIB).toFixed(1)} MiB`,
        expected: `at most ${limitBytes / BYTES_PER_MIB} MiB`,
        fix: 'check that this is the file you mean; such a document takes a few kilobytes',
      });
    return readFileSync(path);
  });
}

/** What the system says of a path, in the user's words. */
function guard<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SeekstackError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new SeekstackError(
        {
          code: 'E_FILE_MISSING',
          where: { file: path },
          got: 'no such file',
          expected: 'a file that exists',
          fix: 'check the path and the folder you are in',
        },
        { cause },
      );
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: path },
        got: `the system answered ${code ?? String(cause)}`,
        expected: 'a file you may read',
        fix: 'check its permissions',
      },
      { cause },
    );
  }
}
