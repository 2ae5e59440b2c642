// Values that make a cluster's Prometheus send what is watched to Azure.
import { expect, test } from 'vitest';
import { remoteWriteValues } from '../../src/emit/kubernetes/remote-write.ts';
import { alertsOf } from '../../src/watching/alerts.ts';
import { buildGpuDeployment } from '../stacks/azure/fixture.ts';

function remoteWriteOf(deployment = buildGpuDeployment()) {
  // biome-ignore lint/suspicious/noExplicitAny: values of a chart have no type, and the assertions are the check
  const { serviceAccount, prometheusSpec } = remoteWriteValues(deployment) as any;
  return { serviceAccount, prometheusSpec, sent: prometheusSpec.remoteWrite[0] };
}

test('sends as the identity of the service account, with no secret', () => {
  const { serviceAccount, prometheusSpec, sent } = remoteWriteOf();
  expect(prometheusSpec.remoteWrite).toHaveLength(1);
  expect(sent.url).toBe('from stack.env: REMOTE_WRITE_URL');
  expect(sent.azureAd).toEqual({
    cloud: 'AzurePublic',
    workloadIdentity: { clientId: 'from stack.env: METRICS_IDENTITY', tenantId: 'from stack.env: TENANT' },
  });
  expect(serviceAccount.annotations).toEqual({
    'azure.workload.identity/client-id': 'from stack.env: METRICS_IDENTITY',
  });
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
