// The script of the report's page, as the build made it. In: the package. Out: its text.
import { existsSync } from 'node:fs';
import { SeekstackError } from '../errors.ts';
import type { PackageFiles } from './package-root.ts';
import { readText } from './read-text.ts';

const SCRIPT_LIMIT_BYTES = 4 * 1024 * 1024;

/** @throws SeekstackError E_FILE_MISSING in a source checkout that was not built */
export function readPageScript({ pageScript }: PackageFiles): string {
  if (!existsSync(pageScript))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: pageScript },
      got: 'no script for the page',
      expected: 'what the build makes',
      fix: 'run "npm run build"',
    });
  return readText(pageScript, SCRIPT_LIMIT_BYTES);
}
