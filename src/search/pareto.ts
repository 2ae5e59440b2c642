// Pareto: what cannot be bettered in one respect without giving way in another.

/**
 * Items for which no other is at least as good in every objective and better in one; smaller is better.
 * Of items equal in all objectives the first stays.
 */
export function paretoSet<Item>(items: readonly Item[], objectives: readonly ((item: Item) => number)[]): Item[] {
  const scored = items.map((item) => ({ item, scores: objectives.map((objective) => objective(item)) }));
  return scored
    .filter((one, index) => !scored.some((other, place) => place !== index && dominates(other.scores, one.scores, place < index)))
    .map(({ item }) => item);
}

function dominates(scores: readonly number[], over: readonly number[], first: boolean): boolean {
  let better = false;
  for (const [index, score] of scores.entries()) {
    const against = over[index] ?? Number.POSITIVE_INFINITY;
    if (score > against) return false;
    if (score < against) better = true;
  }
  return better || first;
}
