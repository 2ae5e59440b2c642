// The monthly budget of a deployment.
// In: an amount, the shares of it at which someone is told, and whom. Out: an AWS budget over this deployment's tag.
import type { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { DEPLOYMENT_TAG } from '../tags.ts';

export interface BudgetSubscriber {
  readonly subscriptionType: 'EMAIL' | 'SNS';
  /** Email address or topic ARN. */
  readonly address: string;
}

/**
 * Adds the budget. It tells and stops nothing, and AWS counts costs with hours of delay.
 *
 * Costs count only once the tag is activated as a cost allocation tag in the account's billing settings.
 */
export function addBudget(stack: Stack, document: Deployment, subscriber: BudgetSubscriber): CfnBudget {
  const { usdPerMonth, alertShares } = document.budget;
  return new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: `${document.name}-monthly`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: usdPerMonth, unit: 'USD' },
      // A user-defined tag is written user:<key>$<value> here.
      costFilters: { TagKeyValue: [`user:${DEPLOYMENT_TAG}$${document.name}`] },
    },
    notificationsWithSubscribers: sharesToPercent(alertShares).map((percent) => ({
      notification: {
        notificationType: 'ACTUAL',
        comparisonOperator: 'GREATER_THAN',
        thresholdType: 'PERCENTAGE',
        threshold: percent,
      },
      subscribers: [subscriber],
    })),
  });
}

/** Ascending and without repeats, which AWS refuses; to a hundredth, because 0.07 × 100 is not 7 in binary. */
function sharesToPercent(shares: readonly number[]): number[] {
  return [...new Set(shares.map((share) => Math.round(share * 10_000) / 100))].sort((a, b) => a - b);
}
