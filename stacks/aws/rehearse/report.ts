// What a rehearsal found: which resources the server made, in words.
// In: templates, what the server lists; a report. Out: a row a resource; lines for a terminal.
import { type RehearsalReport, type RehearsedResource, renderRehearsal } from '../../../src/documents/rehearsal.ts';

/** A template as CloudFormation reads it, as far as is needed here. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>>;
}

/**
 * Which resources of the templates the server made.
 * @param templates - by stack name
 * @param made - logical ids by stack name, as the server lists them
 */
export function listReached(
  templates: ReadonlyMap<string, Template>,
  made: ReadonlyMap<string, ReadonlySet<string>>,
): RehearsedResource[] {
  return [...templates].flatMap(([stack, template]) =>
    Object.entries(template.Resources).map(([logicalId, { Type: type }]) => ({
      stack,
      logicalId,
      type,
      reached: made.get(stack)?.has(logicalId) === true ? ('simulated' as const) : ('not-simulated' as const),
    })),
  );
}

/** For a terminal. */
export function renderReport(report: RehearsalReport): string {
  const unknown = report.resources.filter((each) => each.reached === 'not-simulated').map((each) => each.type);
  const left = [...new Set(unknown)].sort();
  return renderRehearsal(report, `the server does not know ${left.length === 0 ? 'nothing' : left.join(', ')}`);
}
