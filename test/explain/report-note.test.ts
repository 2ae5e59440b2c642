// The note that explains a figure of the report, in a browser: pointer, focus, arrows, Escape; nothing asked of the network.
// It needs a Chromium: CHROMIUM, else where distributions put it; without one the tests are skipped and say so.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainReport } from '../../src/cli/report-explanations.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { speak } from '../../src/language/speak.ts';
import { planAgain } from '../../src/plan/plan-again.ts';
import { HOVER_DATA_ID, type HoverData } from '../../src/report/hover-note.ts';
import { STYLE } from '../../src/report/style.ts';
import { realCatalog, root } from '../load-real.ts';
import { chromiumPath, launchBrowser } from '../report/browser.ts';
import { planWithSource } from './plan-with-source.ts';

const HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>';

describe.skipIf(chromiumPath === null)('a figure of the report (skipped where no Chromium is found: set CHROMIUM)', () => {
  let plan: Plan;
  let data: HoverData;
  let norwegian: HoverData;
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  /** The option table and the card as the report marks them, with its style, its policy and the real script. */
  async function open(told: HoverData): Promise<void> {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { explainFigures } from './src/browser/explain-popover.ts'; explainFigures(document.getElementById('report'), (path) => 'seekstack explain plan.json ' + path);`,
        resolveDir: root,
        loader: 'ts',
      },
      bundle: true,
      write: false,
      format: 'iife',
    });
    const script = (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const cell = (index: number, path: string, value: number | undefined) =>
      `<td data-figure="options.${index}.${path}" data-value="${value}">${value}</td>`;
    const rows = plan.options.slice(0, 2).map((option, index) => {
      const { cost, latency } = option;
      return `<tr><th scope="row">${index + 1}</th>${cell(index + 1, 'cost.usdPerMonth', cost.usdPerMonth.typical)}${cell(index + 1, 'latency.ttftSeconds', latency.ttftSeconds.typical)}</tr>`;
    });
    const month = plan.options[0]?.cost.usdPerMonth.typical;
    await page.setContent(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>report</title><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(script)}"><style>${STYLE}</style></head><body><div id="report"><main><h1>Report</h1><p><span id="card" data-figure="winner.cost.usdPerMonth" data-value="${month}">USD ${month}</span></p><p><span id="moved" data-figure="winner.latency.tpotSeconds" data-value="1">1 s</span></p><table><thead><tr><th scope="col">#</th><th scope="col">USD</th><th scope="col">TTFT</th></tr></thead><tbody>${rows.join('')}</tbody></table></main></div><script type="application/json" id="${HOVER_DATA_ID}">${JSON.stringify(told).replaceAll('<', '\\u003c')}</script><script>${script}</script></body></html>`,
    );
  }
  const note = () => page.locator('#explanation');

  beforeAll(async () => {
    plan = planWithSource('chat.yaml');
    const again = planAgain(plan, realCatalog());
    if (again === null) throw new Error('the plan carries its workload');
    data = JSON.parse(explainReport(again, realCatalog(), speak('en'), '0.0.0').json) as HoverData;
    norwegian = JSON.parse(explainReport(again, realCatalog(), speak('nb'), '0.0.0').json) as HoverData;
    browser = await launchBrowser();
    page = await browser.newPage({ offline: true });
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 300_000);
  afterAll(() => browser?.close());

  test('is explained under the pointer, until Escape or until the pointer leaves', async () => {
    await open(data);
    await page.hover('#card');
    await note().waitFor({ state: 'visible' });
    const text = await note().innerText();
    expect(text).toContain('cost a month');
    for (const line of plan.options[0]?.cost.lines ?? []) expect(text).toContain(line.label);
    expect(text).toContain('seekstack explain plan.json options.1.cost.usdPerMonth');
    expect(await page.getAttribute('#card', 'aria-describedby')).toBe('explanation');
    await note().hover();
    await page.waitForTimeout(400);
    expect(await note().isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await note().isHidden()).toBe(true);
    expect(await page.getAttribute('#card', 'aria-describedby')).toBeNull();
    await page.hover('td[data-figure="options.2.latency.ttftSeconds"]');
    await note().waitFor({ state: 'visible' });
    await page.hover('h1');
    await note().waitFor({ state: 'hidden' });
  });

  test('is reached by the keyboard: one stop a table, the rest by arrows', async () => {
    await open(data);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('card');
    expect(await note().isVisible()).toBe(true);
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.figure);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('options.1.cost.usdPerMonth');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('options.1.latency.ttftSeconds');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('options.2.latency.ttftSeconds');
    expect(await note().innerText()).toContain('TTFT');
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe('options.2.cost.usdPerMonth');
  });

  test('that a dial has moved is not explained by what it was', async () => {
    await open(data);
    await page.hover('#moved');
    await page.waitForTimeout(100);
    expect(await note().isHidden()).toBe(true);
    expect(await page.getAttribute('#moved', 'tabindex')).toBeNull();
    await page.evaluate(() => document.getElementById('card')?.setAttribute('data-value', '1'));
    await page.hover('#card');
    await page.waitForTimeout(100);
    expect(await note().isHidden()).toBe(true);
  });

  test('keeps text of others as text', async () => {
    const [[path, figure]] = Object.entries(data) as [[string, HoverData[string]]];
    await open({ ...data, [path]: { ...figure, name: HOSTILE, formula: HOSTILE, evidence: HOSTILE } });
    await page.hover('#card');
    await note().waitFor({ state: 'visible' });
    expect(await note().innerText()).toContain('<img src=x');
    expect(await page.title()).toBe('report');
    expect(await note().locator('img, script').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('has no serious fault of accessibility in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open(data);
    await page.hover('#card');
    await note().waitFor({ state: 'visible' });
    const axe = readFileSync(createRequire(join(root, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    const faults = await page.evaluate(async () => {
      const run = (globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string }[] }> } })
        .axe;
      return (await run.run()).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id }) => id);
    });
    expect(faults).toEqual([]);
  });

  test('asks nothing of the network and complains of nothing', () => {
    expect(requests.filter((url) => !url.startsWith('data:') && url !== 'about:blank')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('reads in Norwegian as its readers write figures', () => {
    const path = 'options.1.cost.usdPerMonth';
    expect(norwegian[path]?.value.replaceAll(/\s/g, ' ')).toMatch(/^USD \d+ \d{3}$/);
    expect(norwegian[path]?.planned).toBe(data[path]?.planned);
  });
});
