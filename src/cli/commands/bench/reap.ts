// seekstack bench reap: finds benchmarks that outlived their hours, by leases on this disk and by tags in the clouds, and ends them.
import { EXIT } from '../../../errors.ts';
import { listLeases, readLease } from '../../../files/lease-file.ts';
import { benchmarksAmongResources, benchmarksAmongStacks, type StandingBenchmark } from '../../../lease/find-orphans.ts';
import { isOver } from '../../../lease/spend.ts';
import { realPace } from '../../../post/pace.ts';
import type { Io } from '../../io.ts';
import { toolsOf } from '../../lifecycle/ground.ts';
import { runDown } from './down.ts';

export interface ReapChoices {
  readonly region: readonly string[];
  readonly provider?: 'aws' | 'azure';
  /** Ends them; without it they are listed. */
  readonly yes: boolean;
}

const NEEDS = { aws: 'install the AWS command line', az: 'install the Azure command line' };

/** @returns 0 where nothing outlived its hours or all of it was ended, 4 where something did and --yes was not given */
export async function runReap(folder: string, choices: ReapChoices, io: Io): Promise<number> {
  const now = (io.pace ?? realPace).epochSeconds();
  const leases = listLeases(folder).map((path) => ({ path, lease: readLease(path) }));
  const standing = leases.filter(({ lease }) => lease.state !== 'down');
  for (const { path, lease } of standing)
    io.out(`lease    ${lease.name} in ${path}: ${lease.state}${isOver(lease, now) ? ', over its hours' : ''}\n`);
  const expired = standing.filter(({ lease }) => isOver(lease, now) || lease.state === 'left');
  if (choices.yes) for (const { path } of expired) await runDown(path, io);

  const known = new Set(leases.flatMap(({ lease }) => (lease.provider === 'aws' ? [lease.region] : [])));
  const fromEnvironment = io.environment.AWS_REGION ?? io.environment.AWS_DEFAULT_REGION;
  const regions = new Set([...choices.region, ...known, ...(fromEnvironment === undefined ? [] : [fromEnvironment])]);
  const run = toolsOf({ folder, io }, NEEDS);
  const found: StandingBenchmark[] = [];
  if (choices.provider !== 'azure') {
    if (regions.size === 0) io.err('no region to look at on AWS; give --region\n');
    for (const region of regions) {
      const words = ['aws', 'cloudformation', 'describe-stacks', '--region', region, '--output', 'json'];
      found.push(...benchmarksAmongStacks(JSON.parse((await run(words, { quiet: true })).stdout), region, now));
    }
  }
  if (choices.provider === 'azure' || leases.some(({ lease }) => lease.provider === 'azure')) {
    const words = ['az', 'resource', 'list', '--tag', 'purpose=benchmark', '--output', 'json'];
    found.push(...benchmarksAmongResources(JSON.parse((await run(words, { quiet: true })).stdout), now));
  }
  for (const each of found) io.out(`${describe(each)}\n`);
  const orphans = found.filter((each) => each.over);
  if (choices.yes) for (const orphan of orphans) await end(orphan, run, io);
  const left = choices.yes ? 0 : orphans.length + expired.length;
  io.out(left === 0 ? 'nothing is over its hours\n' : `${left} over their hours; end them with --yes\n`);
  return left === 0 ? EXIT.ok : EXIT.thresholdFailed;
}

function describe({ provider, name, place, ageHours, timeToLiveHours, over }: StandingBenchmark): string {
  const age = `${ageHours.toFixed(1)} of ${timeToLiveHours} hours`;
  return `${provider.padEnd(8)} ${name} in ${place}: ${age}${over ? ', OVER ITS HOURS' : ''}`;
}

async function end({ provider, place, parts }: StandingBenchmark, run: ReturnType<typeof toolsOf>, io: Io): Promise<void> {
  if (provider === 'azure') {
    await run(['az', 'group', 'delete', '--name', place, '--yes']);
    io.out(`         ${place} is deleted\n`);
    return;
  }
  const region = ['--region', place];
  for (const name of parts) {
    await run(['aws', 'cloudformation', 'delete-stack', '--stack-name', name, ...region]);
    // Others hold on to what the nodes use, and what ends them by itself must outlive them.
    await run(['aws', 'cloudformation', 'wait', 'stack-delete-complete', '--stack-name', name, ...region]);
    io.out(`         ${name} is deleted\n`);
  }
}
