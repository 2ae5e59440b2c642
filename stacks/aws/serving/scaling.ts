// Between the plan's bounds, nodes follow the requests in flight.
// In: the group and the document. Out: target tracking on what the nodes publish; nothing where the bounds are equal.
import { Duration } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { metricNamespace } from '../node/watch.ts';

const SCALE_IN_COOLDOWN_MINUTES = 15;

/** Adds the policy: the share of a node's sequences at which the plan adds a replica, as requests in flight. */
export function addScaling(group: AutoScalingGroup, document: Deployment): void {
  const { fleet, engine, pools, promise } = document;
  const sequences = pools[0]?.layout.maxSequences;
  if (fleet.maximumNodes === fleet.minimumNodes || engine.metrics === null || sequences === undefined) return;
  group.scaleToTrackMetric('FollowRequests', {
    metric: new Metric({
      namespace: metricNamespace(document),
      metricName: 'RunningRequests',
      statistic: 'Average',
      period: Duration.minutes(1),
    }),
    targetValue: Math.max(1, Math.floor(sequences * promise.scaleOutUtilisation)),
    // A node that still loads its weights says nothing about the load.
    estimatedInstanceWarmup: Duration.seconds(engine.startupSeconds),
    cooldown: Duration.minutes(SCALE_IN_COOLDOWN_MINUTES),
  });
}
