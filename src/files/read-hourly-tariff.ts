// Reading a tariff by the hour: its own file and the series it names, as one week of the site's clock.
import { dirname, resolve } from 'node:path';
import { HOURS_PER_WEEK, type HourlyTariff, hourlyTariffSchema, type TariffWeek } from '../documents/hourly-tariff.ts';
import type { Workload } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { type LocatedDocument, parseLocated, validateLocated } from './located-document.ts';
import { type HourlySeries, isTimeZone, readHourlySeries } from './read-hourly-series.ts';
import { readText } from './read-text.ts';

const SERIES_LIMIT_BYTES = 32 * 1024 * 1024;
const WORKING_DAYS = 5;

/** The tariff of a workload: the file of `--tariff`, else that of `onPremises.tariff`, beside the workload; none without either. */
export function readWorkloadTariff(workload: Workload, workloadPath: string, given?: string): TariffWeek | undefined {
  if (given !== undefined) return readHourlyTariff(given);
  const named = workload.onPremises?.tariff;
  return named === undefined ? undefined : readHourlyTariff(resolve(dirname(workloadPath), named));
}

export function readHourlyTariff(path: string): TariffWeek {
  const document = parseLocated(readText(path), path);
  const tariff = validateLocated(document, hourlyTariffSchema, 'seekstack/tariff@1');
  checkZones(tariff, document);
  const series = (columns: Omit<NonNullable<HourlyTariff['carbon']>, 'unit'>): HourlySeries => {
    const file = resolve(dirname(path), columns.file);
    return readHourlySeries(readText(file, SERIES_LIMIT_BYTES), file, {
      time: columns.time,
      value: columns.value,
      timeZone: columns.timeZone ?? tariff.timeZone,
      siteTimeZone: tariff.timeZone,
      delimiter: columns.delimiter ?? ',',
      decimal: columns.decimal ?? '.',
    });
  };
  const { energy, carbon } = tariff;
  const prices = energy.hourly === undefined ? null : series(energy.hourly);
  const perUnit = energy.hourly?.unit.endsWith('MWh') ? 1000 : 1;
  const stated = prices === null ? statedWeek(tariff, document) : null;
  return {
    name: tariff.name,
    asOf: tariff.asOf,
    currency: stated?.currency ?? energy.hourly?.unit.slice(0, 3) ?? 'USD',
    perKilowattHour: stated?.week ?? prices?.week.map((price) => price / perUnit) ?? [],
    added: tariff.added.map(({ what, price }) => ({ what, ...price })),
    // A kilogram a megawatt-hour is a gram a kilowatt-hour.
    gramsCo2ePerKilowattHour: carbon === undefined ? null : series(carbon).week,
    days: prices?.days ?? null,
  };
}

/** Flat and time-of-use prices, hour by hour. */
function statedWeek({ energy }: HourlyTariff, document: LocatedDocument): { currency: string; week: number[] } {
  const periods = energy.flat === undefined ? (energy.timeOfUse ?? []) : [{ price: energy.flat }];
  const currency = periods[0]?.price.currency ?? 'USD';
  const refuse = (path: PropertyKey[], got: string, expected: string, fix: string) =>
    new SeekstackError({ code: 'E_VALUE', where: document.locate(path), got, expected, fix });
  for (const [index, { price }] of periods.entries())
    if (price.currency !== currency)
      throw refuse(
        ['energy', 'timeOfUse', index, 'price'],
        price.currency,
        `${currency}, like the first`,
        'state all periods in one currency',
      );
  const week = Array.from({ length: HOURS_PER_WEEK }, (_, at) => {
    const [day, hour] = [Math.floor(at / 24), at % 24];
    const fits = periods.find((period) => {
      const { days = 'all', from = 0, to = 24 } = period as Partial<NonNullable<HourlyTariff['energy']['timeOfUse']>[number]>;
      const onDay = days === 'all' || (days === 'weekend') === day >= WORKING_DAYS;
      return onDay && (from < to ? from <= hour && hour < to : hour >= from || hour < to);
    });
    if (fits === undefined)
      throw refuse(
        ['energy', 'timeOfUse'],
        `no price for hour ${hour} of day ${day + 1} of the week`,
        'a price for each of the 168 hours',
        'add a last period without days and hours',
      );
    return fits.price.amount;
  });
  return { currency, week };
}

function checkZones({ timeZone, energy, carbon }: HourlyTariff, document: LocatedDocument): void {
  const zones: [PropertyKey[], string | undefined][] = [
    [['timeZone'], timeZone],
    [['energy', 'hourly', 'timeZone'], energy.hourly?.timeZone],
    [['carbon', 'timeZone'], carbon?.timeZone],
  ];
  for (const [path, zone] of zones)
    if (zone !== undefined && !isTimeZone(zone))
      throw new SeekstackError({
        code: 'E_VALUE',
        where: document.locate(path),
        got: zone,
        expected: 'a time zone such as Europe/Oslo or UTC',
        fix: 'write it as the IANA database does',
      });
}
