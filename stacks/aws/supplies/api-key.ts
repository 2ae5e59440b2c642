// The key that callers of the endpoint present.
// In: the deployment's name and key. Out: a secret with a random value that nobody has seen.
import { CfnOutput, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

import type { Deployment } from '../../../src/documents/deployment.ts';

const API_KEY_CHARACTERS = 48;

/** Adds the secret; nodes read it at boot, so a changed value takes effect with the next node. */
export function addApiKey(stack: Stack, document: Deployment, key: IKey): Secret {
  const secret = new Secret(stack, 'ApiKey', {
    description: `API key of ${document.name}`,
    encryptionKey: key,
    // Letters and digits only: it travels in a header, an environment file and an argument.
    generateSecretString: { passwordLength: API_KEY_CHARACTERS, excludePunctuation: true },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'Callers hold the same value, so it changes when its owner hands out a new one: README, "A new API key".',
  });
  new CfnOutput(stack, 'ApiKeySecretArn', { value: secret.secretArn, description: 'Secret with the API key of the endpoint' });
  return secret;
}
