// A bill that was counted, held against the plan's, line by line.
import type { Deployment } from '../documents/deployment.ts';
import type { Finding } from './finding.ts';

/** Shares of a cent are rounding, not a difference. */
const TOLERANCE_USD = 0.005;

export interface CountedLine {
  readonly id: string;
  readonly plannedUsdPerMonth: number;
  readonly countedUsdPerMonth: number;
  /** `use`: depends on traffic, which no template holds; taken from the plan. */
  readonly basis: 'counted' | 'use';
}

export interface CountedBill {
  readonly lines: readonly CountedLine[];
  readonly findings: readonly Finding[];
  readonly plannedUsdPerMonth: number;
  readonly countedUsdPerMonth: number;
}

/**
 * @param units - item of the price list → units a month, of everything that is billed by being there
 * @param fromUse - lines that follow from requests and images, which nothing declared can tell
 * @returns the bill by line; a finding for each line that is not the plan's, and for each thing that no line pays for
 */
export function compareBill(units: ReadonlyMap<string, number>, document: Deployment, fromUse: ReadonlySet<string>): CountedBill {
  const findings: Finding[] = [];
  const differ = (id: string, got: string, expected: string) =>
    findings.push({
      rule: 'cost-as-planned',
      stack: document.name,
      resource: null,
      got: `${id}: ${got}`,
      expected,
      fix: 'restore what was emitted, or plan and emit again so that the cost is told',
    });
  const lines = document.cost.lines.map(({ id, usdPerMonth, quantity }): CountedLine => {
    const planned = usdPerMonth ?? 0;
    const counted = units.get(id);
    if (fromUse.has(id) || counted === undefined || quantity === null)
      return { id, plannedUsdPerMonth: planned, countedUsdPerMonth: planned, basis: 'use' };
    const countedUsd = counted * quantity.usdPerUnit;
    if (Math.abs(countedUsd - planned) > TOLERANCE_USD)
      differ(
        id,
        `${counted} ${quantity.unit}, USD ${countedUsd.toFixed(2)} a month`,
        `${quantity.units} ${quantity.unit}, USD ${planned.toFixed(2)}`,
      );
    return { id, plannedUsdPerMonth: planned, countedUsdPerMonth: countedUsd, basis: 'counted' };
  });
  const paid = new Set(lines.map((line) => line.id));
  for (const [id, counted] of units)
    if (counted > 0 && !paid.has(id)) differ(id, `${counted} units a month`, 'none: no line of the plan pays for it');
  const total = (of: (line: CountedLine) => number) => lines.reduce((sum, line) => sum + of(line), 0);
  return {
    lines,
    findings,
    plannedUsdPerMonth: document.cost.usdPerMonth,
    countedUsdPerMonth: total((line) => line.countedUsdPerMonth),
  };
}
