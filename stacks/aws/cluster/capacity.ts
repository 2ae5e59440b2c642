// How the machines of a pool are bought: as they come, spot, out of a reservation, or out of a capacity block that ends.
// In: the document, launch template and node group. Out: the same, tied to what was bought.
import { ArnFormat, Aws, type CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnPlacementGroup, type LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import { CapacityType } from 'aws-cdk-lib/aws-eks-v2';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';

import type { Deployment, Pool } from '../../../src/documents/deployment.ts';

/**
 * EC2 ends machines of a capacity block half an hour before the block's own end; requests must have gone by then.
 * @source https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
 */
export const LEAVE_BLOCK_BEFORE_END_MINUTES = 40;

const MILLISECONDS_PER_MINUTE = 60_000;
/** Later than this the machines are ended anyway. */
const RETRY_SECONDS_MOST = 600;

/** A commitment is a price, not a kind of machine. */
export function capacityTypeOf({ fleet }: Deployment): CapacityType {
  if (typeof fleet.reservation?.endsAt === 'string') return CapacityType.CAPACITY_BLOCK;
  return fleet.purchase === 'spot' ? CapacityType.SPOT : CapacityType.ON_DEMAND;
}

/**
 * Ties a launch template to the reservation, or else puts machines of one replica next to each other. Never both: a
 * reservation holds machines where they are, and a placement group would find no room there.
 */
export function placePool(stack: Stack, template: LaunchTemplate, { fleet }: Deployment, pool: Pool, id: string): void {
  const raw = template.node.defaultChild as CfnResource;
  const set = (path: string, value: unknown) => raw.addPropertyOverride(`LaunchTemplateData.${path}`, value);
  const { reservation } = fleet;
  if (reservation !== null) {
    set('CapacityReservationSpecification', {
      CapacityReservationTarget: { CapacityReservationId: reservation.id },
    });
    if (reservation.endsAt !== null) set('InstanceMarketOptions', { MarketType: 'capacity-block' });
  } else if (pool.nodesPerReplica > 1)
    set('Placement', { GroupName: new CfnPlacementGroup(stack, `${id}Placement`, { strategy: 'cluster' }).ref });
}

/** Takes the nodes of a capacity block away in time, so that pods drain and nothing is cut off. */
export function leaveBlock(stack: Stack, group: CfnNodegroup, { fleet: { reservation } }: Deployment, id: string): void {
  if (reservation === null || reservation.endsAt === null) return;
  const leave = new Date(Date.parse(reservation.endsAt) - LEAVE_BLOCK_BEFORE_END_MINUTES * MILLISECONDS_PER_MINUTE);
  const role = new Role(stack, `${id}LeaveRole`, {
    description: 'Empties one node group when its capacity block ends',
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnEquals: {
          'aws:SourceArn': stack.formatArn({
            service: 'scheduler',
            resource: 'schedule-group',
            resourceName: 'default',
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        },
      },
    }),
    // Within the role, so that the schedule cannot stand without it.
    inlinePolicies: {
      EmptyNodeGroup: new PolicyDocument({
        statements: [
          new PolicyStatement({ effect: Effect.ALLOW, actions: ['eks:UpdateNodegroupConfig'], resources: [group.attrArn] }),
        ],
      }),
    },
  });
  new CfnSchedule(stack, `${id}LeaveCapacityBlock`, {
    description: `The capacity block ends at ${reservation.endsAt}`,
    scheduleExpression: `at(${leave.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)})`,
    scheduleExpressionTimezone: 'UTC',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: `arn:${Aws.PARTITION}:scheduler:::aws-sdk:eks:updateNodegroupConfig`,
      roleArn: role.roleArn,
      // The scheduler wants the capitals of the SDK's own model, not those of the interface's documentation.
      input: stack.toJsonString({
        ClusterName: group.clusterName,
        NodegroupName: group.attrNodegroupName,
        ScalingConfig: { MinSize: 0, DesiredSize: 0 },
      }),
      retryPolicy: { maximumEventAgeInSeconds: RETRY_SECONDS_MOST, maximumRetryAttempts: 10 },
    },
  });
}
