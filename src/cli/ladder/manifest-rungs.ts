// Rungs over the manifests of a project: published schemas and our rules, then what kustomize makes of them.
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung, Verification } from '../../documents/verification.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { parseManifests, type ReadManifests, readKubernetesSchemas } from '../../files/read-manifests.ts';
import { runTool } from '../../files/run-tool.ts';
import { checkManifests } from '../../verify/kubernetes/check-manifests.ts';
import { checkSchemas } from '../../verify/kubernetes/check-schemas.ts';
import { nameOf } from '../../verify/kubernetes/objects.ts';
import type { Io } from '../io.ts';
import { failure, reachedBy, rung, skipped } from './rungs.ts';

const RUNGS = ['manifests', 'kustomize'] as const;
/** Values as long and as odd as real ones, in place of those of a deployment. */
const STAND_INS: Readonly<Record<Deployment['provider'], Readonly<Record<string, string>>>> = {
  aws: {
    AWS_REGION: 'eu-north-1',
    BUCKET: 'stand-in-weights',
    API_KEY_SECRET: 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:stand-in',
    STORAGE_KEY: 'arn:aws:kms:eu-north-1:123456789012:key/00000000-0000-0000-0000-000000000000',
    NETWORK_ID: 'vpc-00000000000000000',
    CERTIFICATE: 'arn:aws:acm:eu-north-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
    ENGINE_IMAGE: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/stand-in:engine',
    CLIENT_IMAGE: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/stand-in:client',
    COUNTERS_IMAGE: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/stand-in:counters',
  },
  azure: {
    STORAGE_ACCOUNT: 'stand0in0weights',
    WEIGHTS_CONTAINER: 'weights',
    VAULT: 'kv-stand-in',
    API_KEY_SECRET: 'api-key',
    CERTIFICATE_SECRET: 'certificate',
    STORAGE_KEY:
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/stand-in/providers/Microsoft.Compute/diskEncryptionSets/stand-in',
    ENGINE_IDENTITY: '00000000-0000-0000-0000-000000000000',
    GATEWAY_IDENTITY: '00000000-0000-0000-0000-000000000000',
    ENGINE_IMAGE: 'standin.azurecr.io/stand-in:engine',
    CLIENT_IMAGE: 'standin.azurecr.io/stand-in:client',
    COUNTERS_IMAGE: 'standin.azurecr.io/stand-in:counters',
    GATEWAY_IMAGE: 'standin.azurecr.io/stand-in:gateway',
  },
  onprem: {},
};

export function climbManifests(
  folder: string,
  work: string,
  document: Deployment,
  manifests: ReadManifests,
  files: PackageFiles,
  io: Io,
): Rung[] {
  const schemas = readKubernetesSchemas(files.catalog);
  const checked = checkManifests({ document, objects: manifests.objects }, schemas, manifests.listed);
  return [
    rung('manifests', checked.findings, `${manifests.objects.length} objects, published schemas and ${checked.rules} rules`),
    kustomize(folder, work, document, io, (text) =>
      checkSchemas(
        parseManifests(text, 'kubernetes').map((content) => ({ file: 'kubernetes', content })),
        schemas,
      ),
    ),
  ];
}

/** Objects of the cluster as resources of the report. */
export function listObjects(manifests: ReadManifests, rungs: readonly Rung[]): Verification['resources'] {
  return manifests.objects.map((object) => ({
    stack: 'kubernetes',
    logicalId: nameOf(object),
    type: `${object.content?.apiVersion}/${object.content?.kind}`,
    reached: reachedBy(rungs, RUNGS, 'kubernetes', nameOf(object)),
  }));
}

/** Rendered as `kubectl apply -k` would, with stand-ins for what only a deployed stack knows. */
function kustomize(
  folder: string,
  work: string,
  document: Deployment,
  io: Io,
  check: (text: string) => ReturnType<typeof checkSchemas>,
): Rung {
  const copy = join(work, 'kubernetes');
  cpSync(join(folder, 'kubernetes'), copy, { recursive: true });
  if (!existsSync(join(copy, 'stack.env')))
    writeFileSync(
      join(copy, 'stack.env'),
      Object.entries(STAND_INS[document.provider])
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  for (const [program, words] of [
    ['kubectl', ['kustomize', copy]],
    ['kustomize', ['build', copy]],
  ] as const) {
    const run = runTool(program, words, folder, io.environment);
    if (run.exitCode === null) continue;
    if (run.exitCode !== 0) return rung('kustomize', [failure(document, 'kustomize', run)], program);
    return rung('kustomize', check(run.stdout), `rendered by ${program}`);
  }
  return skipped('kustomize', 'install kubectl');
}
