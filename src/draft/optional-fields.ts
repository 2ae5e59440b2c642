// What a drafted workload shows beside its five answers: every optional field with the value in force, or an example.
// In: the answers resolved against a catalogue. Out: one value a field, as the workload spells it. Meanings are the schema's own.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Workload } from '../documents/workload.ts';
import type { LengthDistribution } from '../physics/lengths.ts';
import { type ResolvedWorkload, resolveWorkload } from '../plan/resolve-workload.ts';

export interface OptionalField {
  /** Dotted path in the workload. */
  readonly path: string;
  readonly value: unknown;
  /** Whether a plan takes this value where the field is absent; else it is an example. */
  readonly inForce: boolean;
  /** Fields that must be set with it. */
  readonly needs: readonly string[];
}

/**
 * Every optional field that fits beside the answers given, in the order a file should have them.
 * @param answers - a workload of the five answers alone
 * @throws SeekstackError where an answer names nothing in the catalogue
 */
export function listOptionalFields(answers: Workload, catalog: Catalog, fallbackName: string): readonly OptionalField[] {
  const resolved = resolveWorkload(answers, catalog, fallbackName);
  const inForce = (path: string, value: unknown, ...needs: string[]): OptionalField => ({ path, value, inForce: true, needs });
  const example = (path: string, value: unknown, ...needs: string[]): OptionalField => ({ path, value, inForce: false, needs });
  return [
    inForce('name', resolved.name),
    ...lengthFields(resolved, inForce),
    ...demandFields(answers, resolved, catalog, inForce),
    inForce('confidence', percent(resolved.confidence)),
    inForce('speculation.draftTokens', resolved.speculation?.draftTokens ?? 0),
    example('speculation.acceptance', percent(0.7), 'speculation.draftTokens'),
    example('budget.capex', `${currencyOf(answers)} 1M`),
    ...placeFields(resolved, catalog, inForce, example),
    ...siteFields(resolved, catalog, inForce, example),
    ...limitFields(answers, resolved, catalog, inForce, example),
    ...trainingFields(answers, catalog, fallbackName, inForce, example),
    inForce('availability.spareReplicas', resolved.availability.spareReplicas),
    inForce('availability.survive', resolved.availability.survive),
    example('availability.target', percent(0.999)),
    ...deploymentFields(answers, resolved, catalog, fallbackName, inForce, example),
  ];
}

type Say = (path: string, value: unknown, ...needs: string[]) => OptionalField;

function lengthFields(resolved: ResolvedWorkload, inForce: Say): OptionalField[] {
  return [
    inForce('tokens.prompt', lengthValue(resolved.prompt)),
    inForce('tokens.output', lengthValue(resolved.output)),
    inForce('tokens.thinking', lengthValue(resolved.thinking)),
    inForce('tokens.cacheHit', percent(resolved.cacheHitRatio)),
  ];
}

function demandFields({ demand, use }: Workload, resolved: ResolvedWorkload, catalog: Catalog, inForce: Say): OptionalField[] {
  const preset = catalog.presets.find((each) => each.id === (use ?? resolved.use));
  const fields: OptionalField[] = [];
  if (demand.users !== undefined && demand.requestsPerHour === undefined && preset !== undefined)
    fields.push(inForce('demand.requestsPerHour', preset.requestsPerActiveUser.requestsPerHour));
  // The preset's, not what the week made of it: laying a level over a shape twice moves it.
  if (demand.meanToPeak === undefined && demand.shape === undefined && preset !== undefined)
    fields.push(inForce('demand.meanToPeak', percent(preset.meanToPeak.ratio)));
  // A shape alone brings its own mean over peak, where the preset's was in force.
  if (demand.shape === undefined && preset !== undefined)
    fields.push(inForce('demand.shape', preset.shape, ...(demand.meanToPeak === undefined ? ['demand.meanToPeak'] : [])));
  if (demand.burstiness === undefined) fields.push(inForce('demand.burstiness', resolved.burstiness));
  if (demand.growthPerYear === undefined) fields.push(inForce('demand.growthPerYear', percent(resolved.growthPerYear)));
  return fields;
}

function placeFields(resolved: ResolvedWorkload, catalog: Catalog, inForce: Say, example: Say) {
  const { clouds, regions, onPremises, site, cloudDiscountRatio } = resolved;
  return [
    inForce('place.clouds', [...clouds]),
    example(
      'place.regions',
      clouds.flatMap((cloud) => regions.find((region) => region.provider === cloud)?.id ?? []),
    ),
    example('place.residency', [catalog.geographies[0]?.id ?? site.country]),
    inForce('place.onPremises', onPremises),
    inForce('place.rackLimit', `${decimal(site.rackLimitWatts / 1000)}kW`),
    inForce('clouds.discount', percent(cloudDiscountRatio)),
  ];
}

function siteFields({ site }: ResolvedWorkload, catalog: Catalog, inForce: Say, example: Say): OptionalField[] {
  const tariff = site.tariffFor(SMALL_HALL_MEGAWATT_HOURS_PER_YEAR) ?? catalog.tariffs[0];
  const server = catalog.servers.find((each) => each.price !== undefined);
  const life = `${decimal(site.depreciationYears)}y`;
  const fields = [
    inForce('onPremises.country', site.country),
    ...(tariff === undefined ? [] : [example('onPremises.electricity', `USD ${decimal(tariff.usdPerKilowattHour)}/kWh`)]),
    example('onPremises.tariff', 'prices-by-the-hour.csv'),
    inForce('onPremises.pue', site.pueRatio),
    inForce('onPremises.cooling', site.cooling),
    inForce('onPremises.priceBasis', site.priceBasis),
    inForce('onPremises.prices', site.prices),
    ...(server?.price === undefined
      ? []
      : [example('onPremises.quotes', { [server.id]: `USD ${decimal(server.price.usd / 1000)}k` })]),
    inForce('onPremises.costOfCapital', percent(site.costOfCapitalPerYear)),
    example('onPremises.residual', percent(catalog.finance.residual.at(-1)?.share.ratio ?? 0)),
    inForce('onPremises.life', life),
    inForce('onPremises.support', percent(site.supportRatioPerYear)),
    inForce('onPremises.space', `USD ${decimal(site.usdPerKilowattMonth)}/kW-month`),
    example('onPremises.staffFte', catalog.facility.staffPerNode.fullTimeEquivalents),
  ];
  return fields;
}

/** A server or two: picks the tariff shown as an example, nothing else. */
const SMALL_HALL_MEGAWATT_HOURS_PER_YEAR = 100;

function limitFields({ limits }: Workload, resolved: ResolvedWorkload, catalog: Catalog, inForce: Say, example: Say) {
  const format = resolved.model.checkpoints[0]?.weightFormat;
  const precision = format === undefined ? undefined : catalog.weightFormat(format)?.precision;
  return [
    ...(precision === undefined ? [] : [example('limits.precisions', [precision])]),
    example(
      'limits.engines',
      catalog.engines.slice(0, 1).map((engine) => engine.id),
    ),
    example(
      'limits.machines',
      catalog.instances.slice(0, 1).map((instance) => instance.id),
    ),
    inForce('limits.spot', resolved.spot ? 'allowed' : 'never'),
    inForce('limits.maxContext', resolved.maximumTokens),
    inForce('limits.priceAge', `${resolved.priceAge.limitDays}d`),
    inForce('limits.oldPrices', limits?.oldPrices ?? 'warn'),
    inForce('limits.minimumBits', resolved.minimumBits),
  ];
}

/** What training takes for granted shows only where there is some. */
function trainingFields(answers: Workload, catalog: Catalog, name: string, inForce: Say, example: Say): OptionalField[] {
  const training = { method: 'lora', tokens: 1e8 } as const;
  const run = resolveWorkload({ ...answers, training }, catalog, name).training;
  if (run === null) return [];
  return [
    example('training.method', training.method),
    example('training.tokens', '100M'),
    inForce('training.sequence', run.sequenceTokens),
    inForce('training.rank', run.rank),
  ];
}

function deploymentFields(
  answers: Workload,
  resolved: ResolvedWorkload,
  catalog: Catalog,
  name: string,
  inForce: Say,
  example: Say,
): OptionalField[] {
  const { deployment } = resolveWorkload({ ...answers, deployment: { purpose: 'benchmark' } }, catalog, name);
  const region = catalog.regions.find((each) => each.provider === 'aws' && each.zones.length > 0);
  const currency = catalog.currencies.find((each) => each.id !== 'USD');
  return [
    ...(currency === undefined ? [] : [inForce('currencies', { [currency.id]: currency.usdPerUnit })]),
    inForce('clients', [...resolved.clients]),
    example('contact', 'platform@example.com'),
    example('deployment.purpose', 'benchmark'),
    inForce('deployment.timeToLive', `${deployment.timeToLiveHours}h`, 'deployment.purpose'),
    ...(region?.zones[0] === undefined
      ? []
      : [
          example('deployment.zone', region.zones[0]),
          example('deployment.reservation', 'cr-0123456789abcdef0', 'deployment.zone'),
          example('deployment.reservationEnds', '2030-12-24T11:30Z', 'deployment.reservation', 'deployment.zone'),
          example(
            'deployment.certificate',
            `arn:aws:acm:${region.id}:123456789012:certificate/00000000-0000-0000-0000-000000000000`,
          ),
        ]),
  ];
}

/** As the workload spells a length: one figure, or percentiles by name. */
function lengthValue({ points }: LengthDistribution): unknown {
  const first = points[0];
  if (points.length === 1 && first !== undefined) return first.tokens;
  return Object.fromEntries(points.map((point) => [`p${decimal(point.probability * 100)}`, point.tokens]));
}

function currencyOf({ budget }: Workload): string {
  return budget.monthly === 'unlimited' ? 'USD' : budget.monthly.currency;
}

/** `35%`; as many decimals as the workload's syntax takes. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(6))}%`;
}

/** Without what adding in binary leaves behind. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(9)));
}
