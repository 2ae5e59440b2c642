// Claims about energy: tokens that kilowatt-hours buy, ratios between models, cache a token.
// In: a test and the catalogue. Out: verdict, reason, figures; RangeError names what the catalogue lacks.
import type { Efficiency, PowerCurve } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { ClaimFigure, ClaimResult, ClaimTest } from '../documents/claims.ts';
import { cacheCost } from '../physics/kv-cache.ts';
import { prepareServer, type ServingPoint, servingPoint } from '../search/serving-point.ts';
import { TOKENS_PER_MILLION } from '../units.ts';

export type Judgement = Pick<ClaimResult, 'verdict' | 'reason' | 'figures'>;
type TestOf<K extends ClaimTest['kind']> = Extract<ClaimTest, { kind: K }>;
type Serving = Pick<TestOf<'energy-ratio'>, 'engine' | 'release' | 'promptTokens' | 'outputTokens'>;
type Server = TestOf<'energy-ratio'>['server'];

const JOULES_PER_KILOWATT_HOUR = 3.6e6;
const LARGEST_BATCH = 4096;
const BF16_BYTES = 2;

/** The point at a batch, from the catalogue's rows; its energy as measured where the claim gives that. */
function pointAt(
  catalog: Catalog,
  server: Server,
  serving: Serving,
): (batch: number) => ServingPoint & { readonly measured: boolean } {
  const prepared = prepareServer(catalog, { ...server, engine: serving.engine });
  if ('reason' in prepared) throw new RangeError(prepared.reason);
  const hardware = prepared.accelerator.architecture;
  const efficiency: Efficiency | undefined = catalog.efficiencies.find(
    (row) =>
      row.engines.includes(serving.engine) &&
      row.hardware.includes(hardware) &&
      (serving.release === 'current' ? row.current : row.release === serving.release),
  );
  const curve: PowerCurve | undefined = catalog.power(hardware);
  if (efficiency === undefined || curve === undefined)
    throw new RangeError(`no calibration of ${serving.engine} ${serving.release} on ${hardware}`);
  return (batch) => {
    const point = servingPoint(prepared, server.accelerators, efficiency, curve, serving, batch);
    const joules = server.measuredJoules?.[batch];
    return { ...point, boardJoulesPerOutputToken: joules ?? point.boardJoulesPerOutputToken, measured: joules !== undefined };
  };
}

/** Kilowatt-hours without a unit of work say nothing: the tokens they would be. */
export function judgeEnergyWithoutWork(test: TestOf<'energy-without-work'>, catalog: Catalog): Judgement {
  const at = pointAt(catalog, test.server, test);
  const pue = catalog.facility.pue.ratio;
  const tokens = test.batches.map((batch) => ({
    batch,
    tokens: (test.kilowattHours * JOULES_PER_KILOWATT_HOUR) / at(batch).boardJoulesPerOutputToken,
  }));
  const counts = tokens.map((each) => each.tokens);
  const millions = (count: number) => (count / TOKENS_PER_MILLION).toPrecision(2);
  return {
    verdict: 'not testable',
    reason: `No unit of work is named: ${test.kilowattHours} kWh of boards is between ${millions(Math.min(...counts))} and ${millions(Math.max(...counts))} million output tokens of ${nameOf(test.server)}, depending on the batch alone. The two figures differ by ${Math.round((1 - test.kilowattHours / test.againstKilowattHours) * 100)}%.`,
    figures: [
      ...tokens.map(
        (each): ClaimFigure => ({
          label: `${test.kilowattHours} kWh at batch ${each.batch}`,
          value: each.tokens,
          unit: 'output tokens',
        }),
      ),
      ...test.batches.map(
        (batch): ClaimFigure => ({
          label: `batch ${batch}, boards`,
          value: (at(batch).boardJoulesPerOutputToken * TOKENS_PER_MILLION) / JOULES_PER_KILOWATT_HOUR,
          unit: 'kWh per million output tokens',
        }),
      ),
      { label: 'PUE that a facility adds, beside its hosts', value: pue, unit: 'ratio' },
    ],
  };
}

/** Savings against each other model at each batch, and at the largest batch that meets the same TPOT. */
export function judgeEnergyRatio(test: TestOf<'energy-ratio'>, catalog: Catalog): Judgement {
  const own = pointAt(catalog, test.server, test);
  const figures: ClaimFigure[] = [];
  const savings: { saving: number; label: string }[] = [];
  const note = (label: string, joules: number, other: number) => {
    const saving = 1 - joules / other;
    savings.push({ saving, label });
    figures.push({ label: `saving against ${label}`, value: saving, unit: 'ratio' });
  };
  for (const batch of test.batches) {
    const { boardJoulesPerOutputToken, measured } = own(batch);
    figures.push({
      label: `${nameOf(test.server)}, batch ${batch}${measured ? ', measured' : ''}`,
      value: boardJoulesPerOutputToken,
      unit: 'J per output token',
    });
  }
  for (const other of test.against) {
    const at = pointAt(catalog, other, test);
    for (const batch of test.batches)
      note(
        `${nameOf(other)}, batch ${batch}${at(batch).measured && own(batch).measured ? ', measured' : ''}`,
        own(batch).boardJoulesPerOutputToken,
        at(batch).boardJoulesPerOutputToken,
      );
    if (test.tpotSeconds === undefined) continue;
    const mine = largestBatch(own, test.tpotSeconds);
    const theirs = largestBatch(at, test.tpotSeconds);
    if (mine !== null && theirs !== null)
      note(
        `${nameOf(other)}, ${(test.tpotSeconds * 1000).toFixed(0)} ms a token (batch ${mine} and ${theirs})`,
        own(mine).boardJoulesPerOutputToken,
        at(theirs).boardJoulesPerOutputToken,
      );
  }
  const { low, high } = test.saving;
  const met = savings.filter((each) => each.saving >= low);
  const least = savings.reduce((worst, each) => (each.saving < worst.saving ? each : worst));
  const most = savings.reduce((best, each) => (each.saving > best.saving ? each : best));
  const percent = (saving: number) =>
    saving < -1
      ? `${(1 - saving).toFixed(1)} times as much`
      : `${Math.abs(saving * 100).toFixed(0)}% ${saving < 0 ? 'more' : 'less'}`;
  return {
    verdict: met.length === savings.length ? 'holds' : met.length > 0 ? 'holds in part' : 'does not hold',
    reason: `${met.length} of ${savings.length} comparisons save ${(low * 100).toFixed(0)}% or more (claimed ${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)}%): from ${percent(most.saving)} against ${most.label} to ${percent(least.saving)} against ${least.label}.`,
    figures,
  };
}

function largestBatch(at: (batch: number) => ServingPoint, tpotSeconds: number): number | null {
  let best: number | null = null;
  for (let batch = 1; batch <= LARGEST_BATCH; batch *= 2) {
    if (at(batch).tpotSeconds > tpotSeconds) break;
    best = batch;
  }
  return best;
}

export function judgeCacheRatio(test: TestOf<'cache-ratio'>, catalog: Catalog): Judgement {
  const model = catalog.architecture(test.architecture);
  const format = model?.kvFormats.find((each) => each.id === test.kvFormat);
  if (model === undefined || format === undefined)
    throw new RangeError(`${test.architecture} with cache format ${test.kvFormat} is not in the catalogue`);
  const own = cacheCost(model, format).bytesPerToken;
  const other = model.layers * 2 * test.kvHeads * test.headDim * BF16_BYTES;
  const ratio = other / own;
  return {
    verdict: ratio >= test.atLeast ? 'holds' : 'does not hold',
    reason: `A token takes ${Math.round(own / 1000)} kB of cache, grouped-query attention with ${test.kvHeads} key-value heads of ${test.headDim} in BF16 would take ${Math.round(other / 1000)} kB: ${ratio.toFixed(1)} times as much, so as many times more sequences share one reading of the weights.`,
    figures: [
      { label: 'cache of a token', value: own, unit: 'bytes' },
      { label: 'cache of a token with grouped-query attention', value: other, unit: 'bytes' },
    ],
  };
}

function nameOf(server: Server): string {
  return server.name ?? `${server.architecture} ${server.weightFormat} on ${server.accelerators} × ${server.accelerator}`;
}
