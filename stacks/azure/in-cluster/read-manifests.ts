// The emitted manifests from disk: objects in the order they are applied, what is filled in, values of the operators' charts.
// In: the folder `kubernetes` of the project. Out: data, or one error that names the file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunError } from '@pulumi/pulumi';
import { parse } from 'yaml';
import type { Deployment } from '../../../src/documents/deployment.ts';

/** A Kubernetes object. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** One value of the stack, and the places in objects it goes to. */
export interface Replacement {
  source: { kind: string; name: string; fieldPath: string };
  targets: { select: { kind: string; name: string }; fieldPaths: string[] }[];
}

export interface Manifests {
  objects: KubernetesObject[];
  replacements: Replacement[];
  /** Values of a chart by the operator's id; an operator without a file is not installed. */
  chartValues: ReadonlyMap<string, Record<string, unknown>>;
}

interface Kustomization {
  resources: string[];
  configMapGenerator?: { name: string; namespace: string; options?: { labels?: Record<string, string> } }[];
  replacements?: Replacement[];
}

/** @returns the objects that the kustomization lists, the generated one first */
export function readManifests(folder: string, document: Deployment): Manifests {
  const kustomization = readYaml<Kustomization>(join(folder, 'kustomization.yaml'));
  const generated = (kustomization.configMapGenerator ?? []).map(
    ({ name, namespace, options }): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels: options?.labels ?? {} },
      data: {},
    }),
  );
  const listed = kustomization.resources.map((name) => readYaml<KubernetesObject>(join(folder, name)));
  const charts = document.operators.flatMap(({ id }): [string, Record<string, unknown>][] => {
    const path = join(folder, 'operators', `${id}.yaml`);
    return existsSync(path) ? [[id, readYaml<Record<string, unknown>>(path)]] : [];
  });
  return {
    objects: [...generated, ...listed],
    replacements: kustomization.replacements ?? [],
    chartValues: new Map(charts),
  };
}

function readYaml<T>(path: string): T {
  if (!existsSync(path))
    throw new RunError(`no manifest at ${path}\n  fix: pulumi config set manifests <folder>, relative to Pulumi.yaml`);
  try {
    return parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new RunError(`the manifest ${path} cannot be read as YAML\n  ${String(cause)}`);
  }
}
