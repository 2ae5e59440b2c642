// The ladder of an emitted project for machines one owns: its manifests. What is bought has no template to be counted in.
import type { Deployment } from '../../documents/deployment.ts';
import { SeekstackError } from '../../errors.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readManifests } from '../../files/read-manifests.ts';
import type { Io } from '../io.ts';
import { climbManifests, listObjects } from './manifest-rungs.ts';
import { type Climb, tell } from './rungs.ts';

export function climbOnPremises(folder: string, document: Deployment, work: string, io: Io, files: PackageFiles): Climb {
  const manifests = readManifests(folder);
  if (manifests === null)
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: `${folder}/kubernetes/kustomization.yaml` },
      got: 'no manifests',
      expected: 'the manifests of an emitted project',
      fix: 'emit the project again',
    });
  tell(io, 'manifests');
  const rungs = climbManifests(folder, work, document, manifests, files, io);
  const { usdPerMonth, lines } = document.cost;
  return {
    rungs,
    acknowledged: [],
    cost: {
      plannedUsdPerMonth: usdPerMonth,
      countedUsdPerMonth: usdPerMonth,
      lines: lines.map(({ id, usdPerMonth: planned }) => ({
        id,
        plannedUsdPerMonth: planned ?? 0,
        countedUsdPerMonth: planned ?? 0,
        basis: 'use' as const,
      })),
    },
    resources: listObjects(manifests, rungs),
  };
}
