// Rules about how a deployment on Azure is watched: what is kept and who may send it, who is told, what shows it.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording, Registration } from '../../documents/recording.ts';
import { alertsOf, recordingsOf } from '../../watching/alerts.ts';
import { dashboardOf } from '../../watching/dashboard.ts';
import { RULE_SECONDS, SCRAPE_SECONDS } from '../../watching/ingestion.ts';
import { type Scraper, scrapedNames } from '../../watching/measures.ts';
import { prometheusRelease, senderOf } from './metrics-senders.ts';
import { type AzureRule, type Json, list, ofType } from './rule.ts';

/** What has logs of its own that tell who asked for what. */
const TELLING = [
  'network:LoadBalancer',
  'keyvault:Vault',
  'storage:StorageAccount',
  'containerregistry:Registry',
  'containerservice:ManagedCluster',
  'dashboard:Grafana',
] as const;
/** Monitoring Metrics Publisher, and Monitoring Data Reader. */
const PUBLISHER_ROLE = '3913510d-42f4-4e42-8a64-420c390055eb';
const READER_ROLE = 'b0d8363b-8ddd-447d-831f-62ca05bff136';
const STREAM = 'Microsoft-PrometheusMetrics';
/** Settings of a remote write that would hold a secret. */
const SECRET_SETTING = /password|secret|credentials|bearer|api_?key/i;

function scraperOf(document: Deployment): Scraper {
  return document.tier === 'single-node' ? 'nodes' : 'cluster';
}

/** Whether there is anything to keep: on nodes, something must publish and something must send. */
function isKept(document: Deployment): boolean {
  const { engine, companions } = document;
  const published = engine.metrics !== null || companions.acceleratorMetrics !== null;
  return published && (scraperOf(document) === 'cluster' || companions.metricsAgent !== null);
}

/** Series that rules add. */
export function recordedSeries(recording: Recording): string[] {
  return ofType(recording, 'alertsmanagement:PrometheusRuleGroup')
    .flatMap((group) => list(group.inputs.rules))
    .flatMap((rule) => (rule?.record === undefined ? [] : [String(rule.record)]));
}

function isMadeFrom(registration: Registration, sources: readonly Registration[]): boolean {
  return sources.some(({ urn }) => registration.dependencies.includes(urn));
}

export const AZURE_WATCHING_RULES: readonly AzureRule[] = [
  {
    name: 'watched',
    check: ({ recording }, report) => {
      const workspaces = ofType(recording, 'operationalinsights:Workspace');
      const settings = ofType(recording, 'monitor:DiagnosticSetting').filter(
        (each) =>
          isMadeFrom(each, workspaces) && [...list(each.inputs.logs), ...list(each.inputs.metrics)].some((kind) => kind.enabled),
      );
      for (const resource of ofType(recording, ...TELLING))
        if (!settings.some((each) => isMadeFrom(each, [resource])))
          report(resource, 'no diagnostic setting', 'its logs in the workspace');
    },
  },
  {
    name: 'metrics-kept',
    check: ({ recording, document }, report) => {
      const stores = ofType(recording, 'monitor:AzureMonitorWorkspace');
      if (stores.length !== (isKept(document) ? 1 : 0))
        report(null, `${stores.length} workspaces of metrics`, isKept(document) ? 'one' : 'none: nothing is published');
      if (!isKept(document)) return;
      const endpoints = ofType(recording, 'monitor:DataCollectionEndpoint');
      for (const endpoint of endpoints) {
        const open = (endpoint.inputs.networkAcls as Json)?.publicNetworkAccess;
        if (open !== 'Disabled') report(endpoint, `public access ${open}`, 'Disabled: the network only');
        if (!ofType(recording, 'monitor:PrivateLinkScopedResource').some((each) => isMadeFrom(each, [endpoint])))
          report(endpoint, 'no private way in', 'a member of a scope with a private endpoint');
      }
      const rules = ofType(recording, 'monitor:DataCollectionRule').filter(
        (each) =>
          isMadeFrom(each, stores) &&
          isMadeFrom(each, endpoints) &&
          list(each.inputs.dataFlows).some((flow) => list(flow.streams).includes(STREAM)),
      );
      if (rules.length === 0) report(null, 'no way into the workspace', `a rule that leads ${STREAM} there`);
    },
  },
  {
    name: 'metrics-sent',
    check: ({ recording, document }, report) => {
      if (!isKept(document)) return;
      const sender = senderOf(recording);
      if (sender === null)
        return report(null, 'nobody who sends metrics', 'an agent on each node, or the Prometheus of the cluster');
      const { resource, targets, settings, intervals, jobs } = sender;
      const [target, ...others] = targets;
      if (others.length > 0 || target?.url !== recording.outputs.remoteWriteUrl)
        report(resource, `metrics to ${target?.url}`, `to ${recording.outputs.remoteWriteUrl} alone`);
      if (target?.identified !== true) report(resource, 'metrics sent as nobody', 'an identity of the deployment');
      const secret = JSON.stringify(settings)
        .match(/"([^"]+)":/g)
        ?.find((key) => SECRET_SETTING.test(key));
      if (secret !== undefined) report(resource, `the setting ${secret}`, 'no secret beside what is sent');
      for (const interval of intervals)
        if (interval !== `${SCRAPE_SECONDS}s`)
          report(resource, `a look every ${interval}`, `every ${SCRAPE_SECONDS}s, as the bill counts`);
      const wanted = scrapedNames(document);
      const filters = target?.filters ?? [];
      const kept = new Set(filters.filter((each) => each.labels === '__name__').flatMap((each) => each.words));
      for (const name of Object.values(wanted).flat())
        if (!kept.has(name)) report(resource, `${name} is dropped`, 'kept: an alert reads it');
      for (const name of kept)
        if (name !== 'up' && !Object.values(wanted).flat().includes(name))
          report(resource, `${name} is kept`, 'only what alerts and dashboard read');
      const spaces = filters.filter((each) => each.labels === 'namespace').flatMap((each) => each.words);
      if (scraperOf(document) === 'cluster' && spaces.join() !== document.name)
        report(resource, `metrics of ${spaces.join(', ') || 'every namespace'}`, `of ${document.name} alone`);
      for (const job of Object.keys(wanted)) if (!jobs.has(job)) report(resource, `nobody reads the ${job}`, `a job ${job}`);
    },
  },
  {
    name: 'publisher-role',
    check: ({ recording, document }, report) => {
      const roles = (id: string) =>
        ofType(recording, 'authorization:RoleAssignment').filter((each) =>
          String(each.inputs.roleDefinitionId).endsWith(`/${id}`),
        );
      const scoped = (role: Registration, to: readonly Registration[]) =>
        to.some((each) => String(role.inputs.scope).endsWith(`/${each.name}`));
      const rules = ofType(recording, 'monitor:DataCollectionRule');
      const stores = ofType(recording, 'monitor:AzureMonitorWorkspace');
      for (const role of roles(PUBLISHER_ROLE))
        if (!scoped(role, rules)) report(role, `metrics published to ${role.inputs.scope}`, 'the one rule of this deployment');
      for (const role of roles(READER_ROLE))
        if (!scoped(role, stores)) report(role, `metrics read of ${role.inputs.scope}`, 'the one workspace of this deployment');
      if (!isKept(document)) return;
      if (roles(PUBLISHER_ROLE).length === 0) report(null, 'nobody may send metrics', 'Monitoring Metrics Publisher on the rule');
      if (ofType(recording, 'dashboard:Grafana').length > 0 && roles(READER_ROLE).length === 0)
        report(null, 'a Grafana that may read nothing', 'Monitoring Data Reader on the workspace');
    },
  },
  {
    name: 'alerts-cover-promises',
    check: ({ recording, document }, report) => {
      if (!isKept(document)) return;
      const groups = ofType(recording, 'alertsmanagement:PrometheusRuleGroup');
      const stores = ofType(recording, 'monitor:AzureMonitorWorkspace');
      for (const group of groups) {
        if (group.inputs.enabled === false) report(group, 'rules that sleep', 'enabled: true');
        if (!isMadeFrom(group, stores)) report(group, 'rules over nothing', 'the workspace of metrics');
        if (group.inputs.interval !== `PT${RULE_SECONDS / 60}M`) report(group, group.inputs.interval, 'a look a minute');
      }
      const rules = groups.flatMap((group) => list(group.inputs.rules)).filter((rule) => rule?.enabled !== false);
      const holder = groups[0] ?? null;
      for (const { name, expression, minutes } of alertsOf(document, scraperOf(document))) {
        const rule = rules.find((each) => each.alert === name);
        if (rule === undefined) report(holder, `no alert ${name}`, 'one for each promise that can be measured');
        else if (rule.expression !== expression) report(holder, `${name}: ${rule.expression}`, expression);
        else if (rule.for !== `PT${minutes}M`) report(holder, `${name} after ${rule.for}`, `after PT${minutes}M`);
      }
      for (const { name, expression } of recordingsOf(document, scraperOf(document)))
        if (rules.find((each) => each.record === name)?.expression !== expression)
          report(holder, `no record ${name}`, 'one that the dashboard reads');
    },
  },
  {
    name: 'somebody-is-told',
    check: ({ recording, document }, report) => {
      const { budget } = document;
      const groups = ofType(recording, 'monitor:ActionGroup').filter((each) => {
        const told = [...list(each.inputs.emailReceivers), ...list(each.inputs.armRoleReceivers)];
        const known = budget.email === null || told.some((receiver) => receiver.emailAddress === budget.email);
        return each.inputs.enabled === true && told.length > 0 && known;
      });
      if (groups.length === 0) report(null, 'nobody is told', budget.email ?? 'the owners');
      const speaks = (actions: Json, each: Registration) => list(actions).length > 0 && isMadeFrom(each, groups);
      for (const group of ofType(recording, 'alertsmanagement:PrometheusRuleGroup'))
        for (const rule of list(group.inputs.rules))
          if (rule?.alert !== undefined && !speaks(rule.actions, group))
            report(group, `${rule.alert} tells nobody`, 'the action group');
      const alerts = ofType(recording, 'monitor:MetricAlert').filter((each) => each.inputs.enabled === true);
      for (const alert of alerts)
        if (!speaks(alert.inputs.actions, alert)) report(alert, 'an alert that tells nobody', 'the action group');
      if (insideOf(recording).alertmanager?.enabled !== false && scraperOf(document) === 'cluster')
        report(
          prometheusRelease(recording) ?? null,
          'alerts inside the cluster, which nobody hears',
          'alertmanager.enabled: false',
        );
      for (const balancer of ofType(recording, 'network:LoadBalancer'))
        if (!alerts.some((each) => isMadeFrom(each, [balancer])))
          report(balancer, 'no alert on its health', 'one when a node fails the probe');
    },
  },
  {
    name: 'shown-against-plan',
    check: ({ recording, document }, report) => {
      if (!isKept(document)) return;
      const wanted = panelsOf(dashboardOf(document, scraperOf(document), { sourceName: '', recorded: true }));
      const pages = ofType(recording, 'dashboard:DashboardDefinition');
      if (pages.length === 0) report(null, 'no dashboard', 'one page of plan against actual');
      for (const page of pages) {
        const shown = panelsOf(parse(String((page.inputs.properties as Json)?.serializedData)));
        for (const [title, targets] of wanted)
          if (shown.get(title) !== targets) report(page, `${title}: ${shown.get(title)}`, targets);
      }
      if (insideOf(recording).grafana?.enabled !== false && scraperOf(document) === 'cluster')
        report(prometheusRelease(recording) ?? null, 'a second Grafana, inside the cluster', 'grafana.enabled: false');
      for (const grafana of ofType(recording, 'dashboard:Grafana')) {
        const settings = (grafana.inputs.properties as Json) ?? {};
        for (const [name, value] of Object.entries({ publicNetworkAccess: 'Disabled', apiKey: 'Disabled' }))
          if (settings[name] !== value) report(grafana, `${name}: ${settings[name]}`, value);
      }
    },
  },
];

/** Values of the chart that a cluster's Prometheus comes from. */
function insideOf(recording: Recording): Json {
  return prometheusRelease(recording)?.inputs.values ?? {};
}

/** Title → expressions of a page's panels. */
function panelsOf(page: Json): Map<string, string> {
  return new Map(
    list(page?.panels).map((panel) => [
      String(panel.title),
      list(panel.targets)
        .map((target) => String(target.expr))
        .join('; '),
    ]),
  );
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
