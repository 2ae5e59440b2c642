// What a rehearsal found: the steps of a stack's life tried on a stand-in of the cloud, and the resources it made.
// In: the programs of a stack write it. Out: the ladder of checks reads it. It is copied into every emitted project.

export interface RehearsedStep {
  readonly name: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** What was found, in a few words; empty where there is nothing to add to the name. */
  readonly found: string;
  /** What was not as expected, a line each; empty where it passed. */
  readonly failures: readonly string[];
}

export interface RehearsedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Whether it was made, or passed over because the stand-in does not know the type. */
  readonly reached: 'simulated' | 'not-simulated';
}

export interface RehearsalReport {
  readonly schema: 'seekstack/rehearsal@1';
  /** What stands in for the cloud, with its version. */
  readonly server: string;
  readonly passed: boolean;
  readonly steps: readonly RehearsedStep[];
  readonly resources: readonly RehearsedResource[];
}

/** For a terminal: each step with what went wrong, and how far the stand-in reached. */
export function renderRehearsal({ server, steps, resources }: RehearsalReport, limits: string): string {
  const simulated = resources.filter((each) => each.reached === 'simulated').length;
  return [
    `Rehearsed on ${server}`,
    ...steps.flatMap((step) => [
      `  ${step.passed ? 'ok  ' : 'FAIL'} ${step.name} (${step.seconds.toFixed(1)} s)${step.found === '' ? '' : `: ${step.found}`}`,
      ...step.failures.map((failure) => `       ${failure}`),
    ]),
    `${simulated} of ${resources.length} resources were made; ${limits}`,
    '',
  ].join('\n');
}
