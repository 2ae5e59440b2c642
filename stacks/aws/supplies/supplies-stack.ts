// The stack of what outlives nodes: key, weights, images, API key, and the job that fills them from public sources.
// In: a deployment document. Out: supplies that the serving stack reads and never writes.
import { Stack } from 'aws-cdk-lib';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { addApiKey } from './api-key.ts';
import { addBuckets } from './buckets.ts';
import { addDeploymentKey } from './encryption.ts';
import { addRegistry } from './registry.ts';
import { addSeedProject } from './seed-project.ts';

export interface SuppliesStackProps {
  readonly document: Deployment;
  /** Twelve-digit account number; undefined leaves the template free of one. */
  readonly account: string | undefined;
}

/** What the nodes read. */
export interface Supplies {
  readonly key: Key;
  readonly weights: Bucket;
  /** The bucket's ARN for other stacks, under a name that the rules pack shows and an acknowledgement can repeat. */
  readonly weightsArn: string;
  /** Access logs of the bucket and of the endpoint. */
  readonly accessLogs: Bucket;
  readonly registry: Repository;
  readonly apiKey: Secret;
}

/** Name of the export that carries the ARN of the bucket. */
export function weightsArnExport(document: Deployment): string {
  return `${document.name}-weights-arn`;
}

export class SuppliesStack extends Stack {
  readonly supplies: Supplies;

  constructor(scope: Construct, id: string, { document, account }: SuppliesStackProps) {
    super(scope, id, {
      stackName: id,
      description: `Weights, images and keys of ${document.name}`,
      env: { region: document.placement.region, ...(account === undefined ? {} : { account }) },
    });
    const key = addDeploymentKey(this, document);
    const { weights, accessLogs } = addBuckets(this, document, key);
    const registry = addRegistry(this, document, key);
    const apiKey = addApiKey(this, document, key);
    addSeedProject(this, { document, key, weights, registry });
    const weightsArn = this.exportValue(weights.bucketArn, { name: weightsArnExport(document) });
    this.supplies = { key, weights, weightsArn, accessLogs, registry, apiKey };
  }
}
