// The command line of seekstack bench: its subcommands, their flags, their help.
import { type Command, Option } from 'commander';
import type { PackageFiles } from '../../../files/package-root.ts';
import type { Io } from '../../io.ts';
import { describeRun } from './run-flags.ts';

/** Adds `bench` and its subcommands. @returns all of them, for what every command shares */
export function addBenchCommands(
  program: Command,
  io: () => Io,
  settle: (code: number) => void,
  files: PackageFiles,
): readonly Command[] {
  const bench = program.command('bench').description('measure a deployment: load, latencies, goodput, and whether to trust them');
  addRun(bench, io, settle, files);
  addReport(bench, io, settle);
  return [bench, ...bench.commands];
}

function addRun(bench: Command, io: () => Io, settle: (code: number) => void, files: PackageFiles): void {
  describeRun(bench.command('run')).action(async (plan: string | undefined, options) =>
    settle(await (await import('./run.ts')).runBenchRun(plan, options, io(), files)),
  );
}

function addReport(bench: Command, io: () => Io, settle: (code: number) => void): void {
  bench
    .command('report')
    .argument('<folder>', 'the folder of a run, finished or not')
    .description('make the report of a run again from its records')
    .option('-o, --output <file>', 'write it there instead of printing it')
    .option('--both-tpot', 'also print latency per token with the first one in it, as guidellm has it', false)
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json', 'md']).default('table'))
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench report bench-2026-11-29T12-00-00Z --format md\n\nExit code 4 where targets fail, or the run cannot be trusted.',
    )
    .action(async (folder: string, options) => settle(await (await import('./report.ts')).runBenchReport(folder, options, io())));
}
