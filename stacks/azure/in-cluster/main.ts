// Entry of the second program: the inside of a cluster whose outside the first one made. Run where its API server answers.
// In: Pulumi configuration `cluster` (the other stack), `deployment`, `manifests`. Out: the exports below.
import * as pulumi from '@pulumi/pulumi';
import { readDeployment, resolveDocumentPath } from '../read-deployment.ts';
import { declareInCluster } from './declare-in-cluster.ts';
import { readManifests } from './read-manifests.ts';

const config = new pulumi.Config();
const stackName = config.get('cluster');
if (stackName === undefined)
  throw new pulumi.RunError(
    'the configuration value cluster is missing\n' +
      '  expected: the stack that made the cluster, such as organization/seekstack-azure/prod\n' +
      '  fix: pulumi config set cluster organization/seekstack-azure/prod',
  );
const document = readDeployment(resolveDocumentPath(config.get('deployment') ?? '../deployment.json'));
if (document.tier !== 'kubernetes')
  throw new pulumi.RunError(
    `this program is for clusters\n  tier: got ${document.tier}, expected kubernetes\n  fix: run the project itself; it has no inside`,
  );
const manifests = readManifests(resolveDocumentPath(config.get('manifests') ?? '../kubernetes'), document);
const stack = new pulumi.StackReference(stackName);
const text = (name: string) => stack.requireOutput(name) as pulumi.Output<string>;

export const { endpointAddress, namespace } = declareInCluster(document, manifests, {
  resourceGroupName: text('resourceGroupName'),
  clusterName: text('clusterName'),
  stackValues: stack.requireOutput('stackValues') as pulumi.Output<Record<string, string>>,
});
