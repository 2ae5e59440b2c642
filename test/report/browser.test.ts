// The page in a browser, from disk and without a network: nothing asked for, nothing complained of, read by all, two pages on paper.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchBrowser, NO_CHROMIUM, openOffline } from './browser.ts';
import { type MadeReports, makeReports } from './made-reports.ts';

if (chromiumPath === null) test.skip(NO_CHROMIUM);

// Audits of a whole page take long on a busy machine.
describe.skipIf(chromiumPath === null)('in Chromium', { timeout: 240_000 }, () => {
  let made: MadeReports;
  let browser: Browser;
  beforeAll(async () => {
    made = await makeReports();
    browser = await launchBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    made?.remove();
  });

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  describe.each(['chatEnglish', 'growingNorwegian'] as const)('%s', (name) => {
    test.each(['light', 'dark'] as const)('%s: no request, no complaint, no serious violation', async (colorScheme) => {
      const { page, requests, complaints } = await openOffline(browser, made.pages[name], { colorScheme });
      await page.locator('.sort').first().waitFor();
      const open = await page.locator('details').all();
      for (const each of open) await each.evaluate((details) => details.setAttribute('open', ''));
      const found = (await page.evaluate(
        `(() => { const module = undefined; ${axe}; return axe.run(document, { resultTypes: ['violations'] }); })()`,
      )) as AxeResults;
      const grave = found.violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical');
      expect(grave.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
      // That the checks ran at all.
      expect(found.passes.length).toBeGreaterThan(20);
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    test('fits a phone', async () => {
      const { page } = await openOffline(browser, made.pages[name], { viewport: { width: 390, height: 844 } });
      const [wide, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide).toBe(inner);
      expect(await page.locator('.drawing.narrow svg').first().isVisible()).toBe(true);
      expect(await page.locator('.drawing.wide svg').first().isVisible()).toBe(false);
      await page.context().close();
    });

    test('prints to two pages', async () => {
      const { page } = await openOffline(browser, made.pages[name]);
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)).toHaveLength(2);
      await page.context().close();
    });
  });

  test('sorts with the keyboard, and back', async () => {
    const { page, complaints } = await openOffline(browser, made.pages.chatEnglish);
    const column = page.locator('.ranked thead th').nth(6);
    await column.locator('button').focus();
    const values = () =>
      page
        .locator('.ranked tbody tr td:nth-child(7)')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-value'))));
    const ranked = await values();
    await page.keyboard.press('Enter');
    expect(await column.getAttribute('aria-sort')).toBe('ascending');
    expect(await values()).toEqual(ranked.toSorted((one, other) => one - other));
    await page.keyboard.press('Enter');
    expect(await column.getAttribute('aria-sort')).toBe('descending');
    expect(await values()).toEqual(ranked.toSorted((one, other) => other - one));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the keyboard reaches the table, all its rows, numbers beneath charts, and the theme', async () => {
    const { page } = await openOffline(browser, made.pages.chatEnglish);
    await page.locator('.sort').first().waitFor();
    const reached = new Set<string>();
    for (let press = 0; press < 120; press += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const at = document.activeElement;
          return at === null ? '' : at.id !== '' ? `#${at.id}` : `${at.tagName.toLowerCase()}.${at.className}`;
        }),
      );
    }
    for (const wanted of ['a.skip', '#theme', '#all-options', 'button.sort', 'summary.', 'section.scroll'])
      expect([...reached]).toContain(wanted);
    await page.locator('#all-options').focus();
    const shown = () => page.locator('.ranked tbody tr:visible').count();
    const first = await shown();
    await page.keyboard.press('Space');
    expect(await shown()).toBeGreaterThan(first);
    await page.locator('#theme').focus();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await ground();
    await page.keyboard.press('Enter');
    expect(await ground()).not.toBe(before);
    await page.context().close();
  });

  test('reads without a script', async () => {
    const { page } = await openOffline(browser, made.pages.chatEnglish, { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toContain('a month');
    expect(await page.locator('.drawing.wide svg').first().isVisible()).toBe(true);
    await page.locator('#all-options').check();
    expect(await page.locator('.ranked tbody tr:visible').count()).toBe(await page.locator('.ranked tbody tr').count());
    await page.context().close();
  });

  test('hostile names do nothing', async () => {
    const { page, requests, complaints } = await openOffline(browser, made.pages.hostile);
    await page.locator('.sort').first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
