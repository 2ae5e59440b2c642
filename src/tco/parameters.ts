// Uncertain inputs of a comparison: what has a low, a typical and a high, and what the workload has settled.
// In: the resolved workload, the fleets compared, the catalogue. Out: parameters, and values drawn or set one by one.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Source } from '../documents/fact.ts';
import type { Tco } from '../documents/tco.ts';
import { sourceOf } from '../plan/assumptions.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import type { Chance } from '../simulate/random.ts';
import type { OwnedFleet } from './fleets.ts';

export const PARAMETER_IDS = [
  'serverPrice',
  'otherHardware',
  'residual',
  'costOfCapital',
  'support',
  'electricity',
  'pue',
  'power',
  'space',
  'staffTime',
  'staffCost',
  'speed',
  'meanLoad',
  'cloudPriceDecline',
] as const;
export type ParameterId = (typeof PARAMETER_IDS)[number];

/**
 * One number a parameter. `otherHardware` and `staffTime` are positions between their low (−1), typical (0) and high (1) facts;
 * `electricity`, `power`, `speed` and `meanLoad` are multiples of what the plan was made with.
 */
export type Values = Readonly<Record<ParameterId, number>>;

export interface Parameter {
  readonly id: ParameterId;
  readonly label: string;
  readonly low: number;
  readonly typical: number;
  readonly high: number;
  /** `pert`: between low and high, likeliest at typical; `lognormal`: low and high are the 10th and 90th percentile around 1. */
  readonly shape: 'pert' | 'lognormal';
  /** What a reader is told the value in, and the value in it. */
  readonly unit: ParameterUnit;
  readonly inUnit: (value: number) => number;
  readonly source: Source;
}

/** `position`: low, typical or high ends of several facts together; `multiple`: of what the plan was made with. */
export type ParameterUnit = Tco['tornado'][number]['unit'];

/** A value in its unit, in English. */
export function sayParameter(unit: ParameterUnit, value: number): string {
  switch (unit) {
    case 'ratio':
      return percent(value);
    case 'multiple':
      return times(value);
    case 'usd':
      return usd(value);
    case 'usdPerKilowattHour':
      return `USD ${value.toFixed(3)} a kWh`;
    case 'usdPerKilowattMonth':
      return `USD ${Math.round(value)} a kW-month`;
    case 'number':
      return value.toFixed(2);
    case 'position':
      return value < 0 ? 'low ends' : value > 0 ? 'high ends' : 'typical';
  }
}

const percent = (value: number) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)}%`;
const times = (value: number) => `× ${value.toFixed(2)}`;
const usd = (value: number) => `USD ${Math.round(value).toLocaleString('en-US')}`;
/** 90th percentile of a normal distribution with variance 1. */
const P90 = 1.2815515594600038;

/** What is uncertain about a comparison; what the workload gives is not. */
export function listParameters(workload: ResolvedWorkload, owned: OwnedFleet | null, catalog: Catalog): Parameter[] {
  const { facility, finance } = catalog;
  const assumed = (field: string) => workload.assumptions.some((each) => each.field === field);
  const from = (key: string): Source => sourceOf(catalog, key);
  const parameters: Parameter[] = [];
  const add = (
    id: ParameterId,
    label: string,
    range: { low: number; high: number; source: string } & { typical: number },
    unit: ParameterUnit,
    shape: Parameter['shape'] = 'pert',
    inUnit: Parameter['inUnit'] = (value) => value,
  ) => {
    if (range.low < range.high)
      parameters.push({
        id,
        label,
        low: range.low,
        typical: range.typical,
        high: range.high,
        shape,
        unit,
        inUnit,
        source: from(range.source),
      });
  };
  if (owned !== null) {
    const { input, energy } = owned;
    const price = input.server.price;
    if (price !== undefined) {
      const [low, typical, high] = [price.low, price.usd, price.high];
      add('serverPrice', 'price of a server', { low, typical, high, source: price.source }, 'usd');
    }
    add(
      'otherHardware',
      'network, storage, racks, spares',
      { low: -1, typical: 0, high: 1, source: facility.nodeNetwork.source },
      'position',
    );
    const { residual } = input;
    add(
      'residual',
      `resale after ${input.depreciationYears} years`,
      { ...residual, typical: residual.ratio, source: input.residualSource },
      'ratio',
    );
    if (assumed('onPremises.costOfCapital'))
      add(
        'costOfCapital',
        'cost of capital a year',
        { ...finance.costOfCapital, typical: finance.costOfCapital.ratioPerYear },
        'ratio',
      );
    if (assumed('onPremises.support'))
      add('support', 'support a year', { ...facility.supportPerYear, typical: facility.supportPerYear.ratioPerYear }, 'ratio');
    if (workload.site.usdPerKilowattHour === null)
      add(
        'electricity',
        'electricity price',
        { ...finance.electricityRange, typical: finance.electricityRange.ratio },
        'usdPerKilowattHour',
        'pert',
        (value) => value * input.usdPerKilowattHour,
      );
    if (assumed('onPremises.pue')) add('pue', 'PUE', { ...facility.pue, typical: facility.pue.ratio }, 'number');
    add(
      'power',
      'power drawn over predicted',
      { ...energy.error, typical: 1, source: powerSource(owned, catalog) },
      'multiple',
      'lognormal',
    );
    if (assumed('onPremises.space'))
      add(
        'space',
        'space and cooling plant',
        { ...facility.spacePerKilowattMonth, typical: facility.spacePerKilowattMonth.usdPerKilowattMonth },
        'usdPerKilowattMonth',
      );
    if (assumed('onPremises.staffFte')) {
      add('staffTime', 'staff time', { low: -1, typical: 0, high: 1, source: facility.staffPerNode.source }, 'position');
    }
    add('staffCost', 'cost of one FTE a year', { ...facility.staffCost, typical: facility.staffCost.usdPerYear }, 'usd');
  }
  const interval = owned?.throughput;
  if (interval !== undefined)
    add(
      'speed',
      'throughput over predicted',
      { ...interval, typical: 1, source: owned?.sizing.candidate.stack.interval.source ?? '' },
      'multiple',
      'lognormal',
    );
  const preset = catalog.presets.find((each) => each.id === workload.use);
  if (assumed('demand.meanToPeak') && preset !== undefined)
    add(
      'meanLoad',
      'mean load over peak',
      {
        low: preset.meanToPeak.low / preset.meanToPeak.ratio,
        typical: 1,
        high: preset.meanToPeak.high / preset.meanToPeak.ratio,
        source: preset.meanToPeak.source,
      },
      'ratio',
      'pert',
      (value) => value * preset.meanToPeak.ratio,
    );
  add(
    'cloudPriceDecline',
    'fall of on-demand prices a year',
    { ...finance.cloudPriceDecline, typical: finance.cloudPriceDecline.ratioPerYear },
    'ratio',
  );
  return parameters;
}

/** Where the range of power comes from: the curve of the boards, or the shares of nameplate that stand in. */
function powerSource({ sizing }: OwnedFleet, { power, facility }: Catalog): string {
  const { accelerator } = sizing.candidate.stack.machine;
  const curve = accelerator === null || sizing.candidate.steps.work === null ? undefined : power(accelerator.architecture);
  return curve?.floor.source ?? facility.servingPowerShare.source;
}

/** Every parameter at its typical value; what is settled stands at what the fleets were priced with. */
export function typicalValues(parameters: readonly Parameter[], workload: ResolvedWorkload, catalog: Catalog): Values {
  const { facility, finance } = catalog;
  const settled: Values = {
    serverPrice: Number.NaN,
    otherHardware: 0,
    residual: Number.NaN,
    costOfCapital: workload.site.costOfCapitalPerYear,
    support: workload.site.supportRatioPerYear,
    electricity: 1,
    pue: workload.site.pueRatio,
    power: 1,
    space: workload.site.usdPerKilowattMonth,
    staffTime: 0,
    staffCost: facility.staffCost.usdPerYear,
    speed: 1,
    meanLoad: 1,
    cloudPriceDecline: finance.cloudPriceDecline.ratioPerYear,
  };
  return { ...settled, ...Object.fromEntries(parameters.map((parameter) => [parameter.id, parameter.typical])) };
}

/**
 * A draw of every parameter: PERT (a beta distribution whose mean is (low + 4 · typical + high) ÷ 6), or lognormal with a
 * spread of its own on either side of 1.
 */
export function drawer(parameters: readonly Parameter[], typical: Values, chance: Chance): () => Values {
  const draws = parameters.map((parameter): readonly [ParameterId, () => number] => {
    const { id, low, typical: mode, high, shape } = parameter;
    if (shape === 'lognormal') {
      const below = -Math.log(low) / P90;
      const above = Math.log(high) / P90;
      return [
        id,
        () => {
          const z = chance.normal();
          return Math.exp(z * (z < 0 ? below : above));
        },
      ];
    }
    const span = high - low;
    const beta = chance.beta(1 + (4 * (mode - low)) / span, 1 + (4 * (high - mode)) / span);
    return [id, () => low + span * beta()];
  });
  return () => ({ ...typical, ...Object.fromEntries(draws.map(([id, draw]) => [id, draw()])) });
}
