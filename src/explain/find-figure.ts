// Finding a figure: by its path, by a path that people would guess, or by the value as it is printed.
// In: a plan and a text. Out: the figures it may mean.
import { closest, distance } from 'fastest-levenshtein';
import { type Figure, figuresOf, optionPath } from '../documents/figures.ts';
import type { Plan } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';

/** Words that people use for the figures they ask for most. */
const SHORT: Record<string, string> = {
  cost: 'cost.usdPerMonth',
  month: 'cost.usdPerMonth',
  price: 'cost.usdPerMonth',
  usdpermtok: 'cost.usdPerMillionOutputTokens',
  mtok: 'cost.usdPerMillionOutputTokens',
  capex: 'cost.capexUsd',
  latency: 'latency.ttftSeconds',
  load: 'capacity.peakUtilisation',
  capacity: 'capacity.requestsPerSecond',
  memory: 'memory.cacheBytes',
  weights: 'memory.weightBytes',
  energy: 'energy.kilowattHoursPerMonth',
  kwh: 'energy.kilowattHoursPerMonth',
  kwhpermonth: 'energy.kilowattHoursPerMonth',
  'energy.kwhpermonth': 'energy.kilowattHoursPerMonth',
  power: 'energy.facilityWatts',
  carbon: 'energy.kilogramsCo2ePerMonth',
  uptime: 'operations.upRatio',
  coldstart: 'operations.coldStart.totalSeconds',
};

/** Names under which an option is known, the longest first, since ids of machines hold dots. */
function rootsOf(plan: Plan): [name: string, path: string][] {
  const at = (id: string | null) => plan.options.findIndex((option) => option.id === id);
  const roots = new Map<string, string>();
  const name = (text: string, index: number) => {
    if (index >= 0 && !roots.has(text.toLowerCase())) roots.set(text.toLowerCase(), optionPath(index));
  };
  name('winner', at(plan.verdict.winner));
  if (plan.options[1]?.feasible) name('runnerUp', 1);
  for (const provider of ['aws', 'azure', 'onprem'] as const) name(provider, at(plan.verdict.best[provider]));
  name('own', at(plan.verdict.best.onprem));
  for (const [index, option] of plan.options.entries()) {
    name(optionPath(index), index);
    name(option.id, index);
    name(option.machine.id, index);
    name(option.machine.id.replace(/^Standard_/, ''), index);
  }
  return [...roots].toSorted(([one], [other]) => other.length - one.length);
}

export interface FigureSearch {
  readonly plan: Plan;
  /** How the views of a plan print a value in its unit. */
  readonly print: (value: number, unit: string) => string;
}

/**
 * Figures that a text means: one by its path; several where the text is a value as it is printed.
 * @throws SeekstackError E_FIGURE_UNKNOWN with the nearest paths
 */
export function findFigures({ plan, print }: FigureSearch, text: string): Figure[] {
  const figures = figuresOf(plan);
  const asked = text.trim().toLowerCase();
  const roots = rootsOf(plan);
  const root = roots.find(([name]) => asked === name || asked.startsWith(`${name}.`));
  const tried: string[] = [];
  if (root !== undefined) {
    const [name, path] = root;
    const rest = asked.slice(name.length + 1);
    const found = matching(figures, path, rest === '' ? 'cost' : rest);
    if (found !== null) return [found];
    tried.push(`${path}.${rest}`);
  } else {
    const [winner] = roots.filter(([name]) => name === 'winner');
    const found = matching(figures, '', asked) ?? (winner === undefined ? null : matching(figures, winner[1], asked));
    if (found !== null) return [found];
    tried.push(asked, ...(winner === undefined ? [] : [`${winner[1]}.${asked}`]));
  }
  const printed = figures.filter(({ value, unit }) => saysSo(print(value, unit), asked));
  if (printed.length > 0) return printed;
  throw unknown(figures, text, tried);
}

/** Every word of the path asked for begins a word of the figure's path, in order; the shortest such path, if there is one. */
function matching(figures: readonly Figure[], under: string, asked: string): Figure | null {
  const wanted = (Object.hasOwn(SHORT, asked) ? (SHORT[asked] ?? asked) : asked).toLowerCase();
  const inside = figures
    .filter(({ path }) => (under === '' ? !path.startsWith('options.') : path.startsWith(`${under}.`)))
    .map((figure) => ({
      figure,
      words: figure.path
        .slice(under === '' ? 0 : under.length + 1)
        .toLowerCase()
        .split('.'),
    }));
  const exact = inside.find(({ words }) => words.join('.') === wanted);
  if (exact !== undefined) return exact.figure;
  const words = wanted.split('.').filter((word) => word !== '');
  if (words.length === 0) return null;
  const fitting = inside.filter(({ words: path }) => fits(words, path));
  const shortest = Math.min(...fitting.map(({ words: path }) => path.length));
  const best = fitting.filter(({ words: path }) => path.length === shortest);
  return best.length === 1 ? (best[0]?.figure ?? null) : null;
}

function fits(words: readonly string[], path: readonly string[]): boolean {
  let from = 0;
  for (const word of words) {
    const at = path.findIndex((part, index) => index >= from && part.startsWith(word));
    if (at < 0) return false;
    from = at + 1;
  }
  return from === path.length;
}

/** `15,024`, `USD 15,024` and `49 ms` say what is printed so; units beside a bare number may be left out. */
function saysSo(printed: string, asked: string): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/^usd\s*/, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const whole = plain(printed);
  const number = plain(asked);
  return /\d/.test(number) && (whole === number || whole.startsWith(`${number} `));
}

const NEAREST_TOLD = 4;

function unknown(figures: readonly Figure[], text: string, tried: readonly string[]): SeekstackError {
  const under = /^options\.\d+\./.exec(tried[0] ?? '')?.[0] ?? '';
  const paths = figures.map(({ path }) => path).filter((path) => path.startsWith(under));
  const nearest = new Set<string>();
  for (const path of tried) {
    const near = paths
      .map((each) => ({ each, far: distance(each.toLowerCase(), path) }))
      .toSorted((one, other) => one.far - other.far)
      .slice(0, NEAREST_TOLD);
    for (const { each } of near) nearest.add(each);
  }
  const [first] = nearest;
  return new SeekstackError({
    code: 'E_FIGURE_UNKNOWN',
    where: { field: 'FIGURE' },
    got: `"${text}"`,
    expected: `a figure of the plan, such as ${[...nearest].slice(0, NEAREST_TOLD).join(', ')}, or a value as it is printed`,
    fix: `did you mean ${first ?? closest(text, paths)}? "seekstack explain PLAN" lists all of them`,
  });
}
