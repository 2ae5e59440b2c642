// Values with which a cluster's own Prometheus sends what is watched on to Azure, as the identity of its service account.
// In: a deployment document. Out: values of the kube-prometheus-stack chart, with the stack's own marked; no secret.
import type { Deployment } from '../../documents/deployment.ts';
import { METRICS_ACCOUNT } from '../../watching/ingestion.ts';
import { scrapedNames } from '../../watching/measures.ts';

/** Asks the admission webhook of workload identity for a token; needed on the account's pods. */
const WORKLOAD_IDENTITY = 'azure.workload.identity';

/** Whether Azure keeps the metrics: a machine that publishes none has nothing to keep. */
export function isKeptByAzure({ provider, engine, companions }: Deployment): boolean {
  return provider === 'azure' && (engine.metrics !== null || companions.acceleratorMetrics !== null);
}

/** What stands in values of a chart until the stack is known; the program of the cluster's inside fills it in. */
export function fromStackOutput(key: 'REMOTE_WRITE_URL' | 'METRICS_IDENTITY' | 'TENANT'): string {
  return `from stack.env: ${key}`;
}

/**
 * Values to be merged into those of the chart's `prometheus`. Only what rules and dashboard read is sent: samples are what
 * Azure bills. Workload identity in a remote write needs Prometheus 3.7 or newer.
 * @source https://github.com/prometheus/prometheus/pull/16788, https://github.com/prometheus-operator/prometheus-operator/pull/7998
 */
export function remoteWriteValues(deployment: Deployment): {
  serviceAccount: Record<string, unknown>;
  prometheusSpec: Record<string, unknown>;
} {
  const kept = ['up', ...Object.values(scrapedNames(deployment)).flat()];
  const clientId = fromStackOutput('METRICS_IDENTITY');
  return {
    serviceAccount: { name: METRICS_ACCOUNT, annotations: { [`${WORKLOAD_IDENTITY}/client-id`]: clientId } },
    prometheusSpec: {
      podMetadata: { labels: { [`${WORKLOAD_IDENTITY}/use`]: 'true' } },
      remoteWrite: [
        {
          url: fromStackOutput('REMOTE_WRITE_URL'),
          azureAd: { cloud: 'AzurePublic', workloadIdentity: { clientId, tenantId: fromStackOutput('TENANT') } },
          writeRelabelConfigs: [
            { sourceLabels: ['__name__'], regex: kept.join('|'), action: 'keep' },
            // Other namespaces of the cluster have metrics of these names, too.
            { sourceLabels: ['namespace'], regex: deployment.name, action: 'keep' },
          ],
        },
      ],
    },
  };
}
