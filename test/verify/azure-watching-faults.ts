// Faults of how the Azure program has a deployment watched, and the rule each is found by.
import { boot, type RecordedStage, remove, the } from './azure-faults.ts';
import type { Fault } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings are JSON without a type, and the assertions are the check
type Json = any;

const named = (stage: RecordedStage, name: string): Json =>
  stage.recording.registrations.find((each: Json) => each.name === name);
const without = (stage: RecordedStage, name: string) => {
  const { registrations } = stage.recording;
  registrations.splice(registrations.indexOf(named(stage, name)), 1);
};
const rules = (stage: RecordedStage): Json[] => the(stage, 'alertsmanagement:PrometheusRuleGroup').inputs.rules;
const alert = (stage: RecordedStage, name: string): Json => rules(stage).find((each) => each.alert === name);
const drop = (stage: RecordedStage, name: string) => rules(stage).splice(rules(stage).indexOf(alert(stage, name)), 1);
/** Changes the agent's configuration on a node. */
const agent = (stage: RecordedStage, change: (config: Json) => void) =>
  boot(stage, (text) => {
    if (!text.includes('"remote_write"')) return text;
    const config = JSON.parse(text);
    change(config);
    return JSON.stringify(config);
  });

export const AZURE_WATCHING_FAULTS: readonly Fault<RecordedStage>[] = [
  ['a vault nobody watches', 'serving', 'watched', (s) => without(s, 'vault-logs')],
  ['a Grafana nobody watches', 'serving', 'watched', (s) => without(s, 'grafana-logs')],
  [
    'logs that are switched off',
    'serving',
    'watched',
    (s) => Object.assign(named(s, 'vault-logs').inputs, { logs: [{ enabled: false }], metrics: [] }),
  ],
  ['logs that go nowhere', 'serving', 'watched', (s) => remove(s, 'operationalinsights:Workspace')],
  ['no workspace of metrics', 'serving', 'metrics-kept', (s) => remove(s, 'monitor:AzureMonitorWorkspace')],
  [
    'metrics taken from the internet',
    'serving',
    'metrics-kept',
    (s) => (the(s, 'monitor:DataCollectionEndpoint').inputs.networkAcls.publicNetworkAccess = 'Enabled'),
  ],
  ['no private way in for metrics', 'serving', 'metrics-kept', (s) => remove(s, 'monitor:PrivateLinkScopedResource')],
  [
    'a rule that leads other things to the workspace',
    'serving',
    'metrics-kept',
    (s) => (the(s, 'monitor:DataCollectionRule').inputs.dataFlows[0].streams = ['Microsoft-Perf']),
  ],
  [
    'metrics sent to somebody else',
    'serving',
    'metrics-sent',
    (s) => agent(s, (config) => (config.remote_write[0].url = 'https://example.com/api/v1/write')),
  ],
  [
    'metrics sent with a password',
    'serving',
    'metrics-sent',
    (s) => agent(s, (config) => (config.remote_write[0].basic_auth = { username: 'me', password: 'hunter2' })),
  ],
  ['metrics sent as nobody', 'serving', 'metrics-sent', (s) => agent(s, (config) => delete config.remote_write[0].azuread)],
  [
    'samples that nobody reads',
    'serving',
    'metrics-sent',
    (s) => agent(s, (config) => (config.remote_write[0].write_relabel_configs[0].regex += '|vllm:.*')),
  ],
  [
    'a measure that never arrives',
    'serving',
    'metrics-sent',
    (s) => agent(s, (config) => (config.remote_write[0].write_relabel_configs[0].regex = 'up')),
  ],
  ['a look each second', 'serving', 'metrics-sent', (s) => agent(s, (config) => (config.global.scrape_interval = '1s'))],
  ['power that nobody reads', 'serving', 'metrics-sent', (s) => agent(s, (config) => config.scrape_configs.pop())],
  [
    'a way in for metrics of a whole group',
    'serving',
    'publisher-role',
    (s) => (named(s, 'publish-metrics').inputs.scope = '/recorded/group'),
  ],
  ['nobody may send metrics', 'serving', 'publisher-role', (s) => without(s, 'publish-metrics')],
  [
    'a Grafana that reads the whole group',
    'serving',
    'publisher-role',
    (s) => (named(s, 'grafana-reads-metrics').inputs.scope = '/recorded/group'),
  ],
  ['a Grafana that may read nothing', 'serving', 'publisher-role', (s) => without(s, 'grafana-reads-metrics')],
  ['no alert on the first token', 'serving', 'alerts-cover-promises', (s) => drop(s, 'SlowFirstToken')],
  ['no alert on the cost', 'serving', 'alerts-cover-promises', (s) => drop(s, 'CostOverPlan')],
  ['an alert that is switched off', 'serving', 'alerts-cover-promises', (s) => (alert(s, 'SlowTokens').enabled = false)],
  [
    'a laxer target than was promised',
    'serving',
    'alerts-cover-promises',
    (s) => (alert(s, 'SlowTokens').expression = alert(s, 'SlowTokens').expression.replace(/> .*$/, '> 10')),
  ],
  ['an alert that waits a day', 'serving', 'alerts-cover-promises', (s) => (alert(s, 'Queue').for = 'P1D')],
  [
    'rules that sleep',
    'serving',
    'alerts-cover-promises',
    (s) => (the(s, 'alertsmanagement:PrometheusRuleGroup').inputs.enabled = false),
  ],
  [
    'a record that the page misses',
    'serving',
    'alerts-cover-promises',
    (s) =>
      rules(s).splice(
        rules(s).findIndex((each) => each.record === 'seekstack:ttft_seconds'),
        1,
      ),
  ],
  ['an alert that tells nobody', 'serving', 'somebody-is-told', (s) => delete alert(s, 'EngineDown').actions],
  [
    'somebody else is told',
    'serving',
    'somebody-is-told',
    (s) => (the(s, 'monitor:ActionGroup').inputs.emailReceivers[0].emailAddress = 'nobody@example.com'),
  ],
  ['people who are never called', 'serving', 'somebody-is-told', (s) => (the(s, 'monitor:ActionGroup').inputs.enabled = false)],
  ['a dead node that nobody hears of', 'serving', 'somebody-is-told', (s) => remove(s, 'monitor:MetricAlert')],
  ['no dashboard', 'serving', 'shown-against-plan', (s) => remove(s, 'dashboard:DashboardDefinition')],
  [
    'a page that shows another target',
    'serving',
    'shown-against-plan',
    (s) => {
      const { properties } = the(s, 'dashboard:DashboardDefinition').inputs;
      properties.serializedData = properties.serializedData.replace('vector(2)', 'vector(20)');
    },
  ],
  [
    'a Grafana on the internet',
    'serving',
    'shown-against-plan',
    (s) => (the(s, 'dashboard:Grafana').inputs.properties.publicNetworkAccess = 'Enabled'),
  ],
  ['keys to Grafana', 'serving', 'shown-against-plan', (s) => (the(s, 'dashboard:Grafana').inputs.properties.apiKey = 'Enabled')],
];
