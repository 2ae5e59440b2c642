// When somebody is told.
// In: measures, endpoint and promise. Out: alarms on the topic of notices.
import { Duration, type Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Measures } from './measures.ts';

const MINUTES_TO_ALARM = 10;
const MINUTES_TO_ALARM_OF_COST = 60;
const CACHE_USE_MOST = 0.95;
/** Plan against actual: what is worth a look, not what is noise. */
const COST_OVER_PLAN = 1.25;
const POWER_OVER_PLAN = 1.1;

/** Adds an alarm for each promise that can be measured; what has no target has no alarm. */
export function addAlarms(
  stack: Stack,
  document: Deployment,
  measures: Measures,
  targets: NetworkTargetGroup,
  notices: ITopic,
): Alarm[] {
  const { promise, fleet } = document;
  const { engine } = measures;
  const above = (id: string, metric: IMetric, threshold: number, description: string, minutes = MINUTES_TO_ALARM) =>
    addAlarm(
      id,
      metric,
      threshold,
      description,
      minutes,
      ComparisonOperator.GREATER_THAN_THRESHOLD,
      TreatMissingData.NOT_BREACHING,
    );
  const addAlarm = (
    id: string,
    metric: IMetric,
    threshold: number,
    alarmDescription: string,
    minutes: number,
    comparisonOperator: ComparisonOperator,
    treatMissingData: TreatMissingData,
  ) => {
    const alarm = new Alarm(stack, id, {
      metric,
      threshold,
      alarmDescription,
      evaluationPeriods: minutes,
      datapointsToAlarm: Math.ceil((minutes * 4) / 5),
      comparisonOperator,
      treatMissingData,
    });
    alarm.addAlarmAction(new SnsAction(notices));
    alarm.addOkAction(new SnsAction(notices));
    return alarm;
  };
  const alarms = [
    addAlarm(
      'EngineDown',
      measures.nodesUp,
      fleet.minimumNodes,
      `fewer than ${fleet.minimumNodes} nodes answer`,
      MINUTES_TO_ALARM,
      ComparisonOperator.LESS_THAN_THRESHOLD,
      TreatMissingData.BREACHING,
    ),
    above(
      'UnhealthyNodes',
      targets.metrics.unHealthyHostCount({ period: Duration.minutes(1) }),
      0,
      'the endpoint finds a node unhealthy',
    ),
  ];
  if (engine !== null) {
    if (promise.ttftTargetSeconds !== null)
      alarms.push(above('SlowFirstToken', engine.ttft, promise.ttftTargetSeconds, 'TTFT above the target of the plan'));
    if (promise.tpotTargetSeconds !== null)
      alarms.push(above('SlowTokens', engine.tpot, promise.tpotTargetSeconds, 'TPOT above the target of the plan'));
    alarms.push(
      above('Queue', engine.waiting, 1, 'requests wait on every node: more is asked than was planned'),
      above('CacheFull', engine.cacheUse, CACHE_USE_MOST, 'the cache is full: requests are preempted'),
      above(
        'CostOverPlan',
        engine.usdPerMillionTokens,
        promise.usdPerMillionOutputTokens * COST_OVER_PLAN,
        'an output token costs a quarter more than planned, or is not asked for',
        MINUTES_TO_ALARM_OF_COST,
      ),
    );
  }
  if (measures.boardWatts !== null)
    alarms.push(
      above(
        'PowerOverPlan',
        measures.boardWatts,
        fleet.maximumNodes * promise.nodeMaximumWatts * POWER_OVER_PLAN,
        'accelerators draw more than the plan gives their nodes',
      ),
    );
  return alarms;
}
