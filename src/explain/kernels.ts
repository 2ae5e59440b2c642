// Kernels explained: the kinds of kernels of a step, one after the other, and what drafting adds.
// In: a candidate and the tokens of a step. Out: derivations in seconds and operations, as docs/physics.md "One step" tells.
import type { Candidate } from '../search/candidates.ts';
import { prefillFlop } from './attention.ts';
import { type Bench, benchOf, expertRanks, fitsOf, type Kernel } from './bench.ts';
import { wires } from './collectives.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import type { Ledger } from './ledger.ts';
import { degree, fitted, layersOf, peakOf } from './model-facts.ts';
import { attentionProducts, cacheAttention, denseProducts, experts, head } from './products.ts';
import { once } from './subject.ts';

const DOC = 'docs/physics.md#one-step';

/** All kernels of a step, and what power follows from. */
export interface Busy {
  readonly seconds: Derivation;
  readonly expertSeconds: Derivation | null;
  readonly otherSeconds: Derivation;
  readonly flop: Derivation;
}

type Load =
  | { readonly phase: 'decode'; readonly sequences: Derivation; readonly context: Derivation }
  | { readonly phase: 'prefill'; readonly tokens: Derivation };

function inGroup({ ledger, candidate }: Bench, sequences: Derivation): Derivation {
  return derive(
    'sequences of a group',
    'sequences',
    f`max(1, ${sequences} ÷ (${degree(ledger, candidate, 'DP')} × ${degree(ledger, candidate, 'PP')}))`,
    { doc: DOC },
  );
}

function groupsInDecode(bench: Bench, sequences: Derivation): Derivation {
  return derive(
    'groups that meet',
    'groups',
    f`min(${expertRanks(bench).groups}, max(1, ${sequences} ÷ ${degree(bench.ledger, bench.candidate, 'PP')}))`,
    { doc: DOC },
  );
}

/** The kernels of one step that follow one another. */
export function busyKernels(ledger: Ledger, candidate: Candidate, load: Load): Busy {
  const bench = benchOf(ledger, candidate);
  const { speculation } = candidate.stack;
  const { efficiency } = fitsOf(bench);
  const others: Kernel[] = [];
  let grouped: Kernel | null;
  let wired: Derivation[];
  if (load.phase === 'decode') {
    const group = inGroup(bench, load.sequences);
    let tokens = group;
    let reads = group;
    if (speculation.draftTokens > 0) {
      const draft = ledger.field('drafted tokens', speculation.draftTokens, 'tokens', 'speculation.draftTokens');
      const reread = ledger.fact('cache read again for a drafted token', 'ratio', efficiency.speculation.cacheReread, {
        row: efficiency.id,
        field: 'speculation.cacheReread',
        basis: efficiency.basis,
      });
      tokens = derive('tokens of a group', 'tokens', f`${group} × (1 + ${draft})`);
      reads = derive('reads of the cache', 'reads', f`${group} × (1 + ${draft} × ${reread})`);
    }
    others.push(
      attentionProducts(bench, tokens),
      denseProducts(bench, tokens),
      head(bench, tokens),
      cacheAttention(bench, tokens, reads, load.context),
    );
    grouped = experts(bench, tokens, groupsInDecode(bench, load.sequences), true);
    wired = wires(bench, tokens);
  } else {
    const last = ledger.rule('tokens that leave', 1, 'tokens', 'only the last token of a prompt goes through the head');
    others.push(attentionProducts(bench, load.tokens), denseProducts(bench, load.tokens), head(bench, last));
    grouped = experts(bench, load.tokens, expertRanks(bench).groups, false);
    wired = wires(bench, load.tokens);
  }
  const kernels = [...others, ...(grouped === null ? [] : [grouped])];
  return {
    seconds: derive('kernels of a step', 's', sum([...kernels.map((each) => each.seconds), ...wired]), { doc: DOC }),
    expertSeconds: grouped?.seconds ?? null,
    otherSeconds: derive('kernels beside experts', 's', sum(others.map((each) => each.seconds))),
    flop: derive('operations of a step', 'FLOP', sum(kernels.map((each) => each.flop))),
  };
}

/** What one drafted token takes, and what drafting takes once a step. */
export function draftKernels(
  ledger: Ledger,
  candidate: Candidate,
  sequences: Derivation,
  context: Derivation,
): { each: Derivation; once: Derivation } {
  const bench = benchOf(ledger, candidate);
  const { efficiency } = fitsOf(bench);
  const { architecture: model, speculation } = candidate.stack;
  const group = inGroup(bench, sequences);
  const none = ledger.rule('tokens that leave a drafted layer', 0, 'tokens', 'the head of the draft module is counted by itself');
  const draft = ledger.field('drafted tokens', speculation.draftTokens, 'tokens', 'speculation.draftTokens');
  const place = (field: string) => ({ row: efficiency.id, field: `speculation.${field}`, basis: efficiency.basis });
  const reread = ledger.fact(
    'cache read again for a drafted token',
    'ratio',
    efficiency.speculation.cacheReread,
    place('cacheReread'),
  );
  const tokens = derive('tokens of a group', 'tokens', f`${group} × (1 + ${draft})`);
  const reads = derive('reads of the cache', 'reads', f`${group} × (1 + ${draft} × ${reread})`);
  const kernels = [
    attentionProducts(bench, group),
    denseProducts(bench, group),
    head(bench, none),
    cacheAttention(bench, tokens, reads, context),
    experts(bench, group, groupsInDecode(bench, sequences), true),
  ].flatMap((each) => (each === null ? [] : [each.seconds]));
  const all = derive('kernels of all layers', 's', sum([...kernels, ...wires(bench, group)]), { doc: DOC });
  const layer = derive('one layer', 's', f`${all} ÷ ${layersOf(ledger, model)}`);
  const perLayer = fitted(ledger, efficiency, 'added to every layer', 'perLayer');
  return {
    each: derive('a drafted token', 's', f`${layer} + ${head(bench, group).seconds} + 2 × ${perLayer}`, { doc: DOC }),
    once: derive(
      'drafting, once a step',
      's',
      f`${ledger.fact('drafting of any step', 'seconds', efficiency.speculation.perStep, place('perStep'))} + ${group} × ${ledger.fact('drafting of a sequence', 'seconds', efficiency.speculation.perSequence, place('perSequence'))}`,
      { doc: DOC },
    ),
  };
}

/** Attention proper over whole prompts. */
export function prefillAttention(ledger: Ledger, candidate: Candidate, tokens: Derivation, promptTokens: Derivation): Derivation {
  return once(candidate, `prefill attention ${tokens.value} ${promptTokens.value}`, () => {
    const bench = benchOf(ledger, candidate);
    const { kernels } = fitsOf(bench);
    const half = derive('mean context in prefill', 'tokens', f`${promptTokens} ÷ 2`);
    const flop = prefillAttentionFlop(ledger, candidate, tokens, half, bench.tp);
    const share = ledger.fact('share of the peak in prefill', 'ratio', kernels.prefillAttention, {
      row: kernels.id,
      field: 'prefillAttention',
      basis: kernels.basis,
    });
    return derive('attention of the prompt', 's', f`${flop} ÷ (${peakOf(ledger, bench.accelerator, 'bf16')} × ${share})`, {
      doc: DOC,
    });
  });
}

function prefillAttentionFlop(
  ledger: Ledger,
  candidate: Candidate,
  tokens: Derivation,
  half: Derivation,
  tp: Derivation,
): Derivation {
  return derive('operations of attention', 'FLOP', f`${tokens} × ${prefillFlop(ledger, candidate, half)} ÷ ${tp}`);
}
