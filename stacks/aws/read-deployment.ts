// Reads the deployment document that drives the app.
// In: a path. Out: the parsed document, or DeploymentRejected with every problem found.
import { readFileSync } from 'node:fs';

import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { type DeploymentProblem, findAwsProblems } from './aws-limits.ts';
import { findClusterProblems } from './cluster/cluster-limits.ts';

/** The longest part of a refused value that is printed, characters. */
const SHOWN_VALUE_CHARACTERS = 80;

/** What the owner of the document can fix. Its message is complete: print it without a stack. */
export class DeploymentRejected extends Error {
  readonly problems: readonly DeploymentProblem[];

  constructor(path: string, problems: readonly DeploymentProblem[]) {
    super(
      [
        `${path}: this deployment document cannot be used on AWS`,
        ...problems.map(({ field, got, expected }) => `  ${field}\n    got: ${got}   expected: ${expected}`),
        '  fix: emit the project again from a plan, or correct these fields',
      ].join('\n'),
    );
    this.name = 'DeploymentRejected';
    this.problems = problems;
  }
}

/**
 * Reads and checks a deployment document.
 * @param path - of a JSON file, absolute or relative to the working directory
 * @throws DeploymentRejected when the file is missing, not JSON, off the schema, or not for this program
 */
export function readDeployment(path: string): Deployment {
  const json = parseJson(path);
  const parsed = deploymentSchema.safeParse(json);
  if (!parsed.success)
    throw new DeploymentRejected(
      path,
      parsed.error.issues.flatMap((issue) => {
        if (issue.code === 'unrecognized_keys')
          return issue.keys.map((key) => explainField(json, [...issue.path, key], 'no such field'));
        return explainField(json, issue.path, issue.message);
      }),
    );
  const document = parsed.data;
  const problems = [...findAwsProblems(document), ...(document.tier === 'kubernetes' ? findClusterProblems(document) : [])];
  if (problems.length > 0) throw new DeploymentRejected(path, problems);
  return document;
}

function parseJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DeploymentRejected(path, [
      { field: '(file)', got: reasonOf(error), expected: 'a readable file, named by context seekstack:deployment' },
    ]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DeploymentRejected(path, [{ field: '(file)', got: reasonOf(error), expected: 'JSON' }]);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function explainField(json: unknown, path: readonly PropertyKey[], expected: string): DeploymentProblem {
  const field = path.length === 0 ? '(document)' : path.map(String).join('.');
  return { field, got: showValue(valueAt(json, path)), expected };
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    json,
  );
}

function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > SHOWN_VALUE_CHARACTERS ? `${text.slice(0, SHOWN_VALUE_CHARACTERS)}…` : text;
}
