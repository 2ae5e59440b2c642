// How a deployment on Azure is watched: what is registered, what a node is told, and what the rules say.
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { alertsOf, recordingsOf } from '../../../src/watching/alerts.ts';
import { samplesRead, samplesSent, watchedFleet } from '../../../src/watching/ingestion.ts';
import { measuresOf } from '../../../src/watching/measures.ts';
import { declareStack } from '../../../stacks/azure/declare-stack.ts';
import { buildUserData } from '../../../stacks/azure/node/user-data.ts';
import { buildRules } from '../../../stacks/azure/watching/alerts.ts';
import { buildCpuDeployment, buildGpuDeployment } from './fixture.ts';
import { parseUserData, readDirective, readNodeFile, splitCommandLine } from './node-files.ts';
import { findInputs, type Registration, registerDeployment, startRecording, testCertificate, testKey } from './registration.ts';

const agent = { remoteWriteUrl: 'https://x.ingest.monitor.azure.com/api/v1/write?api-version=1', clientId: '0000-1' };
const places = {
  vaultUrl: 'https://v.vault.azure.net',
  containerUrl: 'https://w.blob.core.windows.net/weights',
  registryServer: 'own.azurecr.io',
  clientId: '0000-1',
};
const silent = { companions: { acceleratorMetrics: null }, engine: { metrics: null } };

function readNode(document: Deployment) {
  const config = parseUserData(buildUserData(document, places, agent));
  const file = (path: string) => readNodeFile(config, path);
  return { config, file, agent: JSON.parse(file('/etc/seekstack/prometheus.json')) };
}
/** systemd writes the machine's name where %H stands. */
const command = (unit: string) => splitCommandLine((readDirective(unit, 'ExecStart')[0] ?? '').replace('%H', 'node-7'));

describe('the stack', () => {
  let registrations: Registration[];
  beforeAll(async () => {
    registrations = await registerDeployment(buildGpuDeployment());
  });
  const inputs = (type: string) => findInputs(registrations, type);
  const rules = () => inputs('alertsmanagement:PrometheusRuleGroup').rules as Record<string, unknown>[];

  it('keeps metrics in a workspace that is reached through the network only', () => {
    expect(inputs('monitor:DataCollectionEndpoint').networkAcls).toEqual({ publicNetworkAccess: 'Disabled' });
    const { dataFlows, destinations, dataCollectionEndpointId } = inputs('monitor:DataCollectionRule');
    expect(dataFlows).toEqual([
      { streams: ['Microsoft-PrometheusMetrics'], destinations: [destinations.monitoringAccounts[0].name] },
    ]);
    expect(destinations.monitoringAccounts[0].accountResourceId).toMatch(/\/metrics$/);
    expect(dataCollectionEndpointId).toMatch(/\/metrics-endpoint$/);
    expect(inputs('monitor:PrivateLinkScopedResource').linkedResourceId).toMatch(/\/metrics-endpoint$/);
    const door = registrations.find(({ name }) => name === 'metrics-door');
    expect(door?.inputs.privateLinkServiceConnections[0]).toMatchObject({ groupIds: ['azuremonitor'] });
  });

  it('admits the nodes to the rule and to nothing above it', () => {
    const role = registrations.find(({ name }) => name === 'publish-metrics')?.inputs;
    expect(role.scope).toMatch(/\/metrics-rule$/);
    expect(role.roleDefinitionId).toMatch(/3913510d-42f4-4e42-8a64-420c390055eb$/);
  });

  it('has a rule for each target, and calls the contact', () => {
    const { interval, enabled, scopes } = inputs('alertsmanagement:PrometheusRuleGroup');
    expect([interval, enabled]).toEqual(['PT1M', true]);
    expect(scopes).toEqual([expect.stringMatching(/\/metrics$/)]);
    const alerts = rules().filter((rule) => rule.alert !== undefined);
    expect(alerts.map((rule) => rule.alert)).toEqual([
      'EngineDown',
      'SlowFirstToken',
      'SlowTokens',
      'Queue',
      'CacheFull',
      'CostOverPlan',
      'PowerOverPlan',
    ]);
    for (const rule of alerts) expect(rule.actions).toEqual([{ actionGroupId: expect.stringMatching(/\/notices$/) }]);
    // Azure takes 20 rules a group at most.
    expect(rules().length).toBeLessThanOrEqual(20);
    expect(inputs('monitor:ActionGroup').emailReceivers).toMatchObject([{ emailAddress: 'ops@example.com' }]);
    expect(inputs('monitor:ActionGroup').groupShortName.length).toBeLessThanOrEqual(12);
    expect(inputs('monitor:MetricAlert').scopes).toEqual([expect.stringMatching(/\/endpoint$/)]);
  });

  it('shows plan against actual, in the portal and in a Grafana inside the network', () => {
    const page = JSON.parse(inputs('dashboard:DashboardDefinition').properties.serializedData);
    expect(page.panels.map((panel: { title: string }) => panel.title)).toEqual([
      'Time to first token, s',
      'Time per output token, s',
      'Requests a replica',
      'Cache in use, 0-1',
      'Output tokens a second',
      'USD a million output tokens',
      'Replicas that answer',
      'Power of the accelerators, W',
      'Accelerator joules an output token',
    ]);
    expect(page.panels[1].targets.map((target: { expr: string }) => target.expr)).toEqual([
      'seekstack:tpot_seconds{deployment="chat-prod"}',
      'vector(0.04)',
      'vector(0.031)',
    ]);
    // Every series the page reads is one that a rule records.
    const recorded = new Set(rules().map((rule) => rule.record));
    for (const panel of page.panels)
      for (const { expr } of panel.targets)
        if (!expr.startsWith('vector(')) expect(recorded).toContain(expr.replace(/\{.*$/, ''));
    const { properties, identity } = inputs('dashboard:Grafana');
    expect(properties).toMatchObject({ publicNetworkAccess: 'Disabled', apiKey: 'Disabled' });
    expect(identity).toEqual({ type: 'SystemAssigned' });
    expect(inputs('dashboard:Grafana').workspaceName).toMatch(/^[a-z][a-z0-9-]{1,21}[a-z0-9]$/);
    expect(registrations.find(({ name }) => name === 'grafana-reads-metrics')?.inputs.scope).toMatch(/\/metrics$/);
  });

  it('sends the logs of whatever has some to the workspace', () => {
    const settings = registrations.filter(({ type }) => type === 'monitor:DiagnosticSetting');
    expect(settings.map(({ inputs: each }) => each.resourceUri.split('/').at(-1)).sort()).toEqual([
      'default',
      'endpoint',
      'grafana',
      'metrics-rule',
      'registry',
      'vault',
    ]);
    for (const { inputs: each } of settings) expect(each.workspaceId).toMatch(/\/logs$/);
  });
});

it('tells a node where metrics go, once Azure has made both ends', async () => {
  const registrations = await startRecording();
  const made = { endpoint: 'https://in.ingest.monitor.azure.com', immutableId: 'dcr-1' };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registrations.push({ type: type.replace('azure-native:', ''), name, inputs });
        return {
          id: `/test/${name}`,
          state: {
            ...inputs,
            name,
            clientId: 'client-1',
            metricsIngestion: { endpoint: made.endpoint },
            immutableId: made.immutableId,
          },
        };
      },
      call: () => ({ tenantId: '0000', subscriptionId: '0000' }),
    },
    'seekstack-azure',
    'test',
  );
  const { remoteWriteUrl } = declareStack(buildGpuDeployment({ engine: { apiKey: null } }), {
    budgetStart: '2026-11-01',
    sshPublicKey: testKey,
    apiKey: undefined,
    certificate: pulumi.secret(testCertificate),
    nodeImage: undefined,
  });
  const url = await new Promise((resolve) => remoteWriteUrl?.apply(resolve));
  await pulumi.runtime.disconnect();
  expect(url).toBe(
    `${made.endpoint}/dataCollectionRules/${made.immutableId}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24`,
  );
  const { customData } = findInputs(registrations, 'compute:VirtualMachineScaleSet').virtualMachineProfile.osProfile;
  const config = JSON.parse(
    readNodeFile(parseUserData(Buffer.from(customData, 'base64').toString('utf8')), '/etc/seekstack/prometheus.json'),
  );
  expect(config.remote_write[0]).toMatchObject({ url, azuread: { managed_identity: { client_id: 'client-1' } } });
});

describe('a node', () => {
  const document = buildGpuDeployment();

  it('reads the engine and the accelerators, and keeps what rules read', () => {
    const { agent: config } = readNode(document);
    expect(config.scrape_configs.map((job: { job_name: string }) => job.job_name)).toEqual(['engine', 'accelerators']);
    expect(config.scrape_configs[0]).toMatchObject({
      metrics_path: '/metrics',
      static_configs: [{ targets: ['127.0.0.1:8000'] }],
    });
    expect(config.global.external_labels).toEqual({ deployment: 'chat-prod', node: '$' + '{NODE_NAME}' });
    const keep = new RegExp(`^(?:${config.remote_write[0].write_relabel_configs[0].regex})$`);
    const read = [...alertsOf(document, 'nodes'), ...recordingsOf(document, 'nodes')].flatMap(({ expression }) =>
      [...expression.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name as string),
    );
    for (const name of read) expect(keep.test(name), name).toBe(true);
    expect(keep.test('vllm:time_to_first_token_seconds_sum')).toBe(false);
  });

  it('runs both containers by digest, the agent without any right', () => {
    const { file, config } = readNode(document);
    const unit = file('/etc/systemd/system/seekstack-metrics.service');
    const argv = command(unit);
    const image = `own.azurecr.io/seekstack@${document.companions.metricsAgent?.digest}`;
    expect(argv.slice(argv.indexOf(image))).toEqual([
      image,
      '--agent',
      '--config.file=/etc/prometheus/prometheus.json',
      '--storage.agent.path=/prometheus',
      '--web.listen-address=127.0.0.1:9090',
    ]);
    expect(argv.join(' ')).toContain('--env NODE_NAME=node-7');
    expect(argv.join(' ')).toContain('--cap-drop ALL');
    expect(argv.join(' ')).toContain('source=/etc/seekstack/prometheus.json,target=/etc/prometheus/prometheus.json,readonly');
    expect(command(file('/etc/systemd/system/seekstack-counters.service')).join(' ')).toContain(
      '--gpus all --cap-add SYS_ADMIN --publish 127.0.0.1:9400:9400',
    );
    expect(config.runcmd.at(-1)).toEqual([
      'systemctl',
      'enable',
      '--now',
      '--no-block',
      'seekstack-supplies.service',
      'seekstack-engine.service',
      'seekstack-tls.service',
      'seekstack-metrics.service',
      'seekstack-counters.service',
    ]);
  });

  it('takes its image from the deployment’s own registry, once that was fetched', () => {
    const { config } = readNode(document);
    const unit = readNodeFile(config, '/etc/systemd/system/seekstack-metrics.service');
    expect(command(unit)).toContain(`own.azurecr.io/seekstack@${document.companions.metricsAgent?.digest}`);
    expect(readDirective(unit, 'ExecStartPre').join()).not.toContain(' pull ');
    expect(readDirective(unit, 'Requires')[0]).toContain('seekstack-supplies.service');
  });

  it('without accelerators reads the engine alone', () => {
    const { agent: config, config: files } = readNode(buildCpuDeployment({ companions: { acceleratorMetrics: null } }));
    expect(config.scrape_configs.map((job: { job_name: string }) => job.job_name)).toEqual(['engine']);
    expect(files.write_files.map(({ path }) => path)).not.toContain('/etc/systemd/system/seekstack-counters.service');
  });
});

describe('what publishes nothing', () => {
  it('is watched from outside only', async () => {
    const registrations = await registerDeployment(buildCpuDeployment(silent));
    const types = registrations.map(({ type }) => type);
    for (const type of ['monitor:AzureMonitorWorkspace', 'dashboard:Grafana', 'alertsmanagement:PrometheusRuleGroup'])
      expect(types).not.toContain(type);
    expect(types).toContain('monitor:MetricAlert');
    expect(findInputs(registrations, 'monitor:ActionGroup')).toMatchObject({ armRoleReceivers: [{ name: 'owners' }] });
  });

  it('has no alert on what nobody measures', () => {
    expect(alertsOf(buildGpuDeployment({ engine: { metrics: null } }), 'nodes').map(({ name }) => name)).toEqual([
      'PowerOverPlan',
    ]);
    const withoutTargets = buildGpuDeployment({ promise: { ttftTargetSeconds: null, tpotTargetSeconds: null } });
    expect(alertsOf(withoutTargets, 'nodes').map(({ name }) => name)).not.toContain('SlowTokens');
  });
});

it('states thresholds from the promise', () => {
  const document = buildGpuDeployment();
  const { promise, fleet } = document;
  const expression = (name: string) => alertsOf(document, 'nodes').find((each) => each.name === name)?.expression ?? '';
  expect(expression('SlowFirstToken')).toBe(
    'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{deployment="chat-prod"}[5m]))) > 2',
  );
  expect(expression('EngineDown')).toBe('(sum(up{deployment="chat-prod",job="engine"}) or vector(0)) < 1');
  expect(Number(expression('CostOverPlan').split(' > ')[1])).toBe(promise.usdPerMillionOutputTokens * 1.25);
  expect(Number(expression('PowerOverPlan').split(' > ')[1])).toBeCloseTo(fleet.maximumNodes * promise.nodeMaximumWatts * 1.1);
  // USD a node second, of the two nodes that are billed, for a million tokens.
  expect(measuresOf(document, 'nodes').engine?.usdPerMillionTokens).toContain(`${(169.6 / 2 / 3600) * 1e6} * (`);
  expect(buildRules(document, 'nodes').find((rule) => rule.alert === 'CostOverPlan')?.for).toBe('PT60M');
});

it('counts samples as they are billed', () => {
  const fleet = watchedFleet({ replicas: 2, ranks: 16, seriesPerRank: 47 }, { nodes: 2, perNode: 8 }, 10);
  // 2 nodes × (47 × 8 of the engine, 8 of the accelerators, 2 targets) every 15 s, and 10 records a minute.
  expect(samplesSent(fleet, 3600)).toBe((2 * (47 * 8 + 8 + 2) * 3600) / 15 + 10 * 60);
  const silent = watchedFleet({ replicas: 2, ranks: 16, seriesPerRank: 0 }, { nodes: 2, perNode: 0 }, 0);
  expect(samplesSent(silent, 3600)).toBe(0);
  expect(samplesRead(fleet, 60)).toBe(2 * 2 * (47 * 8 + 8 + 2) * 20);
});
