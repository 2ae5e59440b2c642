// Entry of the Pulumi program: reads the deployment document, declares its resources, exports the stack's outputs.
// In: Pulumi configuration (stack-settings). Out: the exports below.
import { declareStack } from './declare-stack.ts';
import { readDeployment, resolveDocumentPath } from './read-deployment.ts';
import { checkApiKey, readStackSettings } from './stack-settings.ts';

const settings = readStackSettings();
const document = readDeployment(resolveDocumentPath(settings.deploymentPath));
checkApiKey(document, settings);

// Pulumi takes every named export of this module as one output of the stack.
export const {
  endpointAddress,
  endpointUrl,
  resourceGroupName,
  scaleSetName,
  scaleSetId,
  vaultName,
  weightsUrl,
  registryServer,
  remoteWriteUrl,
  dashboardId,
  grafanaEndpoint,
  usdPerHour,
  planDigest,
} = declareStack(document, settings);
