// The accelerators' own counters, on every node that has some.
// In: a deployment document. Out: a daemon set; nothing where no exporter fits the machine.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { commonLabels, GPU_RESOURCES, type Manifest, metadataOf, PART_LABEL, SERVER_LABEL, selectorOf } from './manifest.ts';
import { COUNTERS_PORT } from './network-policies.ts';

/** Power, use and memory need no more rights than to see the devices; finer counters would. */
export function countersManifest(deployment: Deployment): Manifest | null {
  const { companions, machine, provider } = deployment;
  if (companions.acceleratorMetrics === null || machine.accelerator === null) return null;
  const name = `${deployment.name}-counters`;
  const probe = { httpGet: { path: '/health', port: 'counters' }, periodSeconds: 30, failureThreshold: 10 };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadataOf(deployment, name, 'serving'),
    spec: {
      selector: { matchLabels: selectorOf(deployment, { [PART_LABEL]: 'counters' }) },
      template: {
        metadata: { labels: { ...commonLabels(deployment), [PART_LABEL]: 'counters' } },
        spec: {
          serviceAccountName: 'default',
          automountServiceAccountToken: false,
          // The operator on Azure leaves the usual runtime as it is, and adds one that shows devices.
          ...(provider === 'azure' ? { runtimeClassName: 'nvidia' } : {}),
          nodeSelector: { [SERVER_LABEL]: machine.type },
          tolerations: [{ key: GPU_RESOURCES[machine.accelerator.vendor], operator: 'Exists', effect: 'NoSchedule' }],
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'counters',
              image: imageReference(companions.acceleratorMetrics),
              // All devices of the node, without claiming any from the pods that compute.
              env: [
                { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
                { name: 'DCGM_EXPORTER_LISTEN', value: `:${COUNTERS_PORT}` },
              ],
              ports: [{ name: 'counters', containerPort: COUNTERS_PORT }],
              resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              readinessProbe: probe,
              livenessProbe: probe,
            },
          ],
        },
      },
    },
  };
}
