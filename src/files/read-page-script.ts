// The scripts of the report's page, as the build made them. In: the package. Out: their text.
import { existsSync } from 'node:fs';
import { SeekstackError } from '../errors.ts';
import type { PackageFiles } from './package-root.ts';
import { readText } from './read-text.ts';

const SCRIPT_LIMIT_BYTES = 4 * 1024 * 1024;

/** @throws SeekstackError E_FILE_MISSING in a source checkout that was not built */
export function readPageScript({ pageScript }: PackageFiles): string {
  return readBuilt(pageScript);
}

/** The planner as a worker of the page. @throws SeekstackError E_FILE_MISSING in a source checkout that was not built */
export function readPlannerScript({ plannerScript }: PackageFiles): string {
  return readBuilt(plannerScript);
}

function readBuilt(file: string): string {
  if (!existsSync(file))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file },
      got: 'no script for the page',
      expected: 'what the build makes',
      fix: 'run "npm run build"',
    });
  return readText(file, SCRIPT_LIMIT_BYTES);
}
