// Ranking a workload: admitted, searched, priced and settled, without what only a whole plan tells beside the ranking.
// In: a workload and a catalogue. Out: its options in order. Rankings that share a search or a confirmation share the work.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { TariffWeek } from '../documents/hourly-tariff.ts';
import type { PlanOption, PlanRejected } from '../documents/plan.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { prepareSearch, type Search, type SearchResult } from '../search/search.ts';
import type { SizingTask } from '../search/size-candidate.ts';
import { admitMachines } from './admit-machines.ts';
import type { Confirmation } from './confirm.ts';
import { withDiscount } from './discount-clouds.ts';
import type { Memory } from './memory.ts';
import { missingPrices, type Priced, priceMachine } from './price-machines.ts';
import { withTariff } from './resolve-tariff.ts';
import { type ResolvedWorkload, resolveWorkload } from './resolve-workload.ts';
import { settleRanking } from './settle-ranking.ts';
import { taskOf } from './sizing-task.ts';

/** Files that no search reads: the same machines are found whatever the clouds ask for them. */
const PRICES = 'seekstack/prices@1';

export interface RankInputs {
  readonly workload: Workload;
  readonly fallbackName: string;
  readonly catalog: Catalog;
  readonly trace?: TraceSummary;
  /** Electricity by the hour, in place of any other price of it. */
  readonly tariff?: TariffWeek;
  /** Set where the catalogue holds the prices of a day. */
  readonly pricesAsOf?: string;
  readonly onMachine?: (done: number, of: number) => void;
  /** First ranks that go through the simulator; a whole plan takes two, of which the first decides who wins. */
  readonly confirmedRanks?: number;
  /** Searches of earlier rankings, to be used again where nothing that they read has changed. */
  readonly remembered?: Map<string, SearchResult>;
  /** What earlier plans found, where many are made in a row. */
  readonly memory?: Memory;
}

export interface Ranking {
  /** The catalogue, with what the workload itself says of prices: its tariff, its discount. */
  readonly catalog: Catalog;
  readonly workload: ResolvedWorkload;
  readonly task: SizingTask;
  readonly machineCount: number;
  readonly search: Search;
  readonly found: SearchResult;
  readonly priced: readonly Priced[];
  /** Feasible first, in order. */
  readonly options: PlanOption[];
  readonly confirmation: Confirmation[];
  /** Machines that may not be used, and those that fit and have no price. */
  readonly outOfPlace: readonly PlanRejected[];
  readonly unpriced: readonly PlanRejected[];
}

/** @throws SeekstackError E_REFERENCE for unknown names, E_PRICE_MISSING when options fit but none has a price */
export function rankWorkload(inputs: RankInputs): Ranking {
  const { remembered, tariff } = inputs;
  const listed = tariff === undefined ? inputs.catalog : withTariff(inputs.catalog, tariff);
  const workload = resolveWorkload(inputs.workload, listed, inputs.fallbackName, inputs.trace ?? null, tariff ?? null);
  const catalog = withDiscount(listed, workload.cloudDiscountRatio, inputs.pricesAsOf);
  const task = taskOf(workload);
  const { machines, rejected: outOfPlace } = admitMachines(catalog, workload);
  const limits = {
    precisions: workload.precisions,
    engines: workload.engines,
    minimumBits: workload.minimumBits,
    speculation: workload.speculation,
  };
  const read = catalog.files.filter((file) => file.kind !== PRICES);
  const scope = [read, machines.map((each) => each.id), workload.model.id, limits];
  const prepare = () => prepareSearch(catalog, machines, workload.model, workload.architecture, limits);
  const search = inputs.memory === undefined ? prepare() : recall(inputs.memory, scope, task, prepare);
  const key = JSON.stringify([...scope, task]);
  const found = remembered?.get(key) ?? search(task, inputs.onMachine);
  remembered?.set(key, found);
  const { priced, options, confirmation } = settleRanking(
    found.machines.flatMap((result) => priceMachine(result, workload, catalog)),
    workload,
    catalog,
    inputs.confirmedRanks,
    inputs.memory,
  );
  const unpriced = found.machines.flatMap((result) => missingPrices(result, priced, workload, catalog));
  if (options.length === 0 && unpriced.some((row) => row.binding.constraint === 'price'))
    throw new SeekstackError({
      code: 'E_PRICE_MISSING',
      got: `no price for ${[...new Set(unpriced.map((row) => row.machine))].join(', ')}`,
      expected: 'at least one machine that fits and has a price in an allowed region',
      fix: 'allow other machines or ways of buying, or add the price to the catalogue',
    });
  return {
    catalog,
    workload,
    task,
    machineCount: machines.length,
    search,
    found,
    priced,
    options,
    confirmation,
    outOfPlace,
    unpriced,
  };
}

/** A search that remembers: prepared for every task of the same requests and traffic, each task answered once. */
function recall(memory: Memory, scope: readonly unknown[], first: SizingTask, prepare: () => Search): Search {
  // What a prepared search allows to differ between its tasks.
  const { demand: _demand, ttftTargetSeconds: _ttft, tpotTargetSeconds: _tpot, confidence: _confidence, ...same } = first;
  const key = JSON.stringify([...scope, same]);
  const search = memory.searches.get(key, prepare);
  return (task, onMachine) => memory.results.get(JSON.stringify([key, task]), () => search(task, onMachine));
}
