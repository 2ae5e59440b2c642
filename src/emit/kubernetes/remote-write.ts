// Values with which a cluster's own Prometheus sends what is watched on to Azure, as the identity of its service account.
// In: a deployment document, where metrics go and as whom. Out: values of the kube-prometheus-stack chart; no secret.
import type { Deployment } from '../../documents/deployment.ts';
import { scrapedNames } from '../../watching/measures.ts';

/** Known once Azure has made them; the outputs of the stack carry all three. */
export interface RemoteWriteTarget {
  /** Ingestion endpoint with the rule's own id. */
  readonly remoteWriteUrl: string;
  /** Of the identity that may publish. */
  readonly clientId: string;
  readonly tenantId: string;
}

/** Service account the chart runs Prometheus under; a federated credential names it as `system:serviceaccount:NAMESPACE:NAME`. */
export const METRICS_ACCOUNT = 'prometheus';
/** Asks the admission webhook of workload identity for a token; needed on the account's pods. */
const WORKLOAD_IDENTITY = 'azure.workload.identity';

/**
 * Values to be merged into those of the chart. Only what rules and dashboard read is sent: samples are what Azure bills.
 * Workload identity in a remote write needs Prometheus 3.7 or newer.
 * @source https://github.com/prometheus/prometheus/pull/16788, https://github.com/prometheus-operator/prometheus-operator/pull/7998
 */
export function remoteWriteValues(deployment: Deployment, target: RemoteWriteTarget): Record<string, unknown> {
  const kept = ['up', ...Object.values(scrapedNames(deployment)).flat()];
  return {
    prometheus: {
      serviceAccount: { name: METRICS_ACCOUNT, annotations: { [`${WORKLOAD_IDENTITY}/client-id`]: target.clientId } },
      prometheusSpec: {
        podMetadata: { labels: { [`${WORKLOAD_IDENTITY}/use`]: 'true' } },
        remoteWrite: [
          {
            url: target.remoteWriteUrl,
            azureAd: {
              cloud: 'AzurePublic',
              workloadIdentity: { clientId: target.clientId, tenantId: target.tenantId },
            },
            writeRelabelConfigs: [
              { sourceLabels: ['__name__'], regex: kept.join('|'), action: 'keep' },
              // Other namespaces of the cluster have metrics of these names, too.
              { sourceLabels: ['namespace'], regex: deployment.name, action: 'keep' },
            ],
          },
        ],
      },
    },
  };
}
