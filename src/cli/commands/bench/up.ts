// seekstack bench up: an option of a plan as a benchmark's stack, its bill first, then the user's own cdk or pulumi.
import { EXIT } from '../../../errors.ts';
import { readLease } from '../../../files/lease-file.ts';
import type { PackageFiles } from '../../../files/package-root.ts';
import type { Io } from '../../io.ts';
import { holdLease } from '../../lifecycle/hold-lease.ts';
import { planPath, prepareLease, type UpChoices } from './prepare-lease.ts';

/** Brings it up and leaves it standing until `bench down`, or until its hours are over. */
export async function runUp(file: string, choices: UpChoices, io: Io, files: PackageFiles): Promise<number> {
  const { held } = await prepareLease(file, choices, io, files);
  const exitCode = await holdLease({ ...held, work: null });
  const { endpointUrl, name, timeToLiveHours } = readLease(held.folder);
  if (exitCode === EXIT.ok)
    io.out(
      `${name} stands: ${endpointUrl ?? 'its address is among the outputs in .seekstack/lease.json'}\n` +
        `It ends itself ${timeToLiveHours} hours after its nodes were asked for.\n` +
        `Next: seekstack bench run ${planPath(held.folder)} --endpoint ${endpointUrl ?? 'URL'}/v1, then seekstack bench down ${held.folder}\n`,
    );
  return exitCode;
}
