// A rule over what an Azure program registered: what it is given, and how it speaks.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording, Registration } from '../../documents/recording.ts';
import type { Finding } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';

// biome-ignore lint/suspicious/noExplicitAny: inputs are JSON that anybody may have edited; every rule looks before it believes
export type Json = any;

export interface CheckedRecording {
  readonly document: Deployment;
  readonly recording: Recording;
  /** Whether the size is offered in a region; null where the catalogue does not know it. */
  readonly offered: (machine: string, region: string) => boolean | null;
  /** Objects of a cluster as they were emitted; none for a single-node tier. */
  readonly objects?: readonly KubernetesObject[];
}

/** Says that a resource is not as it must be; without one, the project as a whole. */
export type Report = (resource: Registration | null, got: Json, expected: string, fix?: string) => void;

export interface AzureRule {
  readonly name: string;
  /** Which projects it is about; all where left out. */
  readonly tier?: Deployment['tier'];
  readonly check: (checked: CheckedRecording, report: Report) => void;
}

/** Stack that findings and resources are told under. */
export const AZURE_STACK = 'azure';
const RESTORE = 'restore what was emitted, or emit the project again';
const SHOWN_MOST = 120;

export function applyAzureRules(rules: readonly AzureRule[], checked: CheckedRecording): Finding[] {
  const findings: Finding[] = [];
  for (const { name, check } of rules.filter((each) => (each.tier ?? checked.document.tier) === checked.document.tier))
    check(checked, (resource, got, expected, fix = RESTORE) => {
      const text = got === undefined ? 'nothing' : typeof got === 'string' ? got : JSON.stringify(got);
      findings.push({
        rule: name,
        stack: AZURE_STACK,
        resource: resource?.name ?? null,
        got: text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}…` : text,
        expected,
        fix,
      });
    });
  return findings;
}

/** Registrations of types such as `network:LoadBalancer`. */
export function ofType({ registrations }: Recording, ...types: readonly string[]): Registration[] {
  return registrations.filter((each) => types.some((type) => each.type === `azure-native:${type}`));
}

export function list(value: Json): Json[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** Files that a node writes at boot, path → text; empty where its data is no cloud-config. */
export function bootFilesOf({ inputs }: Registration): ReadonlyMap<string, string> {
  const data: Json = (inputs as Json).virtualMachineProfile?.osProfile?.customData;
  const text = decode(String(data?.secret ?? data ?? ''));
  try {
    const config = JSON.parse(text.replace(/^#cloud-config\n/, '')) as Json;
    return new Map(list(config.write_files).map((file) => [String(file.path), decode(String(file.content))]));
  } catch {
    return new Map();
  }
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)));
}
