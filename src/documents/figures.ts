// Figures: every number a plan prints, by a path that stays the same from plan to plan.
// In: a plan. Out: paths with names, values and units. `options.1` is the first option of the file, the winner where there is one.
import type { Plan, PlanOption } from './plan.ts';

export interface Figure {
  readonly path: string;
  readonly name: string;
  readonly value: number;
  /** Canonical unit, such as `USD/month`, `s`, `bytes`, `ratio`. */
  readonly unit: string;
}

/** Figures of the plan as a whole, then of each option in its order; what has no value is left out. */
export function figuresOf(plan: Plan): Figure[] {
  return [...planFigures(plan), ...plan.options.flatMap((option, index) => optionFigures(option, optionPath(index)))];
}

/** @param index - of the option in the plan, from 0 */
export function optionPath(index: number): string {
  return `options.${index + 1}`;
}

type Row = readonly [path: string, name: string, unit: string, value: number | null | undefined];

function asFigures(rows: readonly Row[], under: string): Figure[] {
  return rows.flatMap(([path, name, unit, value]) =>
    value === null || value === undefined ? [] : [{ path: under === '' ? path : `${under}.${path}`, name, unit, value }],
  );
}

function planFigures(plan: Plan): Figure[] {
  const { workload } = plan;
  return asFigures(
    [
      ['workload.peakRequestsPerSecond', 'peak rate', 'requests/s', workload.peakRequestsPerSecond],
      ['workload.peakConcurrency', 'peak in flight', 'requests', workload.peakConcurrency],
      ['workload.promptMeanTokens', 'mean prompt', 'tokens', workload.promptMeanTokens],
      ['workload.outputMeanTokens', 'mean answer', 'tokens', workload.outputMeanTokens],
      ['workload.thinkingMeanTokens', 'mean thinking', 'tokens', workload.thinkingMeanTokens],
      ['workload.outputTokens', 'mean answer and thinking', 'tokens', workload.outputMeanTokens + workload.thinkingMeanTokens],
      ['breakEven', 'break-even share of the hours', 'ratio', plan.breakEven?.utilisationShare],
      ...plan.flips.flatMap((flip, index): Row[] => [
        [`flips.${index + 1}`, `flip of ${flip.variable}`, FLIP_UNITS[flip.variable], flip.at],
        [`flips.${index + 1}.factor`, `flip of ${flip.variable}, as a factor`, 'ratio', flip.factor],
      ]),
      ...plan.mixedFleets.flatMap((mix, index): Row[] => [
        [`mixedFleets.${index + 1}.usdPerMonth`, 'cost of the mixed fleet', 'USD/month', mix.usdPerMonth],
        [`mixedFleets.${index + 1}.savesUsdPerMonth`, 'saving of the mixed fleet', 'USD/month', mix.savesUsdPerMonth],
      ]),
      ...plan.hosted.flatMap((hosted, index): Row[] => [
        [`hosted.${index + 1}.usdPerMonth`, `${hosted.seller}, a month`, 'USD/month', hosted.usdPerMonth],
        [
          `hosted.${index + 1}.usdPerMillionOutputTokens`,
          `${hosted.seller}, a million output tokens`,
          'USD/Mtok',
          hosted.usdPerMillionOutputTokens,
        ],
      ]),
      ...plan.confirmation.flatMap((each): Row[] => {
        const under = each.role === 'winner' ? 'simulation' : 'simulation.runnerUp';
        return [
          [`${under}.requests`, 'simulated requests', 'requests', each.requests],
          [`${under}.ttftSeconds`, 'simulated TTFT', 's', each.ttftSeconds],
          [`${under}.tpotSeconds`, 'simulated TPOT', 's', each.tpotSeconds],
          [`${under}.goodRatio`, 'requests within both targets', 'ratio', each.goodRatio],
          [`${under}.ttftDifference`, 'simulated against predicted TTFT', 'ratio', each.ttftDifference],
          [`${under}.tpotDifference`, 'simulated against predicted TPOT', 'ratio', each.tpotDifference],
          [`${under}.throughputDifference`, 'simulated against predicted rate', 'ratio', each.throughputDifference],
        ];
      }),
      ['search.evaluations', 'candidates tried', 'candidates', plan.search.evaluations],
      ['search.machines', 'machines tried', 'machines', plan.search.machines],
      ['search.offers', 'offers priced', 'offers', plan.search.offers],
      ...trainingRows(plan),
    ],
    '',
  );
}

const FLIP_UNITS: Record<Plan['flips'][number]['variable'], string> = {
  requestsPerSecond: 'requests/s',
  concurrency: 'requests',
  tpotSeconds: 's',
  ttftSeconds: 's',
  usdPerMonth: 'USD/month',
};

function trainingRows({ training }: Plan): Row[] {
  if (training === null) return [];
  return [
    ['training.baseBytes', 'frozen weights', 'bytes', training.baseBytes],
    ['training.stateBytes', 'weights, gradients and states', 'bytes', training.stateBytes],
    ['training.activationBytes', 'activations of an accelerator', 'bytes', training.activationBytes],
    ...training.options.flatMap((each, index): Row[] => {
      const under = `training.options.${index + 1}`;
      return [
        [`${under}.wallClockHours`, 'hours of the run', 'h', each.wallClockHours.typical],
        [`${under}.acceleratorHours`, 'accelerator-hours of the run', 'h', each.acceleratorHours.typical],
        [`${under}.kilowattHours`, 'energy of the run', 'kWh', each.kilowattHours],
        [`${under}.usd`, 'cost of the run', 'USD', each.usd.typical],
      ];
    }),
  ];
}

function optionFigures(option: PlanOption, under: string): Figure[] {
  const { cost, latency, capacity, memory, energy, operations } = option;
  const { coldStart, scaling, upgrade } = operations;
  const range = (path: string, name: string, unit: string, of: { typical: number; low: number; high: number }): Row[] => [
    [path, name, unit, of.typical],
    [`${path}.low`, `${name}, low`, unit, of.low],
    [`${path}.high`, `${name}, high`, unit, of.high],
  ];
  return asFigures(
    [
      ...range('cost.usdPerMonth', 'cost a month', 'USD/month', cost.usdPerMonth),
      ['cost.usdPerHour', 'cost an hour', 'USD/h', cost.usdPerHour],
      ['cost.usdOverTerm', 'cost over the term', 'USD', cost.usdOverTerm],
      ...range('cost.usdPerMillionOutputTokens', 'cost of a million output tokens', 'USD/Mtok', cost.usdPerMillionOutputTokens),
      ['cost.capexUsd', 'capex', 'USD', cost.capexUsd],
      ['cost.presentValue', 'present value', 'USD', cost.presentValue.usd],
      ...cost.lines.map((line): Row => [`cost.lines.${line.id}`, line.label, 'USD/month', line.usdPerMonth]),
      ...cost.capital.map((item): Row => [`cost.capital.${item.id}`, item.label, 'USD', item.quantity * item.usdEach]),
      ['cost.oldestPriceDays', 'age of the oldest price', 'days', cost.oldestPriceDays],
      ...range('latency.ttftSeconds', 'TTFT', 's', latency.ttftSeconds),
      ...range('latency.tpotSeconds', 'TPOT', 's', latency.tpotSeconds),
      ...range('capacity.requestsPerSecond', 'capacity', 'requests/s', capacity.requestsPerSecond),
      ...range('capacity.outputTokensPerSecond', 'capacity in output tokens', 'tokens/s', capacity.outputTokensPerSecond),
      ['capacity.peakUtilisation', 'load at the peak', 'ratio', capacity.peakUtilisation],
      ['capacity.meanUtilisation', 'mean load', 'ratio', capacity.meanUtilisation],
      ['nodes', 'nodes', 'nodes', option.nodes],
      ['accelerators', 'accelerators', 'accelerators', option.accelerators],
      ['replicas', 'replicas', 'replicas', option.replicas],
      ['spareReplicas', 'spare replicas', 'replicas', option.spareReplicas],
      ['batch.atPeak', 'batch at the peak', 'sequences', option.batch.atPeak],
      ['batch.atCapacity', 'batch at capacity', 'sequences', option.batch.atCapacity],
      ['prefill.workers', 'prefill workers', 'workers', option.prefill?.workers],
      ['memory.capacityBytes', 'memory', 'bytes', memory.capacityBytes],
      ['memory.usableBytes', 'memory the engine may use', 'bytes', memory.usableBytes],
      ['memory.weightBytes', 'weights in memory', 'bytes', memory.weightBytes],
      ['memory.reserveBytes', 'memory kept free', 'bytes', memory.reserveBytes],
      ['memory.cacheBytes', 'memory left for the cache', 'bytes', memory.cacheBytes],
      ['energy.facilityWatts', 'power at the meter', 'W', energy.facilityWatts],
      ['energy.wallWatts', 'power at the wall', 'W', energy.wallWatts],
      ['energy.boardWatts', 'power of the boards', 'W', energy.boardWatts],
      ['energy.nodeMaximumWatts', 'most a node draws', 'W', energy.nodeMaximumWatts],
      ['energy.nodePhaseWatts.idle', 'a node, idle', 'W', energy.nodePhaseWatts.idle],
      ['energy.nodePhaseWatts.loadedIdle', 'a node, waiting', 'W', energy.nodePhaseWatts.loadedIdle],
      ['energy.nodePhaseWatts.prefill', 'a node in prefill', 'W', energy.nodePhaseWatts.prefill],
      ['energy.nodePhaseWatts.decode', 'a node in decode', 'W', energy.nodePhaseWatts.decode],
      ['energy.pueRatio', 'PUE', 'ratio', energy.pueRatio],
      ['energy.kilowattHoursPerMonth', 'energy a month', 'kWh/month', energy.kilowattHoursPerMonth],
      ['energy.megawattHoursPerYear', 'energy a year', 'MWh/year', energy.megawattHoursPerYear],
      ['energy.boardJoulesPerOutputToken', 'energy of an output token in boards', 'J/token', energy.boardJoulesPerOutputToken],
      ['energy.wallJoulesPerOutputToken', 'energy of an output token at the wall', 'J/token', energy.wallJoulesPerOutputToken],
      ['energy.joulesPerOutputToken', 'energy of an output token', 'J/token', energy.joulesPerOutputToken],
      ['energy.usdPerKilowattHour', 'paid a kilowatt-hour', 'USD/kWh', energy.hourly?.paidUsdPerKilowattHour],
      ['energy.kilogramsCo2ePerMonth', 'carbon a month', 'kgCO2e/month', energy.kilogramsCo2ePerMonth],
      ['energy.gramsCo2ePerKilowattHour', 'carbon of a kilowatt-hour', 'gCO2e/kWh', energy.gramsCo2ePerKilowattHour],
      ['operations.upRatio', 'time with enough nodes up', 'share of time', operations.upRatio],
      ['operations.coldStart.totalSeconds', 'cold start', 's', coldStart.totalSeconds],
      ['operations.coldStart.provisionSeconds', 'start of the machine', 's', coldStart.provisionSeconds],
      ['operations.coldStart.readSeconds', 'reading weights', 's', coldStart.readSeconds],
      ['operations.coldStart.warmUpSeconds', 'warm-up', 's', coldStart.warmUpSeconds],
      ['operations.scaling.minimumNodes', 'fewest nodes', 'nodes', scaling.minimumNodes],
      ['operations.scaling.maximumNodes', 'most nodes', 'nodes', scaling.maximumNodes],
      ['operations.scaling.scaleOutUtilisation', 'load at which a replica is added', 'ratio', scaling.scaleOutUtilisation],
      ['operations.scaling.scaleInUtilisation', 'load at which a replica goes', 'ratio', scaling.scaleInUtilisation],
      [
        'operations.scaling.usdPerMonth.followingDemand',
        'compute following the demand',
        'USD/month',
        scaling.usdPerMonth?.followingDemand,
      ],
      ['operations.scaling.usdPerMonth.atMaximum', 'compute at the upper bound', 'USD/month', scaling.usdPerMonth?.atMaximum],
      ['operations.upgrade.durationSeconds', 'rolling upgrade', 's', upgrade.durationSeconds],
      ['operations.quota.vcpus', 'quota to ask for', 'vCPUs', operations.quota?.vcpus],
      ['speculation.acceptedTokens', 'tokens a step', 'tokens', option.speculation?.acceptedTokens],
    ],
    under,
  );
}
