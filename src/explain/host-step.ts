// Steps of hosts explained: CPU-only and hybrid serving, bound by the bytes that a batch touches or by the cores.
// In: a candidate on a host. Out: derivations in seconds, checked against src/physics/host-step.ts.
import type { HostEfficiency } from '../documents/catalog/calibration.ts';
import type { Candidate } from '../search/candidates.ts';
import { prefillFlop, readBytes } from './attention.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { classBytes } from './memory.ts';
import { bandwidthOf, parametersOf, shapeOf } from './model-facts.ts';

const DOC = 'docs/physics.md#one-step';

function partsOf(ledger: Ledger, { stack }: Candidate) {
  const { machine, calibration, mode, architecture } = stack;
  const { processor } = machine;
  if (calibration.kind !== 'host' || processor === null) throw new Error('only a host is served from its own memory');
  const { efficiency } = calibration;
  const sockets = ledger.rule('sockets', machine.sockets, 'sockets', `of ${machine.id}`);
  const share = ledger.fact('share of bandwidth', 'ratio', efficiency.memoryBandwidth, place(efficiency, 'memoryBandwidth'));
  const peak = ledger.fact('memory bandwidth of a socket', 'bytesPerSecond', processor.memoryBandwidth, {
    row: processor.id,
    field: 'memoryBandwidth',
  });
  const hostRate = derive('rate of the host’s memory', 'bytes/s', f`${peak} × ${sockets} × ${share}`, { doc: DOC });
  const amx = processor.amx && efficiency.flopPerCoreAmx !== undefined ? efficiency.flopPerCoreAmx : null;
  const core = ledger.fact(
    'rate of a core',
    'flopPerSecond',
    amx ?? efficiency.flopPerCore,
    place(efficiency, amx === null ? 'flopPerCore' : 'flopPerCoreAmx'),
  );
  const cores = ledger.fact('cores of a socket', 'count', processor.cores, { row: processor.id, field: 'cores' });
  return {
    architecture,
    hostRate,
    hostFlop: derive('rate of the cores', 'FLOP/s', f`${cores} × ${sockets} × ${core}`, { doc: DOC }),
    boardRate:
      mode === 'hybrid' && machine.accelerator !== null
        ? derive('rate of the accelerator’s memory', 'bytes/s', f`${bandwidthOf(ledger, machine.accelerator)} × ${share}`, {
            doc: DOC,
          })
        : hostRate,
  };
}

function place({ id, basis }: HostEfficiency, field: string) {
  return { row: id, field, basis };
}

/** Weights that every token reads. */
function resident(ledger: Ledger, candidate: Candidate): Derivation {
  const of = (each: Parameters<typeof classBytes>[2]) => classBytes(ledger, candidate, each);
  const { replicatedWeights, id } = candidate.stack.architecture;
  const all = f`${of('attention')} + ${of('other')} + ${of('embedding')} ÷ 2`;
  return derive(
    'weights every token reads',
    'bytes',
    replicatedWeights === undefined
      ? all
      : f`${all} + ${ledger.fact('weights held whole', 'bytes', replicatedWeights, { row: id, field: 'replicatedWeights' })}`,
    { doc: DOC },
  );
}

/** Routed experts that some tokens touch. */
function touched(ledger: Ledger, candidate: Candidate, tokens: Derivation): Derivation {
  const { architecture: model } = candidate.stack;
  const { routedExperts, expertsPerToken } = model.feedForward;
  if (routedExperts === 0) return ledger.rule('experts touched', 0, 'bytes', 'a dense model has no routed experts');
  const all = shapeOf(ledger, model, 'routed experts', 'feedForward.routedExperts', routedExperts, 'experts');
  const each = shapeOf(ledger, model, 'experts of a token', 'feedForward.expertsPerToken', expertsPerToken, 'experts');
  return derive(
    'experts touched',
    'bytes',
    f`${classBytes(ledger, candidate, 'routedExpert')} × (1 − (1 − ${each} ÷ ${all}) ^ ${tokens})`,
    { doc: DOC },
  );
}

export function explainHostDecode(
  ledger: Ledger,
  candidate: Candidate,
  sequences: Derivation,
  context: Derivation,
  value: number,
): Derivation {
  const { architecture, hostRate, hostFlop, boardRate } = partsOf(ledger, candidate);
  const tokens = derive('tokens of a step', 'tokens', f`max(1, ${sequences})`);
  const bytes = derive(
    'read beside experts',
    'bytes',
    f`${resident(ledger, candidate)} + ${tokens} × ${readBytes(ledger, candidate, context)}`,
    { doc: DOC },
  );
  const memory = derive('time of memory', 's', f`${bytes} ÷ ${boardRate} + ${touched(ledger, candidate, tokens)} ÷ ${hostRate}`, {
    doc: DOC,
  });
  const active = parametersOf(ledger, architecture, 'parameters of a decoded token', 'activeDecode');
  const compute = derive('time of the cores', 's', f`${tokens} × 2 × ${active} ÷ ${hostFlop}`, { doc: DOC });
  return derive('decode of a token', 's', f`√(${memory} ^ 2 + ${compute} ^ 2)`, { value, doc: DOC });
}

export function explainHostPrefill(ledger: Ledger, candidate: Candidate, promptTokens: Derivation, value: number): Derivation {
  const { architecture, hostRate, hostFlop } = partsOf(ledger, candidate);
  const half = derive('mean context in prefill', 'tokens', f`${promptTokens} ÷ 2`);
  const active = parametersOf(ledger, architecture, 'parameters of a prefilled token', 'activePrefill');
  const flop = derive(
    'operations of the prompt',
    'FLOP',
    f`2 × ${active} × ${promptTokens} + ${promptTokens} × ${prefillFlop(ledger, candidate, half)}`,
    { doc: DOC },
  );
  const memory = derive(
    'time of memory',
    's',
    f`(${resident(ledger, candidate)} + ${touched(ledger, candidate, promptTokens)}) ÷ ${hostRate}`,
    { doc: DOC },
  );
  const compute = derive('time of the cores', 's', f`${flop} ÷ ${hostFlop}`, { doc: DOC });
  return derive(`prefill of ${Math.round(promptTokens.value)} tokens`, 's', f`√(${memory} ^ 2 + ${compute} ^ 2)`, {
    value,
    doc: DOC,
  });
}
