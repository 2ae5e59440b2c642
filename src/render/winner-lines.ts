// The winner in six lines: what it is, how fast, how much energy and carbon, what a token costs.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import { nameHardware } from './plan-rows.ts';

/** What a person asks next about the winner; nothing where there is none. */
export function sayWinnerDetails(plan: Plan, speech: Speech): string[] {
  const winner = plan.options.find((option) => option.rank === 1);
  if (winner === undefined) return [];
  const { say } = speech;
  const { amount, percent, seconds, usd } = figuresOf(speech);
  const { latency, cost, capacity } = winner;
  const range = (interval: { low: number; high: number }) => `${seconds(interval.low)}–${seconds(interval.high)}`;
  return [
    winner.id,
    [
      nameHardware(winner),
      winner.engine,
      sayReplicas(winner, speech),
      say('plan.batch', { batch: String(winner.batch.atPeak) }),
      ...saySpeculation(winner, speech),
    ].join(', '),
    say('plan.latency', { ttft: range(latency.ttftSeconds), tpot: range(latency.tpotSeconds), basis: latency.basis }),
    ...sayEnergy(winner.energy, speech),
    say('plan.perMillion', {
      low: amount(cost.usdPerMillionOutputTokens.low),
      high: amount(cost.usdPerMillionOutputTokens.high),
      load: percent(capacity.meanUtilisation),
      capex: cost.capexUsd > 0 ? usd(cost.capexUsd) : 'none',
    }),
  ];
}

function sayReplicas({ prefill, replicas, spareReplicas }: PlanOption, { say }: Speech): string {
  return say('plan.replicas', {
    count: replicas,
    kind: say(prefill === null ? 'plan.replica' : 'plan.decodeWorker'),
    spare: spareReplicas,
    prefill: prefill === null ? 0 : prefill.workers + prefill.spareWorkers,
    layout: prefill?.layout.name ?? '',
  });
}

function saySpeculation({ speculation }: PlanOption, speech: Speech): string[] {
  if (speculation === null) return [];
  return [
    speech.say('plan.drafted', {
      drafted: String(speculation.draftTokens),
      accepted: figuresOf(speech).amount(speculation.acceptedTokens),
    }),
  ];
}

/** Three boundaries, phases of a node, and the grid behind the carbon. */
function sayEnergy(energy: PlanOption['energy'], speech: Speech): string[] {
  const { say } = speech;
  const { amount, count, fixed, kilowatts } = figuresOf(speech);
  const { idle, loadedIdle, prefill, decode } = energy.nodePhaseWatts;
  const watts = { idle: kilowatts(idle), waiting: kilowatts(loadedIdle), prefill: kilowatts(prefill), decode: kilowatts(decode) };
  const month = say('plan.energyMonth', {
    power: kilowatts(energy.facilityWatts),
    energy: count(energy.kilowattHoursPerMonth),
  });
  const carbon =
    energy.kilogramsCo2ePerMonth === null
      ? ''
      : `, ${say('plan.carbon', { mass: count(energy.kilogramsCo2ePerMonth), zone: energy.gridZone ?? '', method: energy.carbonMethod ?? '' })}`;
  return [
    `${month}${carbon}${sayTariff(energy, speech)}`,
    say('plan.joules', {
      joules: amount(energy.joulesPerOutputToken),
      boards: energy.boardWatts > 0 ? say('plan.joulesBoards', { joules: amount(energy.boardJoulesPerOutputToken) }) : '',
      wall: amount(energy.wallJoulesPerOutputToken),
      basis: energy.basis === 'nameplate' ? say('plan.nameplate') : say('plan.powerCurve', { basis: energy.basis }),
      phases: prefill === decode ? say('plan.phasesBusy', { ...watts, busy: watts.decode }) : say('plan.phases', watts),
    }),
  ];

  function sayTariff({ hourly, tariff, megawattHoursPerYear }: PlanOption['energy'], { say: speak }: Speech): string {
    const year = count(megawattHoursPerYear);
    if (hourly !== null)
      return `; ${speak('plan.hourlyTariff', { energy: year, name: hourly.name, paid: fixed(hourly.paidUsdPerKilowattHour, 4), mean: fixed(hourly.meanUsdPerKilowattHour, 4) })}`;
    return tariff === null ? '' : `; ${speak('plan.tariff', { energy: year, id: tariff.id })}`;
  }
}
