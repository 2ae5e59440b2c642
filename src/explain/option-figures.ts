// Figures of an option: which derivation stands behind each path. In: an option and a path below it. Out: the derivation.
import { datedPrices } from '../plan/price-ages.ts';
import { explainHour, explainLine, explainMillion, explainMonth, explainPresentValue, explainTerm } from './cost.ts';
import { explainCapex, explainCapital, explainElectricity } from './cost-own.ts';
import type { Derivation } from './derive.ts';
import { explainEnergy } from './energy.ts';
import {
  explainAccelerators,
  explainCapacity,
  explainMeanLoad,
  explainNodes,
  explainPeakLoad,
  explainReplicas,
  explainSpares,
  explainTokenCapacity,
} from './fleet.ts';
import { around } from './interval.ts';
import { explainMemory } from './memory.ts';
import { explainOperations } from './operations.ts';
import { batchOf, operatingState } from './state.ts';
import { tokensPerStep } from './step.ts';
import type { Subject } from './subject.ts';

type End = 'typical' | 'low' | 'high';

/** `cost.usdPerMonth.low` → `cost.usdPerMonth`, `low`. */
function splitEnd(path: string): [string, End] {
  const end = path.endsWith('.low') ? 'low' : path.endsWith('.high') ? 'high' : 'typical';
  return [end === 'typical' ? path : path.slice(0, -end.length - 1), end];
}

/** @throws Error where the option has no such figure */
export function explainOptionFigure(subject: Subject, path: string): Derivation {
  const { ledger, option, priced } = subject;
  const [figure, end] = splitEnd(path);
  const [room = '', ...rest] = figure.split('.');
  const inside = rest.join('.');
  if (room === 'cost') return explainCost(subject, inside, end);
  if (room === 'latency') {
    const of = inside === 'ttftSeconds' ? 'ttft' : 'tpot';
    return around(subject, operatingState(subject)[of], of, end, option.latency[`${of}Seconds`][end]);
  }
  if (room === 'capacity') return explainCapacityFigure(subject, inside, end);
  if (room === 'memory') return explainMemory(ledger, priced.sizing.candidate, inside);
  if (room === 'energy') return inside === 'usdPerKilowattHour' ? explainElectricity(subject) : explainEnergy(subject, inside);
  if (room === 'operations') return explainOperations(subject, inside);
  switch (figure) {
    case 'nodes':
      return explainNodes(subject);
    case 'accelerators':
      return explainAccelerators(subject);
    case 'replicas':
      return explainReplicas(subject);
    case 'spareReplicas':
      return explainSpares(subject);
    case 'batch.atPeak':
      return batchOf(subject, 'batch at the peak', option.batch.atPeak);
    case 'batch.atCapacity':
      return batchOf(subject, 'batch at capacity', option.batch.atCapacity);
    case 'prefill.workers':
      return ledger.observed(
        'prefill workers',
        option.prefill?.workers ?? 0,
        'workers',
        'searched',
        `${option.prefill?.workers}`,
        'the fewest that keep the time to first token',
      );
    case 'speculation.acceptedTokens':
      return tokensPerStep(ledger, priced.sizing.candidate);
    default:
      throw new Error(`no figure ${path} of an option`);
  }
}

function explainCost(subject: Subject, figure: string, end: End): Derivation {
  const { ledger, option, plan } = subject;
  if (figure.startsWith('lines.')) return explainLine(subject, figure.slice('lines.'.length));
  if (figure.startsWith('capital.')) return explainCapital(subject, figure.slice('capital.'.length));
  switch (figure) {
    case 'usdPerMonth':
      return explainMonth(subject, end);
    case 'usdPerHour':
      return explainHour(subject);
    case 'usdOverTerm':
      return explainTerm(subject);
    case 'usdPerMillionOutputTokens':
      return explainMillion(subject, end);
    case 'capexUsd':
      return explainCapex(subject);
    case 'presentValue':
      return explainPresentValue(subject);
    case 'oldestPriceDays': {
      const [oldest] = datedPrices(option, ledger.catalog, plan.prices.day);
      const name = 'age of the oldest price';
      return oldest === undefined
        ? ledger.rule(name, 0, 'days', 'no price of this option has a date')
        : ledger.cell(
            name,
            option.cost.oldestPriceDays,
            'days',
            `as of ${oldest.asOf}, counted to ${plan.prices.day}`,
            oldest.source,
            { row: oldest.source, field: 'asOf' },
            oldest.asOf,
          );
    }
    default:
      throw new Error(`no figure cost.${figure} of an option`);
  }
}

function explainCapacityFigure(subject: Subject, figure: string, end: End): Derivation {
  switch (figure) {
    case 'requestsPerSecond':
      return explainCapacity(subject, end);
    case 'outputTokensPerSecond':
      return explainTokenCapacity(subject, end);
    case 'peakUtilisation':
      return explainPeakLoad(subject);
    case 'meanUtilisation':
      return explainMeanLoad(subject);
    default:
      throw new Error(`no figure capacity.${figure} of an option`);
  }
}
