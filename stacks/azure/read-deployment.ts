// Finds, reads and parses the deployment document.
// In: a path from the Pulumi configuration. Out: a typed document, or one error the user can act on.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';

const maximumShownCharacters = 80;

/**
 * Directory of Pulumi.yaml. Pulumi starts a program in the folder of its `main` entry, deep in dist, so the working
 * directory alone says little.
 */
function findProjectDirectory(): string {
  const told = pulumi.runtime.getRootDirectory();
  if (told !== '' && existsSync(join(told, 'Pulumi.yaml'))) return told;
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'Pulumi.yaml'))) return folder;
    if (folder === dirname(folder)) return process.cwd();
  }
}

/** Value at a path of the parsed JSON, shortened; environment values may be tokens and are never shown. */
function showValue(root: unknown, path: readonly PropertyKey[]): string {
  if (path[0] === 'engine' && path[1] === 'environment') return '(not shown)';
  const value = path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[key] : undefined),
    root,
  );
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maximumShownCharacters ? `${text.slice(0, maximumShownCharacters)}…` : text;
}

/**
 * Absolute path of the document.
 * @param configured - absolute, or relative to the directory of Pulumi.yaml
 */
export function resolveDocumentPath(configured: string): string {
  return isAbsolute(configured) ? configured : resolve(findProjectDirectory(), configured);
}

/**
 * Reads and parses the document.
 * @param path - absolute path
 * @throws RunError when the file is missing, is not JSON or does not follow the schema; every field at fault is listed
 */
export function readDeployment(path: string): Deployment {
  if (!existsSync(path))
    throw new pulumi.RunError(
      `no deployment document at ${path}\n  fix: pulumi config set deployment <path>, relative to Pulumi.yaml`,
    );
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new pulumi.RunError(`the deployment document ${path} cannot be read as JSON\n  ${String(cause)}`);
  }
  const parsed = deploymentSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const field = issue.path.length > 0 ? issue.path.map(String).join('.') : '(document)';
    if (issue.code === 'unrecognized_keys')
      return `  ${field}: got the unknown ${issue.keys.join(', ')}, expected: no such field`;
    const expected = issue.message
      .replace(/^(Invalid input|Too small|Too big|Invalid option): expected /, '')
      .replace(/, received \w+$/, '');
    return `  ${field}: got ${showValue(raw, issue.path)}, expected: ${expected}`;
  });
  throw new pulumi.RunError(`the deployment document ${path} does not follow its schema\n${lines.join('\n')}`);
}
