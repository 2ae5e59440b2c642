// The address callers use.
// In: the serving group and who may call it. Out: an internal network load balancer that speaks TLS.
import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Peer, Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ListenerCertificate,
  NetworkLoadBalancer,
  type NetworkTargetGroup,
  Protocol,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { ENDPOINT_LOG_PREFIX } from '../supplies/buckets.ts';

export interface EndpointProps {
  readonly document: Deployment;
  readonly network: Vpc;
  readonly group: AutoScalingGroup;
  /** Takes the load balancer's access logs. */
  readonly accessLogs: IBucket;
}

export interface Endpoint {
  readonly balancer: NetworkLoadBalancer;
  readonly targets: NetworkTargetGroup;
}

/** Callers speak HTTPS on its usual port, whatever the engine listens on. */
export const ENDPOINT_PORT = 443;

const HEALTH_CHECK_INTERVAL_SECONDS = 15;
const HEALTH_CHECK_TIMEOUT_SECONDS = 10;
const HEALTHY_AFTER_CHECKS = 2;
const UNHEALTHY_AFTER_CHECKS = 4;
/** How long a leaving node may finish answers that are being generated. */
const DRAIN_SECONDS = 300;

/**
 * Adds the endpoint. TLS ends here; the engine asks callers for the API key.
 * @returns a load balancer that only `network.clientCidrs` can reach
 */
export function addEndpoint(stack: Stack, { document, network, group, accessLogs }: EndpointProps): Endpoint {
  const { engine } = document;
  const traffic = new SecurityGroup(stack, 'EndpointTraffic', {
    vpc: network,
    description: 'Endpoint: in from the callers, out to the serving nodes',
    allowAllOutbound: false,
  });
  for (const cidr of document.network.clientCidrs)
    traffic.addIngressRule(Peer.ipv4(cidr), Port.tcp(ENDPOINT_PORT), 'Callers named in the plan');
  group.connections.allowFrom(traffic, Port.tcp(engine.port), 'Requests and health checks from the endpoint');

  const balancer = new NetworkLoadBalancer(stack, 'Endpoint', {
    vpc: network,
    vpcSubnets: { subnetGroupName: 'Nodes' },
    internetFacing: false,
    securityGroups: [traffic],
    // There may be fewer nodes than zones, and a zone without a node must still answer.
    crossZoneEnabled: true,
    // What is rented by the hour must go when its owner says so; set to true for one that must outlive mistakes.
    deletionProtection: false,
  });
  balancer.setAttribute('access_logs.s3.enabled', 'true');
  balancer.setAttribute('access_logs.s3.bucket', accessLogs.bucketName);
  balancer.setAttribute('access_logs.s3.prefix', ENDPOINT_LOG_PREFIX);
  const targets = balancer
    .addListener('Requests', {
      port: ENDPOINT_PORT,
      protocol: Protocol.TLS,
      sslPolicy: SslPolicy.TLS13_RES,
      certificates: [ListenerCertificate.fromArn(certificateOf(stack, document))],
    })
    .addTargets('Nodes', {
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
  return { balancer, targets };
}

/** From the plan, or asked for at deployment: a certificate belongs to a name that only its owner knows. */
function certificateOf(stack: Stack, { network }: Deployment): string {
  if (network.certificate !== null) return network.certificate;
  return new CfnParameter(stack, 'CertificateArn', {
    type: 'String',
    description: 'Certificate in ACM, in this region, for the name callers use',
    allowedPattern: '^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$',
    constraintDescription: 'an ARN of AWS Certificate Manager',
  }).valueAsString;
}
