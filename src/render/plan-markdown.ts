// Markdown and CSV views of a plan.
import { stringify } from 'csv-stringify/sync';
import type { Plan } from '../documents/plan.ts';
import { formatAmount, formatPercent, formatSeconds, formatUsd } from './format.ts';
import { markdownCell, markdownRow } from './markdown-text.ts';
import { groupRejections, nameFleetLayout, nameHardware, shownOptions } from './plan-rows.ts';
import { markOwn, sayFlips, sayMixes, sayOperations, sayPrices, sayTraining } from './plan-sentences.ts';

/** GitHub-flavoured Markdown. */
export function renderPlanMarkdown(plan: Plan): string {
  const { shown, more } = shownOptions(plan);
  const { groups } = groupRejections(plan);
  const lines = [
    `## ${markdownCell(plan.name)}: ${markdownCell(plan.verdict.sentence)}`,
    '',
    ...(shown.length === 0
      ? []
      : [
          markdownRow([
            '#',
            'where',
            'nodes',
            'hardware',
            'precision, layout, engine',
            'USD a month',
            'USD per million output tokens',
            'TTFT',
            'TPOT',
            'peak load',
          ]),
          '| ---: | --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |',
          ...shown.map((option) =>
            markdownRow([
              option.rank ?? '',
              `${option.provider} ${option.region} ${option.purchase}`,
              option.nodes,
              nameHardware(option),
              `${option.checkpoint.id}, ${nameFleetLayout(option)}, ${option.engine}`,
              markOwn(formatAmount(option.cost.usdPerMonth.typical), option),
              formatAmount(option.cost.usdPerMillionOutputTokens.typical),
              formatSeconds(option.latency.ttftSeconds.typical),
              formatSeconds(option.latency.tpotSeconds.typical),
              formatPercent(option.capacity.peakUtilisation),
            ]),
          ),
          ...(more > 0 ? ['', `${more} more feasible options are in the JSON.`] : []),
          '',
        ]),
    ...section('Operations', sayOperations(plan)),
    ...section('Prices', sayPrices(plan)),
    ...section('Training', sayTraining(plan)),
    ...quotaLines(plan),
    ...section('What would flip it', [...sayFlips(plan), ...sayMixes(plan)]),
    ...(plan.breakEven === null ? [] : [`**Break-even.** ${markdownCell(plan.breakEven.sentence)}`, '']),
    ...plan.hosted
      .slice(0, 1)
      .map(
        (hosted) =>
          `**Hosted.** ${markdownCell(hosted.seller)} would ask ${formatUsd(hosted.usdPerMonth)} a month for the same tokens.\n`,
      ),
    ...plan.warnings.map((warning) => `> **${warning.id}** ${markdownCell(warning.message)}\n`),
    '### Why not the others',
    '',
    ...groups.map(
      (group) =>
        `- **${markdownCell(group.constraint)}**, ${group.machines.length} ${group.machines.length === 1 ? 'machine' : 'machines'}; nearest: ${markdownCell(group.example)}`,
    ),
    '',
    '### Assumed',
    '',
    markdownRow(['field', 'value', 'source', 'as of']),
    '| --- | --- | --- | --- |',
    ...plan.assumptions.map((each) =>
      markdownRow([each.field, each.value, `${each.source.kind}: ${each.source.title}`, each.source.asOf]),
    ),
    '',
    `Facts as of ${plan.asOf}. Intervals in the JSON are 80 %.`,
    '',
  ];
  return lines.join('\n');
}

function section(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [`**${title}.**`, '', ...sentences.map((sentence) => `- ${markdownCell(sentence)}`), ''];
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
