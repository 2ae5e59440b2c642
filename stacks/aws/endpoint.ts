// The address callers use.
// In: the serving group and who may call it. Out: an internal network load balancer on the engine's port.
import { Duration, type Stack, Validations } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Peer, Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, Protocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';

import type { Deployment } from '../../src/documents/deployment.ts';

export interface EndpointProps {
  readonly document: Deployment;
  readonly network: Vpc;
  readonly group: AutoScalingGroup;
}

const HEALTH_CHECK_INTERVAL_SECONDS = 15;
const HEALTH_CHECK_TIMEOUT_SECONDS = 10;
const HEALTHY_AFTER_CHECKS = 2;
const UNHEALTHY_AFTER_CHECKS = 4;
/** How long a leaving node may finish answers that are being generated. */
const DRAIN_SECONDS = 300;

/**
 * Adds the endpoint. It speaks plain HTTP over TCP: put TLS and authentication in front of it before sharing it.
 * @returns a load balancer that only `network.clientCidrs` can reach
 */
export function addEndpoint(stack: Stack, { document, network, group }: EndpointProps): NetworkLoadBalancer {
  const { engine } = document;
  const port = Port.tcp(engine.port);
  const traffic = new SecurityGroup(stack, 'EndpointTraffic', {
    vpc: network,
    description: 'Endpoint: in from the callers, out to the serving nodes',
    allowAllOutbound: false,
  });
  for (const cidr of document.network.clientCidrs) traffic.addIngressRule(Peer.ipv4(cidr), port, 'Callers named in the plan');
  group.connections.allowFrom(traffic, port, 'Requests and health checks from the endpoint');

  const balancer = new NetworkLoadBalancer(stack, 'Endpoint', {
    vpc: network,
    vpcSubnets: { subnetGroupName: 'Nodes' },
    internetFacing: false,
    securityGroups: [traffic],
    // There may be fewer nodes than zones, and a zone without a node must still answer.
    crossZoneEnabled: true,
    // A deployment is meant to be destroyed when its hours are over; set to true for one that must outlive mistakes.
    deletionProtection: false,
  });
  balancer.addListener('Requests', { port: engine.port, protocol: Protocol.TCP }).addTargets('Nodes', {
    port: engine.port,
    protocol: Protocol.TCP,
    targets: [group],
    deregistrationDelay: Duration.seconds(DRAIN_SECONDS),
    healthCheck: {
      protocol: Protocol.HTTP,
      path: engine.healthPath,
      interval: Duration.seconds(HEALTH_CHECK_INTERVAL_SECONDS),
      timeout: Duration.seconds(HEALTH_CHECK_TIMEOUT_SECONDS),
      healthyThresholdCount: HEALTHY_AFTER_CHECKS,
      unhealthyThresholdCount: UNHEALTHY_AFTER_CHECKS,
    },
  });
  Validations.of(balancer).acknowledge({
    id: 'AwsSolutions-ELB2',
    reason: 'Network load balancers write access logs for TLS listeners only; connections are in the flow logs instead.',
  });
  return balancer;
}
