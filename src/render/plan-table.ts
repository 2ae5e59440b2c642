// The terminal's view of a plan: verdict first, then options, why not, break-even, assumptions; one screen unless all is asked for.
import Table from 'cli-table3';
import type { Plan } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import { sayTold } from '../language/say-statement.ts';
import { sayBreakEven, sayFlips, sayPlanVerdict } from '../language/say-verdict.ts';
import type { Speech } from '../language/speak.ts';
import { clip } from './format.ts';
import { plainTable } from './plain-table.ts';
import { groupRejections, nameConstraint, nameFleetLayout, nameMachine, OPTIONS_SHOWN, shownOptions } from './plan-rows.ts';
import { markOwn, sayCalibrations, sayMixes, sayOperations, sayPrices, sayTraining } from './plan-sentences.ts';
import { type Column, FIRST_SCREEN_LINES, fittingTable, type Ink, labelled, trimLines, wrap } from './terminal.ts';
import { sayWinnerDetails } from './winner-lines.ts';

export interface TableChoices {
  readonly ink: Ink;
  readonly speech: Speech;
  /** Columns of a line. */
  readonly width: number;
  /** Everything, however long; else what fits a first screen. */
  readonly full: boolean;
  /** The command that emits the winner, suggested at the end. */
  readonly nextCommand: string | null;
}

/** How much of each part is told. */
interface Measure {
  readonly options: number;
  readonly winner: number;
  readonly operations: number;
  readonly prices: number;
  readonly training: number;
  readonly flips: number;
  readonly warnings: number;
  readonly whyNot: number;
  /** Whether reasons and warnings may take more than one line. */
  readonly wrapped: boolean;
}

const ALL = Number.POSITIVE_INFINITY;
const EVERYTHING: Measure = {
  options: OPTIONS_SHOWN,
  winner: ALL,
  operations: ALL,
  prices: ALL,
  training: ALL,
  flips: ALL,
  warnings: ALL,
  whyNot: ALL,
  wrapped: true,
};
/** From generous to sparse; the first that fits a screen is taken, the last whatever it takes. */
const BRIEF: readonly Measure[] = [
  { options: 8, winner: ALL, operations: 4, prices: 3, training: 3, flips: 4, warnings: 3, whyNot: 6, wrapped: true },
  { options: 6, winner: ALL, operations: 3, prices: 2, training: 2, flips: 3, warnings: 3, whyNot: 4, wrapped: false },
  { options: 5, winner: ALL, operations: 2, prices: 2, training: 2, flips: 2, warnings: 2, whyNot: 3, wrapped: false },
  { options: 4, winner: 4, operations: 1, prices: 2, training: 1, flips: 1, warnings: 2, whyNot: 2, wrapped: false },
  { options: 3, winner: 3, operations: 1, prices: 2, training: 1, flips: 1, warnings: 1, whyNot: 1, wrapped: false },
];

/** Text for a terminal, ending with a line break; at most a screen unless `full`. */
export function renderPlanTable(plan: Plan, choices: TableChoices): string {
  if (choices.full) return compose(plan, choices, EVERYTHING);
  const texts = BRIEF.map((measure) => () => compose(plan, choices, measure));
  const fits = texts.find((text) => text().split('\n').length - 1 <= FIRST_SCREEN_LINES);
  return (fits ?? (texts.at(-1) as () => string))();
}

function compose(plan: Plan, choices: TableChoices, measure: Measure): string {
  const { ink, speech, width, full, nextCommand } = choices;
  const { say } = speech;
  const beside = (label: Parameters<Speech['say']>[0], lines: readonly string[]) => labelled(say(label), lines, width);
  const mark = plan.verdict.feasible ? ink.green('✔') : ink.red('✘');
  const hosted = plan.hosted.slice(0, 1).filter((each) => each.usdPerMonth > 0);
  const parts = [
    `${mark} ${ink.bold(wrap(sayPlanVerdict(speech, plan), width - 2).join('\n  '))}`,
    ink.dim(wrap(describeWorkload(plan, speech), width).join('\n')),
    plan.options.some((option) => option.feasible) ? optionTable(plan, choices, measure.options) : '',
    beside('label.winner', sayWinnerDetails(plan, speech).slice(0, measure.winner)),
    beside('label.operations', sayOperations(plan, speech).slice(0, measure.operations)),
    beside('label.prices', sayPrices(plan, speech).slice(0, measure.prices)),
    beside('label.calibration', sayCalibrations(plan, speech)),
    beside('label.training', sayTraining(plan, speech).slice(0, measure.training)),
    // What turns the answer is read together.
    ...(full
      ? [beside('label.breakEven', breakEven(plan, speech)), beside('label.flips', sayFlips(speech, plan))]
      : [
          [
            beside('label.breakEven', breakEven(plan, speech)),
            beside('label.flips', sayFlips(speech, plan).slice(0, measure.flips)),
          ]
            .filter((part) => part !== '')
            .join('\n'),
        ]),
    beside('label.mixed', sayMixes(plan, speech)),
    beside(
      'label.hosted',
      hosted.map(({ seller, usdPerMonth }) => say('plan.hosted', { seller, cost: figuresOf(speech).usd(usdPerMonth) })),
    ),
    warnings(plan, choices, measure),
    whyNot(plan, choices, measure),
    full ? assumptionTable(plan, choices) : assumptionLine(plan, choices),
    ink.dim(wrap(footer(plan, speech), width).join('\n')),
    nextCommand === null ? '' : say('plan.next', { command: ink.bold(nextCommand) }),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function describeWorkload({ workload }: Plan, speech: Speech): string {
  const { say } = speech;
  const { amount, count, percent, seconds } = figuresOf(speech);
  const load =
    workload.peakRequestsPerSecond === null
      ? say('plan.inFlight', { count: workload.peakConcurrency ?? 0 })
      : say(workload.growthPerYear > 0 ? 'plan.atPeakOfTerm' : 'plan.atPeak', { rate: amount(workload.peakRequestsPerSecond) });
  const tokens = say('plan.tokens', {
    prompt: count(workload.promptMeanTokens),
    output: count(workload.outputMeanTokens + workload.thinkingMeanTokens),
  });
  const targets = [
    workload.ttftTargetSeconds === null ? '' : `TTFT ≤ ${seconds(workload.ttftTargetSeconds)}`,
    workload.tpotTargetSeconds === null ? '' : `TPOT ≤ ${seconds(workload.tpotTargetSeconds)}`,
  ].filter((text) => text !== '');
  return [
    `${workload.model}, ${workload.use}: ${load}`,
    tokens,
    ...(targets.length === 0 ? [] : [`p${Math.round(workload.percentile * 100)} ${targets.join(', ')}`]),
    ...(workload.confidence > 0.5 ? [say('plan.held', { confidence: percent(workload.confidence) })] : []),
  ].join(', ');
}

/** Below this there is no room for the load of each option. */
const LOAD_FROM_WIDTH = 90;

function optionTable(plan: Plan, { speech, width, full }: TableChoices, most: number): string {
  const { shown, more } = shownOptions(plan, most);
  const { say } = speech;
  const { amount, percent, seconds } = figuresOf(speech);
  const roomy = width >= LOAD_FROM_WIDTH;
  const rows = shown.map((option) => [
    String(option.rank ?? ''),
    option.provider === 'onprem' ? `${say('column.own')} ${option.country}` : `${option.provider} ${option.region}`,
    `${option.nodes} × ${nameMachine(option)}`,
    `${option.checkpoint.id} ${nameFleetLayout(option)}`,
    markOwn(amount(option.cost.usdPerMonth.typical), option),
    amount(option.cost.usdPerMillionOutputTokens.typical),
    seconds(option.latency.ttftSeconds.typical),
    seconds(option.latency.tpotSeconds.typical),
    ...(roomy ? [percent(option.capacity.peakUtilisation)] : []),
  ]);
  const columns: Column[] = [
    { head: '#', align: 'right' },
    { head: say('column.where'), align: 'left', gives: true },
    { head: say('column.machine'), align: 'left', gives: true },
    { head: say('column.layout'), align: 'left', gives: true },
    { head: say('column.usdPerMonth'), align: 'right' },
    { head: say('column.usdPerMtok'), align: 'right' },
    { head: 'TTFT', align: 'right' },
    { head: 'TPOT', align: 'right' },
    ...(roomy ? [{ head: say('column.load'), align: 'right' } as const] : []),
  ];
  const table = fittingTable(columns, rows, width);
  if (more === 0) return table;
  return `${table}\n${say('plan.more', { count: more, where: say(full ? 'plan.moreJson' : 'plan.moreFull') })}`;
}

function breakEven(plan: Plan, speech: Speech): string[] {
  const owned = plan.options.find((option) => option.id === plan.breakEven?.owned);
  if (plan.breakEven === null || owned === undefined) return [];
  return [sayBreakEven(speech, owned.cost.usdPerMonth.typical, plan.breakEven.rented, plan.breakEven.utilisationShare)];
}

function warnings(plan: Plan, { ink, width, speech }: TableChoices, { warnings: most, wrapped }: Measure): string {
  const told = plan.warnings.slice(0, most).map(({ id, message, statement }) => {
    const text = `${id}  ${sayTold(speech, message, statement)}`;
    return ink.yellow(wrapped ? wrap(text, width).join('\n') : clip(text, width));
  });
  const more = plan.warnings.length - told.length;
  return [...told, ...(more > 0 ? [ink.yellow(speech.say('plan.moreLines', { count: String(more) }))] : [])].join(
    wrapped ? '\n\n' : '\n',
  );
}

function whyNot(plan: Plan, { ink, width, speech }: TableChoices, { whyNot: most, wrapped }: Measure): string {
  const { groups, more: unlisted } = groupRejections(plan, speech);
  if (groups.length === 0) return '';
  const { say } = speech;
  const told = groups.slice(0, most);
  const counts = told.map((group) => say('plan.machines', { count: group.machines.length }).padEnd(11));
  const names = told.map((group) => nameConstraint(speech, group.constraint));
  const widest = (texts: readonly string[]) => Math.max(...texts.map((each) => each.length));
  const wide = { name: widest(names), count: widest(counts) };
  const lines = told.flatMap((group, index) => {
    const head = `${(names[index] as string).padEnd(wide.name)}  ${(counts[index] as string).padStart(wide.count)} `;
    const rest = width - head.length;
    const example = wrapped ? wrap(group.example, rest) : [clip(group.example, rest)];
    return example.map((text, line) => (line === 0 ? head : ' '.repeat(head.length)) + text);
  });
  const more = groups.length - told.length + unlisted;
  return [ink.bold(say('label.whyNot')), ...lines, ...(more > 0 ? [say('plan.moreLines', { count: String(more) })] : [])].join(
    '\n',
  );
}

const FIELDS_NAMED = 2;

/** How many assumptions there are, where the room does not allow to list them. */
function assumptionLine({ assumptions }: Plan, { speech, width }: TableChoices): string {
  if (assumptions.length === 0) return '';
  // Demand comes first: nothing else moves a size as much.
  const fields = [...assumptions]
    .sort((one, other) => Number(other.field.startsWith('demand.')) - Number(one.field.startsWith('demand.')))
    .slice(0, FIELDS_NAMED)
    .map((each) => each.field)
    .join(', ');
  return labelled(
    speech.say('label.assumedShort'),
    [speech.say('plan.assumedCount', { count: assumptions.length, fields })],
    width,
  );
}

function assumptionTable(plan: Plan, { ink, speech, width }: TableChoices): string {
  if (plan.assumptions.length === 0) return '';
  const widths = [25, 27, width - 54];
  const table = new Table({ ...plainTable(' '), colWidths: widths });
  for (const each of plan.assumptions)
    table.push(
      [
        each.field,
        each.value,
        `${each.source.kind} ${each.source.asOf}: ${sayTold(speech, each.source.title, each.statement)}`,
      ].map((text, column) => clip(text, (widths[column] as number) - 1)),
    );
  return [ink.bold(speech.say('label.assumed')), trimLines(table.toString())].join('\n');
}

function footer(plan: Plan, speech: Speech): string {
  const { count } = figuresOf(speech);
  return speech.say('plan.footer', {
    candidates: count(plan.search.evaluations),
    machines: String(plan.search.machines),
    offers: String(plan.search.offers),
    day: plan.asOf,
  });
}
