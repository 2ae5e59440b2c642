// One side of a diff from its name: a plan as it was made, or a workload planned now.
// In: a name and a catalogue. Out: the side, and the commit it is of.
import { basename, isAbsolute, normalize } from 'node:path';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import type { WorkloadSource } from '../../documents/workload-source.ts';
import { SeekstackError } from '../../errors.ts';
import { withPlaces } from '../../files/located-document.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { parsePlan, parseWorkload } from '../../files/read-documents.ts';
import type { GitPath } from '../../files/read-git.ts';
import { type Choice, noSide, type Side, sideOfPlan } from '../../review/plan-side.ts';
import type { Io } from '../io.ts';
import { type Named, readTraceOf } from './read-inputs.ts';

export interface ReadSide {
  readonly side: Side;
  readonly git: GitPath | null;
}

/** Plans are JSON that begins with its schema; everything else is read as a workload, and told what it lacks. */
const PLAN_BEGINS = /^\uFEFF?\s*\{\s*"schema"\s*:\s*"seekstack\/plan@/;

export function isPlan(text: string): boolean {
  return PLAN_BEGINS.test(text);
}

export async function readSide(
  named: Exclude<Named, { kind: 'folder' }>,
  name: string,
  catalog: () => Promise<Catalog>,
  choice: Choice,
  work: string,
  io: Io,
  files: PackageFiles,
): Promise<ReadSide> {
  if (named.kind === 'nothing') return { side: noSide(), git: null };
  const { git, text } = named;
  const revision = git?.commit ?? null;
  if (isPlan(text)) {
    const { plan, digest } = parsePlan(text, name);
    return { side: sideOfPlan({ kind: 'plan', label: name, revision, sha256: digest, plan, catalog }, choice), git };
  }
  const read = parseWorkload(text, name, git?.path ?? pathInside(name));
  const trace = await readTraceOf(read.workload, name, git, work, io);
  const source: WorkloadSource = {
    ...read.source,
    trace: trace === undefined ? null : (structuredClone(trace) as WorkloadSource['trace']),
  };
  const facts = await catalog();
  const { planWorkload } = await import('../../plan/plan-workload.ts');
  try {
    const plan = planWorkload({
      workload: read.workload,
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog: facts,
      version: files.version,
      ...(trace === undefined ? {} : { trace }),
      source,
    });
    return { side: sideOfPlan({ kind: 'workload', label: name, revision, sha256: read.digest, plan, catalog }, choice), git };
  } catch (error) {
    if (error instanceof SeekstackError) throw withPlaces(error, read.document);
    throw error;
  }
}

/** The path as it was given where it leads no further than here; else the file's name alone. */
function pathInside(name: string): string {
  const path = normalize(name).replaceAll('\\', '/');
  return isAbsolute(path) || path.startsWith('..') ? basename(path) : path;
}
