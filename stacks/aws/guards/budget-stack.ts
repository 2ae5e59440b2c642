// The stack of a deployment's budget, apart from the rest because AWS Budgets lives in one region.
// In: a deployment document. Out: a monthly budget over the deployment's tag, with someone to tell.
import { Aws, BootstraplessSynthesizer, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { addBudget, type BudgetSubscriber } from './budget.ts';

export interface BudgetStackProps {
  readonly document: Deployment;
  /** Twelve-digit account number; undefined leaves the template free of one. */
  readonly account: string | undefined;
}

/** CloudFormation knows AWS::Budgets::Budget in some regions only (not in eu-north-1), and surely in its home. */
const BUDGETS_REGION = 'us-east-1';
/** The shortest wait AWS allows before a deleted key is gone, days. */
const DELETION_WAIT_DAYS = 7;

export class BudgetStack extends Stack {
  constructor(scope: Construct, id: string, { document, account }: BudgetStackProps) {
    super(scope, id, {
      stackName: id,
      description: `Monthly budget of ${document.name}`,
      env: { region: BUDGETS_REGION, ...(account === undefined ? {} : { account }) },
      // Small and without files to upload, so this region needs no bootstrapping.
      synthesizer: new BootstraplessSynthesizer(),
    });
    addBudget(this, document, this.#addSubscriber(document.budget.email));
  }

  #addSubscriber(email: string | null): BudgetSubscriber {
    if (email !== null) return { subscriptionType: 'EMAIL', address: email };
    return { subscriptionType: 'SNS', address: this.#addTopic().topicArn };
  }

  #addTopic(): Topic {
    // The key AWS manages for topics does not admit Budgets.
    const key = new Key(this, 'Key', {
      description: 'Budget notices',
      enableKeyRotation: true,
      pendingWindow: Duration.days(DELETION_WAIT_DAYS),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const topic = new Topic(this, 'Notices', { masterKey: key, enforceSSL: true });
    const fromBudgets = {
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('budgets.amazonaws.com')],
      // Without it, another account's budget could make AWS use this topic in its place.
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    };
    topic.addToResourcePolicy(
      new PolicyStatement({
        ...fromBudgets,
        sid: 'BudgetsPublish',
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        ...fromBudgets,
        sid: 'BudgetsUseKey',
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        resources: ['*'],
      }),
    );
    return topic;
  }
}
