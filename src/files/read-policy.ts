// A policy file, with the line of each of its guardrails; and a diff document, to be rendered once more.
import { diffSchema, type PlanDiff } from '../documents/diff.ts';
import { type Policy, policySchema } from '../documents/policy.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { PLAN_LIMIT_BYTES, readText } from './read-text.ts';

export interface PolicyFile {
  readonly content: Policy;
  /** Place of the guardrail at an index. */
  readonly where: (index: number) => { readonly file: string; readonly line: number };
}

/** @throws SeekstackError with every problem of the file, each with its line */
export function readPolicy(path: string): PolicyFile {
  const document = parseLocated(readText(path), path);
  return {
    content: validateLocated(document, policySchema, 'seekstack/policy@1'),
    where: (index) => ({ file: path, line: document.locate(['guardrails', index, 'id']).line ?? 1 }),
  };
}

export function readDiff(path: string): PlanDiff {
  const text = readText(path, PLAN_LIMIT_BYTES);
  return validateLocated(parseLocated(text, path), diffSchema, 'seekstack/diff@1');
}
