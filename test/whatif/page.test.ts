// The page that plans again, in a browser: from disk, offline, turned by keyboard, held against the command line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPageScripts } from '../../scripts/page-scripts.ts';
import { runReport } from '../../src/cli/commands/report.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { readPlan } from '../../src/files/read-documents.ts';
import { runCli } from '../cli/harness.ts';
import { root } from '../load-real.ts';
import { chromiumPath, launchBrowser, NO_CHROMIUM, openOffline } from '../report/browser.ts';

/** A page that plans on one core beside other tests takes a while. */
const PATIENCE_MILLISECONDS = 240_000;

if (chromiumPath === null) test.skip(NO_CHROMIUM);

describe.skipIf(chromiumPath === null)('the dials of a report in Chromium, offline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-dials-'));
  const files = {
    ...findPackage(),
    pageScript: join(folder, 'report-page.js'),
    plannerScript: join(folder, 'report-planner.js'),
  };
  const report = join(folder, 'report.html');
  const complaints: string[] = [];
  const requests: string[] = [];
  let browser: Browser;
  let plan: Plan;

  const planFile = async (workload: string): Promise<Plan> => {
    const output = join(folder, 'plan.json');
    expect(await runCli('plan', workload, '-o', output)).toMatchObject({ exitCode: 0 });
    return readPlan(output).plan;
  };
  const open = async (fragment = ''): Promise<Page> => {
    const opened = await openOffline(browser, report + fragment, { acceptDownloads: true });
    await opened.page.waitForSelector('.what-if', { timeout: PATIENCE_MILLISECONDS });
    opened.page.on('close', () => {
      complaints.push(...opened.complaints);
      // The page's own file goes by its name with a fragment behind it.
      requests.push(...opened.requests.filter((url) => url.split('#')[0] !== `file://${report}`));
    });
    return opened.page;
  };
  /** Every figure of the verdict by where "seekstack explain" finds it, and the sentence. */
  const shown = async (page: Page) => ({
    figures: Object.fromEntries(
      await page.$$eval('.verdict [data-figure]', (all) =>
        all.map((each) => [each.getAttribute('data-figure'), Number(each.getAttribute('data-value'))]),
      ),
    ) as Record<string, number>,
    sentence: await page.textContent('#verdict'),
  });
  const figuresOf = ({ options, verdict }: Plan) => {
    const winner = options.find((option) => option.id === verdict.winner);
    return {
      'winner.cost.usdPerMonth': winner?.cost.usdPerMonth.typical,
      'winner.cost.usdPerMillionOutputTokens': winner?.cost.usdPerMillionOutputTokens.typical,
      'winner.latency.ttftSeconds': winner?.latency.ttftSeconds.typical,
      'winner.latency.tpotSeconds': winner?.latency.tpotSeconds.typical,
      'winner.capacity.peakUtilisation': winner?.capacity.peakUtilisation,
      'winner.energy.kilowattHoursPerMonth': winner?.energy.kilowattHoursPerMonth,
    };
  };
  const settle = async (page: Page, phase: string) =>
    page.waitForFunction((wanted) => document.documentElement.dataset.whatIf === wanted, phase, {
      timeout: PATIENCE_MILLISECONDS,
    });

  beforeAll(async () => {
    await buildPageScripts(root, folder);
    plan = await planFile(join(root, 'examples', 'chat.yaml'));
    // With scripts built from the sources of this moment, not with what the last build left.
    const io = { out: () => {}, err: () => {} } as unknown as Parameters<typeof runReport>[2];
    await runReport(join(folder, 'plan.json'), { output: report, lang: 'en' }, io, files);
    browser = await launchBrowser();
  }, PATIENCE_MILLISECONDS);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test(
    'at their own stops the page shows the plan to the last digit, and stays within 1.5 MB',
    async () => {
      const page = await open();
      expect((await shown(page)).figures).toMatchObject(figuresOf(plan));
      expect(await page.textContent('.status')).toContain('figures of the report');
      expect(readFileSync(report).length).toBeLessThan(1.5e6);
      await page.context().close();
    },
    PATIENCE_MILLISECONDS,
  );

  test(
    'turned by keyboard, the figures are those of "seekstack plan" on the downloaded file, and the way back leads back',
    async () => {
      const page = await open();
      const before = await shown(page);
      await page.focus('#dial-demand');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'PageUp']) await page.keyboard.press(key);
      await page.focus('#dial-electricity');
      await page.keyboard.press('End');
      await page.selectOption('#dial-priceBasis', { label: 'high end' });
      await settle(page, 'confirmed');
      const turned = await shown(page);
      expect(turned.figures).not.toEqual(before.figures);

      const [download] = await Promise.all([page.waitForEvent('download'), page.click('.what-if-foot .primary')]);
      expect(download.suggestedFilename()).toBe('chat-what-if.yaml');
      const text = readFileSync((await download.path()) as string, 'utf8');
      expect(text).toContain('# A company assistant: 1,200 employees');
      const file = join(folder, 'chat.yaml');
      writeFileSync(file, text);
      const planned = await planFile(file);
      expect(turned.figures).toMatchObject(figuresOf(planned));

      const link = new URL(page.url()).hash;
      expect(link).toMatch(/^#what-if=demand:\d+,electricity:[\d.]+,priceBasis:high$/);
      await page.click('text=Back to the report');
      await settle(page, 'own');
      expect(await shown(page)).toEqual(before);
      expect(new URL(page.url()).hash).toBe('');
      await page.context().close();

      const shared = await open(link);
      await settle(shared, 'confirmed');
      expect(await shown(shared)).toEqual(turned);
      await shared.context().close();
    },
    2 * PATIENCE_MILLISECONDS,
  );

  test(
    'a discount on the clouds that turns the verdict around is the one of "seekstack plan" on the downloaded file',
    async () => {
      const page = await open('#what-if=discount:0.5');
      await settle(page, 'confirmed');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('.what-if-foot .primary')]);
      const file = join(folder, 'discounted.yaml');
      writeFileSync(file, readFileSync((await download.path()) as string, 'utf8'));
      const planned = await planFile(file);
      expect(planned.verdict.winner).toMatch(/^aws/);
      expect(planned.prices.own).toHaveLength(1);
      expect((await shown(page)).figures).toMatchObject(figuresOf(planned));
      expect(await page.textContent('label[for=dial-discount] + output')).toBe('50%');
      await page.context().close();
    },
    PATIENCE_MILLISECONDS,
  );

  test.each(['#what-if=demand:1201', '#what-if=__proto__:1', '#what-if=pue:"><img src=x onerror=alert(1)>'])(
    'a link of %s is refused with a note',
    async (fragment) => {
      const page = await open(fragment);
      await settle(page, 'refused');
      expect((await shown(page)).figures).toMatchObject(figuresOf(plan));
      expect(await page.textContent('.status')).toContain('does not have');
      await page.context().close();
    },
    PATIENCE_MILLISECONDS,
  );

  test('nothing was asked of a network, and nothing complained of', () => {
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });

  test(
    'the policy lets no other script run',
    async () => {
      const page = await open();
      const ran = await page.evaluate(() => {
        const refused: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.intruded = true';
        document.body.append(script);
        return new Promise<{ refused: string[]; intruded: unknown }>((resolve) =>
          setTimeout(() => resolve({ refused, intruded: (window as { intruded?: unknown }).intruded }), 100),
        );
      });
      expect(ran.intruded).toBeUndefined();
      expect(ran.refused.some((directive) => directive.startsWith('script-src'))).toBe(true);
      await page.context().close();
    },
    PATIENCE_MILLISECONDS,
  );
});
