// The driver of accelerators that Azure's node images have none for, and that no operator brings without a registry's password.
// In: a deployment document. Out: a daemon set that installs it on each node of the pools, and its program; nothing elsewhere.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { commonLabels, GPU_RESOURCES, type Manifest, metadataOf, PART_LABEL, SERVER_LABEL, selectorOf } from './manifest.ts';
import { SPOT_TOLERATION } from './pools.ts';

/** A module is compiled for the kernel of the node, which takes some minutes. */
const BUILD_SECONDS_MOST = 1800;
const PROBE_SECONDS = 10;
/** Where the module shows once it is loaded. */
const LOADED = '/host/sys/module/amdgpu';

/**
 * Text without a word of the document. The package is AMD's, of the version that Azure tries InfiniBand with; its repository
 * is believed under the one key it has been signed with since 2016.
 * @source https://github.com/Azure/aks-rdma-infiniband (configs/amd-driver-installer), https://rocm.docs.amd.com (installation)
 */
const INSTALL_PROGRAM = `set -euo pipefail
version=30.20.1
fingerprint=CA8BB4727A47B4D09B4EE8969386B48A1A693C5C
repository=https://repo.radeon.com
list=/etc/apt/sources.list.d/amdgpu.list
on_host() { chroot /host env DEBIAN_FRONTEND=noninteractive "$@"; }

release=$(. /host/etc/os-release && echo "$VERSION_CODENAME")
entry="deb [arch=amd64 signed-by=/etc/apt/keyrings/rocm.gpg] $repository/amdgpu/$version/ubuntu $release main"
installed=$(on_host dpkg-query --show --showformat '\${db:Status-Status}' amdgpu-dkms 2>/dev/null || true)
if [ "$installed" != installed ] || [ "$(cat "/host$list" 2>/dev/null)" != "$entry" ]; then
  on_host install -d -m 0755 /etc/apt/keyrings
  on_host curl --fail --silent --show-error --location --retry 5 --output /tmp/rocm.key "$repository/rocm/rocm.gpg.key"
  if ! on_host gpg --show-keys --with-colons /tmp/rocm.key | grep -q "^fpr:.*:$fingerprint:"; then
    echo "the key of $repository is not $fingerprint" >&2
    exit 1
  fi
  on_host gpg --batch --yes --dearmor --output /etc/apt/keyrings/rocm.gpg /tmp/rocm.key
  echo "$entry" > "/host$list"
  on_host apt-get -o DPkg::Lock::Timeout=600 update
  on_host apt-get -o DPkg::Lock::Timeout=600 install --yes "linux-headers-$(uname -r)" amdgpu-dkms
fi
on_host modprobe amdgpu
echo "amdgpu $(cat ${LOADED}/version 2>/dev/null || echo of the kernel) is loaded"
exec sleep infinity
`;

/** Whether nodes get their driver from here: Azure installs none for AMD, and refuses a pool that asks for one. */
export function installsDriver({ provider, machine }: Deployment): boolean {
  return provider === 'azure' && machine.accelerator?.vendor === 'amd';
}

/** By file name. The pods have rights over the host, as whatever loads a module must; they are on nodes of the pools only. */
export function acceleratorDriver(deployment: Deployment): Map<string, Manifest> {
  const { name, machine, fleet, companions } = deployment;
  const { accelerator } = machine;
  if (!installsDriver(deployment) || accelerator === null || companions.objectStoreClient === null) return new Map();
  const driver = `${name}-driver`;
  const probe = { exec: { command: ['test', '-d', LOADED] }, periodSeconds: PROBE_SECONDS };
  return new Map<string, Manifest>([
    [
      'driver-program',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: metadataOf(deployment, driver, 'fabric'),
        data: { 'install.sh': INSTALL_PROGRAM },
      },
    ],
    [
      'driver',
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: metadataOf(deployment, driver, 'fabric'),
        spec: {
          selector: { matchLabels: selectorOf(deployment, { [PART_LABEL]: 'driver' }) },
          template: {
            metadata: { labels: { ...commonLabels(deployment), [PART_LABEL]: 'driver' } },
            spec: {
              serviceAccountName: 'default',
              automountServiceAccountToken: false,
              // Packages come by the node's own way out; nothing lets pods of the namespace there.
              hostNetwork: true,
              nodeSelector: { [SERVER_LABEL]: machine.type },
              tolerations: [
                { key: GPU_RESOURCES[accelerator.vendor], operator: 'Exists', effect: 'NoSchedule' },
                ...(fleet.purchase === 'spot' ? [SPOT_TOLERATION] : []),
              ],
              securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  name: 'driver',
                  image: imageReference(companions.objectStoreClient),
                  command: ['/bin/bash', '/program/install.sh'],
                  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '8Gi' } },
                  securityContext: { privileged: true },
                  startupProbe: { ...probe, failureThreshold: BUILD_SECONDS_MOST / PROBE_SECONDS },
                  readinessProbe: probe,
                  volumeMounts: [
                    { name: 'host', mountPath: '/host' },
                    { name: 'program', mountPath: '/program', readOnly: true },
                  ],
                },
              ],
              volumes: [
                { name: 'host', hostPath: { path: '/', type: 'Directory' } },
                { name: 'program', configMap: { name: driver } },
              ],
            },
          },
        },
      },
    ],
  ]);
}
