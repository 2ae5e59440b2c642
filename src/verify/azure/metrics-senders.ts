// Who sends metrics to Azure: an agent on each node, or the Prometheus of a cluster; both told in the same words.
// In: a recording. Out: what is read, what is kept, where it goes and as whom.
import type { Recording, Registration } from '../../documents/recording.ts';
import { bootFilesOf, type Json, list, ofType } from './rule.ts';

const AGENT_CONFIG = '/etc/seekstack/prometheus.json';
const AGENT_UNIT = '/etc/systemd/system/seekstack-metrics.service';
const RELEASE = 'kubernetes:helm.sh/v3:Release';
const POD_MONITOR = 'kubernetes:monitoring.coreos.com/v1:PodMonitor';
const PROMETHEUS = 'prometheus';
/** Ports that a cluster's scrapes name → what is read there. */
const JOBS: Readonly<Record<string, string>> = { http: 'engine', counters: 'accelerators' };

export interface MetricsSender {
  /** What a finding is told under. */
  readonly resource: Registration;
  readonly targets: readonly { readonly url: string; readonly identified: boolean; readonly filters: readonly MetricsFilter[] }[];
  /** Names of what is read. */
  readonly jobs: ReadonlySet<string>;
  /** How often, each as it is written. */
  readonly intervals: readonly string[];
  /** All that the sender is told. */
  readonly settings: Json;
}

export interface MetricsFilter {
  readonly labels: string;
  readonly words: readonly string[];
}

/** @returns null where nothing sends, or nothing that can be read */
export function senderOf(recording: Recording): MetricsSender | null {
  return agentOf(recording) ?? prometheusOf(recording);
}

/** The chart a cluster's Prometheus is installed from. */
export function prometheusRelease({ registrations }: Recording): Registration | undefined {
  return registrations.find((each) => each.type === RELEASE && each.inputs.name === PROMETHEUS);
}

function agentOf(recording: Recording): MetricsSender | null {
  const [set] = ofType(recording, 'compute:VirtualMachineScaleSet');
  const files = set === undefined ? new Map<string, string>() : bootFilesOf(set);
  const text = files.get(AGENT_CONFIG);
  if (set === undefined || text === undefined || !files.has(AGENT_UNIT)) return null;
  const settings = parse(text);
  if (settings === null) return null;
  return {
    resource: set,
    targets: list(settings.remote_write).map((each) => ({
      url: String(each?.url),
      identified: each?.azuread?.managed_identity?.client_id !== undefined,
      filters: list(each?.write_relabel_configs).map((rule) => filterOf(rule?.source_labels, rule?.regex)),
    })),
    jobs: new Set(list(settings.scrape_configs).map((job) => String(job?.job_name))),
    intervals: [String(settings.global?.scrape_interval)],
    settings,
  };
}

function prometheusOf(recording: Recording): MetricsSender | null {
  const release = prometheusRelease(recording);
  const settings = (release?.inputs.values as Json)?.prometheus;
  const writes = list(settings?.prometheusSpec?.remoteWrite);
  if (release === undefined || writes.length === 0) return null;
  const scrapes = recording.registrations
    .filter((each) => each.type === POD_MONITOR)
    .flatMap((each) => list((each.inputs.spec as Json)?.podMetricsEndpoints));
  return {
    resource: release,
    targets: writes.map((each) => ({
      url: String(each?.url),
      identified: speaksForIdentity(settings) && each?.azureAd?.workloadIdentity?.clientId !== undefined,
      filters: list(each?.writeRelabelConfigs).map((rule) => filterOf(rule?.sourceLabels, rule?.regex)),
    })),
    jobs: new Set(scrapes.flatMap((each) => JOBS[String(each?.port)] ?? [])),
    intervals: scrapes.map((each) => String(each?.interval)),
    settings,
  };
}

/** Pods get a token for an identity by both: what their account is annotated with, and their own label. */
function speaksForIdentity({ serviceAccount, prometheusSpec }: Json): boolean {
  return (
    serviceAccount?.annotations?.['azure.workload.identity/client-id'] !== undefined &&
    prometheusSpec?.podMetadata?.labels?.['azure.workload.identity/use'] === 'true'
  );
}

function filterOf(labels: Json, regex: Json): MetricsFilter {
  return { labels: list(labels).join(), words: String(regex).split('|') };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
