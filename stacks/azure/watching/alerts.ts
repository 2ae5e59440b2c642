// When somebody is told, and whom.
// In: the document, the workspace of metrics, the load balancer. Out: a group of rules in PromQL, one alert on the
// endpoint's own health, both on one list of people.
import { PrometheusRuleGroup } from '@pulumi/azure-native/alertsmanagement/prometheusRuleGroup.js';
import { ActionGroup } from '@pulumi/azure-native/monitor/actionGroup.js';
import type { AzureMonitorWorkspace } from '@pulumi/azure-native/monitor/azureMonitorWorkspace.js';
import { MetricAlert } from '@pulumi/azure-native/monitor/metricAlert.js';
import type { LoadBalancer } from '@pulumi/azure-native/network/loadBalancer.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { AggregationTypeEnum, Operator } from '@pulumi/azure-native/types/enums/monitor/index.js';
import type * as inputs from '@pulumi/azure-native/types/input.js';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { alertsOf, recordingsOf } from '../../../src/watching/alerts.ts';
import { RULE_SECONDS } from '../../../src/watching/ingestion.ts';
import type { Scraper } from '../../../src/watching/measures.ts';
import { buildTags } from '../tags.ts';

/** Owner. @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged */
const ownerRoleId = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
/** A short name is at most 12 signs, and shown in text messages. */
const shortName = 'seekstack';
/** 0 is critical, 4 is verbose. */
const warning = 2;
/** After how long without a breach an alert is over. */
const quietMinutes = 10;
const everywhere = 'Global';

function minutes(count: number): string {
  return `PT${count}M`;
}

/** Declares who is told: the document's address, or the owners of the subscription where it names none. */
export function declareActionGroup(document: Deployment, resourceGroup: ResourceGroup): ActionGroup {
  const { email } = document.budget;
  return new ActionGroup('notices', {
    resourceGroupName: resourceGroup.name,
    actionGroupName: `${document.name}-notices`,
    groupShortName: shortName,
    location: everywhere,
    tags: buildTags(document),
    enabled: true,
    ...(email === null
      ? { armRoleReceivers: [{ name: 'owners', roleId: ownerRoleId, useCommonAlertSchema: true }] }
      : { emailReceivers: [{ name: 'contact', emailAddress: email, useCommonAlertSchema: true }] }),
  });
}

/** Rules as Azure takes them: what is recorded first, so that the page has it even where an alert is mistaken. */
export function buildRules(document: Deployment, scraper: Scraper): inputs.alertsmanagement.PrometheusRuleArgs[] {
  const records = recordingsOf(document, scraper).map(({ name, expression }) => ({
    record: name,
    expression,
    enabled: true,
    labels: { deployment: document.name },
  }));
  const alerts = alertsOf(document, scraper).map((alert) => ({
    alert: alert.name,
    expression: alert.expression,
    enabled: true,
    for: minutes(alert.minutes),
    severity: warning,
    labels: { deployment: document.name },
    annotations: { summary: alert.summary, plan: document.planDigest },
    resolveConfiguration: { autoResolved: true, timeToResolve: minutes(quietMinutes) },
  }));
  return [...records, ...alerts];
}

/** Declares the rules over the workspace. */
export function declareRules(
  document: Deployment,
  scraper: Scraper,
  parts: { resourceGroup: ResourceGroup; workspace: AzureMonitorWorkspace; notices: ActionGroup },
): PrometheusRuleGroup {
  const { resourceGroup, workspace, notices } = parts;
  const actions = [{ actionGroupId: notices.id }];
  return new PrometheusRuleGroup('rules', {
    resourceGroupName: resourceGroup.name,
    ruleGroupName: `${document.name}-plan-against-actual`,
    location: document.placement.region,
    tags: buildTags(document),
    enabled: true,
    interval: minutes(RULE_SECONDS / 60),
    scopes: [workspace.id],
    rules: buildRules(document, scraper).map((rule) => (rule.alert === undefined ? rule : { ...rule, actions })),
  });
}

/** Declares the alert on nodes that fail the endpoint's probe: it needs nothing on a node, so it also sees a dead one. */
export function declareHealthAlert(
  document: Deployment,
  parts: { resourceGroup: ResourceGroup; loadBalancer: LoadBalancer; notices: ActionGroup },
): MetricAlert {
  return new MetricAlert('unhealthy-nodes', {
    resourceGroupName: parts.resourceGroup.name,
    ruleName: `${document.name}-unhealthy-nodes`,
    description: 'the endpoint finds a node unhealthy',
    location: everywhere,
    tags: buildTags(document),
    enabled: true,
    severity: warning,
    scopes: [parts.loadBalancer.id],
    evaluationFrequency: minutes(1),
    windowSize: minutes(15),
    autoMitigate: true,
    criteria: {
      odataType: 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion',
          name: 'health-probe',
          // Percent of probes that nodes answer. @source https://learn.microsoft.com/azure/load-balancer/monitor-load-balancer-reference
          metricName: 'DipAvailability',
          metricNamespace: 'Microsoft.Network/loadBalancers',
          operator: Operator.LessThan,
          threshold: 100,
          timeAggregation: AggregationTypeEnum.Average,
        },
      ],
    },
    actions: [{ actionGroupId: parts.notices.id }],
  });
}
