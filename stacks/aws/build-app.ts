// Puts the stacks, their tags and the checks on a CDK app.
// In: an app and a deployment document. Out: two stacks, the budget's and the serving one, ready for synthesis.
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import type { Deployment } from '../../src/documents/deployment.ts';
import { ClusterStack } from './cluster/cluster-stack.ts';
import { BudgetStack } from './guards/budget-stack.ts';
import { ReaperStack } from './guards/reaper-stack.ts';
import { ServingStack } from './serving/serving-stack.ts';
import { SuppliesStack } from './supplies/supplies-stack.ts';
import { addDeploymentTags } from './tags.ts';

export interface BuildOptions {
  /** Twelve-digit account number; left out, the template fits any account. */
  readonly account?: string | undefined;
}

export interface DeploymentStacks {
  readonly budget: BudgetStack;
  readonly supplies: SuppliesStack;
  /** Null for what is to stay. */
  readonly reaper: ReaperStack | null;
  /** The nodes: a group behind an endpoint, or a cluster. */
  readonly serving: ServingStack | ClusterStack;
}

/**
 * Adds all stacks to an app, tagged, with the AwsSolutions rules attached: an unacknowledged finding makes
 * `app.synth()` throw.
 * @param document - a document that `readDeployment` accepted
 * @returns the serving stack, named as the deployment, and its guards and supplies, named after it
 */
export function buildApp(app: App, document: Deployment, { account }: BuildOptions = {}): DeploymentStacks {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { name, timeToLiveHours } = document;
  const budget = new BudgetStack(app, `${name}-budget`, { document, account });
  const supplies = new SuppliesStack(app, `${name}-supplies`, { document, account });
  const reaper =
    timeToLiveHours === null
      ? null
      : new ReaperStack(app, `${name}-reaper`, { document, account, timeToLiveHours, stackNames: [name, `${name}-supplies`] });
  const { weights, key, apiKey } = supplies.supplies;
  const serving =
    document.tier === 'single-node'
      ? new ServingStack(app, name, { document, account, supplies: supplies.supplies })
      : new ClusterStack(app, name, {
          document,
          account,
          supplies: {
            // By a name that the acknowledgement of the rules pack can repeat.
            bucketName: supplies.exportValue(weights.bucketName, { name: `${name}-weights-bucket` }),
            keyArn: key.keyArn,
            secretArn: apiKey.secretArn,
          },
        });
  // Someone must be told before the first hour is billed, and a benchmark must be able to end before it begins.
  serving.addStackDependency(budget, 'the budget stands before the nodes');
  if (reaper !== null) serving.addStackDependency(reaper, 'what ends the benchmark stands before the nodes');
  const stacks = { budget, supplies, reaper, serving };
  for (const stack of Object.values(stacks)) if (stack !== null) addDeploymentTags(stack, document);
  return stacks;
}
