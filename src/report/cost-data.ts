// The bill, part by part: what the compared options cost a month and what for.
// In: options. Out: a stack an option, and the winner's bill line by line with what each line rests on.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { nameMachine } from '../render/plan-rows.ts';

/** What money goes for, from what is owned to what is rented. */
export const COST_PARTS = [
  'hardware',
  'capital',
  'support',
  'energy',
  'space',
  'staff',
  'compute',
  'network',
  'storage',
  'watching',
  'other',
] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** Lines of bills by the beginning of their ids. */
const PART_OF_LINE: readonly (readonly [string, CostPart])[] = [
  ['depreciation', 'hardware'],
  ['capital', 'capital'],
  ['support', 'support'],
  ['energy', 'energy'],
  ['space', 'space'],
  ['staff', 'staff'],
  ['compute', 'compute'],
  ['system-node', 'compute'],
  ['eks-', 'compute'],
  ['aks-', 'compute'],
  ['nlb', 'network'],
  ['lb-', 'network'],
  ['interface-endpoint', 'network'],
  ['private-', 'network'],
  ['internet-egress', 'network'],
  ['cross-az', 'network'],
  ['nat-', 'network'],
  ['public-ip', 'network'],
  ['ebs-', 'storage'],
  ['disk-', 'storage'],
  ['s3-', 'storage'],
  ['blob-', 'storage'],
  ['ecr-', 'storage'],
  ['acr-', 'storage'],
  ['cloudwatch-', 'watching'],
  ['monitor-', 'watching'],
  ['grafana-', 'watching'],
  ['kms-', 'watching'],
  ['secret', 'watching'],
];

export interface CostStack {
  readonly optionId: string;
  readonly provider: PlanOption['provider'];
  readonly label: string;
  readonly purchase: PlanOption['purchase'];
  readonly usdPerMonth: number;
  readonly parts: readonly { readonly part: CostPart; readonly usdPerMonth: number }[];
}

export interface CostData {
  readonly stacks: readonly CostStack[];
  readonly winner: {
    readonly label: string;
    readonly usdPerMonth: number;
    readonly lines: readonly {
      readonly id: string;
      /** The planner's own words, in English. */
      readonly label: string;
      readonly basis: string;
      readonly part: CostPart;
      readonly usdPerMonth: number | null;
    }[];
  } | null;
}

/** @returns null where nothing is compared */
export function costData(compared: readonly PlanOption[], plan: Plan): CostData | null {
  if (compared.length === 0) return null;
  const winner = plan.options.find((option) => option.id === plan.verdict.winner);
  return {
    stacks: compared.map((option) => ({
      optionId: option.id,
      provider: option.provider,
      label: `${option.nodes} × ${nameMachine(option)}`,
      purchase: option.purchase,
      usdPerMonth: option.cost.usdPerMonth.typical,
      parts: COST_PARTS.flatMap((part) => {
        const usdPerMonth = option.cost.lines
          .filter((line) => partOf(line.id) === part)
          .reduce((sum, line) => sum + (line.usdPerMonth ?? 0), 0);
        return usdPerMonth === 0 ? [] : [{ part, usdPerMonth }];
      }),
    })),
    winner:
      winner === undefined
        ? null
        : {
            label: `${winner.nodes} × ${nameMachine(winner)}`,
            usdPerMonth: winner.cost.usdPerMonth.typical,
            lines: winner.cost.lines.map(({ id, label, basis, usdPerMonth }) => ({
              id,
              label,
              basis,
              part: partOf(id),
              usdPerMonth,
            })),
          },
  };
}

function partOf(line: string): CostPart {
  return PART_OF_LINE.find(([start]) => line.startsWith(start))?.[1] ?? 'other';
}
