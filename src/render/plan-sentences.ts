// Sentences: what a plan says of running the winner, of prices, mixes and training, in the reader's words.
import type { Plan } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import { sayTold } from '../language/say-statement.ts';
import { sayPurchase } from '../language/say-verdict.ts';
import type { Speech } from '../language/speak.ts';

/** What the winner takes to run: spares, scaling, start, upgrade, quota, and what the simulator saw. */
export function sayOperations(plan: Plan, speech: Speech): string[] {
  const winner = plan.options.find((option) => option.rank === 1);
  if (winner === undefined) return [];
  const { say } = speech;
  const figures = figuresOf(speech);
  const { coldStart, scaling, upgrade, quota, placement, growth, upRatio } = winner.operations;
  const confirmed = plan.confirmation.find((each) => each.optionId === winner.id);
  const duration = (seconds: number) => formatDuration(speech, seconds);
  const share = sayNines(speech, upRatio);
  const scale = {
    least: String(scaling.minimumNodes),
    most: String(scaling.maximumNodes),
    out: figures.percent(scaling.scaleOutUtilisation),
    in: figures.percent(scaling.scaleInUtilisation),
  };
  return [
    ...(confirmed === undefined
      ? []
      : [
          say('plan.simulated', {
            requests: figures.count(confirmed.requests),
            percentile: `p${Math.round(confirmed.percentile * 100)}`,
            ttft: figures.seconds(confirmed.ttftSeconds),
            tpot: figures.seconds(confirmed.tpotSeconds),
            good: figures.percent(confirmed.goodRatio),
          }),
        ]),
    placement.length > 1
      ? say('plan.upZones', {
          share,
          zones: placement.map((each) => say('plan.inZone', { count: String(each.replicas), zone: each.zone })).join(', '),
        })
      : say('plan.up', { share }),
    say(coldStart.provisionSeconds > 0 ? 'plan.coldStartParts' : 'plan.coldStart', {
      total: duration(coldStart.totalSeconds),
      provision: duration(coldStart.provisionSeconds),
      read: duration(coldStart.readSeconds),
      warm: duration(coldStart.warmUpSeconds),
    }),
    ...(scaling.maximumNodes <= scaling.minimumNodes
      ? []
      : scaling.usdPerMonth === null
        ? [say('plan.scale', scale)]
        : [
            say('plan.scaleCost', {
              ...scale,
              following: figures.usd(scaling.usdPerMonth.followingDemand),
              always: figures.usd(scaling.usdPerMonth.atMaximum),
            }),
          ]),
    ...(growth.length > 1
      ? [say('plan.grows', { first: String(growth[0]?.nodes ?? 0), last: String(growth.at(-1)?.nodes ?? 0) })]
      : []),
    ...(upgrade.needsOneMore
      ? [say('plan.upgradeWindow')]
      : winner.replicas + winner.spareReplicas > 1
        ? [say('plan.upgrade', { duration: duration(upgrade.durationSeconds) })]
        : []),
    ...(quota === null ? [] : [say('plan.quota', { count: String(quota.vcpus), name: quota.name, region: quota.region })]),
  ];
}

function formatDuration(speech: Speech, seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${figuresOf(speech).amount(seconds / 3600)} h`;
}

/** Down to the nines that matter: 99.95%. */
export function sayNines(speech: Speech, share: number): string {
  const { fixed } = figuresOf(speech);
  const percent = share * 100;
  const shown = (value: number, decimals: number) => speech.say('format.percent', { value: fixed(value, decimals) });
  if (percent >= 99.9995) return speech.say('plan.over', { share: shown(99.999, 3) });
  return shown(percent, percent >= 99.9 ? 3 : percent >= 99 ? 2 : 1);
}

export function sayMixes(plan: Plan, speech: Speech): string[] {
  return plan.mixedFleets.slice(0, 1).map((mix) =>
    speech.say('plan.mix', {
      parts: mix.parts.map((part) => `${part.nodes} × ${part.machine}`).join(speech.say('plan.and')),
      provider: mix.provider,
      region: mix.region,
      purchase: sayPurchase(speech, mix.purchase),
      saves: figuresOf(speech).usd(mix.savesUsdPerMonth),
    }),
  );
}

const TRAINING_TOLD = 3;

/** What the run asked for takes on the machines that hold it for least. */
export function sayTraining(plan: Plan, speech: Speech): string[] {
  const { training } = plan;
  if (training === null) return [];
  const { amount, count, usd } = figuresOf(speech);
  const what = speech.say('training.what', {
    method: speech.say('training.method', { method: training.method }),
    tokens: amount(training.tokens / 1e6),
    states: amount((training.baseBytes + training.stateBytes) / 1e9),
    activations: amount(training.activationBytes / 1e9),
  });
  if (training.options.length === 0) return [`${what}; ${sayTold(speech, training.reason, training.statement)}`];
  const told = training.options.slice(0, TRAINING_TOLD).map((each) =>
    speech.say('training.option', {
      nodes: String(each.nodes),
      machine: each.machine,
      region: each.region,
      purchase: sayPurchase(speech, each.purchase),
      extra: each.extraNodes,
      hours: amount(each.wallClockHours.typical),
      low: amount(each.wallClockHours.low),
      high: amount(each.wallClockHours.high),
      acceleratorHours: count(each.acceleratorHours.typical),
      energy: count(each.kilowattHours),
      cost: usd(each.usd.typical),
    }),
  );
  return [what, ...told];
}

const OWN_TOLD = 6;

/** How old the winner's prices are, and which figures rest on the reader's own. */
export function sayPrices(plan: Plan, { say }: Speech): string[] {
  const { prices } = plan;
  const [oldest] = prices.winner;
  const winner = plan.options.find((option) => option.rank === 1);
  const lines: string[] = [];
  if (winner !== undefined && oldest !== undefined) {
    const main = { machine: winner.machine.id, day: winner.cost.priceAsOf };
    const days = prices.winner.find((price) => price.asOf === main.day)?.ageDays;
    const age =
      days === undefined || days < 0
        ? say('plan.priceAsOf', main)
        : say('plan.priceAge', { ...main, age: say('format.days', { days }), today: prices.day });
    const older =
      oldest.asOf === main.day
        ? ''
        : say('plan.oldestPrice', { source: oldest.source, day: oldest.asOf, age: say('format.days', { days: oldest.ageDays }) });
    lines.push(age + older);
  }
  // Said early: where the room is short, a mark without its meaning would be left.
  if (plan.options.some((option) => option.cost.own.length > 0)) lines.push(say('plan.restsOnYours', { mark: OWN_MARK }));
  if (prices.asOf !== null) lines.push(say('plan.knownOn', { day: prices.asOf }));
  if (winner !== undefined && winner.cost.own.length > 0)
    lines.push(say('plan.yoursInWinner', { names: winner.cost.own.join(', ') }));
  lines.push(...prices.own.slice(0, OWN_TOLD).map((own) => say('plan.yours', { title: own.title, day: own.asOf })));
  if (prices.own.length > OWN_TOLD) lines.push(say('plan.yoursMore', { count: String(prices.own.length - OWN_TOLD) }));
  return lines;
}

/** Constants of one calibration that are named. */
const CONSTANTS_TOLD = 4;

/** Runs of the reader's own that speeds and watts rest on. */
export function sayCalibrations({ calibrations = [], verdict }: Plan, { say }: Speech): string[] {
  return calibrations.map(({ name, points, constants, options }) => {
    const more = constants.length - CONSTANTS_TOLD;
    return say('plan.calibration', {
      name,
      points,
      constants: [...constants.slice(0, CONSTANTS_TOLD), ...(more > 0 ? [`+${more}`] : [])].join(', '),
      options: options.length,
      winner: verdict.winner !== null && options.includes(verdict.winner) ? 'yes' : 'no',
    });
  });
}

const OWN_MARK = '*';

/** An amount, marked where it rests on prices of the reader's own. */
export function markOwn(text: string, { cost }: Plan['options'][number]): string {
  return cost.own.length > 0 ? `${text}${OWN_MARK}` : text;
}
