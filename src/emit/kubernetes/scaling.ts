// Between the plan's bounds, replicas follow requests in flight, the queue and the cache.
// In: a deployment document. Out: a scaler a pool; none where the bounds are equal or the engine publishes nothing.
import type { Deployment, Pool } from '../../documents/deployment.ts';
import { type Manifest, metadataOf, POOL_LABEL } from './manifest.ts';
import { MONITORING_NAMESPACE } from './network-policies.ts';
import { poolName } from './pools.ts';

const PROMETHEUS = `http://prometheus-kube-prometheus-prometheus.${MONITORING_NAMESPACE}:9090`;
/** A replica that is taken away takes its weights along: not for a lull. */
const SCALE_IN_AFTER_SECONDS = 900;
const LONGEST_PERIOD_SECONDS = 1800;
const LOOK_EVERY_SECONDS = 30;
/** Of a replica's sequences: so many that wait are a queue, not a moment. */
const WAITING_SHARE = 0.1;

export interface ReplicaBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A pool's share of the fleet's bounds, in whole replicas, rounded towards the planned count. */
export function replicaBounds({ fleet }: Deployment, { replicas }: Pool): ReplicaBounds {
  const share = (nodes: number) => (replicas * nodes) / fleet.nodes;
  return { minimum: Math.ceil(share(fleet.minimumNodes)), maximum: Math.floor(share(fleet.maximumNodes)) };
}

/** Selects what a pool's leaders publish; label values are those of its scrape. */
export function ofPool({ name }: Deployment, { role }: Pool): string {
  return `{namespace="${name}",pool="${role}"}`;
}

export function scaledObject(deployment: Deployment, pool: Pool): Manifest | null {
  const { engine, promise } = deployment;
  const { minimum, maximum } = replicaBounds(deployment, pool);
  if (engine.metrics === null || minimum === maximum) return null;
  const of = ofPool(deployment, pool);
  const sequences = pool.layout.maxSequences;
  const trigger = (query: string, threshold: number, metricType: 'AverageValue' | 'Value') => ({
    type: 'prometheus',
    metricType,
    metadata: { serverAddress: PROMETHEUS, query, threshold: String(threshold) },
  });
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: metadataOf(deployment, poolName(deployment, pool), 'serving'),
    spec: {
      scaleTargetRef: {
        apiVersion: 'leaderworkerset.x-k8s.io/v1',
        kind: 'LeaderWorkerSet',
        name: poolName(deployment, pool),
      },
      minReplicaCount: minimum,
      maxReplicaCount: maximum,
      pollingInterval: LOOK_EVERY_SECONDS,
      // Without its measures a fleet stays as it was planned.
      fallback: { failureThreshold: 5, replicas: pool.replicas },
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            // One replica, then wait until it has had time to load its weights and take its share.
            scaleUp: {
              policies: [
                { type: 'Pods', value: 1, periodSeconds: Math.min(LONGEST_PERIOD_SECONDS, Math.ceil(engine.startupSeconds)) },
              ],
            },
            scaleDown: {
              stabilizationWindowSeconds: SCALE_IN_AFTER_SECONDS,
              policies: [{ type: 'Pods', value: 1, periodSeconds: SCALE_IN_AFTER_SECONDS }],
            },
          },
        },
      },
      triggers: [
        trigger(
          `sum(${engine.metrics.runningRequests}${of})`,
          Math.max(1, Math.floor(sequences * promise.scaleOutUtilisation)),
          'AverageValue',
        ),
        trigger(`sum(${engine.metrics.waitingRequests}${of})`, Math.max(1, Math.ceil(sequences * WAITING_SHARE)), 'AverageValue'),
        trigger(`avg(${engine.metrics.cacheUse}${of})`, promise.scaleOutUtilisation, 'Value'),
      ],
    },
  };
}

/** What the scrape writes the pool's label as. */
export const POOL_RELABELLING = [
  { sourceLabels: [`__meta_kubernetes_pod_label_${POOL_LABEL.replaceAll(/[^a-zA-Z0-9]/g, '_')}`], targetLabel: 'pool' },
];
