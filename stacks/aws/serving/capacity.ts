// How the machines are bought: as they come, spot, out of a reservation, or out of a capacity block that ends.
// In: the launch template, the group and the document. Out: the same, tied to what was bought.
import type { CfnResource, Stack } from 'aws-cdk-lib';
import { type AutoScalingGroup, CfnScheduledAction } from 'aws-cdk-lib/aws-autoscaling';
import type { LaunchTemplate } from 'aws-cdk-lib/aws-ec2';

import type { Deployment } from '../../../src/documents/deployment.ts';

/**
 * EC2 ends machines of a capacity block half an hour before the block's own end; requests must have gone by then.
 * @source https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
 */
export const LEAVE_BLOCK_BEFORE_END_SECONDS = 45 * 60;

/** Ties a launch template to the reservation; EC2 then starts machines nowhere else. No placement group: it would find no room. */
export function targetReservation(template: LaunchTemplate, { fleet: { reservation } }: Deployment): void {
  if (reservation === null) return;
  const raw = template.node.defaultChild as CfnResource;
  raw.addPropertyOverride('LaunchTemplateData.CapacityReservationSpecification', {
    CapacityReservationTarget: { CapacityReservationId: reservation.id },
  });
  if (reservation.endsAt !== null)
    raw.addPropertyOverride('LaunchTemplateData.InstanceMarketOptions', { MarketType: 'capacity-block' });
}

/** Takes the nodes of a capacity block away in time, so that the endpoint drains and nothing is cut off. */
export function leaveBlock(stack: Stack, group: AutoScalingGroup, { fleet: { reservation } }: Deployment): void {
  if (reservation === null || reservation.endsAt === null) return;
  new CfnScheduledAction(stack, 'LeaveCapacityBlock', {
    autoScalingGroupName: group.autoScalingGroupName,
    startTime: momentBefore(reservation.endsAt, LEAVE_BLOCK_BEFORE_END_SECONDS),
    minSize: 0,
    maxSize: 0,
    desiredCapacity: 0,
  });
}

/** @returns a moment in UTC to the second, as Auto Scaling wants it */
export function momentBefore(moment: string, seconds: number): string {
  return new Date(Date.parse(moment) - seconds * 1000).toISOString().replace('.000Z', 'Z');
}
