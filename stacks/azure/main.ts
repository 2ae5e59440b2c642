// Entry of the Pulumi program: reads the deployment document, declares its resources, exports the stack's outputs.
// In: Pulumi configuration (stack-settings, and of a cluster cluster-settings). Out: the exports below.
import { readClusterSettings } from './cluster/cluster-settings.ts';
import { type ClusterOutputs, declareCluster } from './cluster/declare-cluster.ts';
import { declareStack, type StackOutputs } from './declare-stack.ts';
import { readDeployment, resolveDocumentPath } from './read-deployment.ts';
import { checkApiKey, readStackSettings } from './stack-settings.ts';

const settings = readStackSettings();
const document = readDeployment(resolveDocumentPath(settings.deploymentPath));
checkApiKey(document, settings);

const outputs =
  document.tier === 'kubernetes'
    ? declareCluster(document, { ...settings, ...readClusterSettings() })
    : declareStack(document, settings);

// Pulumi takes every named export of this module as one output of the stack, and leaves out what a tier does not have.
export const {
  endpointAddress,
  endpointUrl,
  resourceGroupName,
  scaleSetName,
  scaleSetId,
  clusterName,
  clusterId,
  poolNames,
  stackValues,
  vaultName,
  weightsUrl,
  registryServer,
  remoteWriteUrl,
  dashboardId,
  grafanaEndpoint,
  usdPerHour,
  planDigest,
}: Partial<StackOutputs & ClusterOutputs> = outputs;
