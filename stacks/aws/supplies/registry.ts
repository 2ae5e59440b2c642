// The one repository that nodes pull images from.
// In: the deployment and its key. Out: a private repository whose tags cannot be moved.
import { CfnOutput, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Repository, RepositoryEncryption, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import type { Deployment } from '../../../src/documents/deployment.ts';

/** Adds the repository. Nodes have no way to the internet, so what is not copied here does not run. */
export function addRegistry(stack: Stack, document: Deployment, key: IKey): Repository {
  const registry = new Repository(stack, 'Images', {
    repositoryName: `seekstack/${document.name}`,
    encryption: RepositoryEncryption.KMS,
    encryptionKey: key,
    imageTagMutability: TagMutability.IMMUTABLE,
    imageScanOnPush: true,
    removalPolicy: RemovalPolicy.DESTROY,
    // A repository that holds images keeps its stack from going; nobody comes back for those of a benchmark.
    emptyOnDelete: document.purpose === 'benchmark',
  });
  new CfnOutput(stack, 'ImagesUri', { value: registry.repositoryUri, description: 'Engine and companions, by digest' });
  return registry;
}
