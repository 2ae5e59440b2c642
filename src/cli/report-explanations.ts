// What the report tells of a figure under the pointer. In: a plan made again. Out: data that the page embeds.
// The winner is told two levels deep, the other options that are shown first one, so that the page stays small.
import type { Catalog } from '../documents/catalog/catalog.ts';
import { type Figure, figuresOf, optionPath } from '../documents/figures.ts';
import { type Explainer, explainerOf } from '../explain/explain-plan.ts';
import { toDocument } from '../explain/to-document.ts';
import type { Speech } from '../language/speak.ts';
import type { PlannedAgain } from '../plan/plan-again.ts';
import { shownOptions } from '../render/plan-rows.ts';
import { formatQuantity } from '../render/quantity.ts';
import { hoverDataOf } from '../report/hover-data.ts';
import { HOVER_DATA_ID, type HoverData } from '../report/hover-note.ts';
import type { EmbeddedData } from '../report/render-page.tsx';

/** Figures that the page marks, below an option. */
const MARKED = [
  'cost.usdPerMonth',
  'cost.usdPerMillionOutputTokens',
  'latency.ttftSeconds',
  'latency.tpotSeconds',
  'capacity.peakUtilisation',
  'energy.kilowattHoursPerMonth',
];
const LEVELS = { winner: 2, others: 1 } as const;

export function explainReport(again: PlannedAgain, catalog: Catalog, speech: Speech, version: string): EmbeddedData {
  const { plan } = again.detail;
  const explain = explainerOf(again, catalog);
  const shown = new Set(shownOptions(plan).shown.map((option) => option.id));
  const figures = new Map(figuresOf(plan).map((figure) => [figure.path, figure]));
  const of = (index: number) => MARKED.flatMap((path) => figures.get(`${optionPath(index)}.${path}`) ?? []);
  const others = plan.options.flatMap((option, index) => (index > 0 && shown.has(option.id) ? of(index) : []));
  const data: HoverData = {
    ...tell(of(0), LEVELS.winner, explain, speech, version),
    ...tell(others, LEVELS.others, explain, speech, version),
  };
  return { id: HOVER_DATA_ID, json: JSON.stringify(data) };
}

function tell(figures: readonly Figure[], depth: number, explain: Explainer, speech: Speech, version: string): HoverData {
  const told = toDocument({
    plan: '',
    version,
    figures: figures.map((figure) => ({ figure, derivation: explain(figure.path) })),
    depth,
    print: (value, unit) => formatQuantity(value, unit, speech),
  });
  return hoverDataOf(told, speech);
}
