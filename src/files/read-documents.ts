// Reading the documents people hand in: workloads and plans.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type ClaimsFile, claimsFileSchema } from '../documents/claims.ts';
import { type Plan, planSchema } from '../documents/plan.ts';
import { type Workload, workloadSchema } from '../documents/workload.ts';
import { fieldsOf, type WorkloadSource } from '../documents/workload-source.ts';
import { type LocatedDocument, parseLocated, validateLocated } from './located-document.ts';
import { PLAN_LIMIT_BYTES, readText } from './read-text.ts';

export interface WorkloadFile {
  readonly workload: Workload;
  readonly digest: string;
  readonly text: string;
  /** From the file's name; fits where a resource name must fit. */
  readonly name: string;
  readonly document: LocatedDocument;
  /** As it was written, for what is made from it to carry; without what its trace holds. */
  readonly source: WorkloadSource;
}

/** Reads a workload file, every problem in it told at once. */
export function readWorkload(path: string): WorkloadFile {
  return parseWorkload(readText(path), path);
}

/**
 * A workload from its text, every problem in it told at once.
 * @param path - as problems name it
 * @param file - as what is made from it names it: never a folder of this machine
 */
export function parseWorkload(text: string, path: string, file = basename(path)): WorkloadFile {
  const document = parseLocated(text, path);
  const workload = validateLocated(document, workloadSchema, 'seekstack/workload@1');
  return { workload, digest: digestOf(text), text, name: nameFrom(file), document, source: sourceOf(document, file) };
}

function sourceOf({ value, locate }: LocatedDocument, file: string): WorkloadSource {
  const fields = [...fieldsOf(value).keys()];
  return {
    file,
    document: value as Record<string, unknown>,
    lines: Object.fromEntries(fields.map((field) => [field, locate(field.split('.')).line ?? 1])),
    trace: null,
  };
}

/** Reads a file of claims. */
export function readClaims(path: string): { readonly claims: ClaimsFile; readonly document: LocatedDocument } {
  const document = parseLocated(readText(path), path);
  return { claims: validateLocated(document, claimsFileSchema, 'seekstack/claims@1'), document };
}

export interface PlanFile {
  readonly plan: Plan;
  readonly digest: string;
}

/**
 * Reads a plan file. Plans are JSON and large, so the parser that keeps places is used only to tell what is wrong.
 */
export function readPlan(path: string): PlanFile {
  return parsePlan(readText(path, PLAN_LIMIT_BYTES), path);
}

/** A plan from its text. */
export function parsePlan(text: string, path: string): PlanFile {
  const digest = digestOf(text);
  const quick = planSchema.safeParse(parseJson(text));
  if (quick.success) return { plan: quick.data, digest };
  return { plan: validateLocated(parseLocated(text, path), planSchema, 'seekstack/plan@1'), digest };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function nameFrom(path: string): string {
  const stem = basename(path)
    .replace(/\.(ya?ml|json)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  return stem === '' ? 'workload' : stem;
}
