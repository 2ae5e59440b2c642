// Operations explained: time with enough nodes up, cold start, scaling, upgrades, quota.
// In: an option. Out: derivations in seconds, shares and counts, as docs/fleets.md tells.
import { scheduleScaling } from '../fleet/scaling.ts';
import { explainCloudLine } from './cost-cloud.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import { acceleratorsOfNode, explainBilledNodes, explainNodes, explainReplicas, explainSpares } from './fleet.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/fleets.md#fleets-availability-scaling-growth';
/** Spares beyond which the tail of the binomial is told as one number. */
const SPARES_TOLD = 64;

type Fact =
  | 'hostTimeBetweenFailures'
  | 'acceleratorTimeBetweenFailures'
  | 'replaceCloud'
  | 'repairOnPremises'
  | 'spotTimeBetweenInterruptions'
  | 'spotTimeToRegain'
  | 'provisionCloud'
  | 'engineWarmUp'
  | 'drain';

function seconds({ ledger }: Subject, name: string, field: Fact): Derivation {
  return ledger.fact(name, 'seconds', ledger.catalog.operations[field], { row: 'operations', field });
}

function coldStartPart(subject: Subject, part: 'provision' | 'read' | 'warmUp'): Derivation {
  const { ledger, priced, option } = subject;
  const { coldStart } = option.operations;
  const { stack } = priced.sizing.candidate;
  const owned = priced.offer.purchase === 'owned';
  if (part === 'warmUp') return seconds(subject, 'warm-up', 'engineWarmUp');
  if (part === 'provision')
    return owned
      ? ledger.rule('start of the machine', 0, 's', 'a machine one owns is running')
      : seconds(subject, 'start of the machine', 'provisionCloud');
  const bytes = ledger.fact('checkpoint on disk', 'bytes', stack.checkpoint.disk, {
    row: `${stack.model.id} ${stack.checkpoint.id}`,
    field: 'disk',
  });
  const { operations } = ledger.catalog;
  const rate = (name: string, field: 'objectStoreRead' | 'localDiskRead' | 'networkDiskRead') =>
    ledger.fact(name, 'bytesPerSecond', operations[field], { row: 'operations', field });
  const local = stack.machine.localDiskBytes >= stack.checkpoint.disk.bytes;
  const disk =
    owned || local ? rate('rate of local disks', 'localDiskRead') : rate('rate of the network disk', 'networkDiskRead');
  return derive(
    'reading weights',
    's',
    owned ? f`${bytes} ÷ ${disk}` : f`${bytes} ÷ ${rate('rate of the object store', 'objectStoreRead')} + ${bytes} ÷ ${disk}`,
    { value: coldStart.readSeconds, doc: DOC },
  );
}

function coldStart(subject: Subject): Derivation {
  return once(subject, 'cold start', () =>
    derive(
      'cold start',
      's',
      sum([coldStartPart(subject, 'provision'), coldStartPart(subject, 'read'), coldStartPart(subject, 'warmUp')]),
      {
        value: subject.option.operations.coldStart.totalSeconds,
        doc: DOC,
      },
    ),
  );
}

/** Share of the time one replica is up. */
function upShare(subject: Subject, nodesPerReplica: number): Derivation {
  const { ledger, priced } = subject;
  const { purchase } = priced.offer;
  const nodes = ledger.observed(
    'nodes of a replica',
    nodesPerReplica,
    'nodes',
    'searched',
    `${nodesPerReplica}`,
    'the fewest whose memory holds it',
  );
  const failures = derive(
    'failures of a node a second',
    '1/s',
    f`1 ÷ ${seconds(subject, 'between failures of a host', 'hostTimeBetweenFailures')} + ${acceleratorsOfNode(subject)} ÷ ${seconds(subject, 'between failures of an accelerator', 'acceleratorTimeBetweenFailures')}`,
    { doc: DOC },
  );
  const repair =
    purchase === 'owned' ? seconds(subject, 'repair', 'repairOnPremises') : seconds(subject, 'replacement', 'replaceCloud');
  const down = derive('down for failures over up', 'ratio', f`${failures} × ${nodes} × (${repair} + ${coldStart(subject)})`, {
    doc: DOC,
  });
  if (purchase !== 'spot') return derive('time a replica is up', 'share of time', f`1 ÷ (1 + ${down})`, { doc: DOC });
  const taken = derive(
    'down for interruptions over up',
    'ratio',
    f`(${seconds(subject, 'until capacity is had again', 'spotTimeToRegain')} + ${coldStart(subject)}) ÷ (${seconds(subject, 'between interruptions', 'spotTimeBetweenInterruptions')} ÷ ${nodes})`,
    { doc: DOC },
  );
  return derive('time a replica is up', 'share of time', f`1 ÷ (1 + ${down} + ${taken})`, { doc: DOC });
}

/** Binomial tail: at least the needed of those kept are up. */
function enoughUp(subject: Subject, name: string, needed: number, spares: number, nodesPerReplica: number): Derivation {
  const up = upShare(subject, nodesPerReplica);
  const kept = needed + spares;
  const count = subject.ledger.observed(
    `${name} kept`,
    kept,
    'replicas',
    'searched',
    `${needed} and ${spares} spare`,
    'those that the peak takes, and spares',
  );
  if (spares === 0) return derive(`time with enough ${name} up`, 'share of time', f`${up} ^ ${count}`, { doc: DOC });
  const terms = Array.from({ length: Math.min(spares, SPARES_TOLD) + 1 }, (_, down) => {
    const ways = subject.ledger.rule(`ways that ${down} are down`, waysOf(kept, down), 'ways', `${down} of ${kept} chosen`);
    const missing = subject.ledger.rule('down', down, 'replicas', 'counted from none to all spares');
    return derive(`time with ${down} down`, 'ratio', f`${ways} × ${up} ^ (${count} − ${missing}) × (1 − ${up}) ^ ${missing}`);
  });
  return derive(
    `time with enough ${name} up`,
    'share of time',
    { ...sum(terms), text: `min(1, ${sum(terms).text})` },
    { doc: DOC },
  );
}

function waysOf(kept: number, down: number): number {
  let ways = 1;
  for (let each = 1; each <= down; each += 1) ways = (ways * (kept - each + 1)) / each;
  return ways;
}

function explainUp(subject: Subject): Derivation {
  const { priced, option } = subject;
  const { sizing, offer } = priced;
  const told = { value: option.operations.upRatio, doc: DOC };
  const replicas = enoughUp(subject, 'replicas', sizing.replicas, offer.load.spareReplicas, sizing.candidate.nodesPerReplica);
  if (sizing.prefill === null) return derive('time with enough nodes up', 'share of time', f`${replicas}`, told);
  const workers = enoughUp(
    subject,
    'prefill workers',
    sizing.prefill.workers,
    offer.load.sparePrefillWorkers,
    sizing.prefill.candidate.nodesPerReplica,
  );
  return derive('time with enough nodes up', 'share of time', f`${replicas} × ${workers}`, told);
}

function scalingOf({ priced, workload }: Subject) {
  const { sizing, offer } = priced;
  return scheduleScaling({
    week: workload.week,
    peakReplicas: sizing.peakReplicas,
    spareReplicas: offer.load.spareReplicas,
    coldStartSeconds: offer.load.coldStart.totalSeconds,
  });
}

function kept(subject: Subject): Derivation {
  return derive('replicas kept', 'replicas', f`${explainReplicas(subject)} + ${explainSpares(subject)}`);
}

function explainBound(subject: Subject, which: 'minimum' | 'maximum'): Derivation {
  const count = scalingOf(subject)[`${which}Replicas`];
  const replicas = subject.ledger.observed(
    which === 'minimum' ? 'replicas in the quietest hour' : 'replicas in the busiest hour',
    count,
    'replicas',
    'searched',
    `${count}`,
    'of all hours of the week, each sized for the load until one more replica could be up',
  );
  return derive(
    which === 'minimum' ? 'fewest nodes' : 'most nodes',
    'nodes',
    f`ceil(${explainNodes(subject)} × ${replicas} ÷ ${kept(subject)} − 0.000000001)`,
    {
      value: subject.option.operations.scaling[`${which}Nodes`],
      doc: DOC,
    },
  );
}

function scaleOut(subject: Subject): Derivation {
  const { ledger, workload } = subject;
  const { hours } = workload.week;
  const steepest = hours.reduce((most, load, index) => Math.max(most, (hours[(index + 1) % hours.length] ?? 0) - load), 0);
  const rise = ledger.rule('steepest rise of an hour', steepest, 'ratio', 'of all hours of the week, as a share of the peak');
  return derive(
    'load at which a replica is added',
    'ratio',
    f`max(${ledger.rule('scaling out at least', 0.5, 'ratio', 'however steep the morning, half-empty replicas are enough warning')}, 1 ÷ (1 + ${rise} × ${coldStart(subject)} ÷ 3600))`,
    {
      value: subject.option.operations.scaling.scaleOutUtilisation,
      doc: DOC,
    },
  );
}

function nodeMonth(subject: Subject): Derivation {
  return derive('compute of a node', 'USD/month', f`${explainCloudLine(subject, 'compute')} ÷ ${explainBilledNodes(subject)}`);
}

/** Figures under `operations`. */
export function explainOperations(subject: Subject, figure: string): Derivation {
  const { ledger, option, priced } = subject;
  const { scaling, upgrade, quota } = option.operations;
  switch (figure) {
    case 'upRatio':
      return explainUp(subject);
    case 'coldStart.provisionSeconds':
      return coldStartPart(subject, 'provision');
    case 'coldStart.readSeconds':
      return coldStartPart(subject, 'read');
    case 'coldStart.warmUpSeconds':
      return coldStartPart(subject, 'warmUp');
    case 'coldStart.totalSeconds':
      return coldStart(subject);
    case 'scaling.minimumNodes':
      return explainBound(subject, 'minimum');
    case 'scaling.maximumNodes':
      return explainBound(subject, 'maximum');
    case 'scaling.scaleOutUtilisation':
      return scaleOut(subject);
    case 'scaling.scaleInUtilisation':
      return derive(
        'load at which a replica goes',
        'ratio',
        f`${scaleOut(subject)} × (1 − ${ledger.rule('distance of scaling in', 0.15, 'ratio', 'closer together the autoscaler would swing')})`,
        { value: scaling.scaleInUtilisation, doc: DOC },
      );
    case 'scaling.usdPerMonth.followingDemand': {
      const { meanReplicas } = scalingOf(subject);
      const mean = ledger.observed(
        'mean of replicas in a week',
        meanReplicas,
        'replicas',
        'searched',
        `${meanReplicas}`,
        'of all hours of the week, each sized for the load until one more replica could be up',
      );
      return derive(
        'compute following the demand',
        'USD/month',
        f`${nodeMonth(subject)} × ${explainNodes(subject)} × ${mean} ÷ ${kept(subject)}`,
        { value: scaling.usdPerMonth?.followingDemand, doc: DOC },
      );
    }
    case 'scaling.usdPerMonth.atMaximum':
      return derive('compute at the upper bound', 'USD/month', f`${nodeMonth(subject)} × ${explainBound(subject, 'maximum')}`, {
        value: scaling.usdPerMonth?.atMaximum,
        doc: DOC,
      });
    case 'upgrade.durationSeconds':
      return derive(
        'rolling upgrade',
        's',
        f`${kept(subject)} × (${seconds(subject, 'until requests have finished', 'drain')} + ${coldStart(subject)})`,
        { value: upgrade.durationSeconds, doc: DOC },
      );
    case 'quota.vcpus': {
      const { machine } = priced.sizing.candidate.stack;
      const row = 'instance' in machine.row ? machine.row.instance : null;
      if (row === null) throw new Error('only instances count against a quota');
      const vcpus = ledger.cell('vCPUs of a node', row.vcpus, 'vCPUs', `${row.vcpus}`, row.source, {
        row: row.id,
        field: 'vcpus',
      });
      return derive('quota to ask for', 'vCPUs', f`${vcpus} × ${explainNodes(subject)}`, { value: quota?.vcpus });
    }
    default:
      throw new Error(`no figure operations.${figure}`);
  }
}
