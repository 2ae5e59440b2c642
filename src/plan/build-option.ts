// Options: a sized and priced machine, put into the words and numbers of the plan document.

import { presentValueOfMonths } from '../cost/capital-value.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { around } from '../documents/catalog/intervals.ts';
import type { Binding, PlanOption } from '../documents/plan.ts';
import type { Statement } from '../documents/statement.ts';
import { reasoned, state } from '../language/say-statement.ts';
import { nameLayout } from '../physics/layout.ts';
import type { Stack } from '../search/candidates.ts';
import { nodesOf, type StackResult } from '../search/search.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { TOKENS_PER_MILLION } from '../units.ts';
import { describeOperations } from './describe-operations.ts';
import type { Offer } from './offer.ts';
import { ownLines } from './price-ages.ts';
import { ROOT_BYTES, weightsDiskBytes } from './price-instance.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { outputMeanOf } from './sizing-task.ts';

/** Other layouts told of one option; the rest only differ by more of the same. */
const OTHER_LAYOUTS_TOLD = 12;

/** Everything of an option but its rank and the sentence that needs the other options. */
export function buildOption(
  sizing: Sizing,
  siblings: readonly StackResult[],
  offers: readonly Offer[],
  offer: Offer,
  workload: ResolvedWorkload,
  catalog: Catalog,
): PlanOption {
  const { load } = offer;
  const outputMeanTokens = outputMeanOf(workload);
  const { candidate } = sizing;
  const { stack, memory } = candidate;
  const { machine, interval, checkpoint } = stack;
  const binding = findBinding(offer, workload);
  const usdPerMillionOutputTokens = (offer.usdPerMonth / load.outputTokensPerMonth) * TOKENS_PER_MILLION;
  return {
    id: [
      machine.provider,
      machine.id,
      offer.region,
      offer.purchase,
      checkpoint.id,
      ...(sizing.prefill === null ? [] : ['disaggregated']),
    ]
      .join('/')
      .toLowerCase(),
    rank: null,
    provider: machine.provider,
    feasible: binding === null,
    ...(binding === null ? { reason: '' } : reasoned(describeBinding(binding, offer))),
    binding,
    machine: {
      kind: machine.kind,
      id: machine.id,
      name: machine.name,
      accelerator: machine.accelerator?.id ?? null,
      acceleratorsPerNode: machine.acceleratorCount,
      processor: machine.processor?.id ?? null,
      vcpus: machine.vcpus,
      cpuArchitecture: machine.cpuArchitecture,
      acceleratorVendor: machine.accelerator?.vendor ?? null,
      acceleratorBytes: machine.accelerator?.memory.bytes ?? 0,
      hostBytes: machine.hostBytes,
      localDiskBytes: machine.localDiskBytes,
      quota: 'instance' in machine.row ? (machine.row.instance.quota ?? null) : null,
      fabric:
        machine.fabric.kind === 'none'
          ? null
          : {
              kind: machine.fabric.kind,
              interfaces: machine.fabric.interfaces ?? null,
              networkCards: machine.fabric.networkCards ?? null,
            },
    },
    region: offer.region,
    country: offer.country,
    zones: [...offer.zones],
    purchase: offer.purchase,
    checkpoint: {
      id: checkpoint.id,
      precision: stack.format.precision,
      weightFormat: checkpoint.weightFormat,
      hfId: checkpoint.hfId ?? null,
      hfInclude: checkpoint.hfInclude ?? null,
      diskBytes: checkpoint.disk.bytes,
      basis: checkpoint.basis,
    },
    engine: stack.engine.id,
    mode: stack.mode,
    kvFormat: stack.kvFormat.id,
    serving: servingOf(stack, catalog, sizing.prefill !== null || candidate.nodesPerReplica > 1),
    speculation: stack.speculation.draftTokens === 0 ? null : { ...stack.speculation },
    layout: { name: nameLayout(candidate.layout), ...candidate.layout },
    nodesPerReplica: candidate.nodesPerReplica,
    replicas: sizing.replicas,
    spareReplicas: load.spareReplicas,
    nodes: load.nodes,
    accelerators: load.nodes * machine.acceleratorCount,
    batch: { atPeak: sizing.batch, atCapacity: sizing.capacityBatch, limit: sizing.maximumSequences },
    prefill:
      sizing.prefill === null
        ? null
        : {
            layout: { name: nameLayout(sizing.prefill.candidate.layout), ...sizing.prefill.candidate.layout },
            workers: sizing.prefill.workers,
            spareWorkers: load.sparePrefillWorkers,
            nodesPerWorker: sizing.prefill.candidate.nodesPerReplica,
          },
    latency: {
      percentile: workload.percentile,
      ttftSeconds: around(sizing.operating.ttftSeconds, interval.ttft),
      tpotSeconds: around(sizing.operating.tpotSeconds, interval.tpot),
      basis: basisOf(stack),
    },
    capacity: {
      requestsPerSecond: around(load.capacityRequestsPerSecond, interval.throughput),
      outputTokensPerSecond: around(load.capacityRequestsPerSecond * outputMeanTokens, interval.throughput),
      peakUtilisation: load.peakRequestsPerSecond / load.capacityRequestsPerSecond,
      meanUtilisation: load.meanRequestsPerSecond / load.capacityRequestsPerSecond,
    },
    memory,
    operations: describeOperations(sizing, offer, workload, catalog.operations),
    disk: { rootBytes: ROOT_BYTES, weightsBytes: weightsDiskBytes(machine, checkpoint.disk.bytes) },
    energy: {
      ...energyOf(offer),
      tariff:
        offer.tariff === null
          ? null
          : {
              id: offer.tariff.id,
              usdPerKilowattHour: offer.tariff.usdPerKilowattHour,
              minimumMegawattHoursPerYear: offer.tariff.minimumMegawattHoursPerYear ?? null,
              maximumMegawattHoursPerYear: offer.tariff.maximumMegawattHoursPerYear ?? null,
            },
      hourly: offer.hourly === null ? null : { ...offer.hourly },
      gramsCo2ePerKilowattHour: offer.grid?.gramsCo2ePerKilowattHour ?? null,
      gridZone: offer.grid?.zone ?? null,
      carbonMethod: offer.grid?.method ?? null,
    },
    cost: {
      usdPerMonth: { typical: offer.usdPerMonth, low: offer.low, high: offer.high },
      usdPerHour: offer.usdPerHour,
      usdOverTerm: offer.usdPerMonth * workload.horizonMonths,
      usdPerMillionOutputTokens: {
        typical: usdPerMillionOutputTokens,
        low: (usdPerMillionOutputTokens * (offer.low / offer.usdPerMonth)) / interval.throughput.high,
        high: (usdPerMillionOutputTokens * (offer.high / offer.usdPerMonth)) / interval.throughput.low,
      },
      capexUsd: offer.capexUsd,
      presentValue: presentValueOf(offer, workload),
      lines: offer.lines.map(({ id, label, usdPerMonth, basis, low, high, quantity, sources }) => ({
        id,
        label,
        usdPerMonth,
        basis,
        low,
        high,
        quantity: quantity === null ? null : { ...quantity },
        sources: [...sources],
      })),
      capital: offer.capital.map((item) => ({ ...item })),
      priceAsOf: offer.priceAsOf,
      // The day is the plan's: settled once all options are known.
      oldestPriceDays: 0,
      own: ownLines(offer, catalog),
    },
    alternatives: offers
      .filter((each) => each !== offer)
      .map(({ region, purchase, usdPerMonth }) => ({ region, purchase, usdPerMonth })),
    otherLayouts: siblings
      .flatMap((sibling) => sibling.sizings)
      .filter((other) => other !== sizing && other.candidate.stack.checkpoint.id === checkpoint.id)
      .map((other) => ({
        engine: other.candidate.stack.engine.id,
        layout: nameLayout(other.candidate.layout),
        nodes: nodesOf(other),
        tpotSeconds: other.operating.tpotSeconds,
        ttftSeconds: other.operating.ttftSeconds,
      }))
      .toSorted((one, other) => one.nodes - other.nodes || one.tpotSeconds - other.tpotSeconds)
      .slice(0, OTHER_LAYOUTS_TOLD),
  };
}

function energyOf({
  energy,
}: Offer): Omit<PlanOption['energy'], 'tariff' | 'hourly' | 'gramsCo2ePerKilowattHour' | 'gridZone' | 'carbonMethod'> {
  const { error, nodePhaseWatts, ...rest } = energy;
  return { ...rest, nodePhaseWatts: { ...nodePhaseWatts }, error: { low: error.low, high: error.high } };
}

/** All costs of a life of the hardware, rented capacity included, at the owner's cost of capital and today's prices. */
function presentValueOf(offer: Offer, { site }: ResolvedWorkload): PlanOption['cost']['presentValue'] {
  const months = Math.round(site.depreciationYears * 12);
  return {
    usd: presentValueOfMonths(offer.usdPerMonth, months, site.costOfCapitalPerYear),
    months,
    costOfCapitalPerYear: site.costOfCapitalPerYear,
  };
}

/**
 * The weakest of what a prediction rests on: kernels, engine, and whether runs of this model's architecture were seen.
 * A run of the reader's own measured all of them together.
 */
function basisOf(stack: Stack): PlanOption['latency']['basis'] {
  const { calibration } = stack;
  if (stack.interval.overlay !== undefined) return 'measured';
  const bases =
    calibration.kind === 'host' ? [calibration.efficiency.basis] : [calibration.kernels.basis, calibration.efficiency.basis];
  const order = ['measured', 'interpolated', 'extrapolated'] as const;
  const seen = stack.interval.runs > 0 || calibration.kind === 'host';
  return order[Math.max(...bases.map((basis) => order.indexOf(basis)), seen ? 0 : 2)] ?? 'extrapolated';
}

function findBinding(offer: Offer, workload: ResolvedWorkload): Binding | null {
  const { budgetUsdPerMonth, budgetCapexUsd } = workload;
  if (budgetUsdPerMonth !== null && offer.usdPerMonth > budgetUsdPerMonth)
    return { constraint: 'budget', needed: offer.usdPerMonth, got: budgetUsdPerMonth, unit: 'usdPerMonth' };
  if (budgetCapexUsd !== null && offer.capexUsd > budgetCapexUsd)
    return { constraint: 'capex', needed: offer.capexUsd, got: budgetCapexUsd, unit: 'usd' };
  return null;
}

function describeBinding(binding: Binding, offer: Offer): Statement {
  const over = { usd: (binding.needed ?? 0) - (binding.got ?? 0) };
  return binding.constraint === 'budget'
    ? state('reason.overBudget', { over })
    : state('reason.overCapex', { over, capex: { usd: offer.capexUsd } });
}

/**
 * Image and model flags of a stack: an image named for the model goes before the engine's usual one.
 * @param spansNodes - then only an image that knows the fabric between its machines will do
 */
function servingOf(stack: Stack, catalog: Catalog, spansNodes: boolean): PlanOption['serving'] {
  const { engine, machine, architecture, mode } = stack;
  const wanted = mode === 'accelerator' ? (machine.accelerator?.vendor ?? 'cpu') : mode;
  const images = engine.images.filter((each) => each.for === wanted && each.cpuArchitectures.includes(machine.cpuArchitecture));
  const fabric = spansNodes && machine.fabric?.kind === 'efa' ? 'efa' : undefined;
  const named = images.filter((each) => each.models?.includes(architecture.id));
  const fitting = named.length > 0 ? named : images.filter((each) => each.models === undefined);
  const image = fitting.find((each) => each.fabric === fabric);
  const flags = engine.modelFlags.filter(
    (each) =>
      each.models.includes(architecture.id) &&
      (each.hardware === undefined || each.hardware.includes(machine.accelerator?.architecture ?? 'cpu')),
  );
  return {
    image: image === undefined ? null : { repository: image.repository, tag: image.tag, digest: image.digest ?? null },
    modelFlags: flags.flatMap((each) => each.flags),
    memoryShare: engine.memoryShare.ratio,
    metrics: engine.metrics === undefined ? null : withoutSource(engine.metrics),
    companions: catalog.companions
      .filter((each) => each.for.includes(machine.provider))
      // What fills the stores runs on a machine of the cloud's own, not on the fleet's.
      .filter((each) => each.id === 'seeder' || each.cpuArchitectures.includes(machine.cpuArchitecture))
      .filter((each) => each.id !== 'accelerator-metrics' || machine.accelerator?.vendor === 'nvidia')
      .map(({ id, repository, tag, digest }) => ({ id, repository, tag, digest })),
    operators: catalog.operators
      .filter((each) => spansNodes && each.for.includes(machine.provider))
      .filter((each) => each.vendor === undefined || each.vendor === machine.accelerator?.vendor)
      .map(({ id, repository, chart, version, namespace }) => ({ id, repository, chart, version, namespace })),
  };
}

function withoutSource<T extends { readonly source: string }>({ source: _, ...rest }: T): Omit<T, 'source'> {
  return rest;
}
