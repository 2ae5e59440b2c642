// Names of inputs: published cases spell the same quantity in many ways; each is matched by the words it is made of.
// In: a record of numbers. Out: quantities by their one name here, and names that nothing was made of.

/** Lower case, separators gone. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]+/g, '');
}

/** A share may be called a fraction, a rate or a percentage, of the capex or not, a year or not. */
const SHARE = '(frac|fraction|share|ratio|rate|pct|percent)?(of)?(capex)?(per)?(year|yr|annual)?';
const HOUR = '(usd)?(per)?(h|hr|hour|hourly|hourlyusd)';
const MONTH = '(usd)?(per)?(rack)?(per)?(month|mo|monthly|monthlyusd)';
const YEAR = '(usd)?(per)?(year|yr|annual|annually)';
const named = (...parts: readonly string[]) => new RegExp(`^(${parts.join('|')})$`);

/**
 * How a quantity is usually written, which errors show, and the plain names that mean it.
 * The first quantity that matches takes the input, so narrower names stand before wider ones.
 */
const QUANTITIES = {
  capexPerAccelerator: [
    'capex_per_gpu',
    /^(?=.*(capex|price|usd|cost))(capex|price|usd|cost|hardware)*(per)?(gpu|accelerator|card)(usd|price|cost|capex|each)*$/,
  ],
  capexPerNode: [
    'capex_per_node',
    /^(?=.*(capex|price|usd|cost))(capex|price|usd|cost|hardware)*(per)?(node|server|system)(usd|price|cost|capex|each)*$/,
  ],
  capex: [
    'capex_usd',
    /^(total|onprem)?capex(usd|total|totalusd|usdtotal)?$|^(purchase|hardware|acquisition|upfront|initial|investment)(usd|price|cost|priceusd|costusd)?$/,
  ],
  rentedUsdPerHour: [
    'cloud_usd_h',
    named(`(cloud|rent|rental|rented|aws|azure|ondemand|reserved|spot|instance)(rate|price|cost)?${HOUR}`),
  ],
  acceleratorUsdPerHour: [
    'gpu_usd_h',
    /^(usd|cost|price)(per)?gpu(per)?(h|hr|hour)$|^gpu(usd)?(per)?(h|hr|hour)(usd|cost|price)?$/,
  ],
  opexUsdPerHour: ['onprem_opex_usd_h', named(`(onprem|own|owned)?(opex|runningcosts?|running)${HOUR}`)],
  ownedUsdPerHour: ['onprem_usd_h', named(`(onprem|own|owned|selfhosted)${HOUR}`)],
  hourlyUsd: [
    'hourly_usd',
    /^(hourly|hour|total|cost|price|cluster|node|server|system)?usd(per)?(h|hr|hour)$|^hour(ly)?(usd|cost)?$|^(usd|cost)hourly$/,
  ],
  maintenancePerYear: ['maintenance_frac_year', named(`(annual|yearly)?(maintenance|maint|support)${SHARE}`)],
  insurancePerYear: [
    'insurance_frac_year',
    named(`insurance(frac|fraction|share|ratio|rate|pct|percent)(of)?(capex)?(per)?(year|yr|annual)?`),
  ],
  powerUsdPerHour: ['power_cooling_usd_h', named(`(power|powercooling|energy|energycooling|powerandcooling|electricity)${HOUR}`)],
  colocationUsdPerKilowattMonth: [
    'colo_usd_kw_month',
    /^(colo|colocation|space|power|hosting)?(usd)?(per)?kw(per)?(month|mo)(usd)?$/,
  ],
  colocationUsdPerMonth: ['colo_usd_month', named(`(colo|colocation|rack|rackcolo|colorack|hosting|housing)${MONTH}`)],
  hoursPerMonth: ['month_hours', /^(month(ly)?hours|(hours|hrs)(per|in)?(a)?month)$/],
  years: [
    'years',
    /^(n)?(years?|life|lifetime|(usefullife|lifetime|life|lifecycle|horizon|depreciation|term|amort|amorti[sz]ation)years)$/,
  ],
  hours: ['lifecycle_hours', /^(lifecycle|lifetime|total|life)?hours(total)?$/],
  accelerators: ['n_gpu', /^(n|num|number(of)?|total)?(gpus?|gpucount|ngpus?|accelerators?)(total)?$/],
  acceleratorsPerNode: ['gpus_per_node', /^(n|num)?gpus?(per)?(node|server)$/],
  nodes: ['n_nodes', /^(n|num|number(of)?|total)?(nodes?|servers?|nodecount|servercount)$/],
  racks: ['n_racks', /^(n|num|number(of)?)(racks?)$/],
  kilowattsPerAccelerator: ['kw_per_gpu', /^(power)?(gpu)?(power)?kw(per)?gpu$|^gpu(power)?kw$/],
  kilowattsPerNode: ['kw_per_node', /^(power)?kw(per)?(node|server)$|^(node|server)(power)?kw$/],
  kilowatts: ['kw', /^(power|total|it|load|system|avg|average)?kw(total|it|avg)?$/],
  acceleratorTokensPerSecond: [
    'tok_s_per_gpu',
    /^gpu(tok|tokens?)(per)?(s|sec|second)$|^(tok|tokens?)(per)?(s|sec|second)(per)?gpu$/,
  ],
  tokensPerSecond: [
    'tokens_per_s',
    /^(output|system|total|server|cluster|node)?(tok|tokens?)(per)?(s|sec|second)$|^throughput(toks?|tokens)?(per)?(s|sec|second)?$|^tps$/,
  ],
  coolingUsdPerKilowattHour: ['cooling_usd_kwh', /^(air|liquid|water)?cooling(usd)?(per)?kwh$/],
  usdPerKilowattHour: ['usd_kwh', /^(electricity|power|energy)?(usd|price|cost)*(per)?kwh(usd)?$/],
  utilisation: [
    'utilisation',
    /^(avg|average|mean|gpu)?(u|util|utili[sz]ation|load|loadfactor|duty|dutycycle)(frac|fraction|ratio|pct|percent)?$/,
  ],
  pue: ['pue', /^pue(ratio)?$/],
  fabricShare: ['fabric_frac', /^(fabric|network|networking)(frac|fraction|share|pct|percent)(of)?(capex)?$/],
  sparesShare: ['spares_frac', /^spares?(frac|fraction|share|pct|percent)?(of)?(capex)?$/],
  storageShare: ['storage_frac', /^storage(frac|fraction|share|pct|percent)(of)?(capex)?$/],
  addedShare: ['overhead_frac', /^(adder|adders|overhead|excluded|other)(frac|fraction|share|pct|percent)(of)?(capex)?$/],
  storageUsdPerNode: ['storage_usd_per_node', /^(storage|nvme)(usd)?(per)?(node|server)(usd)?$/],
  storageUsd: ['storage_usd', /^storage(capex)?(usd|cost)?(total)?$/],
  networkUsdPerNode: ['network_usd_per_node', /^(network|networking|fabric)(usd)?(per)?(node|server)(usd)?$/],
  networkUsdPerAccelerator: ['fabric_usd_per_gpu', /^(network|networking|fabric)(usd)?(per)?gpu(usd)?$/],
  networkUsd: ['network_usd', /^(network|networking|fabric|switch|switches)(capex)?(usd|cost|capex)?(total)?$/],
  rackUsdPerRack: ['rack_usd_per_rack', /^(rack)?(usd|cost|capex)+(per)?rack$|^(rack)?(usd|cost)?perrack(usd)?$/],
  rackUsd: ['rack_usd', /^(racks?|rackpdu|pdu|ups|rackpower|rackandpower)(capex)?(usd|cost|capex)?(total)?$/],
  otherUsd: ['other_capex_usd', /^(other|misc|install(ation)?|facility|nodeextras|extras)(capex)?(usd|cost)?$/],
  residualUsd: ['residual_usd', /^(residual|resale|salvage)(value)?usd$/],
  residual: ['residual_frac', /^(residual|resale|salvage)(value)?(frac|fraction|share|ratio|pct|percent)?(of)?(capex)?$/],
  staffFtePerNode: ['fte_per_node', /^(staff)?ftes?(per)?(node|server)$/],
  staffFte: ['staff_fte', /^(n|num)?(staff)?ftes?$|^staff$/],
  usdPerFteYear: [
    'fte_usd_year',
    /^(staff|fte|loaded|salary|stafffte)(cost)?(usd)?(per)?(fte|year|yr|fteyear|usdyear|costusd)?$|^usdperfte(year)?$|^loadedcostusd$/,
  ],
  licenceUsdPerAcceleratorYear: [
    'licence_usd_gpu_year',
    /^(nvaie|software)?(licen[cs]es?|nvaie|software)(usd)?(per)?gpu(per)?(year|yr)$/,
  ],
  opexUsdPerYear: ['opex_usd_year', named(`(onprem|own|owned|annual)?opex${YEAR}`, 'annualopex(usd)?')],
  otherUsdPerYear: [
    'other_usd_year',
    named(`(other|licen[cs]es?|software|insurance|facility|energy|electricity|power)(opex)?${YEAR}`),
  ],
  costOfCapital: [
    'cost_of_capital',
    named(`(costofcapital|wacc|discount|discountrate|interest|interestrate|capitalrate)${SHARE}`),
  ],
  inputUsdPerMillionTokens: ['input_usd_mtok', /^(api)?(input|in|prompt)(usd)?(per)?m(illion)?(tok|tokens)$/],
  outputUsdPerMillionTokens: ['output_usd_mtok', /^(api)?(output|out|completion)(usd)?(per)?m(illion)?(tok|tokens)$/],
  outputShare: ['output_share', /^output(share|frac|fraction)$/],
} as const satisfies Record<string, readonly [string, RegExp]>;

export type Quantity = keyof typeof QUANTITIES;
export type Quantities = Partial<Record<Quantity, number>>;

/** As a person would write it in a case. */
export function writtenName(quantity: Quantity): string {
  return QUANTITIES[quantity][0];
}

/** These are sums of whatever a case lists. */
const ADDED: readonly Quantity[] = ['otherUsd', 'otherUsdPerYear', 'rackUsd'];
/** These divide; none may be zero. */
const DIVISORS: readonly Quantity[] = [
  'hoursPerMonth',
  'years',
  'hours',
  'accelerators',
  'acceleratorsPerNode',
  'nodes',
  'tokensPerSecond',
  'acceleratorTokensPerSecond',
  'utilisation',
];
/** What a paper says against what its own figures need. */
const STATED = /(stated|nominal)$/;
const EFFECTIVE = /(effective|actual|implied|used)$/;

export interface ReadQuantities {
  /** The effective value where a case has one beside a stated one. */
  readonly quantities: Quantities;
  /** The same with the stated values instead. */
  readonly stated: Quantities;
  /** Names of both values where they differ. */
  readonly pairs: readonly { readonly stated: string; readonly effective: string }[];
  readonly unknown: readonly string[];
  /** Values that no such quantity can have, in words. */
  readonly impossible: readonly string[];
}

/** Quantities of a case, and names that were not understood. */
export function readQuantities(inputs: Readonly<Record<string, number>>): ReadQuantities {
  const kinds = { plain: {}, stated: {}, effective: {} } as Record<'plain' | 'stated' | 'effective', Quantities>;
  const names: Record<'stated' | 'effective', Partial<Record<Quantity, string>>> = { stated: {}, effective: {} };
  const unknown: string[] = [];
  const impossible: string[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const plain = plainName(name);
    const kind = STATED.test(plain) ? 'stated' : EFFECTIVE.test(plain) ? 'effective' : 'plain';
    const base = plain.replace(STATED, '').replace(EFFECTIVE, '');
    const read = kinds[kind];
    const quantity = (Object.keys(QUANTITIES) as Quantity[]).find(
      (each) => (read[each] === undefined || ADDED.includes(each)) && QUANTITIES[each][1].test(base),
    );
    if (quantity === undefined) {
      unknown.push(name);
      continue;
    }
    if (value < 0 || (value === 0 && DIVISORS.includes(quantity)))
      impossible.push(`${name} is ${value}, it must be ${DIVISORS.includes(quantity) ? 'above 0' : '0 or more'}`);
    const isPercent = /(pct|percent)/.test(base) || (quantity === 'utilisation' && value > 1);
    read[quantity] = (read[quantity] ?? 0) + (isPercent ? value / 100 : value);
    if (kind !== 'plain') names[kind][quantity] = name;
  }
  const quantities = { ...kinds.stated, ...kinds.plain, ...kinds.effective };
  const stated = { ...quantities, ...kinds.stated };
  const pairs = (Object.keys(kinds.stated) as Quantity[]).flatMap((each) => {
    const effective = names.effective[each];
    return effective === undefined || kinds.effective[each] === kinds.stated[each]
      ? []
      : [{ stated: names.stated[each] as string, effective }];
  });
  return { quantities, stated, pairs, unknown, impossible };
}
