// What a rehearsal found.

export interface RehearsedStep {
  readonly name: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** What was not as expected, a line each; empty where it passed. */
  readonly failures: readonly string[];
}

export interface RehearsedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Whether the server made it, or passed it over because it does not know the type. */
  readonly reached: 'simulated' | 'not-simulated';
}

export interface RehearsalReport {
  readonly schema: 'seekstack/rehearsal@1';
  readonly server: string;
  readonly passed: boolean;
  readonly steps: readonly RehearsedStep[];
  readonly resources: readonly RehearsedResource[];
}

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
export function renderReport({ server, steps, resources }: RehearsalReport): string {
  const simulated = resources.filter((each) => each.reached === 'simulated').length;
  const left = [...new Set(resources.filter((each) => each.reached === 'not-simulated').map((each) => each.type))].sort();
  return [
    `Rehearsed against ${server}`,
    ...steps.flatMap((step) => [
      `  ${step.passed ? 'ok  ' : 'FAIL'} ${step.name} (${step.seconds.toFixed(1)} s)`,
      ...step.failures.map((failure) => `       ${failure}`),
    ]),
    `${simulated} of ${resources.length} resources were made; the server does not know ${left.length === 0 ? 'nothing' : left.join(', ')}`,
    '',
  ].join('\n');
}
