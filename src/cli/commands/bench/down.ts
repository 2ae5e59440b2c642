// seekstack bench down: takes one benchmark down, by the lease in its folder.
import { resolve } from 'node:path';
import { EXIT } from '../../../errors.ts';
import { readLease } from '../../../files/lease-file.ts';
import { readDeploymentOf } from '../../../files/read-project.ts';
import { spendOf } from '../../../lease/spend.ts';
import { realPace } from '../../../post/pace.ts';
import { formatUsd } from '../../../render/format.ts';
import type { Io } from '../../io.ts';
import { awsGround } from '../../lifecycle/aws-ground.ts';
import { azureGround } from '../../lifecycle/azure-ground.ts';
import { takeDown } from '../../lifecycle/hold-lease.ts';

/** @throws SeekstackError E_FILE_MISSING without a lease, E_LEFT_STANDING where it did not go */
export async function runDown(folder: string, io: Io): Promise<number> {
  const pace = io.pace ?? realPace;
  const lease = readLease(folder);
  const inputs = { folder: resolve(folder), document: readDeploymentOf(folder), choices: {}, io, pace };
  const ground = lease.provider === 'azure' ? azureGround(inputs) : awsGround(inputs);
  // Half-way out is worse than either end.
  const release = io.onInterrupt?.(() => io.err(`${lease.name} is being taken down; leaving now would leave machines running\n`));
  try {
    const ended = await takeDown(folder, lease, ground, io, pace);
    const { minutes, usd } = spendOf(ended, pace.epochSeconds());
    io.out(`${ended.name}: down after ${minutes.toFixed(0)} minutes with nodes, at most ${formatUsd(usd)}\n`);
  } finally {
    release?.();
  }
  return EXIT.ok;
}
