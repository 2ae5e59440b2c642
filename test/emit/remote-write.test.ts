// Values that make a cluster's Prometheus send what is watched to Azure.
import { expect, test } from 'vitest';
import { remoteWriteValues } from '../../src/emit/kubernetes/remote-write.ts';
import { alertsOf } from '../../src/watching/alerts.ts';
import { buildGpuDeployment } from '../stacks/azure/fixture.ts';

const target = {
  remoteWriteUrl: 'https://x.westeurope-1.metrics.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/s/api/v1/write',
  clientId: '11111111-1111-1111-1111-111111111111',
  tenantId: '22222222-2222-2222-2222-222222222222',
};

function remoteWriteOf(deployment = buildGpuDeployment()) {
  // biome-ignore lint/suspicious/noExplicitAny: values of a chart have no type, and the assertions are the check
  const { serviceAccount, prometheusSpec } = remoteWriteValues(deployment, target).prometheus as any;
  return { serviceAccount, prometheusSpec, sent: prometheusSpec.remoteWrite[0] };
}

test('sends as the identity of the service account, with no secret', () => {
  const { serviceAccount, prometheusSpec, sent } = remoteWriteOf();
  expect(prometheusSpec.remoteWrite).toHaveLength(1);
  expect(sent.url).toBe(target.remoteWriteUrl);
  expect(sent.azureAd).toEqual({
    cloud: 'AzurePublic',
    workloadIdentity: { clientId: target.clientId, tenantId: target.tenantId },
  });
  expect(serviceAccount.annotations).toEqual({ 'azure.workload.identity/client-id': target.clientId });
  expect(prometheusSpec.podMetadata.labels).toEqual({ 'azure.workload.identity/use': 'true' });
  expect(JSON.stringify(prometheusSpec)).not.toMatch(/password|secret/i);
});

test('sends every series that an alert reads, of its own namespace, and none besides', () => {
  const deployment = buildGpuDeployment();
  const [byName, byNamespace] = remoteWriteOf(deployment).sent.writeRelabelConfigs;
  const keep = new RegExp(`^(?:${byName.regex})$`);
  const read = alertsOf(deployment, 'cluster').flatMap(({ expression }) =>
    [...expression.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name as string),
  );
  expect(new Set(read).size).toBeGreaterThan(6);
  for (const name of read) expect(keep.test(name), name).toBe(true);
  for (const other of ['vllm:prompt_tokens_total', 'scrape_duration_seconds', 'go_goroutines', 'upper'])
    expect(keep.test(other), other).toBe(false);
  expect(byNamespace).toMatchObject({ sourceLabels: ['namespace'], regex: 'chat-prod', action: 'keep' });
});
