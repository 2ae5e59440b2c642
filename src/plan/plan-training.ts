// Training on the same machines: nodes, hours, energy and cost of a run beside every option that could hold it.
// In: the ranked options with their offers, the workload's run, the catalogue. Out: one line a machine and way of buying, cheapest first.

import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan } from '../documents/plan.ts';
import { reasoned, state } from '../language/say-statement.ts';
import {
  fewestAccelerators,
  type TrainingRun,
  trainedParameters,
  trainingActivationBytes,
  trainingDtype,
  trainingState,
  trainingTime,
} from '../physics/training.ts';
import type { Priced } from './price-machines.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** A fleet that also serves cannot be told apart by its bill, so hours are charged at what they cost all in. */
export function planTraining(priced: readonly Priced[], workload: ResolvedWorkload, catalog: Catalog): Plan['training'] {
  const { training, architecture } = workload;
  if (training === null) return null;
  const facts = catalog.training;
  const load = { model: architecture, run: training, facts };
  const seen = new Set<string>();
  const options = priced
    .flatMap(({ option, offer, sizing }) => {
      const { machine } = sizing.candidate.stack;
      const name = `${machine.id} ${offer.region} ${offer.purchase}`;
      if (machine.accelerator === null || seen.has(name)) return [];
      seen.add(name);
      const setup = { ...load, accelerator: machine.accelerator };
      const needed = fewestAccelerators(setup);
      if (needed === null) return [];
      const nodesForMemory = Math.ceil(needed / machine.acceleratorCount);
      // Nodes that train together must reach one another; a machine without a fabric trains alone.
      const alone = machine.fabric.kind === 'none';
      if (nodesForMemory > 1 && alone) return [];
      const nodes = alone ? nodesForMemory : Math.max(nodesForMemory, offer.load.nodes);
      const accelerators = nodes * machine.acceleratorCount;
      const { acceleratorHours, wallClockHours } = trainingTime(setup, accelerators);
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
          extraNodes: Math.max(0, nodes - offer.load.nodes),
          accelerators,
          acceleratorHours,
          wallClockHours,
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
  // States depend on whether there is FP8; the sum told is that of the plan's best machine.
  const best = priced.map(({ sizing }) => sizing.candidate.stack.machine.accelerator).find((each) => each !== null);
  const states = trainingState(load, best ? trainingDtype(training.method, best) : 'bf16');
  return {
    ...describeRun(training),
    trainedParameters: trainedParameters(architecture, training, facts),
    baseBytes: states.baseBytes,
    stateBytes: states.weightBytes + states.gradientBytes + states.optimizerBytes,
    activationBytes: trainingActivationBytes(load),
    options,
    ...(options.length > 0 ? { reason: '' } : reasoned(state('reason.noTraining'))),
  };
}

function describeRun({ method, tokens, sequenceTokens, rank }: TrainingRun) {
  return { method, tokens, sequenceTokens, rank };
}
