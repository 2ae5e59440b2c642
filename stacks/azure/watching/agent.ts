// What runs beside the engine on a node of the single-node tier: a Prometheus that only sends, and the accelerators' exporter.
// In: the document, where metrics go and as whom. Out: units and a configuration; no secret is in any of them.
import type { Deployment, SuppliedImage } from '../../../src/documents/deployment.ts';
import { SCRAPE_SECONDS } from '../../../src/watching/ingestion.ts';
import { ACCELERATORS_JOB, ENGINE_JOB, scrapedNames } from '../../../src/watching/measures.ts';
import { quoteForSystemd } from '../node/systemd-words.ts';

export const agentUnitName = 'seekstack-metrics.service';
export const agentConfigPath = '/etc/seekstack/prometheus.json';
export const countersUnitName = 'seekstack-counters.service';
const countersPort = 9400;
/** On the node itself only; 9090 is Prometheus' own habit. */
const agentAddress = '127.0.0.1:9090';
const docker = '/usr/bin/docker';
const restartSeconds = 10;
/** What waits to be sent, where the way out is closed for a while. */
const bufferBytes = 512 * 2 ** 20;

/** Known once Azure has made both. */
export interface AgentSettings {
  remoteWriteUrl: string;
  /** Of the identity nodes run under. */
  clientId: string;
}

/** Where images of a node come from, and what has fetched them. */
export interface NodeImages {
  /** As docker is told: the deployment's own copy. */
  reference(role: SuppliedImage['role']): string;
  /** Units that must have run. */
  after: readonly string[];
}

/** Whether there is anything to keep. */
export function isPublished({ engine, companions }: Deployment): boolean {
  return engine.metrics !== null || companions.acceleratorMetrics !== null;
}

/** Whether a node has anything to send, and something to send it with. */
export function isWatched(document: Deployment): boolean {
  return document.companions.metricsAgent !== null && isPublished(document);
}

/**
 * Configuration of the agent. JSON is YAML, and its writer cannot mis-indent.
 * What rules and the page read is kept, all else is dropped before it is sent: samples are what Azure bills.
 */
export function buildAgentConfig(document: Deployment, { remoteWriteUrl, clientId }: AgentSettings): string {
  const names = scrapedNames(document);
  const keep = (kept: readonly string[]) => [{ source_labels: ['__name__'], regex: kept.join('|'), action: 'keep' }];
  const job = (name: string, port: number, path: string) =>
    names[name] === undefined
      ? []
      : [
          {
            job_name: name,
            metrics_path: path,
            static_configs: [{ targets: [`127.0.0.1:${port}`] }],
            metric_relabel_configs: keep(names[name]),
          },
        ];
  const config = {
    global: {
      scrape_interval: `${SCRAPE_SECONDS}s`,
      // Every node calls its own targets by the same address; without its name their series would be one.
      external_labels: { deployment: document.name, node: '$' + '{NODE_NAME}' },
    },
    scrape_configs: [
      ...job(ENGINE_JOB, document.engine.port, document.engine.metrics?.path ?? ''),
      ...job(ACCELERATORS_JOB, countersPort, '/metrics'),
    ],
    remote_write: [
      {
        url: remoteWriteUrl,
        azuread: { cloud: 'AzurePublic', managed_identity: { client_id: clientId } },
        // A target's being there is no metric of its own, and survives the lists above together with what a scrape cost.
        write_relabel_configs: keep(['up', ...Object.values(names).flat()]),
      },
    ],
  };
  return `${JSON.stringify(config, undefined, 1)}\n`;
}

function buildUnit(description: string, name: string, images: NodeImages, options: string[], words: string[]): string {
  const after = ['network-online.target', 'docker.service', ...images.after].join(' ');
  const requires = ['docker.service', ...images.after].join(' ');
  const command = ['run', '--rm', '--name', name, '--log-driver', 'none', ...options].map(quoteForSystemd);
  const run = [...command, ...words].join(' \\\n  ');
  return `[Unit]
Description=${description}
Wants=network-online.target
Requires=${requires}
After=${after}
StartLimitIntervalSec=0

[Service]
Type=exec
Restart=always
RestartSec=${restartSeconds}
ExecStartPre=-${docker} rm --force ${name}
ExecStart=${docker} \\\n  ${run}
ExecStop=${docker} stop ${name}

[Install]
WantedBy=multi-user.target
`;
}

/** The unit of the agent; null where a node has nothing to send. */
export function buildAgentUnit(document: Deployment, images: NodeImages): string | null {
  const { metricsAgent } = document.companions;
  if (metricsAgent === null || !isWatched(document)) return null;
  const image = images.reference('metrics-agent');
  const options = [
    // The engine, the exporter and the node's own metadata service all answer on the node only.
    '--network',
    'host',
    '--read-only',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--mount',
    `type=tmpfs,target=/prometheus,tmpfs-mode=1777,tmpfs-size=${bufferBytes}`,
    '--mount',
    `type=bind,source=${agentConfigPath},target=/etc/prometheus/prometheus.json,readonly`,
    '--env',
  ];
  const words = [
    // systemd writes the name of the machine here; nothing of the document does.
    '"NODE_NAME=%H"',
    ...[
      image,
      '--agent',
      '--config.file=/etc/prometheus/prometheus.json',
      '--storage.agent.path=/prometheus',
      `--web.listen-address=${agentAddress}`,
    ].map(quoteForSystemd),
  ];
  return buildUnit('Send metrics of the engine and the accelerators', 'seekstack-metrics', images, options, words);
}

/** The unit of the exporter that reads the accelerators' counters; null where none fits the machine. */
export function buildCountersUnit(document: Deployment, images: NodeImages): string | null {
  const { acceleratorMetrics } = document.companions;
  if (acceleratorMetrics === null || !isWatched(document)) return null;
  const image = images.reference('accelerator-metrics');
  const options = ['--gpus', 'all', '--cap-add', 'SYS_ADMIN', '--publish', `127.0.0.1:${countersPort}:${countersPort}`];
  return buildUnit('Counters of the accelerators', 'seekstack-counters', images, options, [quoteForSystemd(image)]);
}
