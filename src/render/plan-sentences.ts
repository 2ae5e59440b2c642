// Sentences: what a plan says of running the winner, of thresholds and of mixes, in the words of every view.
import type { Plan } from '../documents/plan.ts';
import { formatAmount, formatCount, formatPercent, formatSeconds, formatUsd } from './format.ts';

/** What the winner takes to run: spares, scaling, start, upgrade, quota, and what the simulator saw. */
export function sayOperations(plan: Plan): string[] {
  const winner = plan.options.find((option) => option.rank === 1);
  if (winner === undefined) return [];
  const { operations } = winner;
  const { coldStart, scaling, upgrade, quota, placement, growth } = operations;
  const confirmed = plan.confirmation.find((each) => each.optionId === winner.id);
  const lines = [
    ...(confirmed === undefined
      ? []
      : [
          `Simulated ${formatCount(confirmed.requests)} requests: p${Math.round(confirmed.percentile * 100)} TTFT ${formatSeconds(confirmed.ttftSeconds)}, TPOT ${formatSeconds(confirmed.tpotSeconds)}, ${formatPercent(confirmed.goodRatio)} within both targets`,
        ]),
    `Enough nodes up ${formatNines(operations.upRatio)} of the time${placement.length > 1 ? `; ${placement.map((each) => `${each.replicas} in ${each.zone}`).join(', ')}` : ''}`,
    `A new replica serves after ${formatDuration(coldStart.totalSeconds)}${coldStart.provisionSeconds > 0 ? `: ${formatDuration(coldStart.provisionSeconds)} to start the machine, ${formatDuration(coldStart.readSeconds)} to read weights, ${formatDuration(coldStart.warmUpSeconds)} to warm up` : ''}`,
    ...(scaling.maximumNodes > scaling.minimumNodes
      ? [
          `Scale between ${scaling.minimumNodes} and ${scaling.maximumNodes} nodes, out at ${formatPercent(scaling.scaleOutUtilisation)} load, in at ${formatPercent(scaling.scaleInUtilisation)}${scaling.usdPerMonth === null ? '' : `; following the demand ${formatUsd(scaling.usdPerMonth.followingDemand)} a month of compute instead of ${formatUsd(scaling.usdPerMonth.atMaximum)}`}`,
        ]
      : []),
    ...(growth.length > 1 ? [`Grows from ${growth[0]?.nodes ?? 0} to ${growth.at(-1)?.nodes ?? 0} nodes over the term`] : []),
    ...(upgrade.needsOneMore
      ? [`A rolling upgrade takes one replica more, or a window: no hour of the week can spare one`]
      : winner.replicas + winner.spareReplicas > 1
        ? [`A rolling upgrade takes ${formatDuration(upgrade.durationSeconds)}, in hours when one replica can be spared`]
        : []),
    ...(quota === null ? [] : [`Quota: ${quota.vcpus} vCPUs of ${quota.name} in ${quota.region}`]),
  ];
  return lines;
}

function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${formatAmount(seconds / 3600)} h`;
}

/** Down to the nines that matter: 99.95%. */
function formatNines(share: number): string {
  const percent = share * 100;
  if (percent >= 99.9995) return 'over 99.999%';
  return `${percent.toFixed(percent >= 99.9 ? 3 : percent >= 99 ? 2 : 1)}%`;
}

/** How far one thing may move until another machine wins. */
export function sayFlips(plan: Plan): string[] {
  return plan.flips.map((flip) => {
    const then = flip.becomes === null ? 'nothing serves' : `${flip.becomesName} wins`;
    return flip.variable === 'usdPerMonth'
      ? `${formatPercent(flip.factor - 1)} dearer, and ${flip.becomesName} costs the same`
      : `${sayThreshold(flip)} ${then}`;
  });
}

function sayThreshold({ variable, at, factor }: Plan['flips'][number]): string {
  if (variable === 'requestsPerSecond') return `${factor > 1 ? 'above' : 'below'} ${formatAmount(at)} requests/s`;
  if (variable === 'concurrency') return `at ${Math.max(1, Math.round(at))} in flight and ${factor > 1 ? 'more' : 'fewer'}`;
  return `with ${variable === 'tpotSeconds' ? 'TPOT' : 'TTFT'} ${factor > 1 ? '≥' : '≤'} ${formatSeconds(at)}`;
}

export function sayMixes(plan: Plan): string[] {
  return plan.mixedFleets.slice(0, 1).map((mix) => {
    const parts = mix.parts.map((part) => `${part.nodes} × ${part.machine}`).join(' and ');
    return `${parts} (${mix.provider} ${mix.region}, ${mix.purchase}) would save ${formatUsd(mix.savesUsdPerMonth)} a month against one kind`;
  });
}

const TRAINING: Record<NonNullable<Plan['training']>['method'], string> = {
  lora: 'Adapters',
  qlora: 'Adapters on a 4-bit base',
  full: 'Full fine-tuning',
  pretraining: 'Pre-training',
};
const TRAINING_TOLD = 3;

/** What the run asked for takes on the machines that hold it for least. */
export function sayTraining(plan: Plan): string[] {
  const { training } = plan;
  if (training === null) return [];
  const terabytes = (training.baseBytes + training.stateBytes) / 1e12;
  const what = `${TRAINING[training.method]} over ${formatAmount(training.tokens / 1e6)} million tokens: ${formatAmount(terabytes * 1000)} GB of weights and states, ${formatAmount(training.activationBytes / 1e9)} GB of activations on each accelerator`;
  if (training.options.length === 0) return [`${what}; ${training.reason}`];
  return [
    what,
    ...training.options
      .slice(0, TRAINING_TOLD)
      .map(
        (each) =>
          `${each.nodes} × ${each.machine} (${each.region}, ${each.purchase}${each.extraNodes > 0 ? `, ${each.extraNodes} beyond those that serve` : ''}): ${formatAmount(each.wallClockHours.typical)} h (${formatAmount(each.wallClockHours.low)}–${formatAmount(each.wallClockHours.high)}), ${formatCount(each.acceleratorHours.typical)} accelerator-hours, ${formatCount(each.kilowattHours)} kWh, ${formatUsd(each.usd.typical)}`,
      ),
  ];
}

const OWN_TOLD = 6;

/** How old the winner's prices are, and which figures rest on the reader's own. */
export function sayPrices(plan: Plan): string[] {
  const { prices } = plan;
  const [oldest] = prices.winner;
  const winner = plan.options.find((option) => option.rank === 1);
  const days = (count: number) => `${formatCount(count)} ${count === 1 ? 'day' : 'days'}`;
  const lines: string[] = [];
  if (winner !== undefined && oldest !== undefined) {
    const main = winner.cost.priceAsOf;
    const age = prices.winner.find((price) => price.asOf === main)?.ageDays;
    const sayAge = age === undefined || age < 0 ? '' : `, ${days(age)} before ${prices.day}`;
    const older =
      oldest.asOf === main ? '' : `; the oldest beside it (${oldest.source}) as of ${oldest.asOf}, ${days(oldest.ageDays)}`;
    lines.push(`${winner.machine.id} as of ${main}${sayAge}${older}`);
  }
  if (prices.asOf !== null) lines.push(`As they were known on ${prices.asOf}`);
  if (winner !== undefined && winner.cost.own.length > 0) lines.push(`Yours in the winner: ${winner.cost.own.join(', ')}`);
  lines.push(...prices.own.slice(0, OWN_TOLD).map((own) => `Yours: ${own.title}, as of ${own.asOf}`));
  if (prices.own.length > OWN_TOLD) lines.push(`… and ${prices.own.length - OWN_TOLD} more of yours`);
  if (plan.options.some((option) => option.cost.own.length > 0)) lines.push(`${OWN_MARK} rests on prices of yours`);
  return lines;
}

const OWN_MARK = '*';

/** An amount, marked where it rests on prices of the reader's own. */
export function markOwn(text: string, { cost }: Plan['options'][number]): string {
  return cost.own.length > 0 ? `${text}${OWN_MARK}` : text;
}
