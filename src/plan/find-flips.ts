// Flips: how far demand, targets or price may move before another machine wins, found by search.
// In: a prepared search, the task, the ranking. Out: thresholds, each with what wins beyond it.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { compareSizings, type Search } from '../search/search.ts';
import type { Sizing, SizingTask } from '../search/size-candidate.ts';
import { cheapestOffer } from './price-sizing.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

type Flip = Plan['flips'][number];

/** Factors tried in turn, away from what was asked. */
const DEMAND_FACTORS = { more: [1.5, 2, 4, 10], less: [0.67, 0.5, 0.25, 0.1] };
const TARGET_FACTORS = { looser: [1.25, 1.5, 2, 4], tighter: [0.85, 0.7, 0.5, 0.25] };
/** Halvings between the last factor that changes nothing and the first that does; six bring it within a per cent. */
const HALVINGS = 6;

/** Who wins at a task, by name; null where nobody does. */
interface Leader {
  readonly name: string;
  readonly machine: string;
  readonly usdPerMonth: number;
}

/** Thresholds beyond which another machine is cheapest, or none serves. */
export function findFlips(
  search: Search,
  task: SizingTask,
  workload: ResolvedWorkload,
  catalog: Catalog,
  options: readonly PlanOption[],
): Flip[] {
  const leaderAt = (changed: SizingTask): Leader | null => leader(search, changed, workload, catalog);
  const today = leaderAt(task);
  const winner = options.find((option) => option.rank === 1);
  // Where the simulator has overruled the search, the search cannot tell how far the winner carries.
  if (today === null || today.machine !== winner?.machine.id) return priceFlip(options);
  const flips: Flip[] = [];
  const look = (
    variable: Flip['variable'],
    value: number,
    factors: readonly number[],
    change: (factor: number) => SizingTask,
  ) => {
    const found = firstChange(today, factors, (factor) => leaderAt(change(factor)));
    if (found === null) return;
    flips.push({
      variable,
      from: value,
      at: value * found.factor,
      factor: found.factor,
      becomes: found.leader?.machine ?? null,
      becomesName: found.leader?.name ?? 'nothing',
    });
  };
  const { demand } = task;
  const [load, scaled] =
    'requestsPerSecond' in demand
      ? [demand.requestsPerSecond, (factor: number) => ({ requestsPerSecond: demand.requestsPerSecond * factor })]
      : [demand.concurrency, (factor: number) => ({ concurrency: Math.max(1, Math.round(demand.concurrency * factor)) })];
  for (const factors of [DEMAND_FACTORS.more, DEMAND_FACTORS.less])
    look('requestsPerSecond' in demand ? 'requestsPerSecond' : 'concurrency', load, factors, (factor) => ({
      ...task,
      demand: scaled(factor),
    }));
  for (const factors of [TARGET_FACTORS.tighter, TARGET_FACTORS.looser]) {
    const { tpotTargetSeconds: tpot, ttftTargetSeconds: ttft } = task;
    if (tpot !== null) look('tpotSeconds', tpot, factors, (factor) => ({ ...task, tpotTargetSeconds: tpot * factor }));
    if (ttft !== null) look('ttftSeconds', ttft, factors, (factor) => ({ ...task, ttftTargetSeconds: ttft * factor }));
  }
  return [...flips, ...priceFlip(options)];
}

/** The winner's bill may grow until the next machine costs the same. */
function priceFlip(options: readonly PlanOption[]): Flip[] {
  const [winner, ...others] = options.filter((option) => option.feasible);
  const next = others.find((option) => option.machine.id !== winner?.machine.id);
  if (winner === undefined || next === undefined) return [];
  const from = winner.cost.usdPerMonth.typical;
  const at = next.cost.usdPerMonth.typical;
  return [{ variable: 'usdPerMonth', from, at, factor: at / from, becomes: next.machine.id, becomesName: nameOption(next) }];
}

function nameOption(option: PlanOption): string {
  return `${option.nodes} × ${option.machine.id}`;
}

function firstChange(
  today: Leader,
  factors: readonly number[],
  leaderAt: (factor: number) => Leader | null,
): { factor: number; leader: Leader | null } | null {
  let near = 1;
  for (const far of factors) {
    let beyond = leaderAt(far);
    if (beyond?.machine === today.machine) {
      near = far;
      continue;
    }
    let low = near;
    let high = far;
    for (let halving = 0; halving < HALVINGS; halving += 1) {
      const middle = Math.sqrt(low * high);
      const there = leaderAt(middle);
      if (there?.machine === today.machine) low = middle;
      else {
        high = middle;
        beyond = there;
      }
    }
    return { factor: high, leader: beyond };
  }
  return null;
}

/** The cheapest machine of a task within the budget; each machine and checkpoint stands with its smallest fleet. */
function leader(search: Search, task: SizingTask, workload: ResolvedWorkload, catalog: Catalog): Leader | null {
  const { budgetUsdPerMonth, budgetCapexUsd } = workload;
  const changed = { ...workload, demand: task.demand };
  const entries = search(task)
    .machines.flatMap(({ stacks }) => {
      const best = new Map<string, Sizing>();
      for (const sizing of stacks.flatMap((stack) => stack.sizings)) {
        const key = `${sizing.candidate.stack.checkpoint.id} ${sizing.prefill === null}`;
        const known = best.get(key);
        if (known === undefined || compareSizings(sizing, known) < 0) best.set(key, sizing);
      }
      return [...best.values()];
    })
    .flatMap((sizing) => {
      const offer = cheapestOffer(sizing, changed, catalog);
      if (offer === undefined || (budgetUsdPerMonth !== null && offer.usdPerMonth > budgetUsdPerMonth)) return [];
      return budgetCapexUsd !== null && offer.capexUsd > budgetCapexUsd ? [] : [{ sizing, offer }];
    });
  const single = new Set(
    entries
      .filter(({ sizing }) => sizing.candidate.nodesPerReplica === 1)
      .map(({ sizing }) => sizing.candidate.stack.machine.provider),
  );
  const first = entries
    .filter(({ sizing: { candidate } }) => candidate.nodesPerReplica === 1 || !single.has(candidate.stack.machine.provider))
    .toSorted((one, other) => one.offer.usdPerMonth - other.offer.usdPerMonth)[0];
  if (first === undefined) return null;
  const { machine } = first.sizing.candidate.stack;
  return { name: `${first.offer.load.nodes} × ${machine.id}`, machine: machine.id, usdPerMonth: first.offer.usdPerMonth };
}
