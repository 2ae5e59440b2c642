// Lengths explained: mean, variability and percentile of prompts and answers from the percentiles that are known.
// In: the points of a length with where each is from. Out: derivations in tokens.
import { probit } from 'simple-statistics';
import { type LengthDistribution, meanTokens, quantileTokens, variabilityOf } from '../physics/lengths.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import { once, type Planned } from './subject.ts';

const DOC = 'docs/physics.md#percentiles';
/** Below this a logarithm tells nothing: a length of nothing is half a token. */
const SMALLEST_TOKENS = 0.5;

export type LengthKind = 'prompt' | 'output' | 'thinking';

const NAMES: Record<LengthKind, string> = { prompt: 'prompt', output: 'answer', thinking: 'thinking' };

interface Piece {
  readonly intercept: Derivation;
  readonly slope: Derivation;
  /** Null where the piece goes on for ever. */
  readonly from: Derivation | null;
  readonly until: Derivation | null;
}

function pointLeaf(planned: Planned, kind: LengthKind, probability: number, tokens: number): Derivation {
  const { ledger, plan, given } = planned;
  const percentile = `p${Number((probability * 100).toPrecision(6))}`;
  const name = `${percentile} of ${NAMES[kind]}`;
  const traced = plan.inputs.workload.source?.trace != null && given.tokens?.[kind] === undefined;
  if (traced) return ledger.field(name, tokens, 'tokens', kind === 'thinking' ? 'tokens.thinking' : 'demand.trace');
  if (ledger.isGiven(`tokens.${kind}.${percentile}`)) return ledger.field(name, tokens, 'tokens', `tokens.${kind}.${percentile}`);
  if (ledger.isGiven(`tokens.${kind}`)) return ledger.field(name, tokens, 'tokens', `tokens.${kind}`);
  const assumed = plan.assumptions.some((each) => each.field === `tokens.${kind}`);
  return ledger.field(name, tokens, 'tokens', assumed ? `tokens.${kind}` : `tokens.${kind}.${percentile}`);
}

function score(planned: Planned, probability: number): Derivation {
  const percent = Number((probability * 100).toPrecision(6));
  return planned.ledger.rule(
    `normal score of ${percent}%`,
    probit(probability),
    'ratio',
    `quantile of the standard normal distribution at ${probability}`,
  );
}

function piecesOf(planned: Planned, kind: LengthKind, { points }: LengthDistribution): Piece[] {
  const scores = points.map(({ probability, tokens }) => {
    const known = pointLeaf(planned, kind, probability, tokens);
    const floor = planned.ledger.rule(
      'least tokens',
      SMALLEST_TOKENS,
      'tokens',
      'a length of nothing counts as half a token where a logarithm is taken',
    );
    const ln = derive(
      `logarithm of ${known.name}`,
      'ratio',
      tokens < SMALLEST_TOKENS ? f`ln(max(${known}, ${floor}))` : f`ln(${known})`,
    );
    return { z: score(planned, probability), ln };
  });
  return scores.slice(1).map(({ z, ln }, index) => {
    const left = scores[index] as (typeof scores)[number];
    const slope = derive(`spread of ${NAMES[kind]}`, 'ratio', f`max(0, (${ln} − ${left.ln}) ÷ (${z} − ${left.z}))`, { doc: DOC });
    return {
      slope,
      intercept: derive(`middle of ${NAMES[kind]}`, 'ratio', f`${left.ln} − ${slope} × ${left.z}`, { doc: DOC }),
      from: index === 0 ? null : left.z,
      until: index === scores.length - 2 ? null : z,
    };
  });
}

/** Mean of tokens to a power: each piece of the curve is a part of a lognormal. */
function moment(planned: Planned, kind: LengthKind, length: LengthDistribution, power: 1 | 2): Derivation {
  const name = power === 1 ? `mean ${NAMES[kind]}` : `mean square of ${NAMES[kind]}`;
  const unit = power === 1 ? 'tokens' : 'tokens²';
  const [only] = length.points;
  if (length.points.length <= 1) {
    const known = pointLeaf(planned, kind, only?.probability ?? 0.5, only?.tokens ?? 0);
    return derive(name, unit, power === 1 ? f`${known}` : f`${known} ^ 2`, { note: 'every request has this length' });
  }
  const parts = piecesOf(planned, kind, length).map(({ intercept, slope, from, until }) => {
    const lognormal = power === 1 ? f`exp(${intercept} + ${slope} ^ 2 ÷ 2)` : f`exp(2 × ${intercept} + 2 × ${slope} ^ 2)`;
    const shift = power === 1 ? f`${slope}` : f`2 × ${slope}`;
    const below = until === null ? f`1` : f`Φ(${until} − ${shift})`;
    const above = from === null ? f`0` : f`Φ(${from} − ${shift})`;
    if (from === null && until === null) return derive(name, unit, lognormal, { doc: DOC });
    return derive(`${name}, one piece`, unit, f`${lognormal} × (${below} − ${above})`, { doc: DOC });
  });
  return parts.length === 1 ? (parts[0] as Derivation) : derive(name, unit, sum(parts), { doc: DOC });
}

/** Mean length, tokens. */
export function explainMean(planned: Planned, kind: LengthKind): Derivation {
  const length = planned.workload[kind];
  return once(planned.ledger, `mean ${kind}`, () => checked(moment(planned, kind, length, 1), meanTokens(length)));
}

/** Variance over the squared mean. */
export function explainVariability(planned: Planned, kind: LengthKind): Derivation {
  const length = planned.workload[kind];
  return once(planned.ledger, `variability ${kind}`, () => {
    const mean = explainMean(planned, kind);
    const square = moment(planned, kind, length, 2);
    const value = variabilityOf(length);
    if (length.points.length <= 1)
      return planned.ledger.rule(`variability of ${NAMES[kind]}`, value, 'ratio', 'a fixed length does not vary');
    return derive(`variability of ${NAMES[kind]}`, 'ratio', f`max(0, ${square} ÷ ${mean} ^ 2 − 1)`, { value, doc: DOC });
  });
}

/** Length at a percentile, tokens. */
export function explainQuantile(planned: Planned, kind: LengthKind, probability: number): Derivation {
  const length = planned.workload[kind];
  const value = quantileTokens(length, probability);
  const name = `${NAMES[kind]} at p${Math.round(probability * 100)}`;
  const [only] = length.points;
  if (length.points.length <= 1) return derive(name, 'tokens', f`${pointLeaf(planned, kind, 0.5, only?.tokens ?? 0)}`, { value });
  const z = probit(probability);
  const piece = piecesOf(planned, kind, length).find(({ until }) => until === null || z <= until.value) as Piece;
  return derive(name, 'tokens', f`exp(${piece.intercept} + ${piece.slope} × ${score(planned, probability)})`, {
    value,
    doc: DOC,
  });
}

function checked(given: Derivation, value: number): Derivation {
  return given.formula === null
    ? given
    : derive(
        given.name,
        given.unit,
        { text: given.formula, inputs: given.inputs },
        { value, doc: DOC, note: given.note ?? undefined },
      );
}
