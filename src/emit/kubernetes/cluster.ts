// Everything in the cluster of a deployment whose replicas span nodes or have different tasks.
// In: a deployment document of the Kubernetes tier. Out: objects by file name, in the order they are applied.
import type { Deployment } from '../../documents/deployment.ts';
import { acceleratorDriver, installsDriver } from './accelerator-driver.ts';
import { fabricCheck, smokeCheck } from './checks.ts';
import { countersManifest } from './counters.ts';
import { endpointService, innerService } from './endpoint.ts';
import { fabricPolicy } from './fabric-policy.ts';
import { gatewayManifests, identityAnnotation } from './gateway.ts';
import { commonLabels, type Manifest, type Manifests, metadataOf, STAGE_LABEL } from './manifest.ts';
import { networkPolicies } from './network-policies.ts';
import { disruptionBudget, leaderWorkerSet } from './pools.ts';
import { routerManifests } from './router.ts';
import { scaledObject } from './scaling.ts';
import { storageClasses } from './storage.ts';
import { fabricClaim } from './surroundings.ts';
import { watchingManifests } from './watching.ts';

export function clusterManifests(deployment: Deployment): Manifests {
  const { pools } = deployment;
  const named = new Map<string, Manifest>([
    ['namespace', namespace(deployment)],
    ['account', account(deployment)],
    ...storageClasses(deployment),
    ...networkPolicies(deployment),
    ...acceleratorDriver(deployment),
    ...fabricPolicy(deployment),
    ...fabricCheck(deployment),
  ]);
  for (const pool of pools) {
    named.set(`replicas-${pool.role}`, leaderWorkerSet(deployment, pool));
    named.set(`budget-${pool.role}`, disruptionBudget(deployment, pool));
    const scaler = scaledObject(deployment, pool);
    if (scaler !== null) named.set(`scaler-${pool.role}`, scaler);
  }
  for (const [name, object] of routerManifests(deployment)) named.set(name, object);
  named.set('service', innerService(deployment));
  for (const [name, object] of gatewayManifests(deployment)) named.set(name, object);
  const endpoint = endpointService(deployment);
  if (endpoint !== null) named.set('endpoint', endpoint);
  const counters = countersManifest(deployment);
  if (counters !== null) named.set('counters', counters);
  for (const [name, object] of [...watchingManifests(deployment), ...smokeCheck(deployment)]) named.set(name, object);
  return new Map(
    [...named].map(([name, object], index) => [`${String((index + 1) * 10).padStart(3, '0')}-${name}.yaml`, object]),
  );
}

/** Pods with rights on memory for an InfiniBand adapter, and those that load a driver, are more than the baseline allows. */
function namespace(deployment: Deployment): Manifest {
  const { name } = deployment;
  const privileged = fabricClaim(deployment).capabilities.length > 0 || installsDriver(deployment);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...commonLabels(deployment),
        [STAGE_LABEL]: 'base',
        'pod-security.kubernetes.io/enforce': privileged ? 'privileged' : 'baseline',
        'pod-security.kubernetes.io/warn': 'baseline',
      },
    },
  };
}

function account(deployment: Deployment): Manifest {
  const metadata = metadataOf(deployment, deployment.name, 'base');
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: deployment.provider === 'azure' ? { ...metadata, annotations: identityAnnotation() } : metadata,
    automountServiceAccountToken: false,
  };
}
