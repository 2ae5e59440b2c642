// The five questions of init, asked at a terminal: model, use, demand, latency, budget. Only what no flag answered is asked.
// In: answers so far, the catalogue, the terminal's streams. Out: all answers, or null where the person stopped.
import { autocomplete, type CANCEL_SYMBOL, intro, isCancel, outro, select, text } from '@clack/prompts';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import type { Terminal } from '../io.ts';
import type { Typed } from './init.ts';

/** Tells what is wrong with one answer among the others; undefined where it may stand. */
export type Check = (typed: Typed, flag: string) => string | undefined;

class Stopped extends Error {}

/** @returns every answer as typed, or null where the person pressed Ctrl-C or Escape */
export async function askMissing(given: Typed, catalog: Catalog, terminal: Terminal, check: Check): Promise<Typed | null> {
  const typed: Record<string, string> = { ...given };
  const take = <Value>(answer: Value | typeof CANCEL_SYMBOL): Value => {
    if (isCancel(answer)) throw new Stopped();
    return answer as Value;
  };
  const ask = async (flag: string, message: string, example: string) => {
    if (typed[flag] !== undefined) return;
    const answer = await text({
      message,
      placeholder: example,
      validate: (value) =>
        value === undefined || value === '' ? `such as ${example}` : check({ ...typed, [flag]: value }, flag),
      ...terminal,
    });
    typed[flag] = take(answer);
  };
  try {
    intro('A workload in five answers', terminal);
    typed.model ??= take(await askModel(catalog, terminal));
    typed.use ??= take(await askUse(catalog, terminal));
    await askDemand(typed, ask, terminal, take);
    if (typed.use !== 'batch') {
      await ask('ttft', '4/5  Latency: time to the first token', 'p95 <= 2s');
      await ask('tpot', '4/5  Latency: time for each token after it', 'p95 <= 50ms');
    }
    await ask('monthly', '5/5  Budget: all costs a month, or unlimited', 'USD 60k');
    await ask('term', '5/5  Budget: how long you may commit, or none', '3y');
    outro('That is all.', terminal);
    return typed;
  } catch (stopped) {
    if (stopped instanceof Stopped) return null;
    throw stopped;
  }
}

function askModel({ models, architecture }: Catalog, terminal: Terminal): Promise<string | typeof CANCEL_SYMBOL> {
  return autocomplete({
    message: '1/5  Model (type to search)',
    options: models
      .toSorted((one, other) => rank(one) - rank(other))
      .map((model) => {
        const total = architecture(model.architecture)?.parameters.total.parameters;
        return {
          value: model.id,
          label: model.id,
          hint: `${total === undefined ? '' : `${(total / 1e9).toPrecision(3)}B, `}${model.status}`,
        };
      }),
    maxItems: 10,
    ...terminal,
  });
}

/** What one would start with comes first, yardsticks last. */
function rank(model: Catalog['models'][number]): number {
  return ['current', 'superseded', 'distill', 'comparator'].indexOf(model.status);
}

function askUse({ presets }: Catalog, terminal: Terminal): Promise<string | typeof CANCEL_SYMBOL> {
  return select({
    message: '2/5  Use',
    options: presets.map((preset) => ({ value: preset.id as string, label: preset.id, hint: preset.description })),
    ...terminal,
  });
}

/** What each kind of demand is asked as, and an example. */
const DEMAND = {
  users: { label: 'people who may use it', message: 'how many people may use it', example: '1200' },
  requestsPerSecond: { label: 'requests per second at the peak', message: 'requests per second at the peak', example: '0.4' },
  concurrency: { label: 'requests in flight at the peak', message: 'requests in flight at the peak', example: '60' },
  tokensPerDay: { label: 'tokens a day, in and out', message: 'tokens a day, in and out', example: '2G' },
} as const;

type DemandKind = keyof typeof DEMAND;

async function askDemand(
  typed: Record<string, string>,
  ask: (flag: string, message: string, example: string) => Promise<void>,
  terminal: Terminal,
  take: <Value>(answer: Value | typeof CANCEL_SYMBOL) => Value,
): Promise<void> {
  const kinds = Object.keys(DEMAND) as DemandKind[];
  let kind = kinds.find((each) => typed[each] !== undefined);
  // Who gave the share of those active has decided for users.
  if (kind === undefined && typed.activeAtPeak !== undefined) kind = 'users';
  kind ??= take(
    await select<DemandKind>({
      message: '3/5  Demand: what do you know?',
      options: kinds.map((value) => ({ value, label: DEMAND[value].label })),
      ...terminal,
    }),
  );
  await ask(kind, `3/5  Demand: ${DEMAND[kind].message}`, DEMAND[kind].example);
  if (kind === 'users') await ask('activeAtPeak', '3/5  Demand: share of them active at the busiest moment', '15%');
}
