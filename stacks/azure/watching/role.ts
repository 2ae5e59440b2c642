// Built-in roles, as an assignment names them.
import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import * as pulumi from '@pulumi/pulumi';

/** @param id - of a built-in role, the same in every subscription */
export function roleDefinitionId(id: string): pulumi.Output<string> {
  const { subscriptionId } = getClientConfigOutput();
  return pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
}
