// npm run bench:diff: time of a diff, whole process: of two example plans, of one edit, and of projects with 500 resources.
// Prints medians of several runs, with processor time beside them, which a busy machine disturbs less. Limits are the issue's.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { findPackage } from '../src/files/package-root.ts';

const RUNS = 7;
const LIMITS = { plans: 0.5, resources: 2 } as const;
const RESOURCES = 500;

const files = findPackage();
const main = join(files.root, 'dist/src/cli/main.js');
const work = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
let late = 0;
try {
  const chat = readFileSync(join(files.root, 'examples/chat.yaml'), 'utf8');
  const plans = {
    chat: planOf('chat', chat),
    edited: planOf('chat-edited', chat.replace('users: 1200', 'users: 1800')),
    twice: planOf('chat-twice', chat.replace('users: 1200', 'users: 1800').replace('50ms', '45ms')),
    rag: planOf('rag', readFileSync(join(files.root, 'examples/rag-norway.yaml'), 'utf8')),
  };
  tell('the same plan twice', LIMITS.plans, [plans.chat, plans.chat]);
  tell('two example plans', LIMITS.plans, [plans.chat, plans.rag]);
  tell('one field edited', LIMITS.plans, [plans.chat, plans.edited]);
  tell('two fields: two rankings', null, [plans.chat, plans.twice]);
  const [base, head] = [projectOf('base', 0), projectOf('head', 1)];
  tell(`${RESOURCES} resources a side`, LIMITS.resources, ['--no-synthesis', base, head, '--format', 'github']);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = late > 0 ? 1 : 0;

function planOf(name: string, workload: string): string {
  const [file, plan] = [join(work, `${name}.yaml`), join(work, `${name}.json`)];
  writeFileSync(file, workload);
  run(['plan', file, '-o', plan]);
  return plan;
}

/** An emitted project as synthesized, with alarms added until there are 500 resources, and more nodes in one of them. */
function projectOf(name: string, moreNodes: number): string {
  const folder = join(work, name);
  run(['emit', join(work, 'chat.json'), '--provider', 'aws', '--out', folder]);
  const assembly = join(folder, 'cdk.out');
  mkdirSync(assembly);
  const resources: Record<string, unknown> = {
    Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { DesiredCapacity: String(1 + moreNodes) } },
    Template: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateData: {
          InstanceType: 'p5.48xlarge',
          BlockDeviceMappings: [{ Ebs: { VolumeSize: 187, VolumeType: 'gp3' } }],
        },
      },
    },
  };
  for (let index = 2; index < RESOURCES; index += 1)
    resources[`Alarm${index}`] = { Type: 'AWS::CloudWatch::Alarm', Properties: {} };
  writeFileSync(join(assembly, 'chat.template.json'), JSON.stringify({ Resources: resources }));
  return folder;
}

function tell(what: string, limit: number | null, words: readonly string[]): void {
  const runs = Array.from({ length: RUNS }, () => timed(['diff', ...words]));
  const wall = median(runs.map((each) => each.wall));
  const processor = median(runs.map((each) => each.processor));
  const kept = limit === null || wall <= limit;
  if (!kept) late += 1;
  const bound = limit === null ? 'no limit' : `limit ${limit} s`;
  console.log(
    `${kept ? '✔' : '✘'} ${what.padEnd(26)} ${wall.toFixed(2)} s, ${bound} (processor ${processor.toFixed(2)} s; median of ${RUNS}, load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores)`,
  );
}

/** Seconds on the clock, and of processors, user and system. */
function timed(words: readonly string[]): { wall: number; processor: number } {
  const before = childSeconds();
  const start = performance.now();
  run(words);
  return { wall: (performance.now() - start) / 1000, processor: childSeconds() - before };
}

/** What Linux has added up of this process's children, in hundredths of a second; 0 elsewhere. */
function childSeconds(): number {
  if (!existsSync('/proc/self/stat')) return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function run(words: readonly string[]): void {
  const ran = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${words.join(' ')}: ${ran.stderr}`);
}
