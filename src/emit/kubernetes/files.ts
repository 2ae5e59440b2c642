// The files under `kubernetes/` of an emitted project.
// In: a deployment document. Out: path → text; a YAML library writes every value, so that none breaks out of its place.
import { stringify } from 'yaml';
import type { Deployment } from '../../documents/deployment.ts';
import { clusterManifests } from './cluster.ts';
import { kustomization } from './kustomization.ts';
import { operatorFiles } from './operators.ts';
import { singleNodeManifests } from './single-node.ts';

/** kubectl's parser still takes `no` and `on` for YAML 1.1 booleans, so such texts are quoted. */
const AS_KUBECTL_READS = { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' } as const;

export function kubernetesFiles(deployment: Deployment): Map<string, string> {
  const manifests = deployment.tier === 'kubernetes' ? clusterManifests(deployment) : singleNodeManifests(deployment);
  return new Map([
    ['kubernetes/kustomization.yaml', stringify(kustomization(deployment, manifests), AS_KUBECTL_READS)],
    ...[...manifests].map(([name, object]): [string, string] => [`kubernetes/${name}`, stringify(object, AS_KUBECTL_READS)]),
    ...[...operatorFiles(deployment)].map(([name, text]): [string, string] => [`kubernetes/${name}`, text]),
  ]);
}
