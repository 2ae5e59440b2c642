// Before a benchmark is brought up: its plan, its bill, somebody who agrees, the project on disk.
// In: a plan and what was typed. Out: the lease to hold; nothing was asked of an account.
import { resolve } from 'node:path';
import type { Deployment } from '../../../documents/deployment.ts';
import type { PlanOption } from '../../../documents/plan.ts';
import { buildProject } from '../../../emit/build-project.ts';
import { SeekstackError } from '../../../errors.ts';
import { hasLease, readLease } from '../../../files/lease-file.ts';
import { openCatalog } from '../../../files/open-catalog.ts';
import type { PackageFiles } from '../../../files/package-root.ts';
import { digestOf, readPlan } from '../../../files/read-documents.ts';
import { readStackSources } from '../../../files/read-stacks.ts';
import { writeText } from '../../../files/write-files.ts';
import { writeProject } from '../../../files/write-project.ts';
import { billBenchmark } from '../../../lease/benchmark-bill.ts';
import { planBenchmark } from '../../../lease/plan-benchmark.ts';
import { realPace } from '../../../post/pace.ts';
import { renderBenchmarkBill } from '../../../render/benchmark-bill.ts';
import { formatUsd } from '../../../render/format.ts';
import { renderPlanJson } from '../../../render/plan-markdown.ts';
import type { Io } from '../../io.ts';
import { awsGround } from '../../lifecycle/aws-ground.ts';
import { azureGround } from '../../lifecycle/azure-ground.ts';
import type { GroundChoices } from '../../lifecycle/ground.ts';
import { type Held, instantOf } from '../../lifecycle/hold-lease.ts';
import { chooseOption } from '../emit.ts';

export interface UpChoices extends GroundChoices {
  readonly option?: string;
  readonly provider?: 'aws' | 'azure';
  /** USD. */
  readonly maxUsd: number;
  /** Hours. */
  readonly ttl: number;
  readonly out?: string;
  readonly yes: boolean;
  readonly catalog?: string;
}

/** The plan of the benchmark, beside what was emitted from it. */
export function planPath(folder: string): string {
  return `${folder}/.seekstack/plan.json`;
}

export interface Prepared {
  readonly held: Omit<Held, 'work'>;
  readonly deployment: Deployment;
}

/**
 * Everything that costs nothing: the plan of the benchmark, its bill, a yes, the project on disk.
 * @param refuse - throws where the option will not do, before anybody is asked
 */
export async function prepareLease(
  file: string,
  choices: UpChoices,
  io: Io,
  files: PackageFiles,
  refuse: (option: PlanOption) => void = () => {},
): Promise<Prepared> {
  const pace = io.pace ?? realPace;
  const { plan: given, digest } = readPlan(file);
  const { plan, option } = planBenchmark({
    plan: given,
    planDigest: digest,
    option: chooseOption(given, { ...choices, provider: choices.provider ?? cloudOf(given.verdict) }),
    timeToLiveHours: choices.ttl,
    catalog: openCatalog(files, choices.catalog),
    version: files.version,
  });
  refuse(option);
  const folder = choices.out ?? plan.name;
  refuseStanding(folder);
  const bill = billBenchmark(option, choices.ttl, choices.maxUsd);
  io.err(renderBenchmarkBill(`${plan.name}: ${option.nodes} × ${option.machine.id} in ${option.region}`, bill));
  if (!bill.within)
    throw new SeekstackError({
      code: 'E_THRESHOLD',
      where: { field: '--max-usd' },
      got: `${bill.timeToLiveHours} h × ${formatUsd(bill.usdPerHour)} an hour = ${formatUsd(bill.usdForTimeToLive)}`,
      expected: `at most ${formatUsd(bill.maximumUsd)}`,
      fix:
        bill.affordableHours >= 1
          ? `give --ttl ${Math.floor(bill.affordableHours)}h, or --max-usd ${Math.ceil(bill.usdForTimeToLive)}`
          : `give --max-usd ${Math.ceil(bill.usdForTimeToLive)}: not even one hour is within`,
    });
  await agree(choices.yes, bill.usdForTimeToLive, io);
  const json = renderPlanJson(plan);
  const { deployment, files: texts } = buildProject(plan, digestOf(json), option, readStackSources(files));
  writeProject(folder, texts, { planDigest: digestOf(json), optionId: option.id }, false);
  writeText(planPath(folder), json);
  const inputs = { folder: resolve(folder), document: deployment, choices: absolute(choices), io, pace };
  const held: Omit<Held, 'work'> = {
    folder,
    io,
    pace,
    ground: option.provider === 'azure' ? azureGround(inputs) : awsGround(inputs),
    lease: {
      schema: 'seekstack/lease@1',
      name: deployment.name,
      provider: option.provider === 'azure' ? 'azure' : 'aws',
      region: option.region,
      planDigest: digestOf(json),
      optionId: option.id,
      usdPerHour: bill.usdPerHour,
      timeToLiveHours: choices.ttl,
      maximumUsd: choices.maxUsd,
      startedAt: instantOf(pace),
      nodesAt: null,
      endedAt: null,
      state: 'starting',
      endpointUrl: null,
      outputs: {},
    },
  };
  return { held, deployment };
}

/** The cloud of the better option, where no provider was asked for: the winner may be owned. */
function cloudOf({ best, winner }: { best: { aws: string | null; azure: string | null }; winner: string | null }) {
  if (best.aws === null) return 'azure';
  return winner === best.azure && best.azure !== null ? 'azure' : 'aws';
}

/** @throws SeekstackError E_OUT_CONFLICT where a benchmark stands that this folder is the only key to */
function refuseStanding(folder: string): void {
  if (!hasLease(folder)) return;
  const { state, name } = readLease(folder);
  if (state === 'down') return;
  throw new SeekstackError({
    code: 'E_OUT_CONFLICT',
    where: { file: folder },
    got: `the benchmark ${name}, which is ${state}`,
    expected: 'a folder of its own for each benchmark that stands',
    fix: `run "seekstack bench down ${folder}" first, or give another --out and another name in the workload`,
  });
}

async function agree(yes: boolean, usd: number, io: Io): Promise<void> {
  if (yes) return;
  const agreed =
    io.terminal !== undefined &&
    (await (
      await import('@clack/prompts')
    ).confirm({
      message: `Bring it up, for up to ${formatUsd(usd)}?`,
      initialValue: false,
      ...io.terminal,
    })) === true;
  if (agreed) return;
  throw new SeekstackError({
    code: 'E_ENVIRONMENT',
    where: { field: '--yes' },
    got: io.terminal === undefined ? 'no --yes, and no terminal to ask at' : 'no yes',
    expected: 'somebody who agrees to the bill',
    fix: 'read the bill above and give --yes',
  });
}

/** Files of the user, as the project's folder sees them. */
function absolute({ certificate, sshKey }: GroundChoices): GroundChoices {
  const place = (path: string) => (path.startsWith('arn:') ? path : resolve(path));
  return {
    ...(certificate === undefined ? {} : { certificate: place(certificate) }),
    ...(sshKey === undefined ? {} : { sshKey: place(sshKey) }),
  };
}
