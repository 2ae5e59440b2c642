// Names of inputs: published cases spell the same quantity in many ways; each is matched by the words it is made of.
// In: a record of numbers. Out: quantities by their one name here, and names that nothing was made of.

/** Lower case, separators gone, the usual shortenings spelled one way. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/(?<=[a-z\d])(utilization)/g, 'utilisation')
    .replaceAll(/[^a-z\d]+/g, '');
}

/** Names by which a quantity goes, as patterns over plain names; the first pattern that matches an unused input takes it. */
const QUANTITIES = {
  capexPerAccelerator:
    /^(?=.*(capex|price|usd|cost))(capex|price|usd|cost|hardware)*(per)?(gpu|accelerator|card)(usd|price|cost|capex|each)*$/,
  capexPerNode:
    /^(?=.*(capex|price|usd|cost))(capex|price|usd|cost|hardware)*(per)?(node|server|system)(usd|price|cost|capex|each)*$/,
  capex:
    /^(total)?capex(usd|total|totalusd)?$|^(purchase|hardware|acquisition|onpremcapex|system|upfront)(usd|price|cost|priceusd|costusd)?$/,
  rentedUsdPerHour:
    /^(cloud|rent|rental|rented|aws|azure|ondemand|instance)(usd)?(per)?(h|hr|hour|usdh|usdhr|usdhour|usdperhour|hourly|hourlyusd)$|^(cloud|rent|rental|aws|azure)usd(h|hr|hour|perhour)$/,
  opexUsdPerHour: /^(onprem|own|owned)?(opex)(usd)?(per)?(h|hr|hour)$|^(onprem|own|owned)?opex(hourly|hourlyusd)$/,
  hourlyUsd: /^(hourly|hour|total|cost|price)?usd(per)?(h|hr|hour)$|^hourly(usd|cost)?$|^(usd|cost)hourly$/,
  maintenancePerYear: /^(maintenance|support)(frac|fraction|share|rate|pct)?(ofcapex)?(per)?(year|yr|annual)?$/,
  powerUsdPerHour: /^(power|powercooling|energy|powerandcooling|electricity)(usd)?(per)?(h|hr|hour)$/,
  colocationUsdPerMonth: /^(colo|colocation|rack|hosting)(usd)?(per)?(month|mo)$|^colorack(usd)?month$/,
  colocationUsdPerKilowattMonth:
    /^(colo|colocation|space|power)?usd(per)?kw(per)?(month|mo)$|^(colo|colocation|space)usdkwmonth$/,
  hoursPerMonth: /^(month(ly)?hours|hours(per)?month|hrs(per)?month)$/,
  hoursPerMonthStated: /^hours(per)?month(stated|nominal)$|^monthhoursstated$/,
  hoursPerMonthEffective: /^hours(per)?month(effective|actual|implied|used)$|^monthhourseffective$/,
  years:
    /^(years?|life|lifetime|lifetimeyears|lifeyears|lifecycleyears|horizonyears|depreciationyears|termyears|amortisationyears|amortizationyears)$/,
  hours: /^(lifecyclehours|lifetimehours|hours|totalhours|lifehours)$/,
  accelerators: /^(n|num|number(of)?|total)?(gpus?|gpucount|ngpus?|accelerators?)$/,
  acceleratorsPerNode: /^gpus?per(node|server)$/,
  nodes: /^(n|num|number(of)?|total)?(nodes?|servers?|nodecount)$/,
  kilowattsPerAccelerator: /^(gpu)?kw(per)?gpu$|^gpukw$|^(gpu)?powerkw(per)?gpu$/,
  kilowattsPerAcceleratorStated: /^(gpu)?kw(per)?(gpu)?stated$/,
  kilowattsPerAcceleratorEffective: /^(gpu)?kw(per)?(gpu)?(effective|actual|implied)$/,
  kilowattsPerNode: /^kwper(node|server)$|^(node|server)kw$|^(node|server)powerkw$/,
  kilowatts: /^(kw|powerkw|totalkw|itkw|kwtotal|loadkw|systemkw)$/,
  tokensPerSecond: /^(tok|tokens?)(per)?(s|sec|second)$|^throughput(toks?|tokens)?(per)?(s|sec|second)?$|^tps$/,
  usdPerKilowattHour: /^(electricity|power|energy)?(usd)?(per)?kwh(usd)?$|^(electricity|energy|power)(usd)?(per)?kwh$|^usdkwh$/,
  coolingUsdPerKilowattHour: /^cooling(usd)?(per)?kwh$/,
  utilisation: /^(u|util|utilisation|utilization|load|duty|dutycycle)(frac|fraction|ratio)?$/,
  pue: /^pue$/,
  fabricShare: /^(fabric|network|networking)(frac|fraction|share|pct)(ofcapex)?$/,
  sparesShare: /^spares?(frac|fraction|share|pct)?(ofcapex)?$/,
  storageUsd: /^storage(usd|cost|capex)?(total)?$/,
  storageUsdPerNode: /^(storage|nvme)(usd)?per(node|server)(usd)?$/,
  networkUsd: /^(network|networking|fabric|switch)(usd|cost|capex)(total)?$/,
  networkUsdPerNode: /^(network|networking|fabric)(usd)?per(node|server)(usd)?$/,
  networkUsdPerAccelerator: /^(network|networking|fabric)(usd)?pergpu(usd)?$/,
  rackUsd: /^(racks?|pdu|ups|rackpower|rackandpower|facility)(usd|cost|capex)(total)?$/,
  otherUsd: /^(other|misc|install(ation)?)(capex)?(usd|cost)?$/,
  addedShare: /^(adder|adders|overhead|excluded|other)(frac|fraction|share|pct)(ofcapex)?$/,
  residual: /^(residual|resale|salvage)(value)?(frac|fraction|share|ratio|pct)?$/,
  staffFte: /^(staff)?ftes?$|^staff$/,
  usdPerFteYear:
    /^(staff|fte|loaded|salary)(cost)?(usd)?(per)?(fte|year|yr|fteyear|usdyear|costusd)?$|^usdperfte(year)?$|^loadedcostusd$/,
  staffUsdPerYear: /^staff(usd|cost)(per)?(year|yr|total)$/,
  licenceUsdPerAcceleratorYear: /^(licen[cs]e|nvaie|software)(s)?(usd)?(per)?gpu(per)?(year|yr)$/,
  otherUsdPerYear: /^(other|licen[cs]es?|software|insurance|facility)(opex)?(usd)?(per)?(year|yr)$/,
  costOfCapital: /^(costofcapital|wacc|discountrate|interest(rate)?)$/,
  inputUsdPerMillionTokens: /^(input|in|prompt)(usd)?(per)?m(illion)?(tok|tokens)$/,
  outputUsdPerMillionTokens: /^(output|out|completion)(usd)?(per)?m(illion)?(tok|tokens)$/,
  outputShare: /^output(share|frac|fraction)$/,
} as const;

export type Quantity = keyof typeof QUANTITIES;
export type Quantities = Partial<Record<Quantity, number>>;

/** Quantities of a case, and names that were not understood. */
export function readQuantities(inputs: Readonly<Record<string, number>>): { quantities: Quantities; unknown: string[] } {
  const quantities: Quantities = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const plain = plainName(name);
    const found = (Object.keys(QUANTITIES) as Quantity[]).find(
      (quantity) => quantities[quantity] === undefined && QUANTITIES[quantity].test(plain),
    );
    if (found === undefined) unknown.push(name);
    else quantities[found] = /(pct|percent)$/.test(plain) ? value / 100 : value;
  }
  return { quantities, unknown };
}
