// What pods read and this stack does not make: weights and API key.
// In: values from another stack, or nothing. Out: the same, or parameters that ask for them at deployment.
import { CfnParameter, type Stack } from 'aws-cdk-lib';

export interface ClusterSupplies {
  /** Bucket with the weights. A reference from another stack must come from `exportValue`, which rules can read. */
  readonly bucketName: string;
  /** Key under which bucket and secret are kept. */
  readonly keyArn: string;
  /** Secret with the API key of the endpoint. */
  readonly secretArn: string;
}

/** @returns supplies that are known, or parameters of the stack */
export function clusterSuppliesOf(stack: Stack, known: ClusterSupplies | undefined): ClusterSupplies {
  if (known !== undefined) return known;
  const ask = (id: string, description: string, allowedPattern: string) =>
    new CfnParameter(stack, id, { type: 'String', description, allowedPattern }).valueAsString;
  return {
    bucketName: ask('SuppliedBucketName', 'Bucket with the weights', '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$'),
    keyArn: ask(
      'SuppliedKeyArn',
      'ARN of the key of bucket and secret',
      '^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$',
    ),
    secretArn: ask(
      'SuppliedApiKeyArn',
      'ARN of the secret with the API key',
      '^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$',
    ),
  };
}
