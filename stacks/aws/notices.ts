// The topic on which a deployment says what happens to its nodes.
// In: the deployment's key. Out: an encrypted topic for scaling events.
import type { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';

/**
 * Adds the notices topic. It has no subscriber until its owner adds one.
 * @param key - must admit the service-linked role of Auto Scaling, which publishes here
 */
export function addNotices(stack: Stack, key: IKey): Topic {
  return new Topic(stack, 'Notices', { masterKey: key, enforceSSL: true });
}
