// Logical names of resources: what Pulumi knows a resource by from one deployment to the next.
import * as pulumi from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import { declareCluster } from '../../../stacks/azure/cluster/declare-cluster.ts';
import { amdCluster, disaggregatedCluster, spanningCluster } from './cluster-fixture.ts';
import { buildGpuDeployment } from './fixture.ts';
import { type Registration, registerDeployment, startRecording, testApiKey, testCertificate, testKey } from './registration.ts';

const namesOf = (registrations: readonly Registration[]) => registrations.map(({ type, name }) => `${name} (${type})`);

async function namesInCluster(draft: Parameters<typeof declareCluster>[0]): Promise<string[]> {
  const registrations = await startRecording();
  declareCluster(draft, {
    budgetStart: '2026-11-01',
    sshPublicKey: testKey,
    apiKey: pulumi.secret(testApiKey),
    certificate: pulumi.secret(testCertificate),
    administratorGroup: '11111111-2222-3333-4444-555555555555',
  });
  await pulumi.runtime.disconnect();
  return namesOf(registrations);
}

// A line that goes from the list is a resource that every deployed stack would lose: give its successor the old name as an alias.
it('are those that deployed stacks have', async () => {
  const benchmark = { purpose: 'benchmark', timeToLiveHours: 8 } as const;
  const single = namesOf(await registerDeployment({ ...buildGpuDeployment(), ...benchmark }));
  const cluster = [
    ...(await namesInCluster({ ...spanningCluster(), ...benchmark })),
    ...(await namesInCluster(disaggregatedCluster())),
    ...(await namesInCluster(amdCluster())),
  ];
  expect(new Set(single).size).toBe(single.length);
  const lines = (names: readonly string[]) => [...new Set(names)].sort();
  await expect(['one node a replica', ...lines(single), '', 'cluster', ...lines(cluster), ''].join('\n')).toMatchFileSnapshot(
    'logical-names.txt',
  );
}, 240_000);
