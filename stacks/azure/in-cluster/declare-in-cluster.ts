// Puts the inside of a cluster together: what all stands on, operators, the check of the fabric, what serves, the check of it.
// In: the deployment document, its manifests, outputs of the other stack. Out: every object a resource, in that order.
import type { Service } from '@pulumi/kubernetes/core/v1/service.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { connect } from './connect.ts';
import { checkValues, fillObject, type StackValues } from './fill-values.ts';
import { installOperators } from './operators.ts';
import type { KubernetesObject, Manifests } from './read-manifests.ts';
import { keyOf, registerObject, stageOf, stages } from './register-objects.ts';

/** Weights come over the network before the engine reads them; an hour is 200 MB/s for the largest checkpoint. */
const fetchSeconds = 3600;
/** Drivers of a fabric are built on each node, one after the other. */
const fabricSeconds = 3600;

export interface InClusterParts {
  resourceGroupName: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  stackValues: pulumi.Output<StackValues>;
}

export interface InClusterOutputs {
  /** Private address that callers reach the gateway at; the certificate's name points to it. */
  endpointAddress: pulumi.Output<string>;
  namespace: string;
}

export function declareInCluster(document: Deployment, manifests: Manifests, parts: InClusterParts): InClusterOutputs {
  const { objects, replacements, chartValues } = manifests;
  const provider = connect(parts.resourceGroupName, parts.clusterName);
  const values = parts.stackValues.apply(checkValues);
  const generated = objects[0]?.kind === 'ConfigMap' ? objects[0].metadata.name : '';
  const scaled = new Set(objects.filter((each) => each.kind === 'ScaledObject').map(targetOf));
  const registered = new Map<string, pulumi.CustomResource>();
  let before: pulumi.Resource[] = [];
  for (const stage of stages) {
    const ofStage = objects.filter((each) => stageOf(each) === stage);
    const made: pulumi.Resource[] = [];
    const add = (object: KubernetesObject, after: readonly pulumi.Resource[]) => {
      const filled = values.apply((known) => fillObject(object, replacements, known, generated));
      const seconds = stage === 'fabric' ? fabricSeconds : fetchSeconds + Math.ceil(document.engine.startupSeconds);
      const options = { provider, dependsOn: [...before, ...after], seconds, scaled };
      const resource = registerObject(object, filled, options);
      registered.set(keyOf(object), resource);
      made.push(resource);
    };
    const namespaces = ofStage.filter((each) => each.kind === 'Namespace');
    const checks = ofStage.filter((each) => each.kind === 'Job');
    const others = ofStage.filter((each) => !namespaces.includes(each) && !checks.includes(each));
    for (const object of namespaces) add(object, []);
    const spaces = [...made];
    for (const object of others) add(object, spaces);
    // A check looks at all else of its stage.
    const rest = [...made];
    for (const object of checks) add(object, rest);
    before = [...before, ...made];
    if (stage === 'base')
      before = [...before, ...installOperators(document, chartValues, values, { provider, dependsOn: before })];
  }
  const endpoint = registered.get(`Service/${document.name}-endpoint`) as Service | undefined;
  return {
    endpointAddress: endpoint?.status.apply((status) => status?.loadBalancer?.ingress?.[0]?.ip ?? '') ?? pulumi.output(''),
    namespace: document.name,
  };
}

function targetOf({ spec }: KubernetesObject): string {
  const { kind, name } = (spec as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
  return `${kind}/${name}`;
}
