// The terminal's view of a plan: verdict first, then options, why not, break-even, assumptions. At most 100 columns.
import Table from 'cli-table3';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { clip, formatAmount, formatCount, formatKilowatts, formatPercent, formatSeconds, formatUsd } from './format.ts';
import { plainTable } from './plain-table.ts';
import { groupRejections, nameFleetLayout, nameHardware, nameMachine, shownOptions } from './plan-rows.ts';
import { markOwn, sayFlips, sayMixes, sayOperations, sayPrices, sayTraining } from './plan-sentences.ts';

const WIDTH = 100;
const ASSUMPTIONS_SHOWN = 30;

/** Colours, or the same functions that leave text alone where colour is off. */
export interface Ink {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export interface TableChoices {
  readonly ink: Ink;
  /** The command that emits the winner, suggested at the end. */
  readonly nextCommand: string | null;
}

/** Text for a terminal, ending with a line break. */
export function renderPlanTable(plan: Plan, { ink, nextCommand }: TableChoices): string {
  const parts: string[] = [];
  const mark = plan.verdict.feasible ? ink.green('✔') : ink.red('✘');
  parts.push(`${mark} ${ink.bold(wrap(plan.verdict.sentence, WIDTH - 2).join('\n  '))}`);
  parts.push(ink.dim(wrap(describeWorkload(plan), WIDTH).join('\n')));
  if (plan.options.some((option) => option.feasible)) parts.push(optionTable(plan), winnerDetails(plan));
  parts.push(labelled('Operations', sayOperations(plan)));
  parts.push(labelled('Prices', sayPrices(plan)));
  parts.push(labelled('Training', sayTraining(plan)));
  if (plan.breakEven !== null) parts.push(labelled('Break-even', [plan.breakEven.sentence]));
  parts.push(labelled('Flips', sayFlips(plan)), labelled('Mixed', sayMixes(plan)));
  const hosted = plan.hosted[0];
  if (hosted !== undefined && hosted.usdPerMonth > 0)
    parts.push(labelled('Hosted', [`${hosted.seller} would ask ${formatUsd(hosted.usdPerMonth)} a month for the same tokens.`]));
  for (const warning of plan.warnings) parts.push(ink.yellow(wrap(`${warning.id}  ${warning.message}`, WIDTH).join('\n')));
  parts.push(whyNot(plan, ink));
  parts.push(assumptionTable(plan, ink));
  const footer = `${formatCount(plan.search.evaluations)} candidates on ${plan.search.machines} machines, ${plan.search.offers} offers; facts as of ${plan.asOf}; intervals are 80 %, months 730 hours.`;
  parts.push(ink.dim(wrap(footer, WIDTH).join('\n')));
  if (nextCommand !== null) parts.push(`Next: ${ink.bold(nextCommand)}`);
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function describeWorkload(plan: Plan): string {
  const { workload } = plan;
  const load =
    workload.peakRequestsPerSecond === null
      ? `${workload.peakConcurrency} ${workload.peakConcurrency === 1 ? 'request' : 'requests'} in flight`
      : `${formatAmount(workload.peakRequestsPerSecond)} requests/s at the peak${workload.growthPerYear > 0 ? ' of the last month' : ''}`;
  const tokens = `${formatCount(workload.promptMeanTokens)} tokens in, ${formatCount(workload.outputMeanTokens + workload.thinkingMeanTokens)} out`;
  const percentile = `p${Math.round(workload.percentile * 100)}`;
  const targets = [
    workload.ttftTargetSeconds === null ? '' : `TTFT ≤ ${formatSeconds(workload.ttftTargetSeconds)}`,
    workload.tpotTargetSeconds === null ? '' : `TPOT ≤ ${formatSeconds(workload.tpotTargetSeconds)}`,
  ].filter((text) => text !== '');
  const confidence = workload.confidence > 0.5 ? `, held with ${formatPercent(workload.confidence)} confidence` : '';
  return `${workload.model}, ${workload.use}: ${load}, ${tokens}${targets.length === 0 ? '' : `, ${percentile} ${targets.join(', ')}`}${confidence}`;
}

/** Texts give way where figures are wide, so that a line stays within the width. */
const TEXT_WIDTH = { widest: 17, narrowest: 10 };

function optionTable(plan: Plan): string {
  const { shown, more } = shownOptions(plan);
  let rows = '';
  for (let width = TEXT_WIDTH.widest; width >= TEXT_WIDTH.narrowest; width -= 1) {
    rows = optionRows(shown, width);
    if (rows.split('\n').every((line) => line.length <= WIDTH)) break;
  }
  const counted = more > 0 ? `\n… and ${more} more feasible options (--format json has all of them)` : '';
  return rows + counted;
}

function optionRows(shown: readonly PlanOption[], textWidth: number): string {
  const table = new Table({
    ...plainTable(' '),
    head: [
      '#',
      'where',
      'nodes',
      'machine',
      clip('precision, layout', textWidth),
      'USD/month',
      'USD/Mtok',
      'TTFT',
      'TPOT',
      'load',
    ],
    colAligns: ['right', 'left', 'right', 'left', 'left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const option of shown)
    table.push([
      option.rank ?? '',
      clip(option.provider === 'onprem' ? `own ${option.country}` : `${option.provider} ${option.region}`, textWidth),
      option.nodes,
      clip(nameMachine(option), textWidth),
      clip(`${option.checkpoint.id} ${nameFleetLayout(option)}`, textWidth),
      markOwn(formatAmount(option.cost.usdPerMonth.typical), option),
      formatAmount(option.cost.usdPerMillionOutputTokens.typical),
      formatSeconds(option.latency.ttftSeconds.typical),
      formatSeconds(option.latency.tpotSeconds.typical),
      formatPercent(option.capacity.peakUtilisation),
    ]);
  return trimLines(table.toString());
}

function nameSpeculation({ speculation }: PlanOption): string {
  if (speculation === null) return '';
  return `, ${speculation.draftTokens} drafted for ${formatAmount(speculation.acceptedTokens)} tokens a step`;
}

/** What a person asks next about the winner, each line wrapped under its label. */
function winnerDetails(plan: Plan): string {
  const winner = plan.options.find((option) => option.rank === 1);
  if (winner === undefined) return '';
  const { latency, cost, energy } = winner;
  const range = (interval: { low: number; high: number }) => `${formatSeconds(interval.low)}–${formatSeconds(interval.high)}`;
  const decoding = winner.prefill === null ? 'replica' : 'decode worker';
  const spare = winner.spareReplicas > 0 ? ` and ${winner.spareReplicas} spare` : '';
  const prefill =
    winner.prefill === null
      ? ''
      : `, ${winner.prefill.workers + winner.prefill.spareWorkers} for prefill (${winner.prefill.layout.name})`;
  const replicas = `${winner.replicas} ${decoding}${winner.replicas === 1 ? '' : 's'}${spare}${prefill}`;
  const lines = [
    winner.id,
    `${nameHardware(winner)}, ${winner.engine}, ${replicas}, batch ${winner.batch.atPeak}${nameSpeculation(winner)}`,
    `TTFT ${range(latency.ttftSeconds)}, TPOT ${range(latency.tpotSeconds)} (80 %, ${latency.basis})`,
    ...sayEnergy(energy),
    `USD ${formatAmount(cost.usdPerMillionOutputTokens.low)}–${formatAmount(cost.usdPerMillionOutputTokens.high)} a million output tokens at ${formatPercent(winner.capacity.meanUtilisation)} mean load${cost.capexUsd > 0 ? `; ${formatUsd(cost.capexUsd)} to buy` : ''}`,
  ];
  return labelled('Winner', lines);
}

/** Three boundaries, phases of a node, and the grid behind the carbon. */
function sayEnergy(energy: PlanOption['energy']): string[] {
  const { idle, loadedIdle, prefill, decode } = energy.nodePhaseWatts;
  const watts = [loadedIdle, prefill, decode].map(formatKilowatts);
  const phases =
    prefill === decode
      ? `${formatKilowatts(idle)} idle, ${watts[2]} busy`
      : `${formatKilowatts(idle)} idle, ${watts[0]} waiting, ${watts[1]} in prefill, ${watts[2]} in decode`;
  const boards = energy.boardWatts > 0 ? `${formatAmount(energy.boardJoulesPerOutputToken)} of it in boards, ` : '';
  const carbon =
    energy.kilogramsCo2ePerMonth === null
      ? ''
      : `, ${formatCount(energy.kilogramsCo2ePerMonth)} kg CO2e (${energy.gridZone}, ${energy.carbonMethod})`;
  const tariff =
    energy.hourly !== null
      ? `; ${formatCount(energy.megawattHoursPerYear)} MWh a year, ${energy.hourly.name} by the hour: USD ${energy.hourly.paidUsdPerKilowattHour.toFixed(4)} a kWh, ${energy.hourly.meanUsdPerKilowattHour.toFixed(4)} on the mean of the hours`
      : energy.tariff === null
        ? ''
        : `; ${formatCount(energy.megawattHoursPerYear)} MWh a year, tariff ${energy.tariff.id}`;
  return [
    `${formatKilowatts(energy.facilityWatts)} at the meter, ${formatCount(energy.kilowattHoursPerMonth)} kWh a month${carbon}${tariff}`,
    `${formatAmount(energy.joulesPerOutputToken)} J an output token, ${boards}${formatAmount(energy.wallJoulesPerOutputToken)} at the wall (${energy.basis === 'nameplate' ? 'share of nameplate' : `power curve ${energy.basis}`}); a node takes ${phases}`,
  ];
}

/** Text under a label of twelve columns. */
function labelled(label: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const indent = 12;
  return lines
    .flatMap((line) => wrap(line, WIDTH - indent))
    .map((line, index) => (index === 0 ? label : '').padEnd(indent) + line)
    .join('\n');
}

function whyNot(plan: Plan, ink: Ink): string {
  const { groups, more } = groupRejections(plan);
  if (groups.length === 0) return '';
  const lines = groups.flatMap((group) => {
    const head = `${group.constraint.padEnd(11)} ${String(group.machines.length).padStart(3)} ${group.machines.length === 1 ? 'machine ' : 'machines'}  `;
    return wrap(group.example, WIDTH - head.length).map((text, index) =>
      index === 0 ? head + text : ' '.repeat(head.length) + text,
    );
  });
  return [
    ink.bold('Why not the others (nearest of each kind)'),
    ...lines,
    ...(more > 0 ? [`… and ${more} more kinds`] : []),
  ].join('\n');
}

function assumptionTable(plan: Plan, ink: Ink): string {
  const table = new Table({ ...plainTable(' '), colWidths: [25, 30, 43], wordWrap: true });
  for (const each of plan.assumptions.slice(0, ASSUMPTIONS_SHOWN))
    table.push([
      clip(each.field, 24),
      clip(each.value, 29),
      clip(`${each.source.kind} ${each.source.asOf}: ${each.source.title}`, 42),
    ]);
  const more = plan.assumptions.length - ASSUMPTIONS_SHOWN;
  return [
    ink.bold('Assumed, since the workload does not say (set the field to replace it)'),
    trimLines(table.toString()),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n');
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((row) => row.trimEnd())
    .filter((row) => row !== '')
    .join('\n');
}

/** Breaks a text at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const current = lines[last] ?? '';
    if (current !== '' && current.length + 1 + word.length > width) lines.push(word);
    else lines[last] = current === '' ? word : `${current} ${word}`;
  }
  return lines;
}
