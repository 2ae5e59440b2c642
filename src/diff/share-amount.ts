// Sharing a change of cost among its causes, so that the parts are the whole.
// In: causes at several degrees of detail, and what the cost is with some of them in place. Out: a part for each, in whole cents.
// docs/decisions/0012-attribution.md tells why it is done this way.

/** Causes that stand or fall together; one alone, as a rule. */
export type Player = readonly number[];

/** The cost with these causes in place; null where there is no such plan. */
export type CostWith = (inPlace: ReadonlySet<number>) => number | null;

export interface Shares {
  readonly method: 'single' | 'all-orders' | 'two-orders';
  readonly players: readonly Player[];
  /** One for each player, in the order of players, in USD. */
  readonly amounts: readonly number[];
}

/** Up to so many, every order is looked at: 2 to this power costs. */
export const MOST_IN_ALL_ORDERS = 6;

/**
 * Shares `after − before` among causes.
 * @param levels - finest first; the last one must be a single player with every cause, which always has a part
 */
export function shareAmount(levels: readonly (readonly Player[])[], costWith: CostWith, before: number, after: number): Shares {
  const known = new Map<string, number | null>();
  const all = levels.flat(2).reduce((most, cause) => Math.max(most, cause + 1), 0);
  const value = (players: readonly Player[]): number | null => {
    const inPlace = new Set(players.flat());
    if (inPlace.size === 0) return before;
    if (inPlace.size === all) return after;
    const key = [...inPlace].sort((one, other) => one - other).join(' ');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = costWith(inPlace);
    known.set(key, made);
    return made;
  };
  for (const players of levels) {
    if (players.length <= 1) return { method: 'single', players, amounts: players.map(() => after - before) };
    const amounts = players.length <= MOST_IN_ALL_ORDERS ? overAllOrders(players, value) : overTwoOrders(players, value);
    if (amounts !== null) return { method: players.length <= MOST_IN_ALL_ORDERS ? 'all-orders' : 'two-orders', players, amounts };
  }
  return { method: 'single', players: [], amounts: [] };
}

/**
 * The mean, over every order in which all steps exist, of what each player changes when its turn comes: the Shapley value where
 * all do. Orders are counted through the sets they pass, which are far fewer.
 * @returns null where no order exists
 */
function overAllOrders(players: readonly Player[], value: (of: readonly Player[]) => number | null): number[] | null {
  const sets = 1 << players.length;
  const full = sets - 1;
  const values = Array.from({ length: sets }, (_, set) => value(players.filter((_player, index) => set & (1 << index))));
  const exists = (set: number) => values[set] !== null;
  const waysTo = new Array<number>(sets).fill(0);
  const waysFrom = new Array<number>(sets).fill(0);
  waysTo[0] = 1;
  waysFrom[full] = 1;
  const without = (set: number) => players.flatMap((_, index) => (set & (1 << index) ? [set & ~(1 << index)] : []));
  for (let set = 1; set < sets; set += 1)
    if (exists(set)) waysTo[set] = without(set).reduce((sum, smaller) => sum + (waysTo[smaller] ?? 0), 0);
  for (let set = full; set > 0; set -= 1)
    if (exists(set))
      for (const smaller of without(set))
        if (exists(smaller)) waysFrom[smaller] = (waysFrom[smaller] ?? 0) + (waysFrom[set] ?? 0);
  const ways = waysTo[full] ?? 0;
  if (ways === 0) return null;
  return players.map((_, index) => {
    let sum = 0;
    for (let set = 0; set < sets; set += 1) {
      const larger = set | (1 << index);
      if (larger === set || !exists(set) || !exists(larger)) continue;
      const passing = (waysTo[set] ?? 0) * (waysFrom[larger] ?? 0);
      if (passing > 0) sum += passing * ((values[larger] as number) - (values[set] as number));
    }
    return sum / ways;
  });
}

/** The mean over the order given and its reverse, or the one of them that exists; null where neither does. */
function overTwoOrders(players: readonly Player[], value: (of: readonly Player[]) => number | null): number[] | null {
  const along = (order: readonly number[]): number[] | null => {
    const amounts = new Array<number>(players.length).fill(0);
    let last = value([]);
    for (let step = 1; step <= order.length; step += 1) {
      const next = value(order.slice(0, step).map((index) => players[index] as Player));
      if (last === null || next === null) return null;
      amounts[order[step - 1] as number] = next - last;
      last = next;
    }
    return amounts;
  };
  const order = players.map((_, index) => index);
  const [there, back] = [along(order), along(order.toReversed())];
  if (there === null || back === null) return there ?? back;
  return there.map((amount, index) => (amount + (back[index] ?? 0)) / 2);
}

/** Amounts in whole units that add up to a total in whole units: each rounded down, the rest to the largest remainders. */
export function apportion(amounts: readonly number[], total: number): number[] {
  const parts = amounts.map(Math.floor);
  const order = amounts
    .map((amount, index) => ({ index, remainder: amount - Math.floor(amount) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index)
    .map(({ index }) => index);
  let rest = total - parts.reduce((sum, part) => sum + part, 0);
  for (let turn = 0; rest !== 0 && order.length > 0; turn += 1) {
    const index = rest > 0 ? order[turn % order.length] : order[order.length - 1 - (turn % order.length)];
    parts[index as number] = (parts[index as number] as number) + Math.sign(rest);
    rest -= Math.sign(rest);
  }
  return parts;
}

/** Whole cents of an amount in USD. */
export function centsOf(usd: number): number {
  return Math.round(usd * 100);
}
