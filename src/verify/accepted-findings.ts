// Findings of other people's linters that a project accepts, each with its reason.
import { z } from 'zod';
import type { Finding } from './finding.ts';

const acceptedSchema = z.strictObject({
  /** The linter's own id of the rule. */
  id: z.string().min(1).max(40),
  /** Logical id it holds for; a star at the end stands for any ending. */
  resource: z.string().regex(/^[A-Za-z0-9]*\*?$/),
  reason: z.string().min(20).max(400),
});

export const acceptedFindingsSchema = z.strictObject({
  schema: z.literal('seekstack/accepted-findings@1'),
  'cfn-lint': z.array(acceptedSchema).default([]),
  checkov: z.array(acceptedSchema).default([]),
});

export type AcceptedFindings = z.infer<typeof acceptedFindingsSchema>;
type Accepted = z.infer<typeof acceptedSchema>;

export interface Sorted {
  readonly unexplained: readonly Finding[];
  readonly acknowledged: readonly { readonly rule: string; readonly construct: string; readonly reason: string }[];
}

/** Sorts findings into those that are explained and those that are not. */
export function sortFindings(findings: readonly Finding[], accepted: readonly Accepted[]): Sorted {
  const unexplained: Finding[] = [];
  const acknowledged: Sorted['acknowledged'][number][] = [];
  for (const finding of findings) {
    const match = accepted.find((each) => each.id === finding.rule && covers(each.resource, finding.resource ?? ''));
    if (match === undefined) unexplained.push(finding);
    else acknowledged.push({ rule: finding.rule, construct: `${finding.stack}/${finding.resource ?? ''}`, reason: match.reason });
  }
  return { unexplained, acknowledged };
}

function covers(pattern: string, resource: string): boolean {
  return pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : resource === pattern;
}
