// All checks over the manifests of a project.
import type { Finding } from '../finding.ts';
import { checkSchemas, type PublishedSchemas } from './check-schemas.ts';
import { MANIFEST_GUARDS } from './guard-rules.ts';
import { list, ofKind } from './objects.ts';
import { REPLICA_RULES } from './replica-rules.ts';
import { applyManifestRules, type CheckedManifests } from './rule.ts';

export interface CheckedObjects {
  readonly findings: readonly Finding[];
  /** How many rules were applied beside the schemas. */
  readonly rules: number;
}

/** @param kustomized - files that the kustomization applies; an object outside of it would never be made */
export function checkManifests(
  checked: CheckedManifests,
  schemas: PublishedSchemas,
  kustomized: readonly string[],
): CheckedObjects {
  const rules = [...REPLICA_RULES, ...MANIFEST_GUARDS];
  const files = checked.objects.map((each) => each.file);
  const strays = [
    ...files.filter((file) => !kustomized.includes(file)).map((file) => [file, 'a file that the kustomization lists'] as const),
    ...kustomized.filter((file) => !files.includes(file)).map((file) => [file, 'a file that exists'] as const),
  ];
  return {
    findings: [
      ...strays.map(([file, expected]) => ({
        rule: 'kustomization',
        stack: 'kubernetes',
        resource: null,
        got: file,
        expected,
        fix: 'correct kubernetes/kustomization.yaml',
      })),
      ...checkSchemas(checked.objects, schemas),
      ...applyManifestRules(rules, checked),
    ],
    rules: rules.length,
  };
}

/** What AWS bills for what the cluster's controllers make of the objects. */
export function billedInCluster(
  objects: CheckedManifests['objects'],
  prometheusValues: unknown,
): { readonly balancers: number; readonly diskGibibytes: number } {
  const balancers = ofKind(objects, 'Service').filter((each) => each.content.spec?.type === 'LoadBalancer').length;
  // biome-ignore lint/suspicious/noExplicitAny: values of somebody else's chart
  const storage = (prometheusValues as any)?.prometheus?.prometheusSpec?.storageSpec?.volumeClaimTemplate?.spec?.resources
    ?.requests?.storage;
  const [, gibibytes = '0'] = /^(\d+)Gi$/.exec(String(list(storage)[0] ?? '')) ?? [];
  return { balancers, diskGibibytes: Number(gibibytes) };
}
