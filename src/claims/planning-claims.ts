// Claims about machines and money: each carries a workload, is planned, and is judged by what the plan says.
// In: a test, the catalogue, the version that plans. Out: verdict, reason, figures.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { ClaimTest } from '../documents/claims.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Workload } from '../documents/workload.ts';
import { planWorkload } from '../plan/plan-workload.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import type { Judgement } from './energy-claims.ts';

type TestOf<K extends ClaimTest['kind']> = Extract<ClaimTest, { kind: K }>;

const usd = (amount: number) => `USD ${Math.round(amount).toLocaleString('en-US')}`;

function planFor(workload: Workload, catalog: Catalog, version: string): Plan {
  return planWorkload({ workload, workloadDigest: '0'.repeat(64), fallbackName: 'claim', catalog, version });
}

/** Whether a machine serves at all, and at what speed and energy. */
export function judgeServes(test: TestOf<'serves'>, catalog: Catalog, version: string): Judgement {
  const workload: Workload = { ...test.workload, limits: { ...test.workload.limits, machines: [test.machine] } };
  const plan = planFor(workload, catalog, version);
  const option = plan.options.find((each) => each.feasible);
  if (option === undefined) {
    const nearest = plan.rejected.toSorted((one, other) => missOf(one) - missOf(other))[0];
    return {
      verdict: 'does not hold',
      reason: `${test.machine} does not serve ${workload.model} within the targets: ${nearest?.reason ?? plan.verdict.sentence}.`,
      figures: [],
    };
  }
  const tokensPerSecond = 1 / option.latency.tpotSeconds.typical;
  const cheapestHosted = plan.hosted[0];
  return {
    verdict: 'holds',
    reason: `${option.machine.name} serves ${workload.model} as ${option.checkpoint.precision} (${option.checkpoint.id}) with ${option.engine} at ${tokensPerSecond.toPrecision(2)} tokens a second for one user, ${Math.round(option.energy.wallJoulesPerOutputToken)} J a token at the wall and ${usd(option.cost.usdPerMillionOutputTokens.typical)} a million output tokens${cheapestHosted === undefined ? '' : `; ${cheapestHosted.seller} asks ${usd(cheapestHosted.usdPerMillionOutputTokens)}`}.`,
    figures: [
      { label: 'one user', value: tokensPerSecond, unit: 'tokens per second' },
      { label: 'time to first token', value: option.latency.ttftSeconds.typical, unit: 'seconds' },
      { label: 'at the wall', value: option.energy.wallJoulesPerOutputToken, unit: 'J per output token' },
      { label: 'to buy', value: option.cost.capexUsd, unit: 'USD' },
      { label: 'weights', value: option.memory.weightBytes, unit: 'bytes' },
    ],
  };
}

/** How far a rejected one is from serving; what no number tells comes last. */
function missOf(row: Plan['rejected'][number]): number {
  return row.missRatio === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(row.missRatio));
}

/** Server prices and whole purchases of everything that serves the workload, against a sum. */
export function judgeHardwarePrice(test: TestOf<'hardware-price'>, catalog: Catalog, version: string): Judgement {
  const plan = planFor(
    { ...test.workload, place: { ...test.workload.place, onPremises: 'required', clouds: [] } },
    catalog,
    version,
  );
  const owned = plan.options
    .filter((option) => option.feasible && option.machine.accelerator !== null)
    .toSorted((one, other) => one.cost.capexUsd - other.cost.capexUsd);
  const cheapest = owned[0];
  if (cheapest === undefined)
    return { verdict: 'does not hold', reason: `Nothing in the catalogue serves it: ${plan.verdict.sentence}`, figures: [] };
  const servers = serversUsd(cheapest);
  const off = servers / test.usd - 1;
  const verdict =
    Math.abs(off) <= test.toleranceRatio ? 'holds' : Math.abs(off) <= 3 * test.toleranceRatio ? 'holds in part' : 'does not hold';
  const tooSmall = plan.rejected.find((row) => row.binding.constraint === 'memory' || row.binding.constraint === 'spans-nodes');
  return {
    verdict,
    reason: `The cheapest that serves is ${cheapest.nodes} × ${cheapest.machine.name}: ${usd(servers)} of servers, ${off >= 0 ? '+' : ''}${Math.round(off * 100)}% against ${usd(test.usd)}, and ${usd(cheapest.cost.capexUsd)} with network, storage, rack and spares${tooSmall === undefined ? '' : `. Too small: ${tooSmall.reason}`}.`,
    figures: [
      { label: 'servers', value: servers, unit: 'USD' },
      { label: 'to buy in all', value: cheapest.cost.capexUsd, unit: 'USD' },
      { label: 'all costs a month', value: cheapest.cost.usdPerMonth.typical, unit: 'USD' },
      ...owned.slice(1, 4).map((option) => ({
        label: `servers of ${option.nodes} × ${option.machine.id}`,
        value: serversUsd(option),
        unit: 'USD',
      })),
    ],
  };
}

function serversUsd(option: PlanOption): number {
  return option.cost.capital.filter((item) => item.id === 'server').reduce((sum, item) => sum + item.quantity * item.usdEach, 0);
}

/** Electricity over the term: all nodes on from the first day, bought as needed, and switched off at night too. */
export function judgeGrowthEnergy(test: TestOf<'growth-energy'>, catalog: Catalog, version: string): Judgement {
  const plan = planFor(
    { ...test.workload, place: { ...test.workload.place, onPremises: 'required', clouds: [] } },
    catalog,
    version,
  );
  const option = plan.options.find((each) => each.rank === 1);
  if (option === undefined) return { verdict: 'not testable', reason: plan.verdict.sentence, figures: [] };
  const { energy, operations, nodes } = option;
  const waitingWatts = energy.nodePhaseWatts.loadedIdle;
  const working = Math.max(0, energy.wallWatts - nodes * waitingWatts);
  const steps = operations.growth;
  const meanNodes = steps.reduce((sum, step) => sum + step.nodes, 0) / steps.length;
  const following =
    operations.scaling.dayNodes.reduce((sum, count) => sum + count, 0) / operations.scaling.dayNodes.length / nodes;
  const kilowattHours = (meanUp: number) => ((meanUp * waitingWatts + working) * energy.pueRatio * HOURS_PER_MONTH) / 1000;
  const atOnce = kilowattHours(nodes);
  const grown = kilowattHours(meanNodes);
  const parked = kilowattHours(Math.min(meanNodes, Math.max(operations.scaling.minimumNodes, meanNodes * following)));
  const saved = (kilowatts: number) => `${Math.round((1 - kilowatts / atOnce) * 100)}%`;
  return {
    verdict: grown < atOnce * 0.99 || parked < atOnce * 0.99 ? 'holds in part' : 'does not hold',
    reason: `${nodes} × ${option.machine.name} take ${Math.round(atOnce).toLocaleString('en-US')} kWh a month when all run from the first day; bought as demand grows ${saved(grown)} less, and with idle nodes parked through the week ${saved(parked)} less. Space paid by the provisioned kilowatt falls with what is bought only, and cards of ${option.machine.accelerator} ${swappable(catalog, option) ? 'can be swapped' : 'cannot be swapped without the server'}.`,
    figures: [
      { label: 'all on from the first day', value: atOnce, unit: 'kWh a month' },
      { label: 'bought as demand grows', value: grown, unit: 'kWh a month' },
      { label: 'and parked when idle', value: parked, unit: 'kWh a month' },
    ],
  };
}

function swappable(catalog: Catalog, option: PlanOption): boolean {
  return catalog.accelerator(option.machine.accelerator ?? '')?.swappable ?? false;
}

/** Money at the start, and the part of a rented hour that its electricity makes. */
export function judgeUpfront(test: TestOf<'upfront'>, catalog: Catalog, version: string): Judgement {
  const plan = planFor(test.workload, catalog, version);
  const owned = plan.options.find((option) => option.feasible && option.provider === 'onprem');
  const rented = plan.options.find((option) => option.feasible && option.provider !== 'onprem');
  if (owned === undefined || rented === undefined)
    return { verdict: 'not testable', reason: 'owning or renting is not possible within the workload', figures: [] };
  const price = owned.energy.tariff?.usdPerKilowattHour ?? 0;
  const electricity = rented.energy.kilowattHoursPerMonth * price;
  const part = electricity / rented.cost.usdPerMonth.typical;
  return {
    verdict: 'holds',
    reason: `${usd(owned.cost.capexUsd)} to buy ${owned.nodes} × ${owned.machine.name} against nothing for ${rented.nodes} × ${rented.machine.name} (${rented.purchase}); over the term ${usd(owned.cost.usdPerMonth.typical)} a month against ${usd(rented.cost.usdPerMonth.typical)}. Its electricity at the owner's tariff would be ${(part * 100).toFixed(1)}% of the rent.`,
    figures: [
      { label: 'to buy', value: owned.cost.capexUsd, unit: 'USD' },
      { label: 'owning', value: owned.cost.usdPerMonth.typical, unit: 'USD a month' },
      { label: 'renting', value: rented.cost.usdPerMonth.typical, unit: 'USD a month' },
      { label: 'electricity of the rented fleet', value: electricity, unit: 'USD a month' },
    ],
  };
}
