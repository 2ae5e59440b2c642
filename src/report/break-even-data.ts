// Break-even: what each way of having the capacity costs by the share of the hours in which it is busy.
// In: a plan and its comparison. Out: a line a way, and above which share owning is cheaper.
import type { Plan } from '../documents/plan.ts';
import type { Tco } from '../documents/tco.ts';

export interface BreakEvenData {
  /** At today's prices, in one sentence; null where nothing is owned or nothing rented. */
  readonly sentence: string | null;
  readonly against: string;
  readonly lines: readonly {
    readonly id: string;
    /** `owned`, a way of renting, or `hosted`: a seller by the token. */
    readonly kind: 'owned' | 'rented' | 'hosted';
    /** The fleet or the seller. */
    readonly label: string;
    /** Whether the workload's term and limits allow it. */
    readonly allowed: boolean;
    readonly points: readonly { readonly utilisation: number; readonly usdPerMonth: number }[];
  }[];
  /** Share of the hours above which owning is cheaper, over the draws, with prices that fall as expected; null where it never is. */
  readonly utilisation: { readonly p10: number | null; readonly p50: number | null; readonly p90: number | null };
  readonly everPaysOff: number;
}

/** @returns null where the comparison lacks an owned fleet or one by the hour */
export function breakEvenData(plan: Plan, tco: Tco | null, sentence: string | null): BreakEvenData | null {
  const breakEven = tco?.breakEven ?? null;
  if (tco === null || breakEven === null) return null;
  const [first] = breakEven.curve;
  const ids = Object.keys(first?.usdPerMonth ?? {});
  return {
    sentence: plan.breakEven === null ? null : sentence,
    against: breakEven.against,
    lines: ids.map((id) => {
      const way = tco.ways.find((each) => each.id === id);
      return {
        id,
        kind: id === 'owned' ? 'owned' : way === undefined ? 'hosted' : 'rented',
        label: way === undefined ? id : `${way.nodes} × ${way.machine}`,
        allowed: way?.allowed ?? true,
        points: breakEven.curve.map(({ utilisation, usdPerMonth }) => ({ utilisation, usdPerMonth: usdPerMonth[id] ?? 0 })),
      };
    }),
    utilisation: breakEven.utilisation,
    everPaysOff: breakEven.everPaysOff,
  };
}
