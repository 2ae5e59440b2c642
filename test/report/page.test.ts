// The page as a file: the same bytes for the same plan, a policy that its own parts pass and others do not, its size, no mark-up from names.
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planSchema } from '../../src/documents/plan.ts';
import { speak } from '../../src/language/speak.ts';
import { CHART_IDS, CHARTS } from '../../src/report/charts/charts.ts';
import { buildReportData, type ReportData } from '../../src/report/report-data.ts';
import { runCli } from '../cli/harness.ts';
import { type MadeReports, makeReports } from './made-reports.ts';

let made: MadeReports;
beforeAll(async () => {
  made = await makeReports();
}, 300_000);
afterAll(() => made?.remove());

const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest('base64');
const dataOf = (html: string): ReportData =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html)?.[1] ?? 'null');

test('the same plan gives the same bytes', async () => {
  const again = join(made.folder, 'again.html');
  expect((await runCli('report', made.plans.chat, '-o', again)).exitCode).toBe(0);
  expect(readFileSync(again, 'utf8')).toBe(readFileSync(made.pages.chatEnglish, 'utf8'));
});

test.each(['chatEnglish', 'growingNorwegian', 'hostile'] as const)('%s: policy, size, language', (name) => {
  const html = readFileSync(made.pages[name], 'utf8');
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(html)?.[1] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map((match) => match[1] as string);
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1] as string);
  expect(styles).toHaveLength(1);
  expect(scripts).toHaveLength(1);
  for (const text of styles) expect(policy).toContain(`style-src 'sha256-${digest(text)}'`);
  for (const text of scripts) expect(policy).toContain(`script-src 'sha256-${digest(text)}'`);
  // Attributes that a strict policy refuses.
  const { document } = parseHTML(html);
  const names = [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes].map((each) => each.name));
  expect(names.length).toBeGreaterThan(1000);
  expect(names.filter((each) => each === 'style' || each.startsWith('on'))).toEqual([]);
  expect(statSync(made.pages[name]).size).toBeLessThan(1_500_000);
  expect(html).toContain(`<html lang="${name === 'growingNorwegian' ? 'nb' : 'en'}">`);
});

describe.each(['chatEnglish', 'growingNorwegian'] as const)('%s', (name) => {
  test.each(CHART_IDS)('the numbers beneath %s are those of the report', (id) => {
    const html = readFileSync(made.pages[name], 'utf8');
    const report = dataOf(html);
    const told = CHARTS[id].tell(report, { speech: speak(report.language) });
    const { document } = parseHTML(html);
    const figure = document.querySelector(`#chart-${id}`);
    if (told === null) {
      expect(id).toBe('growth');
      expect(figure).toBeNull();
      return;
    }
    const values = [...(figure?.querySelectorAll('td[data-value]') ?? [])].map((cell) => Number(cell.getAttribute('data-value')));
    expect(values).toEqual(
      told.table.rows.flatMap((row) => row.flatMap((cell) => (cell.value === undefined ? [] : [cell.value]))),
    );
    expect(values.length).toBeGreaterThan(0);
    const pictures = [...(figure?.querySelectorAll('svg[role=img]') ?? [])];
    expect(pictures).toHaveLength(2);
    for (const picture of pictures) expect(picture.getAttribute('aria-label')).toBe(told.title);
    expect(figure?.querySelector('svg [aria-label]')).toBeNull();
  });
});

test('chart numbers are the plan’s and the comparison’s', () => {
  const report = dataOf(readFileSync(made.pages.chatEnglish, 'utf8'));
  const plan = planSchema.parse(JSON.parse(readFileSync(made.plans.chat, 'utf8')));
  const feasible = plan.options.filter((option) => option.feasible);
  expect(report.options.map((row) => row.usdPerMonth)).toEqual(feasible.map((option) => option.cost.usdPerMonth.typical));
  for (const stack of report.cost?.stacks ?? []) {
    const option = feasible.find((each) => each.id === stack.optionId);
    expect(stack.parts.reduce((sum, part) => sum + part.usdPerMonth, 0)).toBeCloseTo(option?.cost.usdPerMonth.typical ?? 0, 6);
  }
  for (const row of report.energy?.rows ?? [])
    expect(row.boardKilowattHoursPerMonth + row.restOfNodeKilowattHoursPerMonth + row.facilityKilowattHoursPerMonth).toBeCloseTo(
      row.kilowattHoursPerMonth,
      6,
    );
  for (const strip of report.memory?.strips ?? []) {
    expect(strip.weightBytes + strip.cacheBytes + strip.reserveBytes + strip.freeBytes).toBeCloseTo(strip.capacityBytes, 3);
    expect(strip.freeBytes).toBeGreaterThanOrEqual(0);
  }
  // Owned and rented cross where the comparison says that the purchase is earned back.
  const { cashFlow } = report;
  const owned = cashFlow?.lines.find((line) => line.id === 'owned');
  const rented = cashFlow?.lines.find((line) => line.id === 'on-demand');
  const crossing = owned?.points.find((point, index) => point.usd <= (rented?.points[index]?.usd ?? 0))?.month ?? 0;
  expect(crossing).toBeGreaterThanOrEqual(Math.floor(cashFlow?.paybackMonths.p10 ?? 0));
  expect(crossing - 3).toBeLessThanOrEqual(Math.ceil(cashFlow?.paybackMonths.p90 ?? 0));
  // Less what the hardware is sold for, cash is the present value of all costs.
  expect(owned?.afterResaleUsd ?? 0).toBeLessThan(owned?.points.at(-1)?.usd ?? 0);
});

test('the purchase schedule carries the demand of every quarter', () => {
  const { growth } = dataOf(readFileSync(made.pages.growingNorwegian, 'utf8'));
  expect(growth?.schedule?.quarters.some((quarter) => quarter.month > 0 && quarter.changes.length > 0)).toBe(true);
  for (const quarter of growth?.schedule?.quarters ?? []) {
    const demand = growth?.demand.filter((each) => each.month <= quarter.month).at(-1);
    expect(quarter.requestsPerSecond).toBeGreaterThanOrEqual(demand?.requestsPerSecond ?? 0);
  }
});

test('names are text, wherever they come from', () => {
  const html = readFileSync(made.pages.hostile, 'utf8');
  expect(html).not.toContain('<img');
  const { document } = parseHTML(html);
  expect(document.querySelectorAll('img')).toHaveLength(0);
  expect(document.querySelector('title')?.textContent).toContain('<img src=x onerror=alert(1)>');
  expect(document.querySelectorAll('#assumptions a[href^="javascript:"]')).toHaveLength(0);
});

test('a plan without its workload has a report of what it holds', () => {
  const plan = planSchema.parse(JSON.parse(readFileSync(made.plans.chat, 'utf8')));
  const report = buildReportData({ plan, tco: null, speech: speak('en'), origin: { kind: 'file', changedFiles: [] } });
  expect([report.breakEven, report.cashFlow, report.tornado]).toEqual([null, null, null]);
  expect(report.cost?.stacks.length).toBeGreaterThan(1);
});

test('where nothing is feasible, the page says what is nearest and draws nothing', async () => {
  const file = join(made.folder, 'impossible.html');
  expect((await runCli('report', made.plans.impossible, '-o', file)).exitCode).toBe(0);
  const { document } = parseHTML(readFileSync(file, 'utf8'));
  expect(document.querySelector('h1')?.textContent).toMatch(/^No option meets the workload/);
  expect(document.querySelectorAll('figure')).toHaveLength(0);
  expect(document.querySelectorAll('#why-not dt').length).toBeGreaterThan(0);
});

test('another catalogue than the plan’s is told, and what was recomputed is marked', async () => {
  const plan = planSchema.parse(JSON.parse(readFileSync(made.plans.chat, 'utf8')));
  const old = join(made.folder, 'old.json');
  const [first, ...others] = plan.options;
  if (first === undefined) throw new Error('the example has options');
  const dearer = { ...first, cost: { ...first.cost, usdPerMonth: { ...first.cost.usdPerMonth, typical: 99_999 } } };
  const [file, ...files] = plan.inputs.catalog;
  writeFileSync(
    old,
    JSON.stringify({
      ...plan,
      inputs: { ...plan.inputs, catalog: [{ path: file?.path, sha256: '0'.repeat(64) }, ...files] },
      options: [dearer, ...others],
    }),
  );
  const page = join(made.folder, 'old.html');
  expect((await runCli('report', old, '-o', page)).exitCode).toBe(0);
  const { document } = parseHTML(readFileSync(page, 'utf8'));
  expect(document.querySelector('footer')?.textContent).toContain(
    `The catalogue has changed since this plan was made (${file?.path})`,
  );
  expect(document.querySelector('.figure .value')?.textContent).toBe('USD 99,999');
  expect(document.querySelectorAll('.recomputed').length).toBeGreaterThanOrEqual(3);
});

test('charts as files are pictures of their own; the plan is not written over', async () => {
  const { document } = parseHTML(readFileSync(join(made.folder, 'charts', 'pareto.svg'), 'utf8'));
  expect(document.querySelector('svg')?.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
  expect(document.querySelector('svg style')?.textContent).toContain('--c-onprem');
  const { exitCode, err } = await runCli('report', made.plans.chat, '-o', made.plans.chat);
  expect(exitCode).toBe(2);
  expect(err).toContain('E_OUT_CONFLICT');
});
