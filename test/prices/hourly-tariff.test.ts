// Electricity by the hour: clocks that jump, gaps and units; and laws that any bill by the hour must keep.
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { weightedByEnergy } from '../../src/cost/hourly-energy.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { EXIT, SeekstackError } from '../../src/errors.ts';
import { readHourlySeries } from '../../src/files/read-hourly-series.ts';
import { readHourlyTariff } from '../../src/files/read-hourly-tariff.ts';
import { makeFolder, put, runCli, soundWorkload } from '../cli/recording.ts';

const OSLO = 'Europe/Oslo';
const columns = { time: 'start', value: 'NO1', timeZone: OSLO, siteTimeZone: OSLO, delimiter: ',', decimal: '.' as const };

/** Every hour of a stretch, as an instant. */
function hoursFrom(start: string, count: number, minutes = 60): Temporal.Instant[] {
  const first = Temporal.Instant.from(start);
  return Array.from({ length: count }, (_, index) => first.add({ minutes: index * minutes }));
}

/** A price that only the local clock decides: ten times the weekday, plus the hour. */
const byClock = (at: Temporal.Instant) => {
  const local = at.toZonedDateTimeISO(OSLO);
  return local.dayOfWeek * 100 + local.hour;
};
const csv = (hours: readonly Temporal.Instant[], write: (at: Temporal.Instant) => string, value = byClock) =>
  `start,NO1\n${hours.map((at) => `${write(at)},${value(at)}`).join('\n')}\n`;
const utc = (at: Temporal.Instant) => at.toString();
const local = (at: Temporal.Instant) => at.toZonedDateTimeISO(OSLO).toPlainDateTime().toString().replace('T', ' ').slice(0, 16);
const dayFirst = (at: Temporal.Instant) => local(at).replace(/^(\d+)-(\d+)-(\d+)/, '$3.$2.$1');
const CLOCK_WEEK = Array.from({ length: 168 }, (_, at) => (Math.floor(at / 24) + 1) * 100 + (at % 24));

describe('a series', () => {
  /** A whole year, with the hour of spring that is not and the hour of autumn that is twice. */
  const year = hoursFrom('2025-12-31T23:00:00Z', 8760);

  test.each([
    ['UTC', utc],
    ['the local clock', local],
    ['days before months', dayFirst],
    ['an offset', (at: Temporal.Instant) => at.toZonedDateTimeISO(OSLO).toString({ timeZoneName: 'never' })],
    ['a span', (at: Temporal.Instant) => `${dayFirst(at)} - ${dayFirst(at.add({ hours: 1 }))}`],
  ])('a year written in %s gives each hour of the local week its own price', (_, write) => {
    const { week, days } = readHourlySeries(csv(year, write), 'x.csv', columns);
    expect(week).toEqual(CLOCK_WEEK);
    expect(days).toBe(365);
  });

  test('prices of another zone are brought to the clock of the site', () => {
    const { week } = readHourlySeries(csv(year, local), 'x.csv', { ...columns, siteTimeZone: 'Europe/Helsinki' });
    expect(week[10]).toBe(109);
  });

  test('quarters of an hour are averaged', () => {
    const quarters = hoursFrom('2026-06-01T00:00:00Z', 4 * 168, 15);
    const { week } = readHourlySeries(
      csv(quarters, utc, (at) => Number(at.toString().slice(14, 16))),
      'x.csv',
      columns,
    );
    expect(week.every((value) => value === 22.5)).toBe(true);
  });

  test('an export that keeps the hour of spring empty is read; one that fills it is refused', () => {
    const week = hoursFrom('2026-03-23T00:00:00Z', 24 * 15);
    const text = csv(week, local);
    const at = text.indexOf('2026-03-29 03:00');
    const put = (cell: string) => `${text.slice(0, at)}2026-03-29 02:00,${cell}\n${text.slice(at)}`;
    expect(readHourlySeries(put(''), 'x.csv', columns).week).toEqual(CLOCK_WEEK);
    expect(() => readHourlySeries(put('55'), 'x.csv', columns)).toThrow(
      /2026-03-29 02:00, an hour that the clocks of Europe\/Oslo leave out/,
    );
  });

  const week = hoursFrom('2026-06-01T00:00:00Z', 168);
  test.each<[string, string, RegExp]>([
    ['a gap', csv(week, utc).replace(/\n2026-06-03T05[^\n]*/, ''), /x.csv:55\n {2}got: 120 minutes after the line before/],
    ['an hour twice', csv(week, utc).replace(/(\n2026-06-03T05[^\n]*)/, '$1$1'), /the same time after the line before/],
    ['backwards', csv(week.toReversed(), utc), /-60 minutes after/],
    ['half an hour for once', csv([...week, ...hoursFrom('2026-06-08T23:30:00Z', 1)], utc), /minutes after the line before/],
    ['less than a week', csv(week.slice(0, 100), utc), /less than a week/],
    ['no number', csv(week, utc, () => Number.NaN), /x.csv:2\n {2}got: the value "NaN"/],
    ['a decimal comma that nobody stated', csv(week, utc).replace(',100', ',"100,5"'), /the value "100,5"/],
    ['no time', csv(week, () => 'noon'), /the time "noon"/],
    ['a day that is none', csv(week, () => '2026-02-30 00:00'), /the time "2026-02-30 00:00"/],
    ['another column', csv(week, utc).replace('NO1', 'SE3'), /no column "NO1"\n {2}expected: one of start, SE3/],
    ['nothing', 'start,NO1\n', /less than a week/],
  ])('%s is refused with its line', (_, text, words) => {
    expect(() => readHourlySeries(text, 'x.csv', columns)).toThrow(words);
  });

  test('semicolons and decimal commas, as northern exports have them, and prices below zero', () => {
    const text = `start;NO1\n${week.map((at) => `${dayFirst(at)};-1,5`).join('\n')}\n`;
    const read = readHourlySeries(text, 'x.csv', { ...columns, delimiter: ';', decimal: ',' });
    expect(new Set(read.week)).toEqual(new Set([-1.5]));
  });
});

const HEAD = `schema: seekstack/tariff@1\nname: test\ntimeZone: ${OSLO}\nasOf: '2026-11-01'\n`;

describe('a tariff', () => {
  test('prices by the megawatt-hour and intensities by the kilowatt-hour', () => {
    const folder = makeFolder();
    const week = hoursFrom('2026-06-01T00:00:00Z', 168);
    put(
      folder,
      'no1.csv',
      csv(week, utc, () => 80),
    );
    put(
      folder,
      'carbon.csv',
      csv(week, utc, () => 30),
    );
    const tariff = readHourlyTariff(
      put(
        folder,
        't.yaml',
        `${HEAD}energy: { hourly: { file: no1.csv, time: start, value: NO1, unit: EUR/MWh } }\nadded: [{ what: grid, price: NOK 0.4/kWh }]\ncarbon: { file: carbon.csv, time: start, value: NO1, unit: kgCO2e/MWh }\n`,
      ),
    );
    expect(tariff).toMatchObject({ currency: 'EUR', days: 7, added: [{ currency: 'NOK', amount: 0.4 }] });
    expect(new Set(tariff.perKilowattHour)).toEqual(new Set([0.08]));
    expect(new Set(tariff.gramsCo2ePerKilowattHour)).toEqual(new Set([30]));
  });

  test('time of use: the first period that fits, over midnight too', () => {
    const tariff = readHourlyTariff(
      put(
        makeFolder(),
        't.yaml',
        `${HEAD}energy:\n  timeOfUse:\n    - { price: NOK 0.5/kWh, from: 22, to: 6 }\n    - { price: NOK 0.7/kWh, days: weekend }\n    - { price: NOK 1.2/kWh }\n`,
      ),
    );
    const at = (day: number, hour: number) => tariff.perKilowattHour[day * 24 + hour];
    expect([at(0, 5), at(0, 6), at(0, 21), at(0, 22), at(5, 12), at(5, 23), at(6, 5)]).toEqual([
      0.5, 1.2, 1.2, 0.5, 0.7, 0.5, 0.5,
    ]);
  });

  test.each<[string, RegExp]>([
    ['energy: {}', /exactly one of flat, hourly, timeOfUse/],
    ['energy: { flat: EUR 0.1/kWh, timeOfUse: [{ price: EUR 0.1/kWh }] }', /exactly one of/],
    ['energy: { timeOfUse: [{ price: EUR 0.1/kWh, from: 6, to: 22 }] }', /no price for hour 0 of day 1/],
    ['energy: { timeOfUse: [{ price: EUR 0.1/kWh, from: 6, to: 22 }, { price: NOK 1/kWh }] }', /got: NOK/],
    ['energy: { hourly: { file: absent.csv, time: a, value: b, unit: EUR/MWh } }', /E_FILE_MISSING/],
    ['energy: { hourly: { file: absent.csv, time: a, value: b, unit: EUR } }', /such as EUR\/MWh/],
    [
      'energy: { flat: EUR 0.1/kWh }\ncarbon: { file: x, time: a, value: b, unit: gCO2e/kWh, timeZone: Mars/Base }',
      /got: Mars\/Base/,
    ],
  ])('%s is refused', (energy, words) => {
    try {
      readHourlyTariff(put(makeFolder(), 't.yaml', `${HEAD}${energy}\n`));
    } catch (error) {
      expect(error).toBeInstanceOf(SeekstackError);
      expect((error as Error).message).toMatch(words);
      return;
    }
    expect.fail('it was not refused');
  });
});

describe('laws', () => {
  const seed = 20261123;
  const week = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 168, maxLength: 168 });
  const prices = fc.array(fc.double({ min: -0.5, max: 2, noNaN: true }), { minLength: 168, maxLength: 168 });

  test('one price all week is that price, whatever the load', () => {
    fc.assert(
      fc.property(
        week,
        fc.double({ min: -1, max: 5, noNaN: true }),
        (watts, price) =>
          weightedByEnergy(
            watts.map(() => price),
            watts,
          ) === price,
      ),
      { seed },
    );
  });

  test('what is paid lies between the cheapest and the dearest hour, and doubling all power changes nothing', () => {
    fc.assert(
      fc.property(week, prices, (watts, usd) => {
        const paid = weightedByEnergy(usd, watts);
        expect(paid).toBeGreaterThanOrEqual(Math.min(...usd) - 1e-9);
        expect(paid).toBeLessThanOrEqual(Math.max(...usd) + 1e-9);
        expect(
          weightedByEnergy(
            usd,
            watts.map((each) => each * 2),
          ),
        ).toBeCloseTo(paid, 9);
      }),
      { seed },
    );
  });

  test('shifting energy from a dearer to a cheaper hour never costs more', () => {
    const hour = fc.integer({ min: 0, max: 167 });
    fc.assert(
      fc.property(week, prices, hour, hour, fc.double({ min: 0, max: 1, noNaN: true }), (watts, usd, one, other, share) => {
        const [dear, cheap] = (usd[one] ?? 0) >= (usd[other] ?? 0) ? [one, other] : [other, one];
        const moved = (watts[dear] ?? 0) * share;
        const shifted = watts.map((each, at) => each + (at === cheap ? moved : 0) - (at === dear ? moved : 0));
        const total = watts.reduce((sum, each) => sum + each, 0);
        expect(weightedByEnergy(usd, shifted) * total).toBeLessThanOrEqual(
          weightedByEnergy(usd, watts) * total + 1e-6 * (1 + total),
        );
      }),
      { seed },
    );
  });
});

describe('plans', () => {
  const hours = (busy: 'day' | 'night') =>
    Array.from({ length: 24 }, (_, hour) => ((hour >= 8 && hour < 20) === (busy === 'day') ? 1 : 0.1)).join(', ');
  const workload = (busy: 'day' | 'night', more = '') =>
    `${soundWorkload.replace('activeAtPeak: 15% }', `activeAtPeak: 15%, shape: { hours: [${hours(busy)}] } }`).replace('USD 120k', 'unlimited')}place: { onPremises: required }\nonPremises: { country: 'NO'${more} }\nlimits: { machines: [dgx-h200-8] }\n`;
  const dayDear = `${HEAD}energy:\n  timeOfUse:\n    - { price: USD 0.2/kWh, from: 8, to: 20 }\n    - { price: USD 0.05/kWh }\n`;

  async function planned(
    text: string,
    tariff: string | null,
    ...more: string[]
  ): Promise<Plan['options'][number] & { plan: Plan }> {
    const folder = makeFolder();
    const args = tariff === null ? [] : ['--tariff', put(folder, 't.yaml', tariff)];
    const told = await runCli(['plan', put(folder, 'w.yaml', text), '--format', 'json', ...args, ...more]);
    expect([told.exitCode, told.err]).toEqual([EXIT.ok, '']);
    const plan = JSON.parse(told.out) as Plan;
    return { ...(plan.options.find((option) => option.checkpoint.id === 'fp8') ?? expect.fail('nothing')), plan };
  }
  const energyUsd = (option: Plan['options'][number]) =>
    option.cost.lines.find((line) => line.id === 'energy')?.usdPerMonth ?? Number.NaN;

  test('a flat tariff gives the bill of the same price stated in the workload, to the cent and beyond', async () => {
    const flat = await planned(workload('day'), `${HEAD}energy: { flat: EUR 0.09/kWh }\n`);
    const stated = await planned(workload('day', ', electricity: EUR 0.09/kWh'), null);
    expect(energyUsd(flat)).toBe(energyUsd(stated));
    expect(flat.cost.usdPerMonth).toEqual(stated.cost.usdPerMonth);
    expect(flat.energy.hourly?.paidUsdPerKilowattHour).toBe(flat.energy.hourly?.meanUsdPerKilowattHour);
  });

  test('the bill follows the load: busy in dear hours costs more than the mean, busy in cheap hours less', async () => {
    const [day, night] = [await planned(workload('day'), dayDear), await planned(workload('night'), dayDear)];
    const mean = 0.125;
    expect(day.energy.hourly?.meanUsdPerKilowattHour).toBeCloseTo(mean, 9);
    expect(day.energy.hourly?.paidUsdPerKilowattHour).toBeGreaterThan(mean * 1.02);
    expect(night.energy.hourly?.paidUsdPerKilowattHour).toBeLessThan(mean * 0.98);
    // Engines of nearly the same cost may change places, so the energy is close and not equal.
    expect(day.energy.kilowattHoursPerMonth / night.energy.kilowattHoursPerMonth).toBeCloseTo(1, 1);
    expect(energyUsd(night)).toBeLessThan(energyUsd(day));
    expect(day.energy.hourly?.paidUsdPerKilowattHour ?? 0).toBeCloseTo(energyUsd(day) / day.energy.kilowattHoursPerMonth, 9);
  });

  test('carbon follows it too, and the plan says that the tariff is theirs', async () => {
    const folder = makeFolder();
    const week = hoursFrom('2026-06-01T00:00:00Z', 168);
    const clean = put(
      folder,
      'c.csv',
      csv(week, utc, (at) => (at.toZonedDateTimeISO(OSLO).hour >= 8 && at.toZonedDateTimeISO(OSLO).hour < 20 ? 10 : 90)),
    );
    const tariff = `${dayDear}carbon: { file: ${clean}, time: start, value: NO1, unit: gCO2e/kWh }\n`;
    const [day, night] = [await planned(workload('day'), tariff), await planned(workload('night'), tariff)];
    expect(day.energy.kilogramsCo2ePerMonth ?? 0).toBeLessThan(night.energy.kilogramsCo2ePerMonth ?? 0);
    expect(day.energy.carbonMethod).toBe('hourly, by energy drawn');
    expect(day.cost.own).toEqual(['energy']);
    expect(day.plan.prices.own).toEqual([{ source: 'tariff:test', title: 'electricity by the hour, test', asOf: '2026-11-01' }]);
  });

  test('the workload may name the file; a short series is told; both prices at once are refused', async () => {
    const folder = makeFolder();
    put(
      folder,
      'no1.csv',
      csv(hoursFrom('2026-06-01T00:00:00Z', 168), utc, () => 80),
    );
    put(folder, 't.yaml', `${HEAD}energy: { hourly: { file: no1.csv, time: start, value: NO1, unit: EUR/MWh } }\n`);
    const told = await runCli(['plan', put(folder, 'w.yaml', workload('day', ', tariff: t.yaml')), '--format', 'json']);
    const plan = JSON.parse(told.out) as Plan;
    expect(plan.warnings.map((warning) => warning.id)).toContain('W_TARIFF_SEASON');
    expect(plan.options[0]?.energy.hourly?.paidUsdPerKilowattHour).toBeCloseTo(0.08 * 1.1186, 3);
    const both = await runCli(['plan', put(folder, 'w.yaml', workload('day', ', tariff: t.yaml, electricity: EUR 0.1/kWh'))]);
    expect(both.err).toMatch(/give electricity or tariff, not both/);
    const swept = await runCli([
      'sweep',
      put(folder, 'w.yaml', workload('day', ', tariff: t.yaml')),
      '--vary',
      'demand.users=1000,1200',
      '--workers',
      '0',
      '--format',
      'json',
    ]);
    expect(swept.exitCode).toBe(EXIT.ok);
  });

  test('tco pays by the hour as well', async () => {
    const folder = makeFolder();
    const usd = async (busy: 'day' | 'night') => {
      const args = [
        'tco',
        put(folder, 'w.yaml', workload(busy)),
        '--tariff',
        put(folder, 't.yaml', dayDear),
        '--draws',
        '100',
        '--format',
        'json',
      ];
      const { ways } = JSON.parse((await runCli(args)).out) as { ways: { id: string; usdPerMonth: number }[] };
      return ways.find((way) => way.id === 'owned')?.usdPerMonth ?? Number.NaN;
    };
    expect(await usd('night')).toBeLessThan(await usd('day'));
  });
});
