// The verdict in sentences, in any language: who won and for what, break-even, what would flip it, and what to relax when nobody did.
import type { Plan, PlanConstraint, PlanOption } from '../documents/plan.ts';
import { figuresOf } from './say-figures.ts';
import { sayTold } from './say-statement.ts';
import type { Speech } from './speak.ts';

/** No cents, whatever the size. */
function wholeUsd(speech: Speech, amount: number): string {
  const whole = Math.round(amount);
  return `USD ${Math.abs(whole) < 10 ? speech.number(whole) : figuresOf(speech).amount(whole)}`;
}

/** `owned`, `on-demand`, …, in the reader's words. */
export function sayPurchase(speech: Speech, purchase: string): string {
  return speech.say('purchase.way', { purchase: purchase.replace('-1y', '_1y').replace('-3y', '_3y') });
}

/** `2 × p5.48xlarge on AWS in us-east-1, on-demand` */
export function sayFleet(speech: Speech, { provider, nodes, machine, region, purchase }: PlanOption): string {
  return speech.say('verdict.fleet', {
    provider,
    nodes: String(nodes),
    machine: machine.id,
    region,
    purchase: sayPurchase(speech, purchase),
  });
}

/** One sentence a person can repeat: the winner, its bill, and the best of another provider. */
export function sayWinner(speech: Speech, winner: PlanOption, options: readonly PlanOption[]): string {
  const second = options.find((option) => option.feasible && option.provider !== winner.provider);
  const values = {
    fleet: sayFleet(speech, winner),
    precision: winner.checkpoint.precision,
    layout: winner.layout.name,
    engine: winner.engine,
    cost: wholeUsd(speech, winner.cost.usdPerMonth.typical),
  };
  if (second === undefined) return speech.say('verdict.winner', values);
  return speech.say('verdict.winnerAgainst', {
    ...values,
    place: speech.say('place.beside', { provider: second.provider }),
    against: wholeUsd(speech, second.cost.usdPerMonth.typical),
  });
}

/** What to change in the workload so that a constraint lets its candidate through. */
export function sayRelax(speech: Speech, constraint: PlanConstraint, wanted: number | null, maximumTokens: number): string {
  return speech.say(`relax.${constraint}`, { needed: wantedOf(speech, constraint, wanted), tokens: String(maximumTokens) });
}

/** An amount as a workload file takes it, rounded to the side that lets the candidate through. */
function wantedOf(speech: Speech, constraint: PlanConstraint, wanted: number | null): string {
  if (constraint === 'budget') return wholeUsd(speech, Math.ceil((wanted ?? 0) / 100) * 100);
  if (constraint === 'capex') return wholeUsd(speech, Math.ceil((wanted ?? 0) / 1000) * 1000);
  if (constraint === 'rack-power') return `${((wanted ?? 0) / 1000).toFixed(1)}kW`;
  if (wanted === null) return 'none';
  return constraint === 'ttft' ? `${wanted.toFixed(1)}s` : `${Math.ceil(wanted * 1000)}ms`;
}

/** Break-even in one sentence, "does not pay off" included. */
export function sayBreakEven(
  speech: Speech,
  ownedUsdPerMonth: number,
  rented: {
    readonly machine: string;
    readonly nodes: number;
    readonly region: string;
    readonly purchase: string;
    readonly usdPerMonth: number;
  },
  share: number | null,
): string {
  const fleet = `${rented.nodes} × ${rented.machine} (${rented.region}, ${sayPurchase(speech, rented.purchase)})`;
  if (share === null)
    return speech.say('breakEven.never', {
      owned: wholeUsd(speech, ownedUsdPerMonth),
      rented: wholeUsd(speech, rented.usdPerMonth),
      fleet,
    });
  return speech.say('breakEven.above', {
    fleet,
    share: speech.say('format.percent', { value: figuresOf(speech).fixed(share * 100, 0) }),
  });
}

/** How far one thing may move until another machine wins, a sentence each. */
export function sayFlips(speech: Speech, plan: Pick<Plan, 'flips'>): string[] {
  const figures = figuresOf(speech);
  return plan.flips.map((flip) => {
    if (flip.variable === 'usdPerMonth')
      return speech.say('flip.dearer', { share: figures.percent(flip.factor - 1), fleet: flip.becomesName });
    const threshold = sayThreshold(speech, flip);
    return flip.becomes === null
      ? speech.say('flip.nothing', { threshold })
      : speech.say('flip.wins', { threshold, fleet: flip.becomesName });
  });
}

function sayThreshold(speech: Speech, { variable, at, factor }: Plan['flips'][number]): string {
  const { amount, seconds } = figuresOf(speech);
  const more = factor > 1;
  if (variable === 'requestsPerSecond') return speech.say(more ? 'flip.above' : 'flip.below', { amount: amount(at) });
  if (variable === 'concurrency')
    return speech.say(more ? 'flip.more' : 'flip.fewer', { count: String(Math.max(1, Math.round(at))) });
  return speech.say(more ? 'flip.looser' : 'flip.tighter', {
    metric: variable === 'tpotSeconds' ? 'TPOT' : 'TTFT',
    target: seconds(at),
  });
}

/** The verdict of a plan, in the words of the plan itself in English. */
export function sayPlanVerdict(speech: Speech, plan: Plan): string {
  const winner = plan.options.find((option) => option.rank === 1);
  if (winner !== undefined) return sayWinner(speech, winner, plan.options);
  const miss = plan.verdict.nearestMiss;
  if (speech.language === 'en') return plan.verdict.sentence;
  if (miss === null) return speech.say('verdict.none');
  // The plan's own sentence is English; what it rests on is kept apart from any language.
  const overBound = plan.options.find(
    (option) => option.machine.id === miss.machine && miss.reason.endsWith(`: ${option.reason}`),
  );
  const fallen =
    overBound ?? plan.rejected.find((row) => row.machine === miss.machine && miss.reason.endsWith(`: ${row.reason}`));
  if (fallen?.binding == null || fallen.statement === undefined)
    return speech.say('verdict.nearest', { reason: miss.reason, relax: miss.relax });
  const { constraint, needed, got, unit } = fallen.binding;
  const what = overBound === undefined ? miss.machine : sayFleet(speech, overBound);
  return speech.say('verdict.nearest', {
    reason: `${what}: ${sayTold(speech, fallen.reason, fallen.statement)}`,
    relax: sayRelax(speech, constraint, unit === 'seconds' ? got : needed, plan.workload.maximumTokens),
  });
}
