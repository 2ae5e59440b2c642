// Manifests of a deployment, read back from the text that is emitted.
import { join } from 'node:path';
import { parse } from 'yaml';

import type { Deployment } from '../../src/documents/deployment.ts';
import { kubernetesFiles } from '../../src/emit/kubernetes/files.ts';
import { readKubernetesSchemas } from '../../src/files/read-manifests.ts';
import { checkManifests } from '../../src/verify/kubernetes/check-manifests.ts';

// biome-ignore lint/suspicious/noExplicitAny: manifests are YAML without a type, and the assertions are the check
export type Json = any;

export const schemas = readKubernetesSchemas(join(import.meta.dirname, '..', '..', 'catalogs'));

export interface Manifests {
  readonly objects: { file: string; content: Json }[];
  readonly listed: string[];
}

/** @param version - of YAML: kubectl's parser still follows 1.1 in part */
export function manifestsOf(document: Deployment, version: '1.1' | '1.2' = '1.2'): Manifests {
  const files = [...kubernetesFiles(document)].filter(([name]) => /^kubernetes\/[^/]+\.yaml$/.test(name));
  const read = files.map(([file, text]) => ({ file, content: parse(text, { version }) as Json }));
  const kustomization = read.find(({ file }) => file.endsWith('/kustomization.yaml'))?.content;
  return {
    objects: read.filter(({ file }) => !file.endsWith('/kustomization.yaml')),
    listed: kustomization.resources.map((name: string) => `kubernetes/${name}`),
  };
}

/** Names of the rules that manifests break. */
export function rulesBroken(document: Deployment, { objects, listed }: Manifests): string[] {
  return checkManifests({ document, objects }, schemas, listed).findings.map((each) => each.rule);
}

export function object({ objects }: Manifests, kind: string, name?: RegExp): Json {
  const found = objects.find(({ content }) => content.kind === kind && (name?.test(content.metadata.name) ?? true));
  if (found === undefined) throw new Error(`no ${kind} ${name ?? ''}`);
  return found.content;
}

/**
 * What a container is given for a word of its manifest: two signs are one, a known name in brackets is its value, anything
 * else stays. Written after the rules of the API's documentation, apart from the code that escapes.
 */
export function asKubernetesFills(text: string, known: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^()]*)\))?/g, (whole: string, next: string | undefined, name: string | undefined) => {
    if (next === '$') return '$';
    return name !== undefined && Object.hasOwn(known, name) ? (known[name] ?? '') : whole;
  });
}
