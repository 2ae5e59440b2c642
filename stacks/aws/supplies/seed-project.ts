// The job that fills bucket and repository from public sources, once, before any accelerator is paid for.
// In: deployment, key, bucket and repository. Out: a build project that its owner starts; nothing runs by itself.
import { Aws, CfnOutput, Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { BuildSpec, ComputeType, LinuxBuildImage, Project } from 'aws-cdk-lib/aws-codebuild';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';
import { WEIGHTS_PREFIX } from './buckets.ts';
import { logGroupPrefix } from './encryption.ts';
import { SEED_PROGRAM } from './seed-program.ts';

export interface SeedProjectProps {
  readonly document: Deployment;
  readonly key: IKey;
  readonly weights: Bucket;
  readonly registry: Repository;
}

/** Eight hours at 30 MB/s is more than the largest checkpoint. */
const SEED_HOURS_MOST = 8;

/**
 * Adds the project. Every value of the document reaches its program through a variable that holds JSON, so none is read by a shell.
 */
export function addSeedProject(stack: Stack, { document, key, weights, registry }: SeedProjectProps): Project {
  const { model } = document;
  const role = new Role(stack, 'SeedRole', {
    assumedBy: new ServicePrincipal('codebuild.amazonaws.com'),
    description: 'Seed job: write weights and images, nothing else',
  });
  const logGroup = new LogGroup(stack, 'SeedLogs', {
    logGroupName: `${logGroupPrefix(document)}/seed`,
    encryptionKey: key,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const project = new Project(stack, 'Seed', {
    projectName: `${document.name}-seed`,
    description: `Copies ${model.id} and its images to where the nodes of ${document.name} read them`,
    // What the construct would grant is wider than what the job does.
    role: role.withoutPolicyUpdates(),
    encryptionKey: key,
    grantReportGroupPermissions: false,
    logging: { cloudWatch: { logGroup } },
    timeout: Duration.hours(SEED_HOURS_MOST),
    environment: { buildImage: LinuxBuildImage.AMAZON_LINUX_2023_5, computeType: ComputeType.LARGE },
    environmentVariables: {
      SEED: {
        value: stack.toJsonString({
          hfId: model.hfId,
          hfRevision: model.hfRevision,
          hfInclude: model.hfInclude,
          bucket: weights.bucketName,
          prefix: WEIGHTS_PREFIX,
          repository: registry.repositoryUri,
          region: document.placement.region,
          images: suppliedImages(document).map(({ source, tag }) => ({ source, tag })),
        }),
      },
    },
    buildSpec: BuildSpec.fromObject({
      version: '0.2',
      env: { variables: { PROGRAM: Buffer.from(SEED_PROGRAM, 'utf8').toString('base64') } },
      phases: {
        install: { commands: ['python3 -m pip install --quiet boto3 huggingface_hub'] },
        build: { commands: ['echo "$PROGRAM" | base64 --decode > seed.py', 'python3 seed.py'] },
      },
    }),
  });
  const allow = (sid: string, actions: string[], resources: string[]) =>
    role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources }));
  allow(
    'WriteWeights',
    ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
    [weights.arnForObjects(`${WEIGHTS_PREFIX}/*`)],
  );
  allow(
    'PushImages',
    [
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:GetDownloadUrlForLayer',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
    ],
    [registry.repositoryArn],
  );
  allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
  allow('Encrypt', ['kms:GenerateDataKey', 'kms:Decrypt'], [key.keyArn]);
  allow('SignInToRegistry', ['ecr:GetAuthorizationToken'], ['*']);
  Validations.of(role).acknowledge(
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Signing in to a registry has no resource to name.' },
    {
      id: `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(weights.node.defaultChild as never)}.Arn>/${WEIGHTS_PREFIX}/*]`,
      reason: 'Objects under the one prefix this job fills; their names are the files of the checkpoint.',
    },
  );
  new CfnOutput(stack, 'SeedCommand', {
    value: `aws codebuild start-build --project-name ${document.name}-seed --region ${Aws.REGION}`,
    description: 'Run once before nodes start, and after the model or an image changes',
  });
  return project;
}
