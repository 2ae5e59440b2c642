// The controllers a cluster needs before it serves, as charts at the versions of the deployment document.
// In: the document, values of charts, those of the stack. Out: releases, each installed once the one before it is.
import { Release } from '@pulumi/kubernetes/helm/v3/release.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { fillChart, type StackValues } from './fill-values.ts';

/** Drivers are built on each node when their operator comes. */
const installSeconds = 1800;

/** @param options - the provider, and what must be there first: a class of disks among it */
export function installOperators(
  { operators }: Deployment,
  chartValues: ReadonlyMap<string, Record<string, unknown>>,
  stackValues: pulumi.Output<StackValues>,
  options: pulumi.CustomResourceOptions,
): Release[] {
  const installed: Release[] = [];
  for (const { id, repository, chart, version, namespace } of operators) {
    const values = chartValues.get(id);
    if (values === undefined) continue;
    const oci = repository.startsWith('oci://');
    installed.push(
      new Release(
        id,
        {
          name: id,
          chart: oci ? `${repository}/${chart}` : chart,
          version,
          namespace,
          createNamespace: true,
          ...(oci ? {} : { repositoryOpts: { repo: repository } }),
          values: stackValues.apply((known) => fillChart(id, values, known)),
          // Null in a file of values takes a default of the chart away.
          allowNullValues: true,
          atomic: true,
          timeout: installSeconds,
        },
        { ...options, dependsOn: [...([options.dependsOn ?? []].flat() as pulumi.Resource[]), ...installed.slice(-1)] },
      ),
    );
  }
  return installed;
}
