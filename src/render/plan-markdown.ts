// Markdown and CSV views of a plan.
import { stringify } from 'csv-stringify/sync';
import type { Plan } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import { sayTold } from '../language/say-statement.ts';
import { sayBreakEven, sayFlips, sayPlanVerdict } from '../language/say-verdict.ts';
import { type Speech, speak } from '../language/speak.ts';
import { markdownCell, markdownRow } from './markdown-text.ts';
import { groupRejections, nameConstraint, nameFleetLayout, nameHardware, shownOptions } from './plan-rows.ts';
import { markOwn, sayCalibrations, sayMixes, sayOperations, sayPrices, sayTraining } from './plan-sentences.ts';

/** GitHub-flavoured Markdown; titles of sources stay in their own language. */
export function renderPlanMarkdown(plan: Plan, speech: Speech = speak('en')): string {
  const { say } = speech;
  const { amount, percent, seconds, usd } = figuresOf(speech);
  const { shown, more } = shownOptions(plan);
  const { groups } = groupRejections(plan, speech);
  const lines = [
    `## ${markdownCell(plan.name)}: ${markdownCell(sayPlanVerdict(speech, plan))}`,
    '',
    ...(shown.length === 0
      ? []
      : [
          markdownRow([
            '#',
            say('column.where'),
            say('column.nodes'),
            say('column.hardware'),
            say('column.stack'),
            say('column.usdAMonth'),
            say('column.usdAMillion'),
            'TTFT',
            'TPOT',
            say('column.peakLoad'),
          ]),
          '| ---: | --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |',
          ...shown.map((option) =>
            markdownRow([
              option.rank ?? '',
              `${option.provider} ${option.region} ${option.purchase}`,
              option.nodes,
              nameHardware(option),
              `${option.checkpoint.id}, ${nameFleetLayout(option)}, ${option.engine}`,
              markOwn(amount(option.cost.usdPerMonth.typical), option),
              amount(option.cost.usdPerMillionOutputTokens.typical),
              seconds(option.latency.ttftSeconds.typical),
              seconds(option.latency.tpotSeconds.typical),
              percent(option.capacity.peakUtilisation),
            ]),
          ),
          ...(more > 0 ? ['', `${more} more feasible options are in the JSON.`] : []),
          '',
        ]),
    ...section(say('label.operations'), sayOperations(plan, speech)),
    ...section(say('label.prices'), sayPrices(plan, speech)),
    ...section(say('label.calibration'), sayCalibrations(plan, speech)),
    ...section(say('label.training'), sayTraining(plan, speech)),
    ...quotaLines(plan),
    ...section(say('label.flipsLong'), [...sayFlips(speech, plan), ...sayMixes(plan, speech)]),
    ...breakEvenLines(plan, speech),
    ...plan.hosted
      .slice(0, 1)
      .map(
        ({ seller, usdPerMonth }) =>
          `**${say('label.hosted')}.** ${markdownCell(say('plan.hosted', { seller, cost: usd(usdPerMonth) }))}\n`,
      ),
    ...plan.warnings.map(
      (warning) => `> **${warning.id}** ${markdownCell(sayTold(speech, warning.message, warning.statement))}\n`,
    ),
    `### ${say('label.whyNotShort')}`,
    '',
    ...groups.map(
      (group) =>
        `- **${markdownCell(nameConstraint(speech, group.constraint))}**, ${say('plan.machines', { count: group.machines.length })}; ${say('plan.nearest', { example: markdownCell(group.example) })}`,
    ),
    '',
    `### ${say('label.assumedShort')}`,
    '',
    markdownRow([
      say('report.assumptions.field'),
      say('report.column.value'),
      say('report.column.source'),
      say('report.column.asOf'),
    ]),
    '| --- | --- | --- | --- |',
    ...plan.assumptions.map((each) =>
      markdownRow([
        each.field,
        each.value,
        `${each.source.kind}: ${sayTold(speech, each.source.title, each.statement)}`,
        each.source.asOf,
      ]),
    ),
    '',
    say('plan.factsAsOf', { day: plan.asOf }),
    '',
  ];
  return lines.join('\n');
}

function section(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [`**${title}.**`, '', ...sentences.map((sentence) => `- ${markdownCell(sentence)}`), ''];
}

function breakEvenLines(plan: Plan, speech: Speech): string[] {
  const owned = plan.options.find((option) => option.id === plan.breakEven?.owned);
  if (plan.breakEven === null || owned === undefined) return [];
  const sentence = sayBreakEven(speech, owned.cost.usdPerMonth.typical, plan.breakEven.rented, plan.breakEven.utilisationShare);
  return [`**${speech.say('label.breakEven')}.** ${markdownCell(sentence)}`, ''];
}

/** The command that asks for the winner's quota, ready to paste. */
function quotaLines(plan: Plan): string[] {
  const quota = plan.options.find((option) => option.rank === 1)?.operations.quota;
  return quota == null ? [] : ['```sh', quota.command.replaceAll('`', ''), '```', ''];
}

/** One line an option, feasible or not, for a spreadsheet; units in the column names. */
export function renderPlanCsv(plan: Plan): string {
  const records = plan.options.map((option) => ({
    rank: option.rank ?? '',
    id: option.id,
    provider: option.provider,
    feasible: option.feasible,
    reason: option.reason,
    machine: option.machine.id,
    accelerator: option.machine.accelerator ?? '',
    region: option.region,
    purchase: option.purchase,
    nodes: option.nodes,
    accelerators: option.accelerators,
    checkpoint: option.checkpoint.id,
    engine: option.engine,
    layout: nameFleetLayout(option),
    replicas: option.replicas,
    spareReplicas: option.spareReplicas,
    prefillWorkers: option.prefill?.workers ?? '',
    upRatio: option.operations.upRatio,
    batchAtPeak: option.batch.atPeak,
    ttftSeconds: option.latency.ttftSeconds.typical,
    tpotSeconds: option.latency.tpotSeconds.typical,
    capacityRequestsPerSecond: option.capacity.requestsPerSecond.typical,
    peakUtilisationRatio: option.capacity.peakUtilisation,
    usdPerMonth: option.cost.usdPerMonth.typical,
    usdPerMonthLow: option.cost.usdPerMonth.low,
    usdPerMonthHigh: option.cost.usdPerMonth.high,
    usdPerMillionOutputTokens: option.cost.usdPerMillionOutputTokens.typical,
    capexUsd: option.cost.capexUsd,
    kilowattHoursPerMonth: option.energy.kilowattHoursPerMonth,
    kilogramsCo2ePerMonth: option.energy.kilogramsCo2ePerMonth ?? '',
    basis: option.latency.basis,
    priceAsOf: option.cost.priceAsOf,
    oldestPriceDays: option.cost.oldestPriceDays,
    ownPrices: option.cost.own.join(' '),
  }));
  return stringify(records, { header: true });
}

/** The plan itself; keys in the order of the schema, so that the same plan is the same bytes. */
export function renderPlanJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
