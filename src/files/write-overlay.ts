// Writing the calibration of a run: one dated file, and never over that of another run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SeekstackError } from '../errors.ts';
import { catalogText } from './catalog-text.ts';
import { readOverlay } from './read-catalog.ts';
import { writeText } from './write-files.ts';

const HEADER = `# What a run of one's own showed of this engine on this hardware. Written by "seekstack calibrate"; do not edit by hand.
# It lies over the rows of the catalogue that it names; remove the file, and they are as they were.
`;

/** The text of an overlay; the same content is the same bytes. */
export function overlayText(content: object): string {
  return catalogText(HEADER, content);
}

/**
 * Writes an overlay.
 * @param run - name and start of the run it is of
 * @returns the path
 * @throws SeekstackError E_OUT_CONFLICT where a file of that name is of another run
 */
export function writeOverlay(
  folder: string,
  name: string,
  content: object,
  run: { readonly name: string; readonly startedAt: string },
): string {
  const path = join(folder, `${name}.yaml`);
  if (existsSync(path)) {
    const there = readOverlay(path).overlay.content.run;
    if (there.name !== run.name || there.startedAt !== run.startedAt)
      throw new SeekstackError({
        code: 'E_OUT_CONFLICT',
        where: { file: path },
        got: `the calibration of another run: ${there.name}, ${there.startedAt}`,
        expected: 'a name of its own for each run',
        fix: 'give another one with --name',
      });
  }
  writeText(path, overlayText(content));
  return path;
}
