// Energy explained: watts of a fleet over the hours of a week, at the wall and at the meter, and what follows from them.
// In: an option. Out: derivations in watts, kilowatt-hours, joules and kilograms.
import { type LoadLevel, loadLevels, powerOf } from '../plan/fleet-power.ts';
import { hoursOfMonth, outputTokensPerMonth, peakRate, secondsOfHour } from './demand.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import { acceleratorsOfNode, explainCapacity, explainNodes, explainReplicas, explainSpares } from './fleet.ts';
import { boardFacts, boardWatts, type PoolPower, phaseWatts } from './power.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/economics.md#energy';
/** A host of this many accelerators is what `hostPower` was measured on. */
const ACCELERATORS_OF_A_HOST = 8;

function hostPower(subject: Subject, end: 'low' | 'high'): Derivation {
  const { ledger } = subject;
  return ledger.fact(
    end === 'high' ? 'host power at most' : 'host power at least',
    'watts',
    ledger.catalog.facility.hostPower,
    { row: 'facility', field: 'hostPower' },
    end,
  );
}

function hosts(subject: Subject): Derivation {
  const measured = subject.ledger.rule(
    'accelerators of the measured host',
    ACCELERATORS_OF_A_HOST,
    'accelerators',
    'what host power was measured on',
  );
  return derive('hosts', 'hosts', f`max(1, ceil(${acceleratorsOfNode(subject)} ÷ ${measured}))`);
}

/** Most one node draws at the wall. */
export function explainNodeWatts(subject: Subject): Derivation {
  return once(subject, 'node watts', () => {
    const { ledger, priced, option } = subject;
    const { machine } = priced.sizing.candidate.stack;
    if ('server' in machine.row && machine.row.server.maximumPower !== undefined)
      return ledger.fact('nameplate of a node', 'watts', machine.row.server.maximumPower, {
        row: machine.id,
        field: 'maximumPower',
      });
    const boards = machine.accelerator === null ? f`0` : f`${boardFacts(subject).power} × ${acceleratorsOfNode(subject)}`;
    return derive('most a node draws', 'W', f`${boards} + ${hostPower(subject, 'high')} × ${hosts(subject)}`, {
      value: option.energy.nodeMaximumWatts,
      doc: DOC,
    });
  });
}

/** Watts at the wall of a node whose boards each draw so much. */
function wallOf(subject: Subject, board: Derivation, name: string, value?: number): Derivation {
  const nameplate = explainNodeWatts(subject);
  const count = acceleratorsOfNode(subject);
  const boards = derive('boards of a node', 'W', f`${board} × ${count}`);
  const most = once(subject, 'host most', () =>
    derive(
      'host power with busy boards',
      'W',
      f`min(${hostPower(subject, 'high')} × ${hosts(subject)}, max(0, ${nameplate} − ${count} × ${boardFacts(subject).power}))`,
      { doc: DOC },
    ),
  );
  const least = once(subject, 'host least', () =>
    derive('host power with idle boards', 'W', f`${most} × ${hostPower(subject, 'low')} ÷ ${hostPower(subject, 'high')}`, {
      doc: DOC,
    }),
  );
  const busy = derive('boards over their nameplate', 'ratio', f`min(1, ${boards} ÷ (${count} × ${boardFacts(subject).power}))`);
  return derive(name, 'W', f`min(${nameplate}, ${boards} + ${least} + (${most} − ${least}) × ${busy})`, { value, doc: DOC });
}

/** Watts at the wall of a node whose power does not follow from the work of boards. */
function hostWall(subject: Subject, load: Derivation | null, name: string, value?: number): Derivation {
  const { ledger } = subject;
  const { facility } = ledger.catalog;
  const idle = ledger.fact('share of nameplate when idle', 'ratio', facility.idlePowerShare, {
    row: 'facility',
    field: 'idlePowerShare',
  });
  const serving = ledger.fact('share of nameplate when serving', 'ratio', facility.servingPowerShare, {
    row: 'facility',
    field: 'servingPowerShare',
  });
  const nameplate = explainNodeWatts(subject);
  return load === null
    ? derive(name, 'W', f`${nameplate} × ${idle}`, { value, doc: DOC })
    : derive(name, 'W', f`${nameplate} × (${idle} + (${serving} − ${idle}) × min(1, max(0, ${load})))`, { value, doc: DOC });
}

interface Level {
  readonly level: Derivation;
  readonly share: Derivation;
}

/** Hours of the week, gathered by load. */
function levelsOf({ ledger, workload }: Subject): Level[] {
  const field = ledger.isGiven('demand.shape') ? 'demand.shape' : 'the load shape of the use';
  return loadLevels(workload).map(({ level, share }: LoadLevel) => ({
    level: ledger.rule(
      'load over the peak',
      level,
      'ratio',
      `hours of the week that are about as busy, from ${field} and the mean over the peak`,
    ),
    share: ledger.rule('share of the hours', share, 'ratio', `hours of the week that are about as busy, from ${field}`),
  }));
}

function meanOver(subject: Subject, name: string, of: (level: Derivation) => Derivation): Derivation {
  const parts = levelsOf(subject).map(({ level, share }) =>
    derive(`${name}, ${Math.round(share.value * 168)} h a week`, 'W', f`${share} × ${of(level)}`),
  );
  return derive(name, 'W', sum(parts), { doc: DOC, note: 'mean over the hours of the week' });
}

interface Pools {
  readonly decode: PoolPower;
  readonly prefill: PoolPower | null;
  readonly decodeNodes: Derivation;
  readonly prefillNodes: Derivation | null;
}

/** Null where nothing is known of the boards. */
function poolsOf(subject: Subject): Pools | null {
  const { ledger, priced, workload } = subject;
  const { sizing, offer } = priced;
  const own = powerOf(sizing.candidate, workload, ledger.catalog, sizing.capacityBatch);
  if (own === null) return null;
  const decode: PoolPower = {
    candidate: sizing.candidate,
    power: own.power,
    largestBatch: sizing.capacityBatch,
    does: sizing.prefill === null ? 'both' : 'decode',
  };
  const nodes = explainNodes(subject);
  if (sizing.prefill === null) return { decode, prefill: null, decodeNodes: nodes, prefillNodes: null };
  const { candidate, workers } = sizing.prefill;
  const apart = powerOf(candidate, workload, ledger.catalog, 1);
  const count = (workers + offer.load.sparePrefillWorkers) * candidate.nodesPerReplica;
  const prefillNodes = ledger.observed(
    'nodes for prefill',
    count,
    'nodes',
    'searched',
    `${count}`,
    'prefill workers and their spares',
  );
  return {
    decode,
    prefill: apart === null ? null : { candidate, power: apart.power, largestBatch: 1, does: 'prefill' },
    decodeNodes: derive('nodes for decode', 'nodes', f`${nodes} − ${prefillNodes}`),
    prefillNodes,
  };
}

/** Requests a second of one replica of a pool at a load. */
function rateOf(subject: Subject, level: Derivation, prefill: boolean): Derivation {
  const { ledger, priced } = subject;
  const peak = peakRate(subject);
  const pool = priced.sizing.prefill;
  if (!prefill || pool === null)
    return derive(
      'rate of a replica at that load',
      'requests/s',
      f`${peak} × ${level} ÷ (${explainReplicas(subject)} + ${explainSpares(subject)})`,
    );
  const workers = ledger.observed(
    'prefill workers with spares',
    pool.workers + priced.offer.load.sparePrefillWorkers,
    'workers',
    'searched',
    `${pool.workers}`,
    'the fewest that keep the time to first token, and spares',
  );
  return derive('rate of a prefill worker at that load', 'requests/s', f`${peak} × ${level} ÷ ${workers}`);
}

function fleetWatts(subject: Subject, at: 'boards' | 'wall'): Derivation {
  return once(subject, `fleet ${at}`, () => {
    const { option } = subject;
    const name = at === 'boards' ? 'power of the boards' : 'power at the wall';
    const value = at === 'boards' ? option.energy.boardWatts : option.energy.wallWatts;
    const pools = poolsOf(subject);
    const told = { value, doc: DOC, note: `power curve ${option.energy.basis}` };
    if (pools === null) {
      if (at === 'boards') return subject.ledger.rule(name, 0, 'W', 'nothing is known of the boards of this machine');
      const node = meanOver(subject, 'a node', (level) =>
        hostWall(
          subject,
          derive('load', 'ratio', f`${peakRate(subject)} × ${level} ÷ ${explainCapacity(subject)}`),
          'a node at that load',
        ),
      );
      return derive(name, 'W', f`${node} × ${explainNodes(subject)}`, {
        ...told,
        note: 'a share of the nameplate stands in for a power curve',
      });
    }
    const ofPool = (pool: PoolPower, prefill: boolean) =>
      meanOver(subject, at === 'boards' ? 'a board' : 'a node', (level) => {
        const board = boardWatts(subject, pool, rateOf(subject, level, prefill));
        return at === 'boards' ? board : wallOf(subject, board, 'a node at that load');
      });
    const each =
      at === 'boards'
        ? f`${pools.decodeNodes} × ${acceleratorsOfNode(subject)} × ${ofPool(pools.decode, false)}`
        : f`${pools.decodeNodes} × ${ofPool(pools.decode, false)}`;
    if (pools.prefill === null || pools.prefillNodes === null) return derive(name, 'W', each, told);
    const further =
      at === 'boards'
        ? f`${pools.prefillNodes} × ${acceleratorsOfNode(subject)} × ${ofPool(pools.prefill, true)}`
        : f`${pools.prefillNodes} × ${ofPool(pools.prefill, true)}`;
    return derive(name, 'W', f`${each} + ${further}`, told);
  });
}

function pue({ ledger, priced, workload }: Subject): Derivation {
  if ('owned' in priced.offer.terms) return ledger.field('PUE', workload.site.pueRatio, 'ratio', 'onPremises.pue');
  const { facility } = ledger.catalog;
  return ledger.fact('PUE of the cloud', 'ratio', facility.cloudPue ?? facility.pue, {
    row: 'facility',
    field: facility.cloudPue === undefined ? 'pue' : 'cloudPue',
  });
}

function meterWatts(subject: Subject): Derivation {
  return once(subject, 'meter', () =>
    derive('power at the meter', 'W', f`${fleetWatts(subject, 'wall')} × ${pue(subject)}`, {
      value: subject.option.energy.facilityWatts,
      doc: DOC,
    }),
  );
}

export function explainMonthlyEnergy(subject: Subject): Derivation {
  return once(subject, 'kilowatt-hours', () =>
    derive('energy a month', 'kWh/month', f`${meterWatts(subject)} ÷ 1000 × ${hoursOfMonth(subject.ledger)}`, {
      value: subject.option.energy.kilowattHoursPerMonth,
      doc: DOC,
    }),
  );
}

function joules(subject: Subject, watts: Derivation, name: string, value: number): Derivation {
  return derive(
    name,
    'J/token',
    f`${watts} × ${hoursOfMonth(subject.ledger)} × ${secondsOfHour(subject.ledger)} ÷ ${outputTokensPerMonth(subject)}`,
    { value, doc: DOC },
  );
}

function gridFactor(subject: Subject): Derivation {
  const { ledger, priced, option, workload } = subject;
  const { grid } = priced.offer;
  const value = option.energy.gramsCo2ePerKilowattHour ?? 0;
  const name = 'carbon of a kilowatt-hour';
  if (option.energy.hourly?.gramsCo2ePerKilowattHour != null && workload.site.hourly !== null)
    return ledger.cell(
      name,
      value,
      'gCO2e/kWh',
      'by the hour, weighted with the energy of each hour',
      workload.site.hourly.source,
      { row: workload.site.hourly.name, field: 'gramsCo2ePerKilowattHour' },
    );
  const row = ledger.catalog.gridCarbon.find(
    (each) => each.zone === grid?.zone && each.method === grid.method && each.gramsCo2ePerKilowattHour === value,
  );
  if (row === undefined) throw new Error(`no grid factor of ${grid?.zone}`);
  return ledger.cell(
    name,
    value,
    'gCO2e/kWh',
    `${row.gramsCo2ePerKilowattHour} gCO2e/kWh, ${row.method}, ${row.year}`,
    row.source,
    { row: row.zone, field: 'gramsCo2ePerKilowattHour' },
  );
}

function nodePhase(subject: Subject, phase: 'idle' | 'loadedIdle' | 'prefill' | 'decode', name: string): Derivation {
  const value = subject.option.energy.nodePhaseWatts[phase];
  const pools = poolsOf(subject);
  if (pools === null) {
    const full = subject.ledger.rule('full load', 1, 'ratio', 'busy');
    return hostWall(subject, phase === 'idle' || phase === 'loadedIdle' ? null : full, name, value);
  }
  return wallOf(
    subject,
    phaseWatts(subject, phase === 'prefill' ? (pools.prefill ?? pools.decode) : pools.decode, phase),
    name,
    value,
  );
}

/** Figures under `energy`. */
export function explainEnergy(subject: Subject, figure: string): Derivation {
  const { energy } = subject.option;
  switch (figure) {
    case 'facilityWatts':
      return meterWatts(subject);
    case 'wallWatts':
      return fleetWatts(subject, 'wall');
    case 'boardWatts':
      return fleetWatts(subject, 'boards');
    case 'nodeMaximumWatts':
      return explainNodeWatts(subject);
    case 'nodePhaseWatts.idle':
      return nodePhase(subject, 'idle', 'a node, idle');
    case 'nodePhaseWatts.loadedIdle':
      return nodePhase(subject, 'loadedIdle', 'a node, waiting');
    case 'nodePhaseWatts.prefill':
      return nodePhase(subject, 'prefill', 'a node in prefill');
    case 'nodePhaseWatts.decode':
      return nodePhase(subject, 'decode', 'a node in decode');
    case 'pueRatio':
      return pue(subject);
    case 'megawattHoursPerYear': {
      const year = subject.ledger.rule('hours of a year', 8760, 'h/year', 'a year has 8,760 hours, everywhere');
      return derive('energy a year', 'MWh/year', f`${meterWatts(subject)} ÷ 1000 × ${year} ÷ 1000`, {
        value: energy.megawattHoursPerYear,
        doc: DOC,
      });
    }
    case 'boardJoulesPerOutputToken':
      return joules(
        subject,
        fleetWatts(subject, 'boards'),
        'energy of an output token in boards',
        energy.boardJoulesPerOutputToken,
      );
    case 'wallJoulesPerOutputToken':
      return joules(
        subject,
        fleetWatts(subject, 'wall'),
        'energy of an output token at the wall',
        energy.wallJoulesPerOutputToken,
      );
    case 'joulesPerOutputToken':
      return joules(subject, meterWatts(subject), 'energy of an output token', energy.joulesPerOutputToken);
    case 'kilogramsCo2ePerMonth':
      return derive('carbon a month', 'kgCO2e/month', f`${explainMonthlyEnergy(subject)} × ${gridFactor(subject)} ÷ 1000`, {
        value: energy.kilogramsCo2ePerMonth ?? 0,
        doc: DOC,
      });
    case 'gramsCo2ePerKilowattHour':
      return gridFactor(subject);
    default:
      return explainMonthlyEnergy(subject);
  }
}
