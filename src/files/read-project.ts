// An emitted project from disk: its document, what it accepts, and what was edited since it was emitted.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type Deployment, deploymentSchema } from '../documents/deployment.ts';
import { SeekstackError } from '../errors.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { readText } from './read-text.ts';
import { MANIFEST_PATH } from './write-project.ts';

/** @throws SeekstackError where the folder holds no deployment document, or a wrong one */
export function readDeploymentOf(folder: string): Deployment {
  return readDocument(join(folder, 'deployment.json'), deploymentSchema, 'seekstack/deployment@2');
}

/** A document of a project against its schema. */
export function readDocument<Schema extends z.ZodType>(path: string, schema: Schema, kind: string): z.output<Schema> {
  return validateLocated(parseLocated(readText(path), path), schema, kind);
}

/**
 * Files as they were emitted, as far as they still are: path → text. What was edited since is left out.
 */
export function readEmitted(folder: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(readDigests(folder))
      .filter(([name, sha256]) => digestOf(join(folder, name)) === sha256)
      .map(([name]) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** Files of the manifest that are no longer as they were emitted. */
export function listEdited(folder: string): string[] {
  return Object.entries(readDigests(folder))
    .filter(([name, sha256]) => digestOf(join(folder, name)) !== sha256)
    .map(([name]) => name);
}

/** @returns null where there is no such file */
function digestOf(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}

/** Path → SHA-256 of the text as emitted. */
function readDigests(folder: string): Readonly<Record<string, string>> {
  const path = join(folder, MANIFEST_PATH);
  if (!existsSync(path))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: path },
      got: 'no manifest',
      expected: 'a folder that "seekstack emit" wrote',
      fix: 'give the folder of an emitted project',
    });
  const { files = {} } = JSON.parse(readFileSync(path, 'utf8')) as { files?: Record<string, string> };
  return files;
}
