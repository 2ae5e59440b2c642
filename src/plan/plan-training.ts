// Training on the same machines: nodes, hours, energy and cost of a run beside every option that could hold it.
// In: the ranked options with their offers, the workload's run, the catalogue. Out: one line a machine and way of buying, cheapest first.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan } from '../documents/plan.ts';
import { acceleratorsThatFit, type TrainingRun, trainedParameters, trainingMemory, trainingTime } from '../physics/training.ts';
import type { Priced } from './price-machines.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** A fleet that also serves cannot be told apart by its bill, so hours are charged at what they cost all in. */
export function planTraining(priced: readonly Priced[], workload: ResolvedWorkload, catalog: Catalog): Plan['training'] {
  const { training, architecture } = workload;
  if (training === null) return null;
  const facts = catalog.training;
  const memory = trainingMemory(architecture, training, facts);
  const seen = new Set<string>();
  const options = priced
    .flatMap(({ option, offer, sizing }) => {
      const { machine } = sizing.candidate.stack;
      const name = `${machine.id} ${offer.region} ${offer.purchase}`;
      if (machine.accelerator === null || seen.has(name)) return [];
      seen.add(name);
      const needed = acceleratorsThatFit(memory, machine.accelerator, facts);
      if (needed === null) return [];
      const nodesForMemory = Math.ceil(needed / machine.acceleratorCount);
      // Nodes that train together must reach one another; a machine without a fabric trains alone.
      if (nodesForMemory > 1 && machine.fabric.kind === 'none') return [];
      const nodes = Math.max(nodesForMemory, offer.load.nodes);
      const accelerators = nodes * machine.acceleratorCount;
      const { acceleratorHours } = trainingTime(architecture, training, machine.accelerator, facts);
      const usdPerNodeHour = offer.usdPerHour / Math.max(1, offer.load.billedNodes);
      const nodeHours = (hours: number) => (hours / accelerators) * nodes;
      const watts = offer.energy.nodeMaximumWatts * facts.powerShare.ratio * offer.energy.pueRatio;
      return [
        {
          optionId: option.id,
          machine: machine.id,
          region: offer.region,
          purchase: offer.purchase,
          nodes,
          /** Beyond the fleet that serves. */
          extraNodes: nodes - offer.load.nodes,
          accelerators,
          acceleratorHours,
          wallClockHours: {
            typical: acceleratorHours.typical / accelerators,
            low: acceleratorHours.low / accelerators,
            high: acceleratorHours.high / accelerators,
          },
          kilowattHours: (nodeHours(acceleratorHours.typical) * watts) / 1000,
          usd: {
            typical: nodeHours(acceleratorHours.typical) * usdPerNodeHour,
            low: nodeHours(acceleratorHours.low) * usdPerNodeHour,
            high: nodeHours(acceleratorHours.high) * usdPerNodeHour,
          },
        },
      ];
    })
    .toSorted((one, other) => one.usd.typical - other.usd.typical || one.optionId.localeCompare(other.optionId, 'en'));
  return {
    ...describeRun(training),
    trainedParameters: trainedParameters(architecture, training),
    baseBytes: memory.baseBytes,
    stateBytes: memory.stateBytes,
    activationBytes: memory.activationBytes,
    options,
    reason:
      options.length > 0
        ? ''
        : 'no machine of the plan holds the run: one sample must fit on one accelerator, and nodes must reach one another',
  };
}

function describeRun({ method, tokens, sequenceTokens, rank }: TrainingRun) {
  return { method, tokens, sequenceTokens, rank };
}
