// What manifests declare: how many replicas run, of how many nodes each. In: objects, the document. Out: replicas of each pool.
import type { Deployment } from '../../documents/deployment.ts';
import type { DeclaredFleet } from '../declared-fleet.ts';
import { type KubernetesObject, labelsOf, ofKind, podTemplates } from './objects.ts';
import { POOL_LABEL } from './replica-rules.ts';

/** The fleet of machines one owns: each node of the manifests is one that is bought. */
export function declaredOnPremises(objects: readonly KubernetesObject[], document: Deployment): DeclaredFleet {
  const replicas = declaredReplicas(objects, document);
  return {
    machine: document.machine.type,
    region: document.placement.region,
    purchase: document.fleet.purchase,
    nodes: replicas.reduce((sum, count, index) => sum + count * (document.pools[index]?.nodesPerReplica ?? 1), 0),
    replicas,
    unitsAt: null,
    unknown: strangeSets(objects, document),
  };
}

/** Replicas of each pool: of its set of groups in a cluster, of the stateful set of single nodes otherwise. */
export function declaredReplicas(objects: readonly KubernetesObject[], document: Deployment): number[] {
  return document.pools.map((pool) => {
    const set =
      document.tier === 'kubernetes'
        ? ofKind(objects, 'LeaderWorkerSet').find((each) =>
            podTemplates([each]).some((template) => template.labels[POOL_LABEL] === pool.role),
          )
        : serving(objects, document);
    return Number(set?.content?.spec?.replicas ?? 0);
  });
}

function serving(objects: readonly KubernetesObject[], document: Deployment): KubernetesObject | undefined {
  return ofKind(objects, 'StatefulSet').find((each) => labelsOf(each.content)['app.kubernetes.io/name'] === document.name);
}

function strangeSets(objects: readonly KubernetesObject[], document: Deployment): DeclaredFleet['unknown'] {
  const groups = ofKind(objects, 'LeaderWorkerSet');
  const wrong = groups.filter(({ content }) => {
    const role = podTemplates(groups.filter((each) => each.content === content))[0]?.labels[POOL_LABEL];
    const pool = document.pools.find((each) => each.role === role);
    return pool !== undefined && Number(content?.spec?.leaderWorkerTemplate?.size) !== pool.nodesPerReplica;
  });
  return wrong.map(({ content }) => ({
    what: String(content?.metadata?.name ?? 'a LeaderWorkerSet'),
    reason: 'its groups are of another size than the replicas of deployment.json',
  }));
}
