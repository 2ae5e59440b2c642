// A browser for tests of pages: the one of CHROMIUM, or where distributions put theirs; no network whatever a page asks for.
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** Path of a Chromium; null where this machine has none. */
export const chromiumPath: string | null =
  [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path)) ?? null;

/** Told by tests that are skipped. */
export const NO_CHROMIUM = 'no Chromium on this machine: set CHROMIUM to the path of one';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}

export interface OpenPage {
  readonly page: Page;
  /** What the page asked for beside its own file and texts of its own making. */
  readonly requests: string[];
  /** Errors and warnings of its console, breaches of its policy among them. */
  readonly complaints: string[];
}

/** Opens a file from disk, offline. */
export async function openOffline(browser: Browser, path: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && request.url().split('#')[0] !== `file://${path}`) requests.push(request.url());
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`file://${path}`);
  return { page, requests, complaints };
}
