// The terminal's view of a simulation: does the promise hold, percentiles, what the fleet did. At most 80 columns.
import Table from 'cli-table3';
import type { Simulation } from '../documents/simulation.ts';
import { formatAmount, formatCount, formatPercent, formatSeconds } from './format.ts';
import { plainTable } from './plain-table.ts';
import { type Ink, NARROWEST, wrap } from './terminal.ts';

const WIDTH = NARROWEST;

/** Text for a terminal, ending with a line break. */
export function renderSimulation(simulation: Simulation, ink: Ink): string {
  const parts = [
    `${simulation.holds ? ink.green('✔') : ink.red('✘')} ${ink.bold(wrap(sayOutcome(simulation), WIDTH - 2).join('\n  '))}`,
    ink.dim(wrap(sayInputs(simulation), WIDTH).join('\n')),
    percentileTable(simulation),
    wrap(sayFleet(simulation), WIDTH).join('\n'),
    ...simulation.warnings.map((warning) => ink.yellow(wrap(`${warning.id}  ${warning.message}`, WIDTH).join('\n'))),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The simulation itself; the same simulation is the same bytes. */
export function renderSimulationJson(simulation: Simulation): string {
  return `${JSON.stringify(simulation, null, 2)}\n`;
}

function sayOutcome({ plan, holds, saturated, goodRatio, inputs, ...simulation }: Simulation): string {
  if (saturated) return 'The queue grows without end: the fleet cannot carry this load.';
  const name = `p${Math.round(plan.percentile * 100)}`;
  const targets = [
    plan.ttftTargetSeconds === null ? '' : `TTFT ≤ ${formatSeconds(plan.ttftTargetSeconds)}`,
    plan.tpotTargetSeconds === null ? '' : `TPOT ≤ ${formatSeconds(plan.tpotTargetSeconds)}`,
  ].filter((text) => text !== '');
  const killed = inputs.killedReplicas === 0 ? '' : ` with ${inputs.killedReplicas} of ${inputs.replicas} replicas down`;
  if (targets.length === 0) return `${formatAmount(simulation.requestsPerSecond)} requests a second are served${killed}.`;
  return `${name} ${targets.join(' and ')} ${holds ? 'hold' : 'do not hold'}${killed}: ${formatPercent(goodRatio)} of requests are within both.`;
}

function sayInputs({ inputs, requests, seconds }: Simulation): string {
  const source =
    inputs.trace === null
      ? `drawn with seed ${inputs.seed}`
      : `of ${inputs.trace.name} (${inputs.trace.format}, ${formatAmount(inputs.trace.meanRequestsPerSecond)} a second on average, ${formatAmount(inputs.trace.peakRequestsPerSecond)} in its busiest five minutes${inputs.trace.skipped > 0 ? `, ${formatCount(inputs.trace.skipped)} without an answer left out` : ''})`;
  const scale = inputs.rateScale === 1 ? '' : `, ${formatAmount(inputs.rateScale)} times as fast`;
  const slice = inputs.replicas === inputs.ofReplicas ? `${inputs.replicas}` : `${inputs.replicas} of ${inputs.ofReplicas}`;
  return `${inputs.optionId}: ${formatCount(requests)} requests ${source}${scale}, ${slice} ${inputs.ofReplicas === 1 ? 'replica' : 'replicas'}, ${formatAmount(seconds / 3600)} simulated hours.`;
}

function percentileTable({ ttft, tpot, endToEnd, plan }: Simulation): string {
  const table = new Table({
    ...plainTable(' '),
    head: ['', 'mean', 'p50', 'p90', 'p95', 'p99', 'target', `plan p${Math.round(plan.percentile * 100)}`],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  const row = (name: string, of: Simulation['ttft'], target: number | null, foretold: number | null) =>
    table.push([
      name,
      ...(of.count === 0
        ? ['–', '–', '–', '–', '–']
        : [of.meanSeconds, of.p50Seconds, of.p90Seconds, of.p95Seconds, of.p99Seconds].map(formatSeconds)),
      target === null ? '–' : formatSeconds(target),
      foretold === null ? '–' : formatSeconds(foretold),
    ]);
  row('TTFT', ttft, plan.ttftTargetSeconds, plan.ttftSeconds);
  row('TPOT', tpot, plan.tpotTargetSeconds, plan.tpotSeconds);
  row('whole', endToEnd, null, null);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

function sayFleet(simulation: Simulation): string {
  const { requestsPerSecond, outputTokensPerSecond, meanInFlight, prefillRatio, preemptions, refused, retried } = simulation;
  const extras = [
    preemptions > 0 ? `${formatCount(preemptions)} preemptions for want of cache blocks` : '',
    refused > 0 ? `${formatCount(refused)} requests too long for the cache` : '',
    retried > 0 ? `${formatCount(retried)} requests sent again after a failure` : '',
  ].filter((text) => text !== '');
  return `${formatAmount(requestsPerSecond)} requests and ${formatCount(outputTokensPerSecond)} output tokens a second, ${formatAmount(meanInFlight)} in flight, prefill ${formatPercent(prefillRatio)} of the time${extras.length === 0 ? '' : `; ${extras.join(', ')}`}.`;
}
