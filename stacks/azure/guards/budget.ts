// The alarm on spending: a monthly budget on the resource group. It tells; it stops nothing.
// In: the deployment document and the month to count from. Out: a consumption budget.
// Azure counts in the billing account's currency; an account not billed in USD compares its own amount with this number.
import { Budget } from '@pulumi/azure-native/consumption/budget.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { CategoryType, OperatorType, ThresholdType, TimeGrainType } from '@pulumi/azure-native/types/enums/consumption/index.js';
import type * as inputs from '@pulumi/azure-native/types/input.js';
import type { Deployment } from '../../../src/documents/deployment.ts';

/** Azure counts thresholds in percent; rounded, since 0.55 × 100 is not 55 in binary. */
function toPercent(share: number): number {
  return Math.round(share * 10_000) / 100;
}

/** One notification a share, to the document's address, or to the owners of the resource group where it names none. */
function buildNotifications(budget: Deployment['budget']): Record<string, inputs.consumption.NotificationArgs> {
  const recipients = budget.email === null ? { contactEmails: [], contactRoles: ['Owner'] } : { contactEmails: [budget.email] };
  return Object.fromEntries(
    budget.alertShares.map((share) => [
      `actual-${String(toPercent(share)).replace('.', '-')}-percent`,
      {
        enabled: true,
        operator: OperatorType.GreaterThanOrEqualTo,
        threshold: toPercent(share),
        thresholdType: ThresholdType.Actual,
        ...recipients,
      },
    ]),
  );
}

/**
 * Declares the budget.
 * @param firstMonth - first day of the month to count from, YYYY-MM-01
 */
export function declareBudget(document: Deployment, resourceGroup: ResourceGroup, firstMonth: string): Budget {
  return new Budget('budget', {
    budgetName: `${document.name}-monthly`,
    scope: resourceGroup.id,
    amount: document.budget.usdPerMonth,
    category: CategoryType.Cost,
    timeGrain: TimeGrainType.Monthly,
    timePeriod: { startDate: `${firstMonth}T00:00:00Z` },
    notifications: buildNotifications(document.budget),
  });
}
