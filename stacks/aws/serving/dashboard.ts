// One page on which a deployment is seen against its plan.
// In: measures and promise. Out: a CloudWatch dashboard whose lines are the plan's figures.
import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Measures } from './measures.ts';

const THIRD = 8;
const FULL = 24;
const GRAPH_ROWS = 6;

/** Adds the dashboard; panels without a measure are left out. */
export function addDashboard(stack: Stack, document: Deployment, measures: Measures): Dashboard {
  const { promise, fleet, cost, model, machine, planDigest } = document;
  const dashboard = new Dashboard(stack, 'Dashboard', { dashboardName: document.name, defaultInterval: Duration.hours(3) });
  const graph = (title: string, left: (IMetric | null)[], ...lines: HorizontalAnnotation[]) =>
    new GraphWidget({
      title,
      left: left.filter((each) => each !== null),
      leftYAxis: { min: 0, showUnits: false },
      leftAnnotations: lines,
      width: THIRD,
      height: GRAPH_ROWS,
    });
  const line = (value: number | null, label: string): HorizontalAnnotation[] => (value === null ? [] : [{ value, label }]);
  const { engine } = measures;
  dashboard.addWidgets(
    new TextWidget({
      markdown: `**${model.id}** on ${fleet.nodes} x ${machine.type}, plan ${planDigest.slice(0, 12)}. Horizontal lines are the plan's figures. Planned cost: USD ${cost.usdPerHour.toFixed(2)} an hour.`,
      width: FULL,
      height: 2,
    }),
  );
  if (engine !== null)
    dashboard.addWidgets(
      graph(
        'Time to first token',
        [engine.ttft],
        ...line(promise.ttftTargetSeconds, 'target'),
        ...line(promise.ttftSeconds, 'planned'),
      ),
      graph(
        'Time per output token',
        [engine.tpot],
        ...line(promise.tpotTargetSeconds, 'target'),
        ...line(promise.tpotSeconds, 'planned'),
      ),
      graph(
        'Requests',
        [engine.waiting, engine.running],
        ...line(document.pools[0]?.layout.maxSequences ?? null, 'most a node runs'),
      ),
      graph('Cache in use', [engine.cacheUse], ...line(1, 'full')),
      graph('Output tokens a second', [engine.outputTokensPerSecond], ...line(promise.outputTokensPerSecond, 'planned capacity')),
      graph(
        'USD a million output tokens',
        [engine.usdPerMillionTokens],
        ...line(promise.usdPerMillionOutputTokens, 'planned mean'),
      ),
    );
  dashboard.addWidgets(
    graph('Nodes that answer', [measures.nodesUp], ...line(fleet.nodes, 'planned')),
    ...(measures.boardWatts === null
      ? []
      : [graph('Power of the accelerators', [measures.boardWatts], ...line(promise.fleetBoardWatts, 'planned mean'))]),
    ...(measures.joulesPerToken === null ? [] : [graph('Joules an output token', [measures.joulesPerToken])]),
  );
  if (engine !== null)
    dashboard.addWidgets(
      new SingleValueWidget({
        title: 'Now',
        metrics: [engine.ttft, engine.tpot, engine.outputTokensPerSecond, engine.usdPerMillionTokens],
        width: FULL,
        height: 3,
      }),
    );
  return dashboard;
}
