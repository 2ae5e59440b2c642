// bench up, down, reap and all, as they are typed.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PackageFiles } from '../../../files/package-root.ts';
import type { Io } from '../../io.ts';
import type { RunWords } from './all.ts';

const HOURS_MOST = 720;

/** `8h`, `2d` → whole hours, as the workload's timeToLive has them. */
export function parseHours(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,3})(h|d)$/.exec(text) ?? [];
  const hours = Number(digits) * (unit === 'd' ? 24 : 1);
  if (!(hours >= 1 && hours <= HOURS_MOST)) throw new InvalidArgumentError('It must be 1h to 720h, or 1d to 30d.');
  return hours;
}

/** USD above 0. */
export function parseUsd(text: string): number {
  const usd = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(usd > 0 && usd <= 1e7)) throw new InvalidArgumentError('It must be an amount in USD, such as 400.');
  return usd;
}

/**
 * Adds the commands of a benchmark's life to its group.
 * @param run - runs a command line of this program, for `bench all`
 * @returns them, for whoever settles how commands talk
 */
export function addLifecycleCommands(
  bench: Command,
  io: () => Io,
  settle: (exitCode: number) => void,
  files: PackageFiles,
  run: RunWords,
): readonly Command[] {
  const bringUp = (name: string) =>
    bench
      .command(name)
      .argument('<plan>', 'a plan file; it may be one made for serving')
      .requiredOption('--max-usd <usd>', 'most that may be spent; refused where the time to live costs more', parseUsd)
      .requiredOption('--ttl <duration>', 'hours after which it ends itself, such as 8h', parseHours)
      .option('--option <id>', 'which option; the better cloud where neither this nor --provider is given')
      .addOption(
        new Option('--provider <provider>', 'the best option of this provider').choices(['aws', 'azure']).conflicts('option'),
      )
      .option('--out <folder>', "where the project goes (default: the benchmark's name)")
      .option('--certificate <file>', 'AWS: ARN of a certificate in ACM; Azure: a PEM file with chain and key')
      .option('--ssh-key <file>', 'Azure: a file with an OpenSSH public key for the nodes')
      .option('--yes', 'agree to the bill without being asked', false)
      .addOption(new Option('--catalog <folder>', 'another catalogue folder'));
  const up = bringUp('up')
    .description('bring an option up as a benchmark: its bill first, then your own cdk or pulumi, with your own account')
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench up plan.json --provider aws --max-usd 800 --ttl 8h --certificate arn:aws:acm:…\n\nExit codes: 4 it costs more than allowed, or did not come up (then it was taken down)\n            7 taking it down failed: machines may still be paid for',
    )
    .action(async (plan: string, options) => settle(await (await import('./up.ts')).runUp(plan, options, io(), files)));
  const all = bringUp('all')
    .argument('[words...]', 'after --: what "bench run" is told')
    .description('bring it up, run the benchmark, take it down whatever happens')
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench all plan.json --max-usd 800 --ttl 8h --certificate arn:aws:acm:… -- --rate 2 --out runs/first\n\nExit codes: those of bench run · 4 ended early · 7 taking it down failed: machines may still be paid for',
    )
    .action(async (plan: string, words: string[], options) =>
      settle(
        await (await import('./all.ts')).runAll(plan, words, options, io(), files, {
          run,
          look: async (seen) => (await import('../../../drive/look-at-endpoint.ts')).lookAtEndpoint(seen),
        }),
      ),
    );
  const down = bench
    .command('down')
    .argument('<folder>', 'the project that "bench up" wrote')
    .description('take a benchmark down, nodes first')
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench down chat-bench\n\nExit code 7 where it failed: machines may still be paid for.',
    )
    .action(async (folder: string) => settle(await (await import('./down.ts')).runDown(folder, io())));
  const reap = bench
    .command('reap')
    .argument('[folder]', 'where projects of benchmarks lie', '.')
    .description('find benchmarks that outlived their hours, by leases here and by tags in your accounts; --yes ends them')
    .option('--region <region>', 'of AWS, beside those of the leases; may be given again', collect, [])
    .addOption(new Option('--provider <provider>', 'only this cloud').choices(['aws', 'azure']))
    .option('--yes', 'end what is over its hours', false)
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench reap --region us-east-1 --yes\n\nExit code 4 where something is over its hours and --yes was not given.',
    )
    .action(async (folder: string, options) => settle(await (await import('./reap.ts')).runReap(folder, options, io())));
  return [up, all, down, reap];
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
