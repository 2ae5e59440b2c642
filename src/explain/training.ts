// Training explained: states, activations, hours, energy and cost of the run beside serving.
// In: a plan in detail. Out: derivations, as docs/economics.md "Training" tells.
import { trainedParameters, trainingDtype, trainingFlopPerToken, trainingState } from '../physics/training.ts';
import { prefillFlop } from './attention.ts';
import { explainHour } from './cost.ts';
import { hoursOfMonth } from './demand.ts';
import { type Derivation, derive, f } from './derive.ts';
import { explainEnergy } from './energy.ts';
import { acceleratorsOfNode, explainBilledNodes } from './fleet.ts';
import { parametersOf, peakOf, shapeOf } from './model-facts.ts';
import type { Planned, Subject } from './subject.ts';

const DOC = 'docs/economics.md#training';

function runOf({ workload }: Planned) {
  if (workload.training === null) throw new Error('the workload asks for no run');
  return workload.training;
}

function factsOf({ ledger }: Planned) {
  return ledger.catalog.training;
}

function trained(planned: Planned): Derivation {
  const { ledger, workload } = planned;
  const run = runOf(planned);
  const value = trainedParameters(workload.architecture, run, factsOf(planned));
  const all = parametersOf(ledger, workload.architecture, 'all parameters', 'total');
  if (run.method === 'full' || run.method === 'pretraining')
    return derive('trained parameters', 'parameters', f`${all}`, { value, doc: DOC });
  const share = ledger.fact('share of widths with adapters', 'ratio', factsOf(planned).adapterShare, {
    row: 'training',
    field: 'adapterShare',
  });
  const rank = ledger.field('rank of adapters', run.rank, 'rank', 'training.rank');
  const widths = ledger.cell(
    'widths that adapters sit beside',
    value / share.value / run.rank,
    'elements',
    'inputs and outputs of attention, dense and shared projections of all layers',
    workload.architecture.source,
    { row: workload.architecture.id, field: 'attention, feedForward' },
  );
  return derive('trained parameters', 'parameters', f`${share} × ${rank} × ${widths}`, { value, doc: DOC });
}

/** States depend on whether there is FP8; those told are of the plan's best machine. */
function recipeOf(planned: Planned, best: Subject | null) {
  const run = runOf(planned);
  const accelerator = best?.priced.sizing.candidate.stack.machine.accelerator ?? null;
  const dtype = accelerator === null ? 'bf16' : trainingDtype(run.method, accelerator);
  return { dtype, recipe: run.method === 'pretraining' && dtype === 'bf16' ? ('full' as const) : run.method };
}

export function explainTrainingState(planned: Planned, best: Subject | null, figure: 'baseBytes' | 'stateBytes'): Derivation {
  const { ledger, workload, plan } = planned;
  const facts = factsOf(planned);
  const { dtype, recipe } = recipeOf(planned, best);
  const state = trainingState({ model: workload.architecture, run: runOf(planned), facts }, dtype);
  const frozen = recipe === 'lora' || recipe === 'qlora';
  if (figure === 'baseBytes') {
    if (!frozen) return ledger.rule('frozen weights', 0, 'bytes', 'all weights are trained');
    const bytes = ledger.fact('bytes of a frozen parameter', 'bytes', facts.base[recipe], {
      row: 'training',
      field: `base.${recipe}`,
    });
    return derive(
      'frozen weights',
      'bytes',
      f`${parametersOf(ledger, workload.architecture, 'all parameters', 'total')} × ${bytes}`,
      { value: state.baseBytes, doc: DOC },
    );
  }
  const name = frozen ? 'adapters' : recipe;
  const of = (label: string, field: 'weights' | 'gradients' | 'optimizer') =>
    ledger.fact(label, 'bytes', facts.states[name][field], { row: 'training', field: `states.${name}.${field}` });
  return derive(
    'weights, gradients and states',
    'bytes',
    f`${trained(planned)} × (${of('weight of a trained parameter', 'weights')} + ${of('its gradient', 'gradients')} + ${of('its optimizer state', 'optimizer')})`,
    {
      value: plan.training?.stateBytes,
      doc: DOC,
    },
  );
}

export function explainActivations(planned: Planned): Derivation {
  const { ledger, workload, plan } = planned;
  const { activations } = factsOf(planned);
  const { architecture: model } = workload;
  const fact = (label: string, field: 'kept' | 'recomputed' | 'logit') =>
    ledger.fact(label, 'bytes', activations[field], { row: 'training', field: `activations.${field}` });
  const tokens = ledger.field('tokens of a sample', runOf(planned).sequenceTokens, 'tokens', 'training.sequence');
  const shape = (label: string, field: string, value: number) => shapeOf(ledger, model, label, field, value);
  return derive(
    'activations of an accelerator',
    'bytes',
    f`${tokens} × (${shape('hidden size', 'hiddenSize', model.hiddenSize)} × (${shape('layers', 'layers', model.layers)} × ${fact('kept of an element', 'kept')} + ${fact('held while a layer is computed anew', 'recomputed')}) + ${shape('vocabulary', 'vocabularySize', model.vocabularySize)} × ${fact('bytes of a logit', 'logit')})`,
    { value: plan.training?.activationBytes, doc: DOC },
  );
}

function acceleratorHours(subject: Subject, value: number): Derivation {
  const { ledger, workload, priced } = subject;
  const run = runOf(subject);
  const { stack } = priced.sizing.candidate;
  const { accelerator } = stack.machine;
  if (accelerator === null) throw new Error('a run takes accelerators');
  const { architecture: model } = workload;
  const frozen = run.method === 'lora' || run.method === 'qlora';
  const active = parametersOf(ledger, model, 'parameters of a decoded token', 'activeDecode');
  const half = derive(
    'mean context of training',
    'tokens',
    f`${ledger.field('tokens of a sample', run.sequenceTokens, 'tokens', 'training.sequence')} ÷ 2`,
  );
  const attention = prefillFlop(ledger, priced.sizing.candidate, half);
  const flop = derive(
    'operations of a token',
    'FLOP',
    frozen ? f`4 × ${active} + 6 × ${trained(subject)} + 3 × ${attention}` : f`6 × ${active} + 3 × ${attention}`,
    {
      value: trainingFlopPerToken(model, run, factsOf(subject)).model,
      doc: DOC,
    },
  );
  const { recipe } = recipeOf(subject, subject);
  const kind = model.feedForward.routedExperts > 0 ? 'experts' : 'dense';
  const utilisation = ledger.fact('share of the peak in training', 'ratio', factsOf(subject).utilisation[recipe][kind], {
    row: 'training',
    field: `utilisation.${recipe}.${kind}`,
  });
  const tokens = ledger.field('tokens of the run', run.tokens, 'tokens', 'training.tokens');
  return derive(
    'accelerator-hours of the run',
    'h',
    f`${tokens} × ${flop} ÷ (${peakOf(ledger, accelerator, 'bf16')} × ${utilisation}) ÷ 3600`,
    { value, doc: DOC },
  );
}

/** Figures of one machine that could hold the run. */
export function explainTrainingOption(subject: Subject, index: number, figure: string): Derivation {
  const { ledger, plan } = subject;
  const told = plan.training?.options[index];
  if (told === undefined) throw new Error(`no machine ${index + 1} for the run`);
  const hours = acceleratorHours(subject, told.acceleratorHours.typical);
  const nodes = ledger.observed(
    'nodes of the run',
    told.nodes,
    'nodes',
    'searched',
    `${told.nodes}`,
    'the fewest whose memory holds it, or the fleet that serves',
  );
  const accelerators = derive('accelerators of the run', 'accelerators', f`${nodes} × ${acceleratorsOfNode(subject)}`, {
    value: told.accelerators,
  });
  const nodeHours = derive('node-hours of the run', 'h', f`${hours} ÷ ${accelerators} × ${nodes}`);
  switch (figure) {
    case 'acceleratorHours':
      return hours;
    case 'wallClockHours':
      return derive('hours of the run', 'h', f`${hours} ÷ ${accelerators}`, { value: told.wallClockHours.typical, doc: DOC });
    case 'kilowattHours': {
      const share = ledger.fact('share of nameplate in training', 'ratio', factsOf(subject).powerShare, {
        row: 'training',
        field: 'powerShare',
      });
      return derive(
        'energy of the run',
        'kWh',
        f`${nodeHours} × ${explainEnergy(subject, 'nodeMaximumWatts')} × ${share} × ${explainEnergy(subject, 'pueRatio')} ÷ 1000`,
        { value: told.kilowattHours, doc: DOC },
      );
    }
    default:
      return derive(
        'cost of the run',
        'USD',
        f`${nodeHours} × ${explainHour(subject)} ÷ max(1, ${explainBilledNodes(subject)})`,
        {
          value: told.usd.typical,
          doc: DOC,
          note: `a month has ${hoursOfMonth(ledger).value} hours; a fleet that also serves is charged at what it costs all in`,
        },
      );
  }
}
