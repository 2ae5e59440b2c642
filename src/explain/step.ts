// Step times explained: one decode step and the prefill of a prompt as a sum over kinds of kernels.
// In: a candidate, sequences and context. Out: derivations in seconds. Formulas as in docs/physics.md, checked against src/physics.
import type { StepTimes } from '../physics/accelerator-step.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Derivation, derive, f } from './derive.ts';
import { explainHostDecode, explainHostPrefill } from './host-step.ts';
import { type Busy, busyKernels, draftKernels, prefillAttention } from './kernels.ts';
import type { Ledger } from './ledger.ts';
import { degree, fitted, layersOf, parametersOf } from './model-facts.ts';
import { once } from './subject.ts';

const DOC = 'docs/physics.md#one-step';

function efficiencyOf({ stack }: Candidate) {
  if (stack.calibration.kind !== 'accelerator') throw new Error('a host has no kernels');
  return stack.calibration.efficiency;
}

/** What every layer of every step takes beside its kernels. */
function fixedSeconds(ledger: Ledger, candidate: Candidate): Derivation {
  return once(candidate, 'fixed', () => {
    const efficiency = efficiencyOf(candidate);
    const layers = layersOf(ledger, candidate.stack.architecture);
    const each = fitted(ledger, efficiency, 'added to every layer', 'perLayer');
    const apart = fitted(ledger, efficiency, 'added where attention is data-parallel', 'perLayerDataParallel');
    return derive(
      'time between kernels',
      's',
      candidate.layout.dataParallel > 1 ? f`${layers} × (${each} + ${apart})` : f`${layers} × ${each}`,
      { doc: DOC },
    );
  });
}

export interface ExplainedStep {
  readonly seconds: Derivation;
  readonly busy: Busy;
}

/** One decode step, seconds, with the kernels in it. */
export function explainDecodeStep(
  ledger: Ledger,
  candidate: Candidate,
  sequences: Derivation,
  context: Derivation,
): ExplainedStep {
  const efficiency = efficiencyOf(candidate);
  const { stack, steps } = candidate;
  const value = steps.decodeSeconds(sequences.value, context.value) * steps.tokensPerStep;
  const draft = stack.speculation.draftTokens;
  const busy = busyKernels(ledger, candidate, { sequences, context, phase: 'decode' });
  const scale = fitted(ledger, efficiency, 'time inside the engine over alone', 'kernelScale');
  const perSequence = fitted(ledger, efficiency, 'host time of a sequence', 'perSequence');
  const host = derive(
    'host time of a step',
    's',
    f`${fitted(ledger, efficiency, 'host time of any step', 'perStep')} + ${sequences} × ${perSequence}`,
    { doc: DOC },
  );
  const plain = f`${scale} × ${busy.seconds} + ${fixedSeconds(ledger, candidate)} + ${host}`;
  if (draft === 0) return { seconds: derive('decode step', 's', plain, { value, doc: DOC }), busy };
  const verify = derive('step that checks the draft', 's', plain, { doc: DOC });
  const drafted = ledger.field('drafted tokens', draft, 'tokens', 'speculation.draftTokens');
  const own = draftKernels(ledger, candidate, sequences, context);
  return {
    seconds: derive('decode step', 's', f`${verify} + ${drafted} × ${own.each} + ${own.once}`, { value, doc: DOC }),
    busy,
  };
}

/** Tokens that a step yields for each sequence. */
export function tokensPerStep(ledger: Ledger, { stack }: Candidate): Derivation {
  const { speculation, calibration } = stack;
  const value = speculation.acceptedTokens;
  if (speculation.draftTokens === 0)
    return ledger.rule('tokens a step', 1, 'tokens', 'a step without a draft yields one token a sequence');
  if (ledger.isGiven('speculation.acceptance') || calibration.kind === 'host')
    return ledger.field('tokens a step', value, 'tokens', 'speculation.acceptance');
  const rows = calibration.efficiency.speculation.acceptance;
  const index = rows.findIndex((each) => each.accepted.count === value);
  const row = rows[index];
  if (row === undefined) return ledger.rule('tokens a step', value, 'tokens', 'no run drafted so few');
  const place = {
    row: calibration.efficiency.id,
    field: `speculation.acceptance[${index}]`,
    basis: calibration.efficiency.basis,
  };
  return derive('tokens a step', 'tokens', f`${ledger.fact('tokens a step', 'count', row.accepted, place)}`);
}

/** Time per output token of one sequence without anybody's prefill, seconds. */
export function explainDecode(
  ledger: Ledger,
  candidate: Candidate,
  sequences: Derivation,
  context: Derivation,
  steps: StepTimes = candidate.steps,
): Derivation {
  const value = steps.decodeSeconds(sequences.value, context.value);
  return once(candidate, `decode ${sequences.value} ${context.value} ${value}`, () => {
    if (candidate.stack.calibration.kind === 'host') return explainHostDecode(ledger, candidate, sequences, context, value);
    const { seconds } = explainDecodeStep(ledger, candidate, sequences, context);
    const accepted = tokensPerStep(ledger, candidate);
    const told = { doc: DOC, note: `with ${Number(sequences.value.toPrecision(4))} in flight` };
    if (steps === candidate.steps)
      return accepted.value === 1 && seconds.value === value
        ? seconds
        : derive('decode of a token', 's', f`${seconds} ÷ ${accepted}`, { ...told, value });
    const { disaggregation, id, basis } = efficiencyOf(candidate);
    const scale = ledger.fact('decode apart over together', 'ratio', disaggregation.decodeScale, {
      row: id,
      field: 'disaggregation.decodeScale',
      basis,
    });
    return derive('decode of a token', 's', f`${scale} × ${seconds} ÷ ${accepted}`, { ...told, value });
  });
}

/**
 * Prefill of prompts packed together by one group, seconds.
 * @param prompts - null for one alone
 */
export function explainPrefill(
  ledger: Ledger,
  candidate: Candidate,
  promptTokens: Derivation,
  prompts: Derivation | null = null,
): Derivation {
  const { steps, stack, layout } = candidate;
  const value =
    prompts === null ? steps.prefillSeconds(promptTokens.value) : steps.prefillSeconds(promptTokens.value, prompts.value);
  if (promptTokens.value <= 0) return ledger.rule('prefill', 0, 's', 'nothing is left of the prompt to be computed');
  return once(candidate, `prefill ${promptTokens.value} ${prompts?.value ?? 1}`, () => {
    if (stack.calibration.kind === 'host') return explainHostPrefill(ledger, candidate, promptTokens, value);
    const efficiency = efficiencyOf(candidate);
    const { parameters } = stack.architecture;
    const chunk = ledger.fact('chunk of prefill', 'tokens', stack.engine.prefillChunk, {
      row: stack.engine.id,
      field: 'prefillChunk',
    });
    const tokens = prompts === null ? promptTokens : derive('tokens of the round', 'tokens', f`${promptTokens} × ${prompts}`);
    const stepTokens = derive('tokens of a step', 'tokens', f`min(${tokens}, ${chunk})`);
    const count = derive('steps', 'steps', f`${tokens} ÷ ${stepTokens}`);
    const { seconds: busy } = busyKernels(ledger, candidate, { tokens: stepTokens, phase: 'prefill' });
    const attention = prefillAttention(ledger, candidate, tokens, promptTokens);
    const penalty = efficiency.prefillPenalty?.[stack.support.expertCompute];
    const share = derive(
      'prefill parameters over decode parameters',
      'ratio',
      f`${parametersOf(ledger, stack.architecture, 'parameters of a prefilled token', 'activePrefill')} ÷ ${parametersOf(ledger, stack.architecture, 'parameters of a decoded token', 'activeDecode')}`,
      { value: parameters.activePrefill.parameters / parameters.activeDecode.parameters },
    );
    const fit = fitted(ledger, efficiency, 'prefill inside the engine over alone', 'prefillScale');
    const slow =
      penalty === undefined
        ? f`${fit} × ${share}`
        : f`${fit} × ${ledger.fact('without a tuned path', 'ratio', penalty, { row: efficiency.id, field: `prefillPenalty.${stack.support.expertCompute}`, basis: efficiency.basis })} × ${share}`;
    const scale = derive('factor on prefill', 'ratio', slow, { doc: DOC });
    const note = layout.dataParallel > 1 ? 'by one data-parallel group' : undefined;
    return derive(
      prompts === null ? `prefill of ${Math.round(promptTokens.value)} tokens` : 'prefill of prompts together',
      's',
      f`${scale} × (${count} × ${busy} + ${attention}) + ${count} × ${fixedSeconds(ledger, candidate)}`,
      { value, doc: DOC, note },
    );
  });
}

/** Groups that could prefill side by side. */
export function prefillGroups(ledger: Ledger, candidate: Candidate): Derivation {
  return derive('groups', 'groups', f`${degree(ledger, candidate, 'DP')} × ${degree(ledger, candidate, 'PP')}`, {
    value: candidate.steps.prefillGroups,
  });
}
