// Puts the stacks, their tags and the checks on a CDK app.
// In: an app and a deployment document. Out: two stacks, the budget's and the serving one, ready for synthesis.
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import type { Deployment } from '../../src/documents/deployment.ts';
import { BudgetStack } from './budget-stack.ts';
import { ServingStack } from './serving-stack.ts';
import { addDeploymentTags } from './tags.ts';

export interface BuildOptions {
  /** Twelve-digit account number; left out, the template fits any account. */
  readonly account?: string | undefined;
}

export interface DeploymentStacks {
  readonly budget: BudgetStack;
  readonly serving: ServingStack;
}

/**
 * Adds both stacks to an app, tagged, with the AwsSolutions rules attached: an unacknowledged finding makes
 * `app.synth()` throw.
 * @param document - a document that `readDeployment` accepted
 * @returns the serving stack, named as the deployment, and the budget's, with `-budget` after it
 */
export function buildApp(app: App, document: Deployment, { account }: BuildOptions = {}): DeploymentStacks {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const budget = new BudgetStack(app, `${document.name}-budget`, { document, account });
  const serving = new ServingStack(app, document.name, { document, account });
  // Someone must be told before the first hour is billed, not after.
  serving.addStackDependency(budget, 'the budget stands before the nodes');
  for (const stack of [budget, serving]) addDeploymentTags(stack, document);
  return { budget, serving };
}
