// What a rehearsal found.

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
  /** Whether it was made. */
  readonly reached: 'simulated' | 'not-simulated';
}

export interface RehearsalReport {
  readonly schema: 'seekstack/rehearsal@1';
  /** The engine, its language host and its providers. */
  readonly server: string;
  readonly passed: boolean;
  readonly steps: readonly RehearsedStep[];
  readonly resources: readonly RehearsedResource[];
}

/** For a terminal. */
export function renderReport({ server, steps, resources }: RehearsalReport): string {
  const simulated = resources.filter((each) => each.reached === 'simulated').length;
  return [
    `Rehearsed with ${server}`,
    ...steps.flatMap((step) => [
      `  ${step.passed ? 'ok  ' : 'FAIL'} ${step.name} (${step.seconds.toFixed(1)} s)${step.found === '' ? '' : `: ${step.found}`}`,
      ...step.failures.map((failure) => `       ${failure}`),
    ]),
    `${simulated} of ${resources.length} resources were made, in a file: what only Azure can refuse was not asked`,
    '',
  ].join('\n');
}
