// Selection: exactly one price for an instance, a region and a way of buying, or an error that names the candidates.
// In: candidates that passed a vendor's filters. Out: one of them, or none where the vendor lists none.
import { type ListedPrice, priceId } from '../documents/price-refresh.ts';
import { type Problem, SeekstackError } from '../errors.ts';
import { sayText } from './vendor-answer.ts';

const CANDIDATES_TOLD = 6;
const LABEL_CHARACTERS = 160;

/**
 * One price for each row.
 * @throws SeekstackError E_PRICE_AMBIGUOUS with every row that has several candidates, identical prices included:
 *   two meters at one price today differ tomorrow
 */
export function selectPrices(candidates: readonly ListedPrice[], from: string): ListedPrice[] {
  const groups = new Map<string, ListedPrice[]>();
  for (const candidate of candidates) {
    const id = priceId(candidate);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [candidate]);
    else group.push(candidate);
  }
  const problems: Problem[] = [];
  const selected: ListedPrice[] = [];
  for (const [id, group] of groups) {
    const [only] = group;
    if (group.length === 1 && only !== undefined) selected.push(only);
    else problems.push(ambiguity(id, group, from));
  }
  if (problems.length > 0) throw new SeekstackError(problems);
  return selected;
}

function ambiguity(id: string, group: readonly ListedPrice[], from: string): Problem {
  const told = group
    .slice(0, CANDIDATES_TOLD)
    .map((each) => `${sayText(each.label, LABEL_CHARACTERS)} at USD ${each.usdPerHour}`);
  const more = group.length > CANDIDATES_TOLD ? ` and ${group.length - CANDIDATES_TOLD} more` : '';
  return {
    code: 'E_PRICE_AMBIGUOUS',
    where: { file: from },
    got: `${group.length} prices for ${id}: ${told.join('; ')}${more}`,
    expected: 'exactly one',
    fix: `nothing was written; leave the row out with --skip ${id}, and enter its price by hand`,
  };
}
