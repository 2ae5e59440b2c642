// seekstack explain: read a plan, make it again, tell how a figure came about.
import picocolors from 'picocolors';
import { type Figure, figuresOf } from '../../documents/figures.ts';
import type { Plan } from '../../documents/plan.ts';
import { EXIT } from '../../errors.ts';
import { prepareExplainer } from '../../explain/explain-plan.ts';
import { findFigures } from '../../explain/find-figure.ts';
import { toDocument } from '../../explain/to-document.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readPlan } from '../../files/read-documents.ts';
import { renderExplainJson, renderExplainMarkdown, renderFigures } from '../../render/explain-markdown.ts';
import { renderExplainTree } from '../../render/explain-tree.ts';
import { formatQuantity } from '../../render/quantity.ts';
import type { Io } from '../io.ts';
import { openPricedCatalog, type PriceChoices } from '../priced-catalog.ts';

export interface ExplainChoices extends PriceChoices {
  /** Levels below the figure. */
  readonly depth: number;
  readonly format: 'tree' | 'md' | 'json';
}

/** @returns 0; throws E_FIGURE_UNKNOWN for a figure the plan does not print, E_PLAN_STALE where the catalogue gives another plan */
export function runExplain(
  file: string,
  asked: string | undefined,
  choices: ExplainChoices,
  io: Io,
  files: PackageFiles,
): number {
  const { plan } = readPlan(file);
  if (asked === undefined) return list(plan, io, choices);
  const found = findFigures({ plan, print: formatQuantity }, asked);
  const [figure] = found;
  if (figure === undefined || found.length > 1) return tellSeveral(found, asked, io);
  const explain = prepareExplainer(plan, openPricedCatalog(choices, files));
  const document = toDocument({
    plan: plan.name,
    version: files.version,
    figures: [{ figure, derivation: explain(figure.path) }],
    depth: choices.depth,
    print: formatQuantity,
  });
  if (choices.format === 'json') io.out(renderExplainJson(document));
  else if (choices.format === 'md') io.out(renderExplainMarkdown(document));
  else io.out(renderExplainTree(document, picocolors.createColors(io.colour)));
  return EXIT.ok;
}

function list(plan: Plan, io: Io, { format }: ExplainChoices): number {
  const figures = figuresOf(plan);
  if (format === 'json') {
    io.out(`${JSON.stringify(figures, null, 2)}\n`);
    return EXIT.ok;
  }
  const own = figures.filter(({ path }) => !path.startsWith('options.') || path.startsWith('options.1.'));
  const others = plan.options.length - 1;
  io.out(
    renderFigures(
      own.map((figure) => ({
        ...figure,
        path: plan.verdict.feasible ? figure.path.replace(/^options\.1\./, 'winner.') : figure.path,
      })),
    ),
  );
  io.out(
    `\n${others > 0 ? `The same of ${others} further options: options.2 …, aws, azure, onprem, or the id of a machine.\n` : ''}Next: seekstack explain PLAN ${plan.verdict.feasible ? 'winner' : 'options.1'}.cost.usdPerMonth\n`,
  );
  return EXIT.ok;
}

const SEVERAL_TOLD = 40;

/** A value that several figures print. */
function tellSeveral(found: readonly Figure[], asked: string, io: Io): number {
  io.out(`${found.length} figures print ${asked}:\n${renderFigures(found.slice(0, SEVERAL_TOLD))}`);
  if (found.length > SEVERAL_TOLD) io.out(`… and ${found.length - SEVERAL_TOLD} more\n`);
  return EXIT.ok;
}
