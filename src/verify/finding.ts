// What a check found wrong, in the shape every rung of the verification shares.

export interface Finding {
  /** Stable name of the rule. */
  readonly rule: string;
  readonly stack: string;
  /** Logical id of the resource; null where the stack as a whole is meant. */
  readonly resource: string | null;
  readonly got: string;
  readonly expected: string;
  /** What to do, imperative. */
  readonly fix: string;
}
