// The controllers a cluster needs before it serves: charts at pinned versions, each with its values in a file.
// In: a deployment document. Out: files of values, and a script that is the same words for every deployment.
import { stringify } from 'yaml';
import type { Deployment } from '../../documents/deployment.ts';
import { type Operator, valuesOf } from './operator-values.ts';
import { replicaBounds } from './scaling.ts';
import { keepsOnLocalDisks } from './storage.ts';
import { fabricClaim } from './surroundings.ts';

/** Files under `kubernetes/`; none where no cluster is needed. */
export function operatorFiles(deployment: Deployment): Map<string, string> {
  const wanted = deployment.operators.filter((each) => isNeeded(deployment, each));
  if (wanted.length === 0) return new Map();
  return new Map([
    ...wanted.map((each): [string, string] => [
      `operators/${each.id}.yaml`,
      stringify(valuesOf(deployment, each), { aliasDuplicateObjects: false }),
    ]),
    // On Azure the program of the cluster's inside installs them.
    ...(deployment.provider === 'azure' ? [] : ([['install-operators.sh', installScript(deployment, wanted)]] as const)),
  ]);
}

function isNeeded(deployment: Deployment, { id }: Operator): boolean {
  if (id === 'fabric') return Object.keys(fabricClaim(deployment).resources).length > 0;
  if (id === 'local-disks') return keepsOnLocalDisks(deployment);
  if (id === 'accelerators') return deployment.machine.accelerator !== null;
  if (id !== 'keda' && id !== 'node-autoscaler') return true;
  return deployment.pools.some((pool) => {
    const { minimum, maximum } = replicaBounds(deployment, pool);
    return minimum < maximum;
  });
}

/** Every word in it is a letter, a digit or one of `:/.-`: the document's schema lets nothing else through. */
function installScript({ provider }: Deployment, operators: readonly Operator[]): string {
  const line = ({ id, repository, chart, version, namespace }: Operator) =>
    [
      `helm upgrade --install ${id}`,
      repository.startsWith('oci://') ? `${repository}/${chart}` : `${chart} --repo ${repository}`,
      `--version ${version} --namespace ${namespace} --create-namespace --wait`,
      `--values "$here/operators/${id}.yaml"`,
      ...(id === 'load-balancer' ? ['--set "vpcId=$NETWORK_ID"'] : []),
    ].join(' \\\n  ');
  return [
    '#!/usr/bin/env bash',
    '# Installs the controllers this deployment needs, at the versions it was checked with. Running it again changes nothing.',
    'set -euo pipefail',
    'here=$(cd "$(dirname "$0")" && pwd)',
    ...(provider === 'aws' ? ['# Written by "npm run stack-env" from the outputs of the stacks.', '. "$here/stack.env"'] : []),
    ...operators.map(line),
    '',
  ].join('\n');
}
