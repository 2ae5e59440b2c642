// Where the weights are kept, and where access to them is written down.
// In: the deployment and its key. Out: a bucket for weights and one for access logs, both closed to the public.
import { Aws, CfnOutput, Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';

import type { Deployment } from '../../../src/documents/deployment.ts';

/** The only part of the bucket that nodes may read. */
export const WEIGHTS_PREFIX = 'weights';
/** Written last by the seed job: a node that finds it finds everything else, and checks it against this. */
export const CHECKSUMS_FILE = 'SHA256SUMS';

/** Under it the endpoint's access logs lie, and only there may load balancers write. */
export const ENDPOINT_LOG_PREFIX = 'endpoint';

const LOG_DAYS = 90;
const UNFINISHED_UPLOAD_DAYS = 2;
const HOURS_PER_DAY = 24;

export interface DeploymentBuckets {
  readonly weights: Bucket;
  readonly accessLogs: Bucket;
}

/** Adds both buckets. Weights of a benchmark go by themselves, because nobody comes back for them. */
export function addBuckets(stack: Stack, document: Deployment, key: IKey): DeploymentBuckets {
  const closed = {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // A bucket that holds something is not deleted with its stack; what is in it can be downloaded again.
    removalPolicy: RemovalPolicy.RETAIN,
  } as const;
  const accessLogs = new Bucket(stack, 'AccessLogs', {
    ...closed,
    // S3 and load balancers deliver logs under the service's own key only.
    encryption: BucketEncryption.S3_MANAGED,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(LOG_DAYS) }],
  });
  Validations.of(accessLogs).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'This bucket is where access logs go; logging its own access would never end.',
  });
  admitLoadBalancers(accessLogs);
  const weights = new Bucket(stack, 'Weights', {
    ...closed,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'weights/',
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(UNFINISHED_UPLOAD_DAYS) },
      ...(document.timeToLiveHours === null
        ? []
        : [{ expiration: Duration.days(Math.ceil(document.timeToLiveHours / HOURS_PER_DAY) + 1) }]),
    ],
  });
  new CfnOutput(stack, 'WeightsBucketName', { value: weights.bucketName, description: `Weights under ${WEIGHTS_PREFIX}/` });
  new CfnOutput(stack, 'Region', { value: Aws.REGION });
  return { weights, accessLogs };
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
function admitLoadBalancers(accessLogs: Bucket): void {
  const delivery = {
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  };
  accessLogs.addToResourcePolicy(
    new PolicyStatement({ ...delivery, sid: 'DeliveryLooks', actions: ['s3:GetBucketAcl'], resources: [accessLogs.bucketArn] }),
  );
  accessLogs.addToResourcePolicy(
    new PolicyStatement({
      ...delivery,
      sid: 'DeliveryWrites',
      actions: ['s3:PutObject'],
      resources: [accessLogs.arnForObjects(`${ENDPOINT_LOG_PREFIX}/AWSLogs/${Aws.ACCOUNT_ID}/*`)],
    }),
  );
}
