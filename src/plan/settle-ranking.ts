// Settling: the two best options go through the simulator; who breaks a promise there is given more replicas or stands down.
// In: priced options. Out: the ranking that holds, and what the simulator saw.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { PlanOption } from '../documents/plan.ts';
import { reasoned, state } from '../language/say-statement.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { type Confirmation, confirmSizing } from './confirm.ts';
import type { Memory } from './memory.ts';
import { type Priced, priceOption } from './price-machines.ts';
import { preferOneNode, rankOptions } from './rank-options.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** Simulations a plan may cost; beyond, what is left unconfirmed says so by its absence. */
const MOST_CONFIRMATIONS = 16;
const CONFIRMED_RANKS = 2;

export interface Settled {
  readonly priced: readonly Priced[];
  readonly options: PlanOption[];
  readonly confirmation: Confirmation[];
}

/** Ranks, simulates the first two, mends or drops who fails, and ranks again until both hold. */
export function settleRanking(
  found: readonly Priced[],
  workload: ResolvedWorkload,
  catalog: Catalog,
  confirmedRanks = CONFIRMED_RANKS,
  memory?: Memory,
): Settled {
  let priced = [...found];
  const seen = new Map<string, Confirmation>();
  let spent = 0;
  for (;;) {
    const options = rankOptions(preferOneNode(priced.map((entry) => entry.option)));
    const top = options.filter((option) => option.feasible).slice(0, confirmedRanks);
    const failing = top.find((option, index) => {
      const entry = priced.find((each) => each.option.id === option.id);
      if (entry === undefined) return false;
      if (!seen.has(option.id) && spent < MOST_CONFIRMATIONS) {
        seen.set(option.id, confirm(option.id, index === 0 ? 'winner' : 'runner-up', entry.sizing, workload, memory));
        spent += 1;
      }
      return seen.get(option.id)?.holds === false;
    });
    if (failing === undefined || spent >= MOST_CONFIRMATIONS)
      return {
        priced,
        options,
        confirmation: top.flatMap((option, index): Confirmation[] => {
          const confirmed = seen.get(option.id);
          return confirmed === undefined ? [] : [{ ...confirmed, role: index === 0 ? 'winner' : 'runner-up' }];
        }),
      };
    const confirmed = seen.get(failing.id);
    seen.delete(failing.id);
    priced = priced.flatMap((entry) => {
      if (entry.option.id !== failing.id || confirmed === undefined) return [entry];
      return confirmed.replicasThatHold === null
        ? [{ ...entry, option: standDown(entry.option, confirmed) }]
        : priceOption(withReplicas(entry.sizing, confirmed.replicasThatHold), entry.siblings, workload, catalog);
    });
  }
}

/** A simulation, or the one of before where nothing that it reads has changed: prices and places may. */
function confirm(
  optionId: string,
  role: Confirmation['role'],
  sizing: Sizing,
  workload: ResolvedWorkload,
  memory: Memory | undefined,
): Confirmation {
  if (memory === undefined) return confirmSizing(optionId, role, sizing, workload);
  const { candidate, prefill, ...sized } = sizing;
  const { demand, use, prompt, output, thinking, cacheHitRatio, burstiness, maximumTokens } = workload;
  const { ttftTarget, tpotTarget, percentile, confidence } = workload;
  const key = JSON.stringify([
    sized,
    prefill === null ? null : [prefill.workers, prefill.candidate.layout, prefill.candidate.nodesPerReplica],
    [demand, use, prompt, output, thinking, cacheHitRatio, burstiness, maximumTokens],
    [ttftTarget, tpotTarget, percentile, confidence],
  ]);
  const known = memory.confirmations.get(candidate) ?? new Map<string, Confirmation>();
  memory.confirmations.set(candidate, known);
  const confirmed = known.get(key) ?? confirmSizing(optionId, role, sizing, workload);
  known.set(key, confirmed);
  return { ...confirmed, optionId, role };
}

/** The same layout with more replicas, and with prefill workers in proportion. */
function withReplicas(sizing: Sizing, replicas: number): Sizing {
  const grown = replicas / sizing.replicas;
  return {
    ...sizing,
    replicas,
    peakReplicas: Math.max(sizing.peakReplicas * grown, replicas - 1 + 1e-6),
    prefill: sizing.prefill === null ? null : { ...sizing.prefill, workers: Math.ceil(sizing.prefill.workers * grown) },
  };
}

function standDown(option: PlanOption, confirmed: Confirmation): PlanOption {
  return {
    ...option,
    feasible: false,
    binding: { constraint: 'simulation', needed: null, got: null, unit: 'none' },
    ...reasoned(
      confirmed.saturated ? state('reason.queueGrows') : state('reason.targetsMissed', { good: { ratio: confirmed.goodRatio } }),
    ),
  };
}
