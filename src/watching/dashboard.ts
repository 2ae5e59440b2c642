// One page on which a deployment is seen against its plan, in the JSON that Grafana reads.
// In: a deployment document, who scrapes it, where the series are. Out: a dashboard whose flat lines are the plan's figures.
import type { Deployment } from '../documents/deployment.ts';
import { recordingsOf } from './alerts.ts';
import { measuresOf, type Scraper } from './measures.ts';

const PANEL = { width: 8, height: 7, perRow: 3 } as const;
/** Variable of the page that holds its data source. */
const SOURCE_VARIABLE = 'source';

export interface DashboardPlace {
  /** Part of the name of the data source to begin with, where Grafana knows several; its own default otherwise. */
  readonly sourceName?: string;
  /** Series that rules recorded are read instead of those they come from. */
  readonly recorded?: boolean;
}

type Line = readonly [legend: string, value: number | null];
type Panel = readonly [title: string, expressions: readonly string[], lines: readonly Line[]];

/** @returns a page of Grafana, in the order its keys are written */
export function dashboardOf(
  deployment: Deployment,
  scraper: Scraper,
  { sourceName, recorded = false }: DashboardPlace = {},
): Record<string, unknown> {
  const { fleet, name, planDigest } = deployment;
  const records = recorded ? new Map(recordingsOf(deployment, scraper).map((each) => [each.expression, each.name])) : new Map();
  const source = sourceName === undefined ? {} : { datasource: { type: 'prometheus', uid: `\${${SOURCE_VARIABLE}}` } };
  const shown = (expression: string) =>
    records.has(expression) ? `${records.get(expression)}{deployment="${name}"}` : expression;
  return {
    uid: planDigest.slice(0, 16),
    title: `${name}: plan against actual`,
    description: `${fleet.nodes} nodes, plan ${planDigest}`,
    tags: ['seekstack'],
    timezone: 'utc',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    schemaVersion: 39,
    ...(sourceName === undefined ? {} : { templating: { list: [sourceVariable(sourceName)] } }),
    panels: panelsOf(deployment, scraper).map(([title, expressions, lines], index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      ...source,
      gridPos: {
        x: (index % PANEL.perRow) * PANEL.width,
        y: Math.floor(index / PANEL.perRow) * PANEL.height,
        w: PANEL.width,
        h: PANEL.height,
      },
      fieldConfig: { defaults: { min: 0 }, overrides: [] },
      targets: [
        ...expressions.map((expression) => ({ expr: shown(expression), legendFormat: 'actual' })),
        ...lines
          .filter(([, value]) => value !== null)
          .map(([legendFormat, value]) => ({ expr: `vector(${value})`, legendFormat })),
      ].map((target, order) => ({ refId: String.fromCharCode('A'.charCodeAt(0) + order), ...source, ...target })),
    })),
  };
}

function sourceVariable(name: string): Record<string, unknown> {
  return { name: SOURCE_VARIABLE, label: 'metrics', type: 'datasource', query: 'prometheus', regex: `/${name}/`, current: {} };
}

/** Panels without a measure are left out. */
function panelsOf(deployment: Deployment, scraper: Scraper): Panel[] {
  const { promise, pools } = deployment;
  const { up, engine, boardWatts, joulesPerToken } = measuresOf(deployment, scraper);
  const replicas = pools.reduce((sum, each) => sum + each.replicas, 0);
  const panels: Panel[] = [];
  if (engine !== null)
    panels.push(
      [
        'Time to first token, s',
        [engine.ttft],
        [
          ['target', promise.ttftTargetSeconds],
          ['planned', promise.ttftSeconds],
        ],
      ],
      [
        'Time per output token, s',
        [engine.tpot],
        [
          ['target', promise.tpotTargetSeconds],
          ['planned', promise.tpotSeconds],
        ],
      ],
      ['Requests a replica', [engine.running, engine.waiting], [['most it runs', pools.at(-1)?.layout.maxSequences ?? null]]],
      ['Cache in use, 0-1', [engine.cacheUse], [['full', 1]]],
      ['Output tokens a second', [engine.outputTokensPerSecond], [['planned capacity', promise.outputTokensPerSecond]]],
      ['USD a million output tokens', [engine.usdPerMillionTokens], [['planned mean', promise.usdPerMillionOutputTokens]]],
    );
  if (up !== null) panels.push(['Replicas that answer', [up], [['planned', replicas]]]);
  if (boardWatts !== null)
    panels.push(['Power of the accelerators, W', [boardWatts], [['planned mean', promise.fleetBoardWatts]]]);
  if (joulesPerToken !== null) panels.push(['Accelerator joules an output token', [joulesPerToken], []]);
  return panels;
}
