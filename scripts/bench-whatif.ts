// How long a turn of a dial takes: the report of an example in headless Chromium, every dial stepped through.
// In: a built package, a workload (examples/chat.yaml). Out: milliseconds from the input to the new figures in the page, by dial:
// on the clock, and of the processor, which neighbours on the machine do not change.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findPackage } from '../src/files/package-root.ts';
import { pageMilliseconds } from './thread-times.ts';

/** Steps each dial is turned by. */
const STEPS = 12;
const PATIENCE_MILLISECONDS = 240_000;
/** Long enough to be painted, too short for the dial to rest. */
const BETWEEN_MILLISECONDS = 40;

const { root } = findPackage();
const workload = process.argv[2] ?? join(root, 'examples', 'chat.yaml');
const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? usual.find(existsSync);
if (executablePath === undefined) throw new Error('no Chromium was found; set CHROMIUM to its path');

const folder = mkdtempSync(join(tmpdir(), 'seekstack-whatif-'));
const [plan, report] = [join(folder, 'plan.json'), join(folder, 'report.html')];
const run = (...words: string[]) =>
  execFileSync(process.execPath, [join(root, 'dist', 'src', 'cli', 'main.js'), ...words], { stdio: 'ignore' });
run('plan', workload, '-o', plan);
run('report', plan, '-o', report);

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.goto(`file://${report}`);
await page.waitForSelector('.what-if', { timeout: PATIENCE_MILLISECONDS });
const dials = await page.$$eval('.what-if input, .what-if select', (inputs) => inputs.map((input) => input.id));
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}, Chromium ${browser.version()}, page ${Math.round(statSync(report).size / 1000)} kB`,
);
console.log('                        on the clock      processor');
console.log('dial             steps  median    p95   median    p95  confirmed after');
interface Step {
  readonly clock: number;
  readonly processor: number;
}
await turnThrough(page, dials[0] ?? '');
const all: Step[] = [];
for (const id of dials) {
  const { steps, confirmed } = await turnThrough(page, id);
  all.push(...steps);
  console.log(`${row(id.replace('dial-', ''), steps)} ${confirmed.toFixed(0).padStart(13)} ms`);
}
console.log(row('all', all));
const below = (of: (step: Step) => number) => Math.round((all.filter((step) => of(step) < 100).length / all.length) * 100);
console.log(`below 100 ms: ${below((step) => step.clock)}% on the clock, ${below((step) => step.processor)}% of processor time`);
await browser.close();
rmSync(folder, { recursive: true });

function row(name: string, steps: readonly Step[]): string {
  const at = (share: number, of: (step: Step) => number) => {
    const ordered = steps.map(of).toSorted((one, other) => one - other);
    return (ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? Number.NaN).toFixed(0);
  };
  const clock = (step: Step) => step.clock;
  const processor = (step: Step) => step.processor;
  return [
    name.padEnd(16),
    String(steps.length).padStart(5),
    at(0.5, clock).padStart(7),
    at(0.95, clock).padStart(6),
    at(0.5, processor).padStart(8),
    at(0.95, processor).padStart(6),
  ].join(' ');
}

/** Turns one dial stop by stop towards its farther end, each step waited for; then rests until the answer is confirmed, and goes back. */
async function turnThrough(on: Page, id: string): Promise<{ steps: Step[]; confirmed: number }> {
  const { own, most } = await on.evaluate((dial) => {
    const input = document.getElementById(dial) as HTMLInputElement | HTMLSelectElement;
    return { own: Number(input.value), most: 'options' in input ? input.options.length - 1 : Number(input.max) };
  }, id);
  const step = most - own >= own ? 1 : -1;
  const steps: Step[] = [];
  for (let at = own + step; at >= 0 && at <= most && steps.length < STEPS; at += step) {
    const before = pageMilliseconds(process.pid);
    const clock = await on.evaluate(turnTo, [id, at] as const);
    await on.evaluate((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)), BETWEEN_MILLISECONDS);
    steps.push({ clock, processor: pageMilliseconds(process.pid) - before });
  }
  const rested = performance.now();
  const settled = () => ['confirmed', 'failed'].includes(document.documentElement.dataset.whatIf ?? '');
  await on.waitForFunction(settled, null, { timeout: PATIENCE_MILLISECONDS });
  const confirmed = performance.now() - rested;
  await on.click('.what-if-foot button');
  return { steps, confirmed };
}

/** In the page: milliseconds from the input to the next answer's figures. */
function turnTo([dial, at]: readonly [string, number]): Promise<number> {
  const input = document.getElementById(dial) as HTMLInputElement | HTMLSelectElement;
  const panel = document.querySelector('.what-if') as HTMLElement;
  return new Promise((resolve) => {
    const started = performance.now();
    new MutationObserver((_, observer) => {
      observer.disconnect();
      resolve(performance.now() - started);
    }).observe(panel, { attributeFilter: ['data-answers'] });
    input.value = String(at);
    input.dispatchEvent(new Event('options' in input ? 'change' : 'input', { bubbles: true }));
  });
}
