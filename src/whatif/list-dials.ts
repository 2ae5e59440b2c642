// The dials of a plan: which of its workload's fields can be turned, and how far.
// In: the workload as it was written and as it was resolved, the catalogue, the plan. Out: dials in the order of the page.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan } from '../documents/plan.ts';
import { fieldsOf } from '../documents/workload-source.ts';
import type { WeekShape } from '../fleet/load-shape.ts';
import { quantileTokens } from '../physics/lengths.ts';
import { isDiscountable } from '../plan/discount-clouds.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import type { Dial, DialId, DialUnit, Stop } from './dials.ts';
import { geometricStops, linearStops, type Stops, tidy } from './stops.ts';

export interface DialInputs {
  /** The workload as it was written. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly workload: ResolvedWorkload;
  readonly catalog: Catalog;
  readonly plan: Plan;
}

/** How far a value that the workload gives itself may be turned, either way. */
const REACH = 4;
const MOST_GROWTH = 9;
const MOST_DISCOUNT = 0.5;
const TERMS_MONTHS = [0, 12, 24, 36, 48, 60];

/** Dials that would change this plan; fields that it cannot have, such as a site where none is allowed, have none. */
export function listDials({ document, workload, catalog, plan }: DialInputs): Dial[] {
  const given = fieldsOf(document);
  const preset = catalog.presets.find((each) => each.id === workload.use);
  const dials: Dial[] = [];
  const add = (
    id: DialId,
    field: string,
    unit: DialUnit,
    { stops, ownIndex }: { stops: readonly Stop[]; ownIndex: number },
    more: Partial<Dial> = {},
  ) => stops.length > 1 && dials.push({ id, field, unit, currency: null, stated: null, stops, ownIndex, ...more });
  const around = (own: number, digits = 2): Stops =>
    geometricStops(own, tidy(own / REACH, digits), tidy(own * REACH, digits), digits);
  /** The assumption's own range where the workload is silent, else `otherwise`. */
  const within = (
    field: string,
    own: number,
    fact: { readonly low: number; readonly high: number } | undefined,
    make: (low: number, high: number) => Stops,
    otherwise: () => Stops,
  ): [Stops, Partial<Dial>] => {
    const assumed = workload.assumptions.some((each) => each.field === field || each.field.startsWith(`${field}.`));
    if (!assumed || fact === undefined || fact.low >= fact.high || own < fact.low || own > fact.high) return [otherwise(), {}];
    return [make(fact.low, fact.high), { stated: { low: fact.low, high: fact.high } }];
  };

  const demand = demandOf(given);
  if (demand !== null) {
    const { stops, ownIndex } = around(demand.value);
    const whole = demand.unit === 'users' || demand.unit === 'concurrency' || demand.unit === 'tokensPerDay';
    add('demand', demand.field, demand.unit, whole ? asWhole(stops, demand.value) : { stops, ownIndex });
  }
  const outputTokens = Math.round(quantileTokens(workload.output, 0.5));
  add(
    'output',
    'tokens.output',
    'tokens',
    ...within(
      'tokens.output',
      outputTokens,
      preset === undefined ? undefined : { low: preset.outputP50.low, high: preset.outputP50.high },
      (low, high) => asWhole(geometricStops(outputTokens, low, high, 2).stops, outputTokens),
      () => asWhole(around(outputTokens).stops, outputTokens),
    ),
  );
  for (const [id, target] of [
    ['ttft', workload.ttftTarget],
    ['tpot', workload.tpotTarget],
  ] as const)
    if (target !== null) add(id, `latency.${id}`, 'seconds', around(target.seconds));
  const meanToPeak = tidy(workload.week.meanToPeakRatio, 6);
  if (given.get('demand.trace') === undefined) {
    const least = leastMeanToPeak(workload.week);
    add(
      'utilisation',
      'demand.meanToPeak',
      'ratio',
      ...within(
        'demand.meanToPeak',
        meanToPeak,
        preset?.meanToPeak,
        (low, high) => linearStops(meanToPeak, Math.max(low, least), high, 0.02),
        () => linearStops(meanToPeak, least, 1, 0.05),
      ),
    );
  }
  const growth = workload.growthPerYear;
  add('growth', 'demand.growthPerYear', 'ratio', linearStops(growth, 0, Math.min(MOST_GROWTH, Math.max(1, 2 * growth)), 0.05));

  if (workload.onPremises !== 'excluded' && workload.site.allowed) {
    const price = electricityOf(given, plan);
    if (price !== null)
      add('electricity', 'onPremises.electricity', 'perKilowattHour', around(price.amount), { currency: price.currency });
    const { facility, finance } = catalog;
    const pue = workload.site.pueRatio;
    add(
      'pue',
      'onPremises.pue',
      'factor',
      ...within(
        'onPremises.pue',
        pue,
        facility.pue,
        (low, high) => linearStops(pue, low, high, 0.02),
        () => linearStops(pue, 1, Math.max(2, pue), 0.02),
      ),
    );
    const rate = workload.site.costOfCapitalPerYear;
    add(
      'costOfCapital',
      'onPremises.costOfCapital',
      'ratio',
      ...within(
        'onPremises.costOfCapital',
        rate,
        finance.costOfCapital,
        (low, high) => linearStops(rate, low, high, 0.005),
        () => linearStops(rate, 0, Math.max(0.2, rate), 0.01),
      ),
    );
    add('priceBasis', 'onPremises.priceBasis', 'choice', choice(['low', 'typical', 'high'], workload.site.priceBasis));
    add('prices', 'onPremises.prices', 'choice', choice(['street', 'list'], workload.site.prices));
  }
  const discount = workload.cloudDiscountRatio;
  if (mayRent(workload, catalog)) add('discount', 'clouds.discount', 'ratio', linearStops(discount, 0, MOST_DISCOUNT, 0.025));
  add('term', 'budget.term', 'months', termStops(workload.commitmentMonths));
  return dials;
}

/** Whether a machine may be rented whose price is still the seller's list price. */
function mayRent({ regions, machines }: ResolvedWorkload, catalog: Catalog): boolean {
  return catalog.instances.some(
    ({ id, provider }) =>
      (machines?.includes(id) ?? true) &&
      catalog
        .pricesOf(id)
        .some(
          (row) =>
            isDiscountable(row, catalog) && regions.some((region) => region.provider === provider && region.id === row.region),
        ),
  );
}

/** The least mean that a form of the week can be stretched to: then its quietest hours carry nothing. */
function leastMeanToPeak({ hours, meanToPeakRatio }: WeekShape): number {
  const quietest = Math.min(...hours);
  return quietest >= 1 ? 1 : Math.min(meanToPeakRatio, Math.ceil((1 - (1 - meanToPeakRatio) / (1 - quietest)) * 100) / 100);
}

/** The one number that says how much is asked for; null where a trace does. */
function demandOf(given: ReadonlyMap<string, unknown>): { field: string; unit: DialUnit; value: number } | null {
  for (const unit of ['users', 'requestsPerSecond', 'concurrency', 'tokensPerDay'] as const) {
    const value = given.get(`demand.${unit}`);
    const number = typeof value === 'string' ? tokensOf(value) : value;
    if (typeof number === 'number' && number > 0) return { field: `demand.${unit}`, unit, value: number };
  }
  return null;
}

/** Tokens a day as people write them, such as "2M". */
function tokensOf(text: string): number | null {
  const [, digits = '', suffix = ''] = /^(\d+(?:[.,]\d+)?)([kMG])$/.exec(text) ?? [];
  const factor = { k: 1e3, M: 1e6, G: 1e9 }[suffix];
  return factor === undefined ? null : Number(digits.replace(',', '.')) * factor;
}

/** What the workload pays a kilowatt-hour, or the tariff of its cheapest owned option. */
function electricityOf(given: ReadonlyMap<string, unknown>, plan: Plan): { amount: number; currency: string } | null {
  const stated = given.get('onPremises.electricity');
  const [, currency, digits] = typeof stated === 'string' ? (/^([A-Z]{3})\s?([\d.,]+)/.exec(stated) ?? []) : [];
  if (currency !== undefined && digits !== undefined) return { amount: Number(digits.replace(',', '.')), currency };
  const owned =
    plan.options.find((option) => option.id === plan.verdict.best.onprem) ??
    plan.options.find((option) => option.provider === 'onprem');
  const tariff = owned?.energy.tariff ?? null;
  return tariff === null || tariff.usdPerKilowattHour <= 0
    ? null
    : { amount: tidy(tariff.usdPerKilowattHour, 6), currency: 'USD' };
}

function asWhole(stops: readonly number[], own: number): Stops {
  const whole = [...new Set([...stops.map((stop) => Math.max(1, Math.round(stop))), own])].toSorted((one, other) => one - other);
  return { stops: whole, ownIndex: whole.indexOf(own) };
}

function choice(stops: readonly string[], own: string) {
  return { stops, ownIndex: stops.indexOf(own) };
}

function termStops(ownMonths: number): Stops {
  const stops = [...new Set([...TERMS_MONTHS, ownMonths])].toSorted((one, other) => one - other);
  return { stops, ownIndex: stops.indexOf(ownMonths) };
}
