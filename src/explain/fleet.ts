// The fleet explained: replicas that the peak takes, spares, nodes, and what they carry together.
// In: an option. Out: derivations of counts and rates.
import { probit } from 'simple-statistics';
import { meanRate, outputTokens, peakRate, plannedPeak } from './demand.ts';
import { agree, type Derivation, derive, f, sum } from './derive.ts';
import { around, intervalEnd } from './interval.ts';
import { batchOf, capacityState } from './state.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/physics.md#percentiles';
const FLEETS = 'docs/fleets.md#fleets-availability-scaling-growth';

/** What a prediction is divided by before it carries load, for the confidence asked for. */
function margin(subject: Subject): Derivation | null {
  const { ledger, workload } = subject;
  if (workload.confidence === 0.5) return null;
  const score = ledger.rule(
    'normal score of the confidence',
    probit(workload.confidence),
    'ratio',
    `quantile of the standard normal distribution at ${workload.confidence}`,
  );
  const end = ledger.rule('normal score of an interval’s end', probit(0.9), 'ratio', 'the ends of an 80 % interval, each alone');
  return derive('margin on throughput', 'ratio', f`${intervalEnd(subject, 'throughput', 'low')} ^ (${score} ÷ ${end})`, {
    doc: 'docs/physics.md#sharing-a-replica-between-prefill-and-decode',
  });
}

/** Replicas that carry the peak. */
export function explainReplicas(subject: Subject): Derivation {
  return once(subject, 'replicas', () => {
    const { ledger, priced, workload, option } = subject;
    const { sizing } = priced;
    const name = sizing.prefill === null ? 'replicas' : 'decode workers';
    const each =
      'concurrency' in workload.demand
        ? batchOf(subject, 'batch at capacity', sizing.capacityBatch)
        : sizing.prefill === null
          ? capacityState(subject).rate
          : null;
    if (each !== null) {
      const factor = 'concurrency' in workload.demand ? null : margin(subject);
      const formula =
        factor === null
          ? f`max(1, ceil(${plannedPeak(subject)} ÷ ${each} − 0.000000001))`
          : f`max(1, ceil(${plannedPeak(subject)} ÷ (${each} × ${factor}) − 0.000000001))`;
      const found = derive(name, 'replicas', formula, { doc: DOC });
      if (agree(found.value, sizing.replicas)) return found;
    }
    const confirmed = subject.plan.confirmation.find((entry) => entry.optionId === option.id);
    return ledger.observed(
      name,
      sizing.replicas,
      'replicas',
      'searched',
      confirmed === undefined
        ? `${sizing.replicas}`
        : `${sizing.replicas}, held by ${confirmed.requests} simulated requests with seed ${confirmed.seed}`,
      sizing.prefill === null
        ? 'the fewest with which the promise holds in the simulator too'
        : 'the fewest decode workers that carry the peak within the target for time per token',
    );
  });
}

export function explainSpares(subject: Subject): Derivation {
  const { ledger, priced, workload } = subject;
  const { spareReplicas } = priced.offer.load;
  const field =
    (['spareReplicas', 'survive', 'target'] as const)
      .map((each) => `availability.${each}`)
      .find((each) => ledger.isGiven(each)) ?? 'availability';
  const asked = workload.availability.target ?? (priced.offer.purchase === 'spot' ? 0.99 : null);
  return asked === null || field !== 'availability'
    ? ledger.field('spare replicas', spareReplicas, 'replicas', field)
    : ledger.observed(
        'spare replicas',
        spareReplicas,
        'replicas',
        'searched',
        `${spareReplicas}`,
        `the fewest with which enough are up ${asked * 100}% of the time`,
      );
}

function prefillNodes(subject: Subject): Derivation | null {
  const { ledger, priced } = subject;
  const { prefill } = priced.sizing;
  if (prefill === null) return null;
  const workers = ledger.observed(
    'prefill workers',
    prefill.workers,
    'workers',
    'searched',
    `${prefill.workers}`,
    'the fewest that keep the time to first token',
  );
  const spare = ledger.observed(
    'spare prefill workers',
    priced.offer.load.sparePrefillWorkers,
    'workers',
    'searched',
    `${priced.offer.load.sparePrefillWorkers}`,
    'the fewest that keep the promise of availability',
  );
  const each = ledger.observed(
    'nodes of a prefill worker',
    prefill.candidate.nodesPerReplica,
    'nodes',
    'searched',
    `${prefill.candidate.nodesPerReplica}`,
    'the fewest whose memory holds it',
  );
  return derive('nodes for prefill', 'nodes', f`(${workers} + ${spare}) × ${each}`);
}

/** All nodes at the end of the term, spares included. */
export function explainNodes(subject: Subject): Derivation {
  return once(subject, 'nodes', () => {
    const { ledger, priced } = subject;
    const { sizing, offer } = priced;
    const each = ledger.observed(
      'nodes of a replica',
      sizing.candidate.nodesPerReplica,
      'nodes',
      'searched',
      `${sizing.candidate.nodesPerReplica}`,
      'the fewest whose memory holds it',
    );
    const decoding = f`(${explainReplicas(subject)} + ${explainSpares(subject)}) × ${each}`;
    const prefill = prefillNodes(subject);
    return derive('nodes', 'nodes', prefill === null ? decoding : f`${decoding} + ${prefill}`, {
      value: offer.load.nodes,
      doc: FLEETS,
    });
  });
}

/** Mean over the term of what is paid for: grown into where nodes can be added any day. */
export function explainBilledNodes(subject: Subject): Derivation {
  const { ledger, priced } = subject;
  const { load, purchase } = priced.offer;
  if (load.growth.length <= 1 || (purchase !== 'on-demand' && purchase !== 'spot')) return explainNodes(subject);
  const steps = load.growth.map((step) =>
    ledger.observed(
      `nodes from month ${step.month}`,
      step.nodes,
      'nodes',
      'searched',
      `${step.nodes}`,
      `what the peak of the quarter takes, ${load.nodes} at the end`,
    ),
  );
  const quarters = ledger.rule('quarters of the term', steps.length, 'quarters', 'capacity is added by the quarter');
  const all = derive('nodes of all quarters', 'nodes', sum(steps));
  return derive('nodes paid for', 'nodes', f`${all} ÷ ${quarters}`, { value: load.billedNodes, doc: FLEETS });
}

export function explainAccelerators(subject: Subject): Derivation {
  const { option } = subject;
  return derive('accelerators', 'accelerators', f`${explainNodes(subject)} × ${acceleratorsOfNode(subject)}`, {
    value: option.accelerators,
  });
}

export function acceleratorsOfNode({ ledger, priced }: Subject): Derivation {
  const { machine } = priced.sizing.candidate.stack;
  const row = 'server' in machine.row ? machine.row.server : machine.row.instance;
  return ledger.cell(
    'accelerators of a node',
    machine.acceleratorCount,
    'accelerators',
    `${machine.acceleratorCount}`,
    row.source,
    { row: row.id, field: 'accelerator.count' },
  );
}

/** Requests a second that the fleet carries within the targets. */
export function explainCapacity(subject: Subject, end: 'typical' | 'low' | 'high' = 'typical'): Derivation {
  const { option, priced } = subject;
  const typical = once(subject, 'capacity', () =>
    derive(
      'capacity',
      'requests/s',
      f`(${explainReplicas(subject)} + ${explainSpares(subject)}) × ${capacityState(subject).rate}`,
      {
        value: priced.offer.load.capacityRequestsPerSecond,
        doc: DOC,
      },
    ),
  );
  return around(subject, typical, 'throughput', end, option.capacity.requestsPerSecond[end]);
}

export function explainTokenCapacity(subject: Subject, end: 'typical' | 'low' | 'high'): Derivation {
  const { outputTokensPerSecond: told } = subject.option.capacity;
  const typical = derive('capacity in output tokens', 'tokens/s', f`${explainCapacity(subject)} × ${outputTokens(subject)}`, {
    value: told.typical,
  });
  return around(subject, typical, 'throughput', end, told[end]);
}

export function explainPeakLoad(subject: Subject): Derivation {
  return derive('load at the peak', 'ratio', f`${peakRate(subject)} ÷ ${explainCapacity(subject)}`, {
    value: subject.option.capacity.peakUtilisation,
  });
}

export function explainMeanLoad(subject: Subject): Derivation {
  return derive('mean load', 'ratio', f`${meanRate(subject)} ÷ ${explainCapacity(subject)}`, {
    value: subject.option.capacity.meanUtilisation,
  });
}
