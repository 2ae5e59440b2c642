// Resolving: a workload with every gap filled from the catalogue, and each filling noted as an assumption with its source.
// In: Workload, Catalog. Out: ResolvedWorkload in canonical units. Throws E_REFERENCE where a name leads nowhere.

import { type Residual, residualAt } from '../cost/capital-value.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Model, ModelArchitecture } from '../documents/catalog/models.ts';
import type { GridCarbon, Region, Tariff } from '../documents/catalog/sites.ts';
import type { Fact, Source } from '../documents/fact.ts';
import type { TariffWeek } from '../documents/hourly-tariff.ts';
import type { LatencyTarget, Money } from '../documents/quantity-text.ts';
import type { Statement } from '../documents/statement.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import { type Problem, SeekstackError } from '../errors.ts';
import type { WeekShape } from '../fleet/load-shape.ts';
import { state } from '../language/say-statement.ts';
import type { LengthDistribution } from '../physics/lengths.ts';
import type { TrainingRun } from '../physics/training.ts';
import type { Dimension } from '../units.ts';
import { type AssumeRule, type Assumption, ruled, sourceOf } from './assumptions.ts';
import { chooseTariff } from './choose-tariff.ts';
import { type ResolvedDeployment, resolveDeployment } from './resolve-deployment.ts';
import { resolveLengths } from './resolve-lengths.ts';
import { resolveMaximum } from './resolve-maximum.ts';
import { resolvePattern } from './resolve-pattern.ts';
import { allowedRegions, carbonFor, expandResidency, firstCountry } from './resolve-place.ts';
import { type HourlyPrices, resolveTariff } from './resolve-tariff.ts';
import { unknownName } from './unknown-name.ts';

export interface ResolvedWorkload {
  readonly name: string;
  readonly model: Model;
  readonly architecture: ModelArchitecture;
  readonly use: string;
  readonly prompt: LengthDistribution;
  readonly output: LengthDistribution;
  readonly thinking: LengthDistribution;
  readonly cacheHitRatio: number;
  readonly demand: { readonly requestsPerSecond: number } | { readonly concurrency: number };
  /** Mean load over the term over the peak at its end. */
  readonly meanToPeakRatio: number;
  /** Growth of the peak a year; `demand` is the peak at the end of the term. */
  readonly growthPerYear: number;
  readonly week: WeekShape;
  /** Shape of gamma-distributed gaps between arrivals; 1 is Poisson. */
  readonly burstiness: number;
  readonly ttftTarget: (LatencyTarget & { percentile: number }) | null;
  readonly tpotTarget: (LatencyTarget & { percentile: number }) | null;
  /** Percentile at which the planned load is judged. */
  readonly percentile: number;
  /** Confidence at which predictions must meet the targets, one-sided. */
  readonly confidence: number;
  /** Null where no speculation was asked for. */
  readonly speculation: { readonly draftTokens: number; readonly acceptanceRate: number | null } | null;
  readonly budgetUsdPerMonth: number | null;
  readonly budgetCapexUsd: number | null;
  /** Months one may commit; 0 for none. */
  readonly commitmentMonths: number;
  /** Months over which costs are added up. */
  readonly horizonMonths: number;
  readonly clouds: readonly ('aws' | 'azure')[];
  /** Off the clouds' list prices of machines; 0 for none. */
  readonly cloudDiscountRatio: number;
  readonly regions: readonly Region[];
  /** Why no cloud region is left, where none is. */
  readonly noRegion: Statement | null;
  readonly onPremises: 'allowed' | 'required' | 'excluded';
  readonly site: {
    readonly country: string;
    /** Null where residency forbids the site. */
    readonly allowed: boolean;
    readonly pueRatio: number;
    readonly rackLimitWatts: number;
    readonly cooling: 'air' | 'liquid';
    readonly priceBasis: 'low' | 'typical' | 'high';
    readonly prices: 'street' | 'list';
    /** USD by server id. */
    readonly quotes: ReadonlyMap<string, number>;
    readonly costOfCapitalPerYear: number;
    /** Null where the catalogue's shares by age hold. */
    readonly residual: Residual | null;
    readonly depreciationYears: number;
    readonly supportRatioPerYear: number;
    readonly usdPerKilowattMonth: number;
    readonly staffFte: number | null;
    /** Fixed by the workload; otherwise chosen by the fleet's yearly consumption. */
    readonly usdPerKilowattHour: number | null;
    /** Prices by the hour of the week; null where one price holds all week. */
    readonly hourly: HourlyPrices | null;
    readonly tariffFor: (megawattHoursPerYear: number) => Tariff | null;
    readonly carbon: GridCarbon | null;
  };
  readonly precisions: Workload['limits'] extends infer L
    ? L extends { precisions?: infer P }
      ? NonNullable<P> | null
      : null
    : null;
  readonly engines: NonNullable<NonNullable<Workload['limits']>['engines']> | null;
  readonly machines: readonly string[] | null;
  readonly spot: boolean;
  readonly minimumBits: number;
  readonly priceAge: { readonly limitDays: number; readonly refused: boolean };
  readonly maximumTokens: number;
  readonly availability: {
    readonly spareReplicas: number;
    readonly survive: 'none' | 'node' | 'zone';
    /** Share of the time with enough up; null where none was asked for. */
    readonly target: number | null;
  };
  /** Null where none was asked for. */
  readonly training: TrainingRun | null;
  readonly clients: readonly string[];
  readonly contact: string | null;
  readonly deployment: ResolvedDeployment;
  readonly assumptions: readonly Assumption[];
}

/**
 * Reads a workload against a catalogue.
 * @param fallbackName - names the deployment when the workload does not
 * @param trace - what the file of `demand.trace` holds; null without one
 * @param tariff - prices by the hour, in place of any other price of electricity; null without one
 */
export function resolveWorkload(
  workload: Workload,
  catalog: Catalog,
  fallbackName: string,
  trace: TraceSummary | null = null,
  tariff: TariffWeek | null = null,
): ResolvedWorkload {
  const problems: Problem[] = [];
  const assumptions: Assumption[] = [];
  const assume = (field: string, value: string, source: Source) => assumptions.push({ field, value, source });
  const assumeRule = (field: string, value: string, statement: Statement) => assumptions.push(ruled(field, value, statement));
  const assumeFact = <D extends Dimension>(field: string, given: Fact<D>) =>
    assume(field, given.stated, sourceOf(catalog, given.source));

  const model = catalog.model(workload.model);
  if (model === undefined)
    problems.push(
      unknownName(
        'model',
        workload.model,
        catalog.models.map((each) => each.id),
        'run "seekstack models"',
      ),
    );
  const architecture = model === undefined ? undefined : catalog.architecture(model.architecture);
  const presetId = workload.use ?? 'chat';
  const preset = catalog.presets.find((each) => each.id === presetId);
  if (preset === undefined || (model !== undefined && architecture === undefined))
    problems.push({
      code: 'E_FACT_MISSING',
      got: preset === undefined ? `no preset ${presetId}` : `no architecture ${model?.architecture}`,
      expected: 'a complete catalogue',
      fix: 'restore the catalogue file',
    });

  for (const [index, id] of (workload.limits?.machines ?? []).entries()) {
    const ids = [...catalog.instances, ...catalog.servers].map((row) => row.id);
    if (!ids.includes(id))
      problems.push(unknownName(`limits.machines[${index}]`, id, ids, 'run "seekstack catalog list machines"'));
  }
  for (const [index, id] of (workload.place?.regions ?? []).entries()) {
    const ids = catalog.regions.map((row) => row.id);
    if (!ids.includes(id)) problems.push(unknownName(`place.regions[${index}]`, id, ids, 'run "seekstack catalog list regions"'));
  }
  const usd = (money: Money, field: string): number => {
    const rate = workload.currencies?.[money.currency] ?? catalog.currencies.find((row) => row.id === money.currency)?.usdPerUnit;
    if (rate === undefined) {
      problems.push(
        unknownName(
          field,
          money.currency,
          [...catalog.currencies.map((row) => row.id), ...Object.keys(workload.currencies ?? {})],
          'give its rate under currencies',
        ),
      );
      return Number.NaN;
    }
    if (money.currency !== 'USD' && workload.currencies?.[money.currency] === undefined) {
      const row = catalog.currencies.find((each) => each.id === money.currency);
      if (row !== undefined && !assumptions.some((each) => each.field === `currencies.${row.id}`))
        assume(`currencies.${row.id}`, `USD ${row.usdPerUnit} for one ${row.id}`, sourceOf(catalog, row.source));
    }
    return money.amount * rate;
  };
  const budgetUsdPerMonth = workload.budget.monthly === 'unlimited' ? null : usd(workload.budget.monthly, 'budget.monthly');
  const budgetCapexUsd = workload.budget.capex === undefined ? null : usd(workload.budget.capex, 'budget.capex');
  const electricity =
    workload.onPremises?.electricity === undefined ? null : usd(workload.onPremises.electricity, 'onPremises.electricity');
  const hourly = tariff === null ? null : resolveTariff(tariff, usd);
  if (tariff === null && workload.onPremises?.tariff !== undefined)
    problems.push({
      code: 'E_FACT_MISSING',
      where: { field: 'onPremises.tariff' },
      got: workload.onPremises.tariff,
      expected: 'a tariff that was read with the workload',
      fix: 'hand it in beside the workload',
    });
  const space = workload.onPremises?.space === undefined ? null : usd(workload.onPremises.space, 'onPremises.space');
  const quotes = new Map<string, number>();
  for (const [id, money] of Object.entries(workload.onPremises?.quotes ?? {})) {
    const ids = catalog.servers.map((row) => row.id);
    if (ids.includes(id)) quotes.set(id, usd(money, `onPremises.quotes.${id}`));
    else problems.push(unknownName(`onPremises.quotes.${id}`, id, ids, 'run "seekstack catalog list machines"'));
  }
  const residency = expandResidency(workload, catalog, problems);
  if (problems.length > 0 || model === undefined || architecture === undefined || preset === undefined)
    throw new SeekstackError(problems);

  const lengths = resolveLengths(workload, preset, model, trace, assumeFact, assumeRule);
  const commitmentMonths = workload.budget.term ?? 0;
  const horizonMonths = commitmentMonths === 0 ? MONTHS_WITHOUT_TERM : commitmentMonths;
  const pattern = resolvePattern({ workload, preset, catalog, lengths, trace, horizonMonths, assumeFact, assume, problems });
  const targets = resolveTargets(workload, assumeRule);
  const maximumTokens = resolveMaximum(workload, architecture, lengths, assumeRule, problems);
  if (problems.length > 0) throw new SeekstackError(problems);

  const { facility } = catalog;
  const given = workload.onPremises ?? {};
  const country = given.country ?? firstCountry(residency) ?? DEFAULT_COUNTRY;
  if (given.country === undefined)
    assumeRule('onPremises.country', country, state(residency === null ? 'rule.noSite' : 'rule.firstCountry'));
  if (given.pue === undefined) assumeFact('onPremises.pue', facility.pue);
  if (workload.place?.rackLimit === undefined)
    assume(
      'place.rackLimit',
      `${facility.rackLimit.high / 1000} kW, the upper end of what most halls allow`,
      sourceOf(catalog, facility.rackLimit.source),
    );
  if (given.cooling === undefined) assumeRule('onPremises.cooling', 'air', state('rule.cooledByAir'));
  if (given.priceBasis === undefined) assumeRule('onPremises.priceBasis', 'typical', state('rule.middlePrice'));
  if (given.prices === undefined) assumeRule('onPremises.prices', 'street', state('rule.streetPrice'));
  const { finance } = catalog;
  if (given.costOfCapital === undefined) assumeFact('onPremises.costOfCapital', finance.costOfCapital);
  const life = given.life ?? facility.depreciation.years;
  if (given.residual === undefined) {
    const at = residualAt(finance.residual, life);
    assume(
      'onPremises.residual',
      `${Math.round(at.ratio * 100)}% after ${life} years (${Math.round(at.low * 100)}–${Math.round(at.high * 100)}%)`,
      sourceOf(catalog, finance.residual[0]?.share.source ?? ''),
    );
  }
  if (given.life === undefined) assumeFact('onPremises.life', facility.depreciation);
  if (given.support === undefined) assumeFact('onPremises.support', facility.supportPerYear);
  if (space === null) assumeFact('onPremises.space', facility.spacePerKilowattMonth);
  if (given.staffFte === undefined) assumeFact('onPremises.staffFte', facility.staffPerNode);
  if (workload.confidence === undefined) assumeRule('confidence', '50%', state('rule.predictionsAsTheyAre'));
  if (workload.training !== undefined && workload.training.sequence === undefined)
    assumeRule('training.sequence', `${DEFAULT_SEQUENCE_TOKENS} tokens`, state('rule.packedSamples'));
  if (workload.training !== undefined && workload.training.rank === undefined && workload.training.method.endsWith('lora'))
    assumeRule('training.rank', `${DEFAULT_RANK}`, state('rule.commonRank'));
  const { regions, noRegion } = allowedRegions(workload, catalog, residency);
  if (commitmentMonths === 0) assumeRule('budget.term', `${MONTHS_WITHOUT_TERM} months`, state('rule.noCommitment'));
  if (workload.limits?.spot === undefined) assumeRule('limits.spot', 'never', state('rule.noSpot'));
  if (workload.limits?.minimumBits === undefined)
    assumeRule('limits.minimumBits', `${DEFAULT_MINIMUM_BITS} bits`, state('rule.enoughBits'));
  if (workload.limits?.priceAge === undefined)
    assumeRule('limits.priceAge', `${DEFAULT_PRICE_AGE_DAYS} days`, state('rule.pricesAge'));
  if (workload.availability === undefined) assumeRule('availability', 'no spare', state('rule.noSpare'));

  return {
    name: workload.name ?? fallbackName,
    model,
    architecture,
    use: workload.use ?? 'custom',
    ...lengths,
    ...pattern,
    ...targets,
    confidence: workload.confidence ?? DEFAULT_CONFIDENCE,
    speculation: resolveSpeculation(workload, assumeRule),
    budgetUsdPerMonth,
    budgetCapexUsd,
    commitmentMonths,
    horizonMonths,
    clouds: workload.place?.clouds ?? ['aws', 'azure'],
    cloudDiscountRatio: workload.clouds?.discount ?? 0,
    regions,
    noRegion,
    onPremises: workload.place?.onPremises ?? 'allowed',
    site: {
      country,
      allowed: residency === null || residency.has(country),
      pueRatio: given.pue ?? facility.pue.ratio,
      rackLimitWatts: workload.place?.rackLimit ?? facility.rackLimit.high,
      cooling: given.cooling ?? 'air',
      priceBasis: given.priceBasis ?? 'typical',
      prices: given.prices ?? 'street',
      quotes,
      costOfCapitalPerYear: given.costOfCapital ?? finance.costOfCapital.ratioPerYear,
      residual: given.residual === undefined ? null : { ratio: given.residual, low: given.residual, high: given.residual },
      depreciationYears: life,
      supportRatioPerYear: given.support ?? facility.supportPerYear.ratioPerYear,
      usdPerKilowattMonth: space ?? facility.spacePerKilowattMonth.usdPerKilowattMonth,
      staffFte: given.staffFte ?? null,
      usdPerKilowattHour: hourly === null ? electricity : null,
      hourly,
      tariffFor: (megawattHoursPerYear) => chooseTariff(catalog.tariffs, country, megawattHoursPerYear),
      carbon: carbonFor(catalog.gridCarbon, country),
    },
    precisions: workload.limits?.precisions ?? null,
    engines: workload.limits?.engines ?? null,
    machines: workload.limits?.machines ?? null,
    spot: workload.limits?.spot === 'allowed',
    minimumBits: workload.limits?.minimumBits ?? DEFAULT_MINIMUM_BITS,
    priceAge: {
      limitDays: workload.limits?.priceAge ?? DEFAULT_PRICE_AGE_DAYS,
      refused: workload.limits?.oldPrices === 'fail',
    },
    maximumTokens,
    availability: {
      spareReplicas: workload.availability?.spareReplicas ?? 0,
      survive: workload.availability?.survive ?? 'none',
      target: workload.availability?.target ?? null,
    },
    training:
      workload.training === undefined
        ? null
        : {
            method: workload.training.method,
            tokens: workload.training.tokens,
            sequenceTokens: workload.training.sequence ?? DEFAULT_SEQUENCE_TOKENS,
            rank: workload.training.rank ?? DEFAULT_RANK,
          },
    clients: workload.clients ?? ['10.0.0.0/8'],
    contact: workload.contact ?? null,
    deployment: resolveDeployment(workload.deployment),
    assumptions: assumptions.toSorted((one, other) => one.field.localeCompare(other.field, 'en')),
  };
}

const DEFAULT_COUNTRY = 'US';
const MONTHS_WITHOUT_TERM = 12;
/** Predictions as they are. */
const DEFAULT_CONFIDENCE = 0.5;
const DEFAULT_MINIMUM_BITS = 4;
const DEFAULT_PRICE_AGE_DAYS = 365;
const DEFAULT_SEQUENCE_TOKENS = 4096;
const DEFAULT_RANK = 16;
const DEFAULT_PERCENTILE = 0.95;

function resolveTargets(
  workload: Workload,
  assumeRule: AssumeRule,
): Pick<ResolvedWorkload, 'ttftTarget' | 'tpotTarget' | 'percentile'> {
  const settle = (field: 'ttft' | 'tpot') => {
    const target = workload.latency?.[field];
    if (target === undefined) return null;
    if (target.percentile === null) assumeRule(`latency.${field}`, 'p95', state('rule.p95'));
    return { seconds: target.seconds, percentile: target.percentile ?? DEFAULT_PERCENTILE };
  };
  const ttftTarget = settle('ttft');
  const tpotTarget = settle('tpot');
  return { ttftTarget, tpotTarget, percentile: Math.max(0.5, ttftTarget?.percentile ?? 0, tpotTarget?.percentile ?? 0) };
}

function resolveSpeculation(workload: Workload, assumeRule: AssumeRule): ResolvedWorkload['speculation'] {
  const { speculation } = workload;
  if (speculation === undefined) {
    assumeRule('speculation.draftTokens', '0', state('rule.noSpeculation'));
    return null;
  }
  if (speculation.draftTokens > 0 && speculation.acceptance === undefined)
    assumeRule('speculation.acceptance', 'as measured runs of the engine showed', state('rule.measuredAcceptance'));
  return { draftTokens: speculation.draftTokens, acceptanceRate: speculation.acceptance ?? null };
}
