// The terminal's view of claims: what was said, the verdict, why, and what had to be assumed. At most 80 columns.
import type { ClaimResult, ClaimVerdict } from '../documents/claims.ts';
import { formatAmount } from './format.ts';
import { type Ink, NARROWEST, wrap } from './terminal.ts';

const WIDTH = NARROWEST;
const MARKS: Record<ClaimVerdict, string> = { holds: '✔', 'holds in part': '◐', 'does not hold': '✘', 'not testable': '?' };
const FIGURES_TOLD = 8;

/** Text for a terminal, ending with a line break. */
export function renderClaims(results: readonly ClaimResult[], ink: Ink): string {
  return `${results.map((result) => renderClaim(result, ink)).join('\n\n')}\n`;
}

export function renderClaimsJson(results: readonly ClaimResult[]): string {
  return `${JSON.stringify({ schema: 'seekstack/claim-results@1', claims: results }, null, 2)}\n`;
}

function renderClaim(result: ClaimResult, ink: Ink): string {
  const colour = result.verdict === 'holds' ? ink.green : result.verdict === 'does not hold' ? ink.red : ink.yellow;
  const indented = (text: string) => wrap(text, WIDTH - 2).map((line) => `  ${line}`);
  const told = result.figures
    .slice(0, FIGURES_TOLD)
    .map((figure) => `${figure.label} ${formatAmount(figure.value)} ${figure.unit === 'ratio' ? '' : figure.unit}`.trimEnd());
  const more = result.figures.length > FIGURES_TOLD ? `; ${result.figures.length - FIGURES_TOLD} more with --format json` : '';
  return [
    colour(`${MARKS[result.verdict]} ${result.id}: ${result.verdict}`),
    ...indented(`“${result.statement}” (${result.source})`),
    ...indented(result.reason),
    ...(told.length === 0 ? [] : indented(`Figures: ${told.join('; ')}${more}.`).map(ink.dim)),
    ...(result.assumptions.length === 0 ? [] : indented(`Assumed: ${result.assumptions.join('; ')}.`).map(ink.dim)),
  ].join('\n');
}
