// Faults of how a cluster on Azure is watched, and the rule each is found by.
import type { RecordedCluster } from './azure-cluster-faults.ts';
import type { Fault } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings are JSON without a type, and the assertions are the check
type Json = any;

const named = (s: RecordedCluster, name: string): Json => {
  const found = s.recording.registrations.find((each: Json) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const without = (s: RecordedCluster, name: string) => {
  const { registrations } = s.recording;
  registrations.splice(registrations.indexOf(named(s, name)), 1);
};
const chart = (s: RecordedCluster): Json => named(s, 'prometheus').inputs.values;
const spec = (s: RecordedCluster): Json => chart(s).prometheus.prometheusSpec;
const sent = (s: RecordedCluster): Json => spec(s).remoteWrite[0];
const alert = (s: RecordedCluster, name: string): Json =>
  named(s, 'rules').inputs.rules.find((each: Json) => each.alert === name);
const scrape = (s: RecordedCluster): Json =>
  s.recording.registrations.find((each: Json) => each.type.endsWith(':PodMonitor')).inputs.spec;

export const AZURE_CLUSTER_WATCHING_FAULTS: readonly Fault<RecordedCluster>[] = [
  ['no workspace of a cluster’s metrics', 'spanning', 'metrics-kept', (s) => without(s, 'metrics')],
  [
    'a cluster’s metrics taken from the internet',
    'spanning',
    'metrics-kept',
    (s) => (named(s, 'metrics-endpoint').inputs.networkAcls.publicNetworkAccess = 'Enabled'),
  ],
  ['a cluster that keeps its metrics to itself', 'spanning', 'metrics-sent', (s) => delete spec(s).remoteWrite],
  ['a cluster’s metrics sent to somebody else', 'spanning', 'metrics-sent', (s) => (sent(s).url = 'https://example.com/write')],
  [
    'a second place a cluster’s metrics go to',
    'apart',
    'metrics-sent',
    (s) => spec(s).remoteWrite.push({ url: 'https://example.com' }),
  ],
  ['a cluster’s metrics sent as nobody', 'spanning', 'metrics-sent', (s) => delete sent(s).azureAd],
  [
    'a Prometheus that gets no token',
    'spanning',
    'metrics-sent',
    (s) => delete spec(s).podMetadata.labels['azure.workload.identity/use'],
  ],
  [
    'a password in a cluster’s remote write',
    'spanning',
    'metrics-sent',
    (s) => (sent(s).basicAuth = { password: { name: 'x', key: 'y' } }),
  ],
  [
    'every series of a cluster sent',
    'spanning',
    'metrics-sent',
    (s) => (sent(s).writeRelabelConfigs[0].regex += '|container_.*'),
  ],
  ['a series that an alert reads held back', 'spanning', 'metrics-sent', (s) => (sent(s).writeRelabelConfigs[0].regex = 'up')],
  ['metrics of other people’s pods', 'spanning', 'metrics-sent', (s) => sent(s).writeRelabelConfigs.pop()],
  ['a look at the engines each second', 'spanning', 'metrics-sent', (s) => (scrape(s).podMetricsEndpoints[0].interval = '1s')],
  [
    'a value of the chart that was never filled in',
    'spanning',
    'objects-as-emitted',
    (s) => (sent(s).url = 'from stack.env: REMOTE_WRITE_URL'),
  ],
  [
    'the metrics’ identity lent to any account',
    'spanning',
    'workload-identity',
    (s) => (named(s, 'metrics-account').inputs.subject = 'system:serviceaccount:monitoring:default'),
  ],
  ['nobody in a cluster may send metrics', 'spanning', 'publisher-role', (s) => without(s, 'publish-metrics')],
  [
    'a cluster’s Grafana that reads the whole group',
    'spanning',
    'publisher-role',
    (s) => (named(s, 'grafana-reads-metrics').inputs.scope = '/recorded/group'),
  ],
  ['an alert of a cluster that waits a day', 'spanning', 'alerts-cover-promises', (s) => (alert(s, 'Queue').for = 'P1D')],
  [
    'an alert over another namespace',
    'spanning',
    'alerts-cover-promises',
    (s) => (alert(s, 'EngineDown').expression = alert(s, 'EngineDown').expression.replace('wide', 'other')),
  ],
  ['an alert of a cluster that tells nobody', 'apart', 'somebody-is-told', (s) => delete alert(s, 'EngineDown').actions],
  ['alerts inside the cluster', 'spanning', 'somebody-is-told', (s) => (chart(s).alertmanager.enabled = true)],
  ['no dashboard of a cluster', 'spanning', 'shown-against-plan', (s) => without(s, 'dashboard-page')],
  ['a second Grafana inside the cluster', 'spanning', 'shown-against-plan', (s) => delete chart(s).grafana],
  [
    'a cluster’s Grafana on the internet',
    'spanning',
    'shown-against-plan',
    (s) => (named(s, 'grafana').inputs.properties.publicNetworkAccess = 'Enabled'),
  ],
  ['a cluster’s Grafana nobody watches', 'spanning', 'watched', (s) => without(s, 'grafana-logs')],
];
