// What renting costs, explained: instances by the hour and every service around them.
// In: an option that is rented. Out: derivations of every line of its bill.
import type { CloudBillInput } from '../cost/cloud.ts';
import { CLOUD_DISCOUNT } from '../plan/discount-clouds.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { hoursOfMonth, outputTokens, requestsPerMonth } from './demand.ts';
import { type Derivation, derive, f } from './derive.ts';
import { explainBilledNodes, explainNodes } from './fleet.ts';
import { explainMean } from './lengths.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/economics.md#renting';

function rentedTerms({ priced }: Subject): CloudBillInput {
  const { terms } = priced.offer;
  if (!('rented' in terms)) throw new Error('only what is rented is billed by a cloud');
  return terms.rented;
}

/** One line of the bill, USD a month. */
export function explainCloudLine(subject: Subject, id: string): Derivation {
  return once(subject, `line ${id}`, () => {
    const line = subject.priced.offer.lines.find((each) => each.id === id);
    if (line === undefined || line.quantity === null) throw new Error(`the bill has no line ${id}`);
    const told = { value: line.usdPerMonth ?? undefined, doc: DOC };
    if (id === 'compute') return derive(line.label, 'USD/month', f`${computeHours(subject)} × ${hourlyPrice(subject)}`, told);
    return derive(
      line.label,
      'USD/month',
      f`${unitsOf(subject, id, line.quantity)} × ${servicePrice(subject, id, line.quantity.unit)}`,
      told,
    );
  });
}

function computeHours(subject: Subject): Derivation {
  return derive('hours of instances', 'h/month', f`${explainBilledNodes(subject)} × ${hoursOfMonth(subject.ledger)}`, {
    doc: DOC,
  });
}

function hourlyPrice(subject: Subject): Derivation {
  const { ledger, listed, workload } = subject;
  const { instance, region, purchase, usdPerHour, priceSource } = rentedTerms(subject);
  const row = listed.pricesOf(instance).find((each) => each.region === region && each.purchase === purchase);
  if (row === undefined) throw new Error(`no price of ${instance} in ${region}`);
  const name = `an hour of ${instance}`;
  const place = { row: `${instance} ${region} ${purchase}`, field: 'usdPerHour' };
  const told = (as: string) => ledger.cell(as, row.usdPerHour, 'USD/h', `${row.usdPerHour} USD/h`, row.source, place, row.asOf);
  if (priceSource !== CLOUD_DISCOUNT) return told(name);
  const discount = ledger.field('discount on the clouds’ machines', workload.cloudDiscountRatio, 'ratio', 'clouds.discount');
  return derive(name, 'USD/h', f`round(${told(`${name}, list price`)} × (1 − ${discount}) × 1000000) ÷ 1000000`, {
    value: usdPerHour,
    doc: DOC,
    note: 'to a millionth of a dollar',
  });
}

function servicePrice(subject: Subject, item: string, unit: string): Derivation {
  const price = rentedTerms(subject).service(item);
  if (price === undefined) throw new Error(`no price of ${item}`);
  return subject.ledger.cell(
    'price of a unit',
    price.usdPerUnit,
    `USD/${unit}`,
    `${price.usdPerUnit} USD a ${price.per} in ${price.region}`,
    price.source,
    { row: price.item, field: 'usdPerUnit' },
    price.asOf,
  );
}

/** Units a month: traffic follows from requests, everything else is counted in what the stack builds. */
function unitsOf(subject: Subject, id: string, quantity: { readonly units: number; readonly unit: string }): Derivation {
  const { provider, nodes, cluster } = rentedTerms(subject);
  const unit = `${quantity.unit}/month`;
  const traffic = trafficOf(subject, id);
  if (traffic !== null) return derive('units a month', unit, traffic, { value: quantity.units, doc: DOC });
  if (quantity.unit === 'hours') {
    const count = subject.ledger.rule(
      'how many run',
      quantity.units / HOURS_PER_MONTH,
      'pieces',
      `what stacks/${provider} builds for a ${cluster ? 'cluster' : 'node'}; "seekstack verify" counts the same in the project`,
    );
    return derive('units a month', unit, f`${count} × ${hoursOfMonth(subject.ledger)}`, { value: quantity.units, doc: DOC });
  }
  return subject.ledger.rule(
    'units a month',
    quantity.units,
    unit,
    `what stacks/${provider} builds for ${nodes} ${nodes === 1 ? 'node' : 'nodes'} with the weights and images of this option; "seekstack verify" counts the same in the project`,
  );
}

const BYTES_PER_GIGABYTE = 1e9;

/** Gigabytes that follow from requests; null for what does not. */
function trafficOf(subject: Subject, id: string) {
  const { ledger } = subject;
  const { operations } = ledger.catalog;
  const gigabyte = ledger.rule('bytes of a gigabyte', BYTES_PER_GIGABYTE, 'bytes', 'GB is 10^9 bytes');
  const fact = (name: string, field: 'streamedToken' | 'promptToken' | 'requestLog' | 'image') =>
    ledger.fact(name, 'bytes', operations[field], { row: 'operations', field });
  const requests = requestsPerMonth(subject);
  const answers = derive(
    'answers',
    'GB/month',
    f`${requests} × ${outputTokens(subject)} × ${fact('bytes of a streamed token', 'streamedToken')} ÷ ${gigabyte}`,
    { doc: DOC },
  );
  const prompts = derive(
    'prompts',
    'GB/month',
    f`${requests} × ${explainMean(subject, 'prompt')} × ${fact('bytes of a prompt token', 'promptToken')} ÷ ${gigabyte}`,
    { doc: DOC },
  );
  const { zones } = rentedTerms(subject);
  const spread = ledger.rule('zones', zones, 'zones', 'zones of the region that the stack spreads over');
  switch (id) {
    case 'nlb-capacity':
    case 'lb-standard-data':
      return f`${answers} + ${prompts}`;
    case 'internet-egress-first-10tb':
    case 'internet-egress':
      return f`${answers}`;
    case 'cross-az-each-direction':
      return f`2 × (${answers} + ${prompts}) × (1 − 1 ÷ ${spread})`;
    case 'cloudwatch-logs':
    case 'monitor-logs':
      return f`${requests} × ${fact('log of a request', 'requestLog')} ÷ ${gigabyte}`;
    case 'interface-endpoint-data':
      return f`${explainNodes(subject)} × ${fact('image of a node', 'image')} ÷ ${gigabyte}`;
    default:
      return null;
  }
}
