// The topic on which a deployment says what happens to its nodes.
// In: the deployment's key. Out: an encrypted topic for scaling events.
import { Aws, type Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';

import type { Deployment } from '../../../src/documents/deployment.ts';

/**
 * Adds the notices topic: scaling events and alarms, by mail where the plan names somebody.
 * @param key - must admit the service-linked role of Auto Scaling and CloudWatch alarms, which publish here
 */
export function addNotices(stack: Stack, document: Deployment, key: IKey): Topic {
  const topic = new Topic(stack, 'Notices', { masterKey: key, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsPublish',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (document.budget.email !== null) topic.addSubscription(new EmailSubscription(document.budget.email));
  return topic;
}
