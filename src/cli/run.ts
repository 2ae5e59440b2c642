// The command line: arguments in, exit code out. Commands are loaded only when they run, so that help is quick.
import { Argument, Command, CommanderError, Option } from 'commander';
import { EXIT, formatProblem, SeekstackError } from '../errors.ts';
import { findPackage } from '../files/package-root.ts';
import { LANGUAGES } from '../language/catalogue.ts';
import { addBenchCommands } from './commands/bench/add-bench-commands.ts';
import { addLifecycleCommands } from './commands/bench/add-lifecycle-commands.ts';
import { addCommentCommands } from './commands/comment-options.ts';
import { addExplainCommand } from './commands/explain-options.ts';
import type { Io } from './io.ts';
import { collect, languageOption, parseConfidence, parseCount, parseDay, parseFactor, parseInstant } from './parse-values.ts';

/** Beyond these a person mends the first ones and runs again. */
const PROBLEMS_SHOWN = 20;

/** Runs one command line; never throws and never exits. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const outcome = { exitCode: EXIT.ok as number };
  const program = buildProgram(io, outcome);
  try {
    if (argv[0] === 'complete' && argv[1] === '--') {
      await complete(program, argv.slice(2), io);
      return EXIT.ok;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return report(error, io);
  }
}

/** What a shell asks for while somebody types. */
async function complete(program: Command, words: readonly string[], io: Io): Promise<void> {
  const { completeWords } = await import('./completion/complete-words.ts');
  const { knownValues } = await import('./completion/known-values.ts');
  const { formatCandidates } = await import('./completion/shell-script.ts');
  io.out(formatCandidates(completeWords(program, words, knownValues(findPackage()))));
}

function report(error: unknown, io: Io): number {
  if (error instanceof SeekstackError) {
    io.err(`${error.problems.slice(0, PROBLEMS_SHOWN).map(formatProblem).join('\n')}\n`);
    if (error.problems.length > PROBLEMS_SHOWN) io.err(`… and ${error.problems.length - PROBLEMS_SHOWN} more problems\n`);
    return error.exitCode;
  }
  // Commander has already told what was wrong with the arguments; help and version are not errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalidInput;
  io.err(
    `seekstack met a bug of its own; please report it with the command you ran.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.ourBug;
}

function buildProgram(io: Io, outcome: { exitCode: number }): Command {
  const files = findPackage();
  const program = new Command('seekstack')
    .description('Size, price and emit a self-hosted DeepSeek deployment: on-premises, AWS or Azure.')
    .version(files.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'E_USAGE  ')),
    })
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack plan examples/chat.yaml\n\nExit codes: 0 ok · 2 invalid input · 3 no feasible option · 4 a threshold failed\n            5 data missing or too old · 70 our bug',
    )
    .addOption(new Option('--no-color', 'never colour').default(true));
  const catalogOption = () => new Option('--catalog <folder>', 'another catalogue folder');
  const calibrationOption = () =>
    new Option('--calibration <path>', 'calibrations of your own runs: a file, or a folder of them');
  const priceOptions = (command: Command): Command =>
    command
      .addOption(calibrationOption())
      .option('--prices <file>', 'own prices: discounts, rates, quotes, tariffs')
      .option('--price <key=value>', 'one own price, such as p5.48xlarge@us-east-1/on-demand="USD 41/h"', collect, [])
      .option('--prices-as-of <date>', 'the prices that were known on this day')
      .option('--tariff <file>', 'electricity by the hour for what is owned');
  const settle = (code: number) => {
    outcome.exitCode = code;
  };
  const tint = (): Io => (program.opts<{ color: boolean }>().color ? io : { ...io, colour: false });

  program
    .command('init')
    .argument('[file]', 'the workload file to write', 'workload.yaml')
    .description('write a commented workload file from five answers: asks at a terminal, takes flags anywhere')
    .option('--model <model>', 'which model; "seekstack models" lists them')
    .addOption(new Option('--use <use>', 'what it is used for').choices(['chat', 'rag', 'code', 'agent', 'reasoning', 'batch']))
    .option('--users <count>', 'demand: people who may use it, with --active-at-peak')
    .option('--active-at-peak <share>', 'demand: share of them active at the peak, such as 15%')
    .option('--requests-per-second <rate>', 'demand: arrivals at the peak')
    .option('--concurrency <count>', 'demand: requests in flight at the peak')
    .option('--tokens-per-day <tokens>', 'demand: input and output together, such as 2G')
    .option('--ttft <bound>', 'latency: time to first token, such as "p95 <= 2s"')
    .option('--tpot <bound>', 'latency: time per output token, such as "p95 <= 50ms"')
    .option('--monthly <money>', 'budget: all costs a month, such as "USD 60k", or unlimited')
    .option('--term <term>', 'budget: how long you may commit, such as 3y, or none')
    .addOption(catalogOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack init chat.yaml --model deepseek-v3.2 --use chat --users 1200 --active-at-peak 15% \\\n      --ttft "p95 <= 2s" --tpot "p95 <= 50ms" --monthly "USD 120k" --term 3y',
    )
    .action(async (file: string, options) =>
      settle(await (await import('./commands/init.ts')).runInit(file, options, tint(), files)),
    );

  priceOptions(program.command('plan'))
    .argument('<file>', 'a workload file')
    .description('size and price a workload; prints the ranked answer')
    .option('-o, --output <file>', 'also write the plan as JSON')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json', 'md', 'csv']).default('table'))
    .addOption(
      new Option('--confidence <share>', 'plan so that targets hold with this confidence, 0.5 to 0.99').argParser(
        parseConfidence,
      ),
    )
    .addOption(languageOption())
    .option('--full', 'everything, however many lines; else what fits a screen')
    .option('--max-price-age <days>', 'refuse prices older than this, with exit code 5', parseCount(1, 36_500))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack plan examples/chat.yaml -o plan.json')
    .action(async (file: string, options) =>
      settle(await (await import('./commands/plan.ts')).runPlan(file, options, tint(), files)),
    );

  program
    .command('diff')
    .argument('<base>', 'a plan, a workload, REVISION:path of either, a folder of an emitted project, or "none"')
    .argument('[head]', 'the same, as it is to be; without it <base> is a diff in JSON, to be rendered')
    .description('what a change does to cost, capacity and latency, and why')
    .option('--option <id>', 'which option of both; the winners where neither this nor --provider is given')
    .addOption(
      new Option('--provider <provider>', 'the best option of this provider')
        .choices(['aws', 'azure', 'onprem'])
        .conflicts('option'),
    )
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(['table', 'md', 'github', 'gitlab', 'azure-repos', 'bitbucket', 'json', 'junit', 'sarif'])
        .default('table'),
    )
    .option('--no-synthesis', 'of projects: read cdk.out as it lies there, or the document alone, and run no program')
    .option('--policy <file>', 'guardrails to judge the change by')
    .option('-o, --output <file>', 'write it there instead of printing it')
    .option('--detailed-exitcode', 'exit code 6 where something changed', false)
    .addOption(
      new Option('--today <day>', 'judge ages and expiries on this day (default: date of the newest fact)').argParser(parseDay),
    )
    .addOption(
      new Option('--valid-at <instant>', 'when the head was so (default: when it was committed)').argParser(parseInstant),
    )
    .option('--commit <id>', 'commit of the head, for the comment (default: that of its revision)')
    .addOption(calibrationOption())
    .addOption(catalogOption())
    .option('--base-catalog <folder>', 'the catalogue of the base, a folder or REVISION:path (default: that of the head)')
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack diff main:examples/chat.yaml examples/chat.yaml --policy examples/policy.yaml\n\nExit codes: 0 ok · 2 invalid input · 3 no feasible option · 4 a guardrail failed\n            5 incomplete, a price or a resource is not known · 6 changed, with --detailed-exitcode',
    )
    .action(async (base: string, head: string | undefined, options) =>
      settle(await (await import('./commands/diff.ts')).runDiff(base, head, options, tint(), files)),
    );

  program
    .command('simulate')
    .argument('<plan>', 'a plan file')
    .description('replay requests against an option of a plan; tells whether its targets hold')
    .option('--option <id>', 'which option; the winner where not given')
    .option('--trace <file>', 'real requests: an Azure, BurstGPT or Mooncake trace, plain or .gz')
    .option('--requests <count>', 'how many to count', parseCount(1, 100_000_000))
    .option('--rate-scale <factor>', "load as a multiple of the plan's peak or of the trace", parseFactor, 1)
    .option('--kill <replicas>', 'replicas that go down and stay down', parseCount(0, 100_000), 0)
    .option('--seed <number>', 'another draw of requests', parseCount(0, 2_147_483_647), 1)
    .option('-o, --output <file>', 'also write the result as JSON')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addOption(calibrationOption())
    .addOption(catalogOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack simulate plan.json --trace examples/traces/azure-code-sample.csv\n\nExit code 4 where the targets do not hold.',
    )
    .action(async (file: string, options) =>
      settle(await (await import('./commands/simulate.ts')).runSimulate(file, options, tint(), files)),
    );

  program
    .command('calibrate')
    .argument('<run>', 'the folder of a benchmark, or its bench-run.json')
    .description('compare a plan with a measured run, fit what the run can tell, and keep it for the next plan')
    .option('--plan <file>', 'the plan that was measured (default: the one the run names, in its folder, beside it or here)')
    .option('--option <id>', 'the option that was measured (default: the one the run names)')
    .option('--name <name>', "what the calibration is called after its day (default: the run's name)")
    .option('--out <folder>', 'where to put it (default: calibration/ of the catalogue, or seekstack-calibration/ here)')
    .option('--dry-run', 'tell what would be taken over and write nothing', false)
    .option('-o, --output <file>', 'write the report there instead of printing it')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json', 'md']).default('table'))
    .addOption(calibrationOption())
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack calibrate bench-chat --plan plan.json')
    .action(async (path: string, options) =>
      settle((await import('./commands/calibrate.ts')).runCalibrate(path, options, tint(), files)),
    );

  program
    .command('sweep')
    .argument('<file>', 'a workload file')
    .description('plan a workload many times over, varying some of its fields, on all cores')
    .requiredOption(
      '--vary <field=values>',
      'what varies, as often as needed: a list, or LOW..HIGH:COUNT[:log]',
      (value: string, before: string[] = []) => collect(value, before),
    )
    .option('--sample <count>', 'a Latin hypercube of so many points instead of the whole grid', parseCount(1, 100_000))
    .option('--seed <number>', 'another draw of the sample', parseCount(0, 2_147_483_647), 1)
    .option('-o, --output <file>', 'keep each result as it comes, as JSON lines')
    .option('--resume', 'go on with the results in -o', false)
    .option('--workers <count>', 'processes; 0 plans in this one (default: all cores)', parseCount(0, 1024))
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'csv', 'json']).default('table'))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack sweep examples/chat.yaml --vary demand.users=500..50000:5:log')
    .action(async (file: string, options) =>
      settle(await (await import('./commands/sweep.ts')).runSweep(file, options, tint(), files)),
    );

  priceOptions(program.command('report'))
    .argument('<plan>', 'a plan file')
    .description('one HTML file that shows and explains a plan; opens without a network')
    .requiredOption('-o, --output <file>', 'the file to write')
    .addOption(new Option('--lang <language>', 'language of the report').choices([...LANGUAGES]).default('en'))
    .option('--svg <folder>', 'also write each chart as an SVG file')
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack report plan.json -o report.html')
    .action(async (file: string, options) =>
      settle(await (await import('./commands/report.ts')).runReport(file, options, tint(), files)),
    );

  priceOptions(program.command('tco'))
    .argument('<file>', 'a workload file')
    .description('compare owning with every way of renting: error bars, break-even, mix, purchase schedule')
    .option('--draws <count>', 'Monte Carlo draws', parseCount(100, 1_000_000), 10_000)
    .option('--seed <number>', 'another set of draws', parseCount(0, 2_147_483_647), 1)
    .option('--full', 'everything, however many lines; else what fits a screen')
    .option('-o, --output <file>', 'also write the comparison as JSON')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack tco examples/chat.yaml')
    .action(async (file: string, options) =>
      settle(await (await import('./commands/tco.ts')).runTco(file, options, tint(), files)),
    );

  addExplainCommand(priceOptions(program.command('explain')), tint, settle, files);
  program
    .command('verify')
    .argument('<folder>', 'an emitted project; for AWS after "npm ci" in it')
    .description('check an emitted project rung by rung, without an account; what is not installed is skipped and told')
    .option('--plan <file>', 'the plan it was emitted from: emit it again, twice, and compare')
    .option('--quick', 'leave out the rehearsal, which takes a minute or two', false)
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  $ seekstack verify stack\n\nExit code 4 where a rung does not hold.')
    .action(async (folder: string, options) =>
      settle((await import('./commands/verify.ts')).runVerify(folder, options, tint(), files)),
    );

  program
    .command('claims')
    .argument('[file]', 'a file of claims; those this project started from where not given')
    .description('compute what is said about self-hosted DeepSeek, with a verdict for each claim')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack claims examples/claims/founding.yaml')
    .action(async (file: string | undefined, options) =>
      settle((await import('./commands/claims.ts')).runClaims(file, options, tint(), files)),
    );

  program
    .command('emit')
    .argument('<plan>', 'a plan file')
    .description('write a deployable project for an option of a plan')
    .requiredOption('--out <folder>', 'where to put the project')
    .option('--option <id>', 'which option; the winner where neither this nor --provider is given')
    .addOption(
      new Option('--provider <provider>', 'the best option of this provider')
        .choices(['aws', 'azure', 'onprem'])
        .conflicts('option'),
    )
    .option('--check', 'tell what would change and write nothing; exit code 4 where something would', false)
    .option('--force', 'overwrite files that were edited since they were emitted', false)
    .addHelpText('after', '\nExample:\n  $ seekstack emit plan.json --provider aws --out chat-aws')
    .action(async (file: string, options) => settle((await import('./commands/emit.ts')).runEmit(file, options, tint(), files)));

  const comments = addCommentCommands(program, tint, settle);
  const benches = addBenchCommands(program, tint, settle, files);
  const lives = addLifecycleCommands(benches[0] as Command, tint, settle, files, run);

  program
    .command('models')
    .description('list the models that can be planned')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack models')
    .action(async (options) => settle((await import('./commands/models.ts')).runModels(options, tint(), files)));

  const catalog = program.command('catalog').description('look at and check the facts behind a plan');
  catalog
    .command('list')
    .argument(
      '[kind]',
      'files, machines, accelerators, prices, regions, engines, tariffs, presets, shapes or currencies',
      'files',
    )
    .description('list rows of one kind')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack catalog list machines')
    .action(async (kind: string, options) =>
      settle((await import('./commands/catalog.ts')).runCatalogList(kind, options, tint(), files)),
    );
  catalog
    .command('show')
    .argument('<id>', 'id of a model, machine, accelerator, engine, region …')
    .description('show everything known about one entry, with sources')
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack catalog show h200-sxm')
    .action(async (id: string, options) =>
      settle((await import('./commands/catalog.ts')).runCatalogShow(id, options, tint(), files)),
    );
  catalog
    .command('check')
    .description('check every file, reference and source; with --as-of also the age of prices')
    .option('--as-of <date>', 'today, as YYYY-MM-DD')
    .option('--max-age-days <days>', 'oldest a price may be on that day', '365')
    .addOption(catalogOption())
    .addHelpText('after', '\nExample:\n  $ seekstack catalog check --as-of 2026-11-23 --max-age-days 200')
    .action(async (options) => settle((await import('./commands/catalog-check.ts')).runCatalogCheck(options, tint(), files)));

  catalog
    .command('refresh')
    .addArgument(new Argument('[cloud]', 'only this one').choices(['aws', 'azure']))
    .description("bring the prices of instances up to date from the vendors' public price lists")
    .option('--region <region>', 'only this region; may be given again', collect, [])
    .option('--dry-run', 'show what would change and write nothing', false)
    .option('--accept <row>', 'take a price that was held back, such as p5.48xlarge/us-east-1/on-demand, or all', collect, [])
    .option('--skip <row>', 'leave a row alone whatever is listed', collect, [])
    .addOption(
      new Option('--commitment <kind>', 'what one-year and three-year prices stand for').choices(['reservation', 'savings-plan']),
    )
    .addOption(
      new Option('--payment <when>', 'of AWS commitments')
        .choices(['all-upfront', 'partial-upfront', 'no-upfront'])
        .default('no-upfront'),
    )
    .option('--as-of <date>', 'date prices by this day instead of the clock')
    .option('--timeout <seconds>', 'for all requests together', parseCount(1, 86_400), 900)
    .option('--cache <folder>', "where answers are kept (default: the system's folder for caches)")
    .option('--cache-age <minutes>', 'take an answer this young without asking again', parseCount(0, 525_600), 60)
    .option('--endpoint <address>', 'ask a mirror instead of the vendors')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'md', 'json']).default('table'))
    .addOption(new Option('--catalog <folder>', 'write into this folder; a new one lies over the package'))
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack catalog refresh azure --region eastus2 --catalog prices --dry-run\n\nExit code 5 where prices were held back.',
    )
    .action(async (cloud: 'aws' | 'azure' | undefined, options) =>
      settle(await (await import('./commands/catalog-refresh.ts')).runCatalogRefresh(cloud, options, tint(), files)),
    );

  program
    .command('doctor')
    .description('check that this installation can plan, emit and deploy')
    .addHelpText('after', '\nExample:\n  $ seekstack doctor')
    .action(async () => settle((await import('./commands/doctor.ts')).runDoctor(tint(), files)));

  program
    .command('complete')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish', 'powershell']))
    .description('print the script that makes a shell complete commands, options and ids')
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack complete bash >> ~/.bashrc\n\nzsh: source <(seekstack complete zsh) · fish: seekstack complete fish | source',
    )
    .action(async (shell: string) => (await import('./completion/shell-script.ts')).printScript(shell, io.out));

  for (const command of [program, ...program.commands, ...catalog.commands, ...comments, ...benches, ...lives])
    inherit(command, io);
  return program;
}

/** Subcommands throw instead of exiting, and talk through the same io. */
function inherit(command: Command, io: Io): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'E_USAGE  ')),
    })
    .showHelpAfterError(false);
}
