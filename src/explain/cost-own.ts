// What owning costs, explained: what is bought, what it still fetches, what each month takes.
// In: an option that is owned. Out: derivations of every line of its bill. Formulas as in docs/economics.md, amounts from src/cost.
import type { OnPremisesInput } from '../cost/on-premises.ts';
import type { Fact } from '../documents/fact.ts';
import { type Derivation, derive, f, sum } from './derive.ts';
import { explainMonthlyEnergy, explainNodeWatts } from './energy.ts';
import { explainNodes } from './fleet.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/economics.md#owning';

/** Which end of prices and of resale a bill is made for. */
type Basis = OnPremisesInput['priceBasis'];
interface End {
  readonly basis: Basis;
  readonly resale: 'typical' | 'low' | 'high';
}

function ownedTerms({ priced }: Subject): OnPremisesInput {
  const { terms } = priced.offer;
  if (!('owned' in terms)) throw new Error('only what is owned has capital');
  return terms.owned;
}

/** Facts of the hall and of money have one row each, named for what they are. */
function facilityFact(
  subject: Subject,
  name: string,
  field: string,
  fact: Fact<'usd'> | Fact<'ratio'>,
  basis: Basis,
): Derivation {
  const place = { row: 'facility', field };
  return 'usd' in fact
    ? subject.ledger.fact(name, 'usd', fact, place, basis)
    : subject.ledger.fact(name, 'ratio', fact, place, basis);
}

function years({ ledger, workload }: Subject): Derivation {
  return ledger.field('years of life', workload.site.depreciationYears, 'years', 'onPremises.life');
}

function months(subject: Subject): Derivation {
  return once(subject, 'months of life', () => derive('months of life', 'months', f`${years(subject)} × 12`));
}

function costOfCapital({ ledger, workload }: Subject): Derivation {
  return ledger.field('cost of capital', workload.site.costOfCapitalPerYear, 'ratio/year', 'onPremises.costOfCapital');
}

function serverPrice(subject: Subject, basis: Basis): Derivation {
  const { ledger, workload } = subject;
  const { server, prices, listOverStreet } = ownedTerms(subject);
  const { price } = server;
  if (price === undefined) throw new Error('an owned option has a price');
  if (workload.site.quotes.has(server.id))
    return ledger.field('quote for a server', price.usd, 'USD', `onPremises.quotes.${server.id}`);
  const paid = ledger.fact('price of a server', 'usd', price, { row: server.id, field: 'price' }, basis);
  if (server.priceBasis === 'vendor-list' || prices === 'street') return paid;
  const factor = ledger.fact(
    'list over street price',
    'ratio',
    listOverStreet,
    { row: 'finance', field: 'listOverStreet' },
    basis,
  );
  return derive('list price of a server', 'USD', f`${paid} × ${factor}`, { doc: DOC });
}

/** Servers alone; shares of them are taken of the typical price, whatever the basis. */
function servers(subject: Subject, basis: Basis): Derivation {
  return derive('servers', 'USD', f`${explainNodes(subject)} × ${serverPrice(subject, basis)}`, { doc: DOC });
}

function racks(subject: Subject): Derivation {
  const { rackLimitWatts } = ownedTerms(subject);
  const limit = subject.ledger.field('power of a rack', rackLimitWatts, 'W', 'place.rackLimit');
  const node = explainNodeWatts(subject);
  return derive('racks', 'racks', f`ceil(${explainNodes(subject)} ÷ max(1, floor(${limit} ÷ max(1, ${node}))))`, { doc: DOC });
}

const CAPITAL_FACTS = {
  storage: 'nodeStorage',
  network: 'nodeNetwork',
  rack: 'rackAndPower',
  fabric: 'fabricShare',
  spares: 'sparesShare',
} as const;

/** One position of what is bought, USD. */
export function explainCapital(subject: Subject, id: string, basis: Basis = 'typical'): Derivation {
  return once(subject, `capital ${id} ${basis}`, () => {
    const item = subject.priced.offer.capital.find((each) => each.id === id);
    if (item === undefined) throw new Error(`nothing is bought as ${id}`);
    const each = basis === 'typical' ? item.usdEach : item[basis];
    const told = { value: item.quantity * each, doc: DOC };
    if (id === 'server') return derive('servers', 'USD', f`${explainNodes(subject)} × ${serverPrice(subject, basis)}`, told);
    const field = CAPITAL_FACTS[id as keyof typeof CAPITAL_FACTS];
    const fact = facilityFact(
      subject,
      field === 'fabricShare' || field === 'sparesShare' ? `${id}, share of the servers` : `${id}, each`,
      field,
      ownedTerms(subject).facility[field],
      basis,
    );
    if (id === 'fabric' || id === 'spares') return derive(item.label, 'USD', f`${servers(subject, 'typical')} × ${fact}`, told);
    const count = id === 'rack' ? racks(subject) : explainNodes(subject);
    return derive(item.label, 'USD', f`${count} × ${fact}`, told);
  });
}

/** What is paid at once, USD. */
export function explainCapex(subject: Subject, basis: Basis = subject.workload.site.priceBasis): Derivation {
  const { priced, workload } = subject;
  if (priced.offer.capital.length === 0) return subject.ledger.rule('capex', 0, 'USD', 'what is rented is not bought');
  return once(subject, `capex ${basis}`, () =>
    derive('capex', 'USD', sum(priced.offer.capital.map((item) => explainCapital(subject, item.id, basis))), {
      ...(basis === workload.site.priceBasis ? { value: priced.offer.capexUsd } : {}),
      doc: DOC,
      note: `at ${basis} prices`,
    }),
  );
}

/** Share of the servers' price that they fetch at the end: straight lines between known ages. */
function residualShare(subject: Subject, end: End['resale']): Derivation {
  const { ledger, workload } = subject;
  const { residual } = ownedTerms(subject);
  const value = end === 'typical' ? residual.ratio : residual[end];
  if (workload.site.residual !== null) return ledger.field('resale share', value, 'ratio', 'onPremises.residual');
  const rows = subject.ledger.catalog.finance.residual;
  const life = workload.site.depreciationYears;
  const next = rows.findIndex(({ age }) => life <= age.years);
  const share = (index: number) =>
    index < 0
      ? ledger.rule('resale share when new', 1, 'ratio', 'what is new fetches its price')
      : ledger.fact(
          `resale share at ${rows[index]?.age.years} years`,
          'ratio',
          (rows[index] as (typeof rows)[number]).share,
          { row: 'finance', field: `residual[${index}].share` },
          end,
        );
  const age = (index: number) =>
    index < 0
      ? ledger.rule('age when new', 0, 'years', 'what is new has no age')
      : ledger.fact('known age', 'years', (rows[index] as (typeof rows)[number]).age, {
          row: 'finance',
          field: `residual[${index}].age`,
        });
  if (next < 0)
    return derive('resale share', 'ratio', f`${share(rows.length - 1)}`, {
      value,
      note: 'the last known age holds from there on',
    });
  return derive(
    'resale share',
    'ratio',
    f`${share(next - 1)} + (${share(next)} − ${share(next - 1)}) × (${years(subject)} − ${age(next - 1)}) ÷ (${age(next)} − ${age(next - 1)})`,
    { value, doc: DOC },
  );
}

function resale(subject: Subject, { basis, resale: end }: End): Derivation {
  return derive('resale', 'USD', f`${explainCapital(subject, 'server', basis)} × ${residualShare(subject, end)}`, { doc: DOC });
}

function straightLine(subject: Subject, end: End): Derivation {
  return derive(
    'loss of value',
    'USD/month',
    f`(${explainCapex(subject, end.basis)} − ${resale(subject, end)}) ÷ ${months(subject)}`,
    {
      doc: DOC,
    },
  );
}

/** Present value of 1 a month over the life. */
export function annuityFactor(subject: Subject): Derivation {
  return once(subject, 'annuity factor', () => {
    const rate = costOfCapital(subject);
    if (rate.value === 0)
      return derive('present value of 1 a month', 'months', f`${months(subject)}`, { note: 'money costs nothing' });
    const monthly = derive('cost of capital a month', 'ratio/month', f`(1 + ${rate}) ^ (1 ÷ 12) − 1`, { doc: DOC });
    return derive('present value of 1 a month', 'months', f`(1 − (1 + ${monthly}) ^ (−${months(subject)})) ÷ ${monthly}`, {
      doc: DOC,
    });
  });
}

function interest(subject: Subject, end: End): Derivation {
  const later = derive(
    'resale in today’s money',
    'USD',
    f`${resale(subject, end)} ÷ (1 + ${costOfCapital(subject)}) ^ (${months(subject)} ÷ 12)`,
    {
      doc: DOC,
    },
  );
  const annuity = derive(
    'annuity of what is tied up',
    'USD/month',
    f`(${explainCapex(subject, end.basis)} − ${later}) ÷ ${annuityFactor(subject)}`,
    { doc: DOC },
  );
  return derive('cost of capital a month', 'USD/month', f`${annuity} − ${straightLine(subject, end)}`, { doc: DOC });
}

function support(subject: Subject, end: End): Derivation {
  const share = subject.ledger.field(
    'support a year',
    ownedTerms(subject).supportRatioPerYear,
    'ratio/year',
    'onPremises.support',
  );
  return derive('support and repairs', 'USD/month', f`${explainCapex(subject, end.basis)} × ${share} ÷ 12`, { doc: DOC });
}

const RANGED = { depreciation: straightLine, capital: interest, support } as const;

/** One line of the bill, USD a month; low and high follow the ranges of prices and of resale. */
export function explainOwnLine(subject: Subject, id: string, end: 'typical' | 'low' | 'high'): Derivation {
  const line = subject.priced.offer.lines.find((each) => each.id === id);
  if (line === undefined) throw new Error(`the bill has no line ${id}`);
  const value = (end === 'typical' ? line.usdPerMonth : line[end]) ?? 0;
  return once(subject, `line ${id} ${end}`, () => {
    if (!Object.hasOwn(RANGED, id)) return fixedLine(subject, id, line.label, value);
    const ranged = RANGED[id as keyof typeof RANGED];
    const typical = ranged(subject, { basis: subject.workload.site.priceBasis, resale: 'typical' });
    if (end === 'typical') return derive(line.label, 'USD/month', f`${typical}`, { value, doc: DOC });
    const cheap = ranged(subject, { basis: 'low', resale: 'high' });
    const dear = ranged(subject, { basis: 'high', resale: 'low' });
    const all = [cheap, typical, dear];
    const inputs = all.map((each, index) => ({ ...each, name: `${each.name}, ${['low', 'chosen', 'high'][index]} prices` }));
    const [low, middle, high] = inputs as [Derivation, Derivation, Derivation];
    return derive(
      `${line.label}, ${end}`,
      'USD/month',
      end === 'low' ? f`min(${low}, ${middle}, ${high})` : f`max(${low}, ${middle}, ${high})`,
      {
        value,
        doc: DOC,
      },
    );
  });
}

function fixedLine(subject: Subject, id: string, label: string, value: number): Derivation {
  const { ledger } = subject;
  const terms = ownedTerms(subject);
  const told = { value, doc: DOC };
  if (id === 'energy')
    return derive(label, 'USD/month', f`${explainMonthlyEnergy(subject)} × ${explainElectricity(subject)}`, told);
  if (id === 'space') {
    const price = ledger.field('space for a kilowatt', terms.usdPerKilowattMonth, 'USD/kW-month', 'onPremises.space');
    return derive(label, 'USD/month', f`${explainNodes(subject)} × ${explainNodeWatts(subject)} ÷ 1000 × ${price}`, told);
  }
  const { staffCost, staffPerNode, staffPerFurtherNode } = terms.facility;
  const person = ledger.fact('a person a year', 'usdPerYear', staffCost, { row: 'facility', field: 'staffCost' });
  const people =
    subject.workload.site.staffFte !== null
      ? ledger.field('people', terms.staffFte, 'FTE', 'onPremises.staffFte')
      : derive(
          'people',
          'FTE',
          f`${ledger.fact('people for the first node', 'fullTimeEquivalents', staffPerNode, { row: 'facility', field: 'staffPerNode' })} + (${explainNodes(subject)} − 1) × ${ledger.fact('people for each further node', 'fullTimeEquivalents', staffPerFurtherNode, { row: 'facility', field: 'staffPerFurtherNode' })}`,
          { value: terms.staffFte, doc: DOC },
        );
  return derive(label, 'USD/month', f`${people} × ${person} ÷ 12`, told);
}

/** What is paid for a kilowatt-hour. */
export function explainElectricity(subject: Subject): Derivation {
  const { ledger, workload, priced } = subject;
  const { usdPerKilowattHour, electricitySource } = ownedTerms(subject);
  const { tariff } = priced.offer;
  const name = 'electricity';
  if (workload.site.hourly !== null)
    return ledger.cell(
      name,
      usdPerKilowattHour,
      'USD/kWh',
      `${workload.site.hourly.name}, by the hour, weighted with the energy of each hour`,
      electricitySource,
      {
        row: workload.site.hourly.name,
        field: 'hours of a week',
      },
    );
  if (tariff === null) return ledger.field(name, usdPerKilowattHour, 'USD/kWh', 'onPremises.electricity');
  return ledger.cell(
    name,
    usdPerKilowattHour,
    'USD/kWh',
    tariff.stated ?? `${tariff.usdPerKilowattHour} USD/kWh`,
    tariff.source,
    {
      row: tariff.id,
      field: 'usdPerKilowattHour',
    },
  );
}
