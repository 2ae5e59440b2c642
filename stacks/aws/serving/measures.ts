// What is measured of a deployment, as CloudWatch expressions that dashboard and alarms share.
// In: a deployment document. Out: metrics over the whole fleet, a minute at a time.
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { metricNamespace } from '../node/watch.ts';

const PERIOD = Duration.minutes(1);
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_PERIOD = 60;
const TOKENS_PER_MILLION = 1_000_000;

export interface Measures {
  readonly nodesUp: IMetric;
  readonly engine: {
    readonly ttft: IMetric;
    readonly tpot: IMetric;
    readonly waiting: IMetric;
    readonly running: IMetric;
    readonly cacheUse: IMetric;
    readonly outputTokensPerSecond: IMetric;
    readonly usdPerMillionTokens: IMetric;
  } | null;
  readonly boardWatts: IMetric | null;
  /** Null where one of the two is missing. */
  readonly joulesPerToken: IMetric | null;
}

/** Cost is the plan's price of a node hour times the nodes that answer, so it falls and rises with the fleet. */
export function measuresOf(document: Deployment): Measures {
  const { engine, companions, promise, cost, fleet } = document;
  const metric = (metricName: string, statistic: string, label: string) =>
    new Metric({ namespace: metricNamespace(document), metricName, statistic, label, period: PERIOD });
  const percentile = `p${Math.round(promise.percentile * 1000) / 10}`;
  const nodesUp = metric('EngineUp', 'Sum', 'nodes that answer');
  const tokens = metric('OutputTokens', 'Sum', 'output tokens');
  const watts = companions.acceleratorMetrics === null ? null : metric('BoardWatts', 'Sum', 'accelerators, W');
  const usdPerNodeSecond = cost.usdPerHour / Math.max(fleet.billedNodes, 1) / SECONDS_PER_HOUR;
  const calculate = (expression: string, label: string, usingMetrics: Record<string, IMetric>) =>
    new MathExpression({ expression, label, usingMetrics, period: PERIOD });
  return {
    nodesUp,
    engine:
      engine.metrics === null
        ? null
        : {
            ttft: metric('TimeToFirstToken', percentile, `TTFT ${percentile}, s`),
            tpot: metric('TimePerOutputToken', percentile, `TPOT ${percentile}, s`),
            waiting: metric('WaitingRequests', 'Average', 'waiting a node'),
            running: metric('RunningRequests', 'Average', 'running a node'),
            cacheUse: metric('CacheUse', 'Average', 'cache in use, 0-1'),
            outputTokensPerSecond: calculate(`tokens / ${SECONDS_PER_PERIOD}`, 'output tokens a second', { tokens }),
            usdPerMillionTokens: calculate(
              `up * ${usdPerNodeSecond * SECONDS_PER_PERIOD * TOKENS_PER_MILLION} / tokens`,
              'USD a million output tokens',
              { up: nodesUp, tokens },
            ),
          },
    boardWatts: watts,
    joulesPerToken:
      engine.metrics === null || watts === null
        ? null
        : calculate(`watts * ${SECONDS_PER_PERIOD} / tokens`, 'accelerator joules an output token', { watts, tokens }),
  };
}
