// What seekstack bench run may be told: its flags, their help, and what words of a command line come to.
import { Command, InvalidArgumentError, Option } from 'commander';
import { PATTERNS } from '../../../documents/bench-manifest.ts';
import type { Io } from '../../io.ts';
import { DEFAULT_KEY_VARIABLE } from './key-variable.ts';
import {
  parseAddress,
  parseAmount,
  parseBody,
  parseBracket,
  parseConcurrencies,
  parseDuration,
  parseLength,
  parsePercentile,
  parseRates,
  parseShare,
  parseTarget,
} from './parse-flags.ts';
import type { RunChoices } from './run-choices.ts';

/** Gives a command the arguments and flags of `bench run`. */
export function describeRun(command: Command): Command {
  return command
    .argument('[plan]', 'a plan file: lengths, targets, rates and price come from its option')
    .description('put load on an OpenAI-compatible endpoint and measure what comes back')
    .option('--endpoint <url>', 'up to and including the version, such as http://127.0.0.1:8000/v1', parseAddress)
    .option('--option <id>', 'which option of the plan; the winner where not given')
    .option('--model <name>', 'as requests name it (default: the plan’s, else the only one the endpoint lists)')
    .addOption(new Option('--api <api>', 'which path').choices(['chat', 'completions']).default('chat'))
    .option('--server-name <name>', 'whom the certificate names, where the address is another (a balancer, a tunnel)')
    .option('--key-variable <name>', 'environment variable that holds the API key', DEFAULT_KEY_VARIABLE)
    .option('--rate <list>', 'open loop: requests a second, one point each, such as 1,2,4', parseRates)
    .option('--concurrency <list>', 'closed loop: requests always in flight, one point each', parseConcurrencies)
    .option('--search [low..high]', 'find the highest rate that meets the targets, by bisection', parseBracket)
    .option('--resolution <share>', 'where the search ends', parseShare, 0.05)
    .option('--trace <file>', 'replay real requests: an Azure, BurstGPT or Mooncake trace, plain or .gz')
    .option('--rate-scale <factor>', 'of a trace: so many times as fast', parseAmount, 1)
    .addOption(
      new Option('--pattern <pattern>', 'how requests arrive').choices(PATTERNS.filter((pattern) => pattern !== 'trace')),
    )
    .option('--burstiness <shape>', 'shape of gamma-distributed gaps: 1 is Poisson, below 1 burstier', parseAmount)
    .option('--day <duration>', 'how long the day of --pattern day lasts (default: the window)', parseDuration)
    .option('--day-shape <id>', 'its form, one of the catalogue’s (default: that of the plan’s use)')
    .option('--prompt <tokens>', 'length: 1000, or p50=800,p95=3k', parseLength)
    .option('--output <tokens>', 'length of reasoning and answer together', parseLength)
    .option('--cache-hit <share>', 'share of each prompt that all have in common', parseShare)
    .option('--output-control <how>', 'auto, exact (ignore_eos, min_tokens) or limit (max_tokens alone)', parseControl, 'auto')
    .option('--chunk-usage', 'ask for usage in every chunk, for inter-token latency', false)
    .option('--body <json>', 'further fields of every request', parseBody)
    .option('--tokenizer <file>', 'a tokenizer.json (default: DeepSeek’s)')
    .option('--ttft <duration>', 'target for the first token', parseTarget)
    .option('--tpot <duration>', 'target for each further token', parseTarget)
    .option('--e2e <duration>', 'target for the whole answer', parseTarget)
    .option('--percentile <number>', 'share of requests that have to meet them', parsePercentile)
    .option('--duration <duration>', 'of the measured window', parseDuration, 60)
    .option('--requests <count>', 'draw the window out until it holds so many', parseWhole, 0)
    .option('--warm-up <duration>', 'longest wait for a steady state', parseDuration, 120)
    .option('--drain <duration>', 'longest wait for the last of the window', parseDuration, 120)
    .option('--timeout <duration>', 'of one request', parseTarget, 600)
    .option('--repeats <count>', 'measure each point so many times', parseRepeats, 1)
    .option('--replicas <count>', 'how many are up; rates and price of a plan are scaled to them', parseRepeats)
    .option('--usd-per-hour <amount>', 'price of what is measured (default: the plan’s)', parseAmount)
    .option('--meter <url>', 'power: an exporter’s /metrics page, or with --meter-query a Prometheus server', parseAddress)
    .option('--meter-gauge <name>', 'gauge in watts on that page', 'DCGM_FI_DEV_POWER_USAGE')
    .option('--meter-query <promql>', 'watts, asked of the Prometheus server')
    .option('--engine <name>', 'for the record: what serves')
    .option('--machine <name>', 'for the record: on what')
    .option('--accelerators <count>', 'for the record: how many', parseRepeats)
    .option('--label <text>', 'for the record')
    .option('--max-minutes <count>', 'end the run then, with what there is', parseAmount)
    .option('--max-usd <amount>', 'end the run when it has cost so much', parseAmount)
    .option('--seed <number>', 'another draw of requests', parseWhole, 1)
    .option('--out <folder>', 'where the run goes (default: bench-<instant>)')
    .option('--resume <folder>', 'go on with a run; its manifest says how')
    .option('--both-tpot', 'also print latency per token with the first one in it, as guidellm has it', false)
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json', 'md']).default('table'))
    .addHelpText(
      'after',
      '\nExample:\n  $ seekstack bench run --endpoint http://127.0.0.1:8000/v1 --rate 1,2,4 --ttft 1s --tpot 50ms\n\nExit codes: 0 ok · 2 invalid input · 4 targets fail, or the run cannot be trusted\n            5 the endpoint gives no usable answer · 130 interrupted, resumable',
    );
}

/**
 * What `bench run` will make of words after its plan.
 * @throws CommanderError where it will refuse them; why has been told
 */
export function readRunWords(plan: string, words: readonly string[], io: Pick<Io, 'out' | 'err'>): RunChoices {
  return describeRun(new Command('run'))
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'E_USAGE  ')),
    })
    .parse([plan, ...words], { from: 'user' })
    .opts<RunChoices>();
}

function parseControl(text: string): 'auto' | 'exact' | 'limit' {
  if (text === 'auto' || text === 'exact' || text === 'limit') return text;
  throw new InvalidArgumentError('It must be auto, exact or limit.');
}

function parseWhole(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count)) throw new InvalidArgumentError('It must be a whole number.');
  return count;
}

function parseRepeats(text: string): number {
  const count = parseWhole(text);
  if (count < 1) throw new InvalidArgumentError('It must be at least 1.');
  return count;
}
