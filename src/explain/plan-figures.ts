// Figures of a plan as a whole: break-even, flips, sellers by the token, mixes, the simulator, counts of the search.
// In: a plan in detail. Out: derivations.
import type { PlanOption } from '../documents/plan.ts';
import { explainLine, explainMonth } from './cost.ts';
import {
  explainWorkload,
  hoursOfMonth,
  meanToPeak,
  outputTokens,
  plannedPeak,
  requestsPerMonth,
  secondsOfHour,
} from './demand.ts';
import { type Derivation, derive, f } from './derive.ts';
import { explainBilledNodes, explainCapacity, explainMeanLoad } from './fleet.ts';
import { explainMean } from './lengths.ts';
import { batchOf, operatingState } from './state.ts';
import type { Planned, Subject } from './subject.ts';
import { explainActivations, explainTrainingOption, explainTrainingState } from './training.ts';

/** How a figure reaches the options it is made of. */
export interface Options {
  readonly winner: () => Subject | null;
  readonly byId: (id: string) => Subject;
  /** The same sizing at another place or way to buy. */
  readonly elsewhere: (machine: string, region: string, purchase: string, usdPerMonth: number) => Subject;
}

/** @throws Error where the plan has no such figure */
export function explainPlanFigure(planned: Planned, options: Options, path: string): Derivation {
  const [room = '', index = '', ...rest] = path.split('.');
  const at = Number(index) - 1;
  switch (room) {
    case 'workload':
      return explainWorkload(planned, index);
    case 'breakEven':
      return explainBreakEven(planned, options);
    case 'flips':
      return explainFlip(planned, options, at, rest[0] === 'factor');
    case 'hosted':
      return explainHosted(planned, options, at, rest[0] === 'usdPerMonth');
    case 'mixedFleets':
      return explainMix(planned, options, at, rest[0] === 'savesUsdPerMonth');
    case 'simulation':
      return explainSimulation(planned, options, index === 'runnerUp' ? 'runner-up' : 'winner', rest[0] ?? index);
    case 'search':
      return explainSearch(planned, index);
    case 'training': {
      if (index === 'activationBytes') return explainActivations(planned);
      if (index !== 'options')
        return explainTrainingState(planned, options.winner(), index === 'baseBytes' ? 'baseBytes' : 'stateBytes');
      const option = planned.plan.training?.options[Number(rest[0]) - 1];
      if (option === undefined) throw new Error(`no figure ${path}`);
      return explainTrainingOption(options.byId(option.optionId), Number(rest[0]) - 1, rest[1] ?? '');
    }
    default:
      throw new Error(`no figure ${path} of a plan`);
  }
}

function explainBreakEven({ plan, ledger }: Planned, options: Options): Derivation {
  const { breakEven } = plan;
  if (breakEven?.utilisationShare == null) throw new Error('the plan has no break-even');
  const { machine, region, purchase, usdPerMonth } = breakEven.rented;
  const rented = explainMonth(options.elsewhere(machine, region, purchase, usdPerMonth));
  const hour = derive('rented, an hour', 'USD/h', f`${rented} ÷ ${hoursOfMonth(ledger)}`);
  const owned = explainMonth(options.byId(breakEven.owned));
  return derive(
    'break-even share of the hours',
    'ratio',
    f`${{ ...owned, name: 'owned a month' }} ÷ (${hour} × ${hoursOfMonth(ledger)})`,
    {
      value: breakEven.utilisationShare,
      doc: 'docs/economics.md#seekstack-tco',
      note: `above it owning is cheaper than ${machine} (${region}, ${purchase})`,
    },
  );
}

function explainFlip(planned: Planned, options: Options, index: number, asFactor: boolean): Derivation {
  const { plan, ledger, workload } = planned;
  const flip = plan.flips[index];
  if (flip === undefined) throw new Error(`the plan has no flip ${index + 1}`);
  const becomes = flip.becomes === null ? 'nothing serves' : `${flip.becomesName} wins`;
  if (flip.variable === 'usdPerMonth') {
    const winner = options.winner();
    const next = plan.options
      .filter((option) => option.feasible)
      .find((option) => option.machine.id !== winner?.option.machine.id);
    if (winner === null || next === undefined) throw new Error('a price flips between two options');
    const other = { ...explainMonth(options.byId(next.id)), name: 'cost a month of the next machine' };
    return asFactor
      ? derive('dearer by this factor', 'ratio', f`${other} ÷ ${explainMonth(winner)}`, { value: flip.factor, note: becomes })
      : derive('cost a month at which they are alike', 'USD/month', f`${other}`, { value: flip.at, note: becomes });
  }
  const from =
    flip.variable === 'requestsPerSecond' || flip.variable === 'concurrency'
      ? plannedPeak(planned)
      : ledger.field(
          flip.variable === 'tpotSeconds' ? 'target for TPOT' : 'target for TTFT',
          flip.from,
          's',
          flip.variable === 'tpotSeconds' ? 'latency.tpot' : 'latency.ttft',
        );
  const winner = options.winner();
  const today =
    winner === null
      ? ''
      : `${winner.option.nodes} × ${winner.option.machine.id} wins at USD ${Math.round(winner.option.cost.usdPerMonth.typical)} a month as asked; `;
  const factor = ledger.observed(
    'factor at which it flips',
    flip.factor,
    'ratio',
    'searched',
    `${today}at ${Number(flip.factor.toPrecision(5))} times ${becomes}`,
    'the whole search again with one thing changed, halved six times between the last factor that changes nothing and the first that does, to within a per cent',
    flip.variable,
  );
  if (asFactor) return factor;
  return derive('flips at', from.unit, f`${from} × ${factor}`, {
    value: flip.at,
    note: `beyond it ${becomes}; ${workload.name} otherwise as it is`,
  });
}

function explainHosted(planned: Planned, options: Options, index: number, month: boolean): Derivation {
  const { plan, ledger, workload } = planned;
  const told = plan.hosted[index];
  const row = ledger.catalog.hostedPrices.find(
    (each) =>
      told !== undefined &&
      `${each.provider} ${each.service}` === told.seller &&
      each.model === workload.model.id &&
      each.source === told.source &&
      each.inputUsdPerMillionTokens === told.inputUsdPerMillionTokens,
  );
  if (told === undefined || row === undefined) throw new Error(`the plan has no seller ${index + 1}`);
  const price = (
    name: string,
    field: 'inputUsdPerMillionTokens' | 'cachedInputUsdPerMillionTokens' | 'outputUsdPerMillionTokens',
  ) =>
    ledger.cell(
      name,
      row[field] ?? row.inputUsdPerMillionTokens,
      'USD/Mtok',
      `${row[field] ?? row.inputUsdPerMillionTokens} USD/Mtok`,
      row.source,
      { row: `${told.seller} ${row.model}`, field },
      row.asOf,
    );
  const hit = ledger.field('found in the cache', workload.cacheHitRatio, 'ratio', 'tokens.cacheHit');
  const full = price('input', 'inputUsdPerMillionTokens');
  const cached =
    row.cachedInputUsdPerMillionTokens === undefined ? full : price('cached input', 'cachedInputUsdPerMillionTokens');
  const output = price('output', 'outputUsdPerMillionTokens');
  const input = derive('input, cached or not', 'USD/Mtok', f`${hit} × ${cached} + (1 − ${hit}) × ${full}`);
  const request = derive(
    'one request',
    'USD',
    f`(${explainMean(planned, 'prompt')} × ${input} + ${outputTokens(planned)} × ${output}) ÷ 1000000`,
    { doc: 'docs/economics.md#renting' },
  );
  if (!month)
    return derive(`${told.seller}, a million output tokens`, 'USD/Mtok', f`${request} ÷ ${outputTokens(planned)} × 1000000`, {
      value: told.usdPerMillionOutputTokens,
    });
  return derive(`${told.seller}, a month`, 'USD/month', f`${request} × ${hostedRequests(planned, options)}`, {
    value: told.usdPerMonth,
  });
}

/** Requests a month of the mean load. */
function hostedRequests(planned: Planned, options: Options): Derivation {
  const { ledger, workload } = planned;
  const winner = options.winner();
  if ('requestsPerSecond' in workload.demand) {
    if (winner !== null) return requestsPerMonth(winner);
    const rate = derive('mean rate', 'requests/s', f`${plannedPeak(planned)} × ${meanToPeak(planned)}`);
    return derive('requests a month', 'requests/month', f`${rate} × ${hoursOfMonth(ledger)} × ${secondsOfHour(ledger)}`);
  }
  if (winner === null) return ledger.rule('requests a month', 0, 'requests/month', 'nothing serves the number in flight');
  return derive(
    'requests a month',
    'requests/month',
    f`${explainCapacity(winner)} × ${explainMeanLoad(winner)} × ${hoursOfMonth(ledger)} × ${secondsOfHour(ledger)}`,
  );
}

function explainMix({ plan, ledger }: Planned, options: Options, index: number, saving: boolean): Derivation {
  const mix = plan.mixedFleets[index];
  if (mix === undefined) throw new Error(`the plan has no mix ${index + 1}`);
  const parts = mix.parts.map((part) => {
    const subject = options.byId(part.optionId);
    const rented = 'rented' in subject.priced.offer.terms;
    const compute = rented ? explainLine(subject, 'compute') : explainMonth(subject);
    const each = derive(`a node of ${part.machine}`, 'USD/month', f`${compute} ÷ ${explainBilledNodes(subject)}`);
    const count = ledger.observed(
      `nodes of ${part.machine}`,
      part.nodes,
      'nodes',
      'searched',
      `${part.nodes}`,
      'of every pair in every number, what carries the peak for least',
    );
    return {
      whole: derive(`all of ${part.machine}`, 'USD/month', f`${count} × ${each}`),
      shared: derive('bought once for the place', 'USD/month', f`${explainMonth(subject)} − ${compute}`),
    };
  });
  const [large, small] = parts as [(typeof parts)[number], (typeof parts)[number]];
  const cost = derive(
    'cost of the mixed fleet',
    'USD/month',
    f`${large.whole} + ${small.whole} + max(${large.shared}, ${small.shared})`,
    { value: mix.usdPerMonth },
  );
  if (!saving) return cost;
  const site = (option: PlanOption) => [option.provider, option.region, option.purchase].join(' ');
  const alone = plan.options.find(
    (option) => option.feasible && site(option) === [mix.provider, mix.region, mix.purchase].join(' '),
  );
  if (alone === undefined) throw new Error('a mix saves against one kind');
  return derive(
    'saving of the mixed fleet',
    'USD/month',
    f`${{ ...explainMonth(options.byId(alone.id)), name: 'best fleet of one kind' }} − ${cost}`,
    { value: mix.savesUsdPerMonth },
  );
}

function explainSimulation(
  { plan, ledger, workload }: Planned,
  options: Options,
  role: 'winner' | 'runner-up',
  figure: string,
): Derivation {
  const told = plan.confirmation.find((each) => each.role === role);
  if (told === undefined) throw new Error(`the plan simulated no ${role}`);
  const drawn = `${told.requests} requests drawn with seed ${told.seed}, ${told.replicas} ${told.replicas === 1 ? 'replica' : 'replicas'} at the planned peak`;
  const title = 'continuous batching event by event, docs/simulation.md; the same seed draws the same requests';
  const seen = (name: string, value: number, unit: string) =>
    ledger.observed(name, value, unit, 'simulated', drawn, title, figure);
  const subject = options.byId(told.optionId);
  const percentile = `p${Math.round(told.percentile * 100)}`;
  switch (figure) {
    case 'ttftSeconds':
      return seen(`simulated ${percentile} TTFT`, told.ttftSeconds, 's');
    case 'tpotSeconds':
      return seen(`simulated ${percentile} TPOT`, told.tpotSeconds, 's');
    case 'goodRatio':
      return seen('requests within both targets', told.goodRatio, 'ratio');
    case 'ttftDifference':
      return derive(
        'simulated against predicted TTFT',
        'ratio',
        f`${seen(`simulated ${percentile} TTFT`, told.ttftSeconds, 's')} ÷ ${operatingState(subject).ttft} − 1`,
        { value: told.ttftDifference },
      );
    case 'tpotDifference':
      return derive(
        'simulated against predicted TPOT',
        'ratio',
        f`${seen(`simulated ${percentile} TPOT`, told.tpotSeconds, 's')} ÷ ${operatingState(subject).tpot} − 1`,
        { value: told.tpotDifference },
      );
    case 'throughputDifference':
      return seen('simulated against predicted rate', told.throughputDifference ?? 0, 'ratio');
    default: {
      const counted = batchOf(subject, 'batch at the peak', subject.option.batch.atPeak);
      return ledger.observed(
        'simulated requests',
        told.requests,
        'requests',
        'simulated',
        drawn,
        `five times what is in flight, at least 20,000; batch ${counted.value}, ${workload.name}`,
        figure,
      );
    }
  }
}

function explainSearch({ plan, ledger }: Planned, figure: string): Derivation {
  const { machines, evaluations, offers } = plan.search;
  const count = (name: string, value: number, unit: string, title: string) =>
    ledger.observed(name, value, unit, 'searched', `${value}`, title, figure);
  if (figure === 'evaluations')
    return count(
      'candidates tried',
      evaluations,
      'candidates',
      'layouts × batches of every machine, checkpoint and engine that the workload allows',
    );
  if (figure === 'machines')
    return count('machines tried', machines, 'machines', 'machines of the catalogue that the workload allows');
  return count('offers priced', offers, 'offers', 'places and ways of buying what serves');
}
