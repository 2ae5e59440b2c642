// What ends a benchmark: a workflow inside Azure that looks at the age of the deployment and needs nobody's laptop.
// In: a deployment document with hours to live, and its resource group. Out: a workflow that may delete that group only.
// An automation runbook would do the same, but takes its script from a public address; a workflow carries its own.
import { Workflow } from '@pulumi/azure-native/logic/workflow.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { ManagedServiceIdentityType, WorkflowState } from '@pulumi/azure-native/types/enums/logic/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { grantRole } from '../roles.ts';
import { buildTags } from '../tags.ts';

const lookEveryMinutes = 10;
const management = 'https://management.azure.com';
const workflowsVersion = '2019-05-01';
const groupsVersion = '2021-04-01';
const audience = { type: 'ManagedServiceIdentity', audience: management };

/**
 * The workflow's own age is the deployment's: it is made before the first node.
 * @returns definition in the language of Logic Apps; deletion is asked for again until the group is gone
 */
export function buildDefinition(timeToLiveHours: number): Record<string, unknown> {
  return {
    $schema: 'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#',
    contentVersion: '1.0.0.0',
    parameters: { groupId: { type: 'String' } },
    triggers: { Look: { type: 'Recurrence', recurrence: { frequency: 'Minute', interval: lookEveryMinutes } } },
    actions: {
      Own: {
        type: 'Http',
        runAfter: {},
        inputs: {
          method: 'GET',
          uri: `@concat('${management}', workflow().id, '?api-version=${workflowsVersion}')`,
          authentication: audience,
        },
      },
      Over: {
        type: 'If',
        runAfter: { Own: ['Succeeded'] },
        expression: {
          and: [
            {
              lessOrEquals: [
                `@ticks(addHours(body('Own')?['properties']?['createdTime'], ${timeToLiveHours}))`,
                '@ticks(utcNow())',
              ],
            },
          ],
        },
        actions: {
          Delete: {
            type: 'Http',
            runAfter: {},
            inputs: {
              method: 'DELETE',
              // Machines go without waiting for them to shut down: each minute of them is paid for.
              uri: `@concat('${management}', parameters('groupId'), '?api-version=${groupsVersion}&forceDeletionTypes=Microsoft.Compute/virtualMachineScaleSets,Microsoft.Compute/virtualMachines')`,
              authentication: audience,
            },
          },
        },
        else: { actions: {} },
      },
    },
    outputs: {},
  };
}

/** @returns what must stand before the first node: empty for what is to stay */
export function declareReaper(document: Deployment, resourceGroup: ResourceGroup): pulumi.Resource[] {
  const { timeToLiveHours, name, placement } = document;
  if (timeToLiveHours === null) return [];
  const workflow = new Workflow('reaper', {
    resourceGroupName: resourceGroup.name,
    workflowName: `${name}-reaper`,
    location: placement.region,
    tags: buildTags(document),
    state: WorkflowState.Enabled,
    identity: { type: ManagedServiceIdentityType.SystemAssigned },
    definition: buildDefinition(timeToLiveHours),
    parameters: { groupId: { value: resourceGroup.id } },
  });
  const role = grantRole('reaper-role', {
    role: 'Contributor',
    scope: resourceGroup.id,
    principalId: workflow.identity.apply((identity) => identity?.principalId ?? ''),
    description: `Deletes the resource group of ${name} when its hours are over`,
  });
  return [workflow, role];
}
