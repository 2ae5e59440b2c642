// Warnings of plans and comparisons.
import { subject } from './subject.ts';

export const warningMessages = subject({
  en: {
    'warning.simulation':
      'simulator and prediction of the {role, select, winner {winner} other {runner-up}} differ by more than 10%: {seen}',
    'warning.simulationMiss':
      'in the simulator the {role, select, winner {winner} other {runner-up}} does not keep the targets: {seen}; {replicas} replicas instead of {planned} hold it',
    'warning.simulationMissUnmended':
      'in the simulator the {role, select, winner {winner} other {runner-up}} does not keep the targets: {seen}; half as many replicas again do not hold it either',
    'warning.seenTtft': '{percentile} TTFT is {seconds} ({difference} against the prediction)',
    'warning.seenTpot': '{percentile} TPOT is {seconds} ({difference})',
    'warning.seenThroughput': 'requests a second differ by {difference}',
    'warning.seenQueue': 'the queue grows without end',
    'warning.extrapolated':
      'the speed of {engine} on {hardware} was not measured but carried over from other hardware; measure before you sign',
    'warning.priceOld':
      'prices from {source}{more, plural, =0 {} other { and # more}} are older than {limit, plural, one {# day} other {# days}}: as of {asOf}, {age, plural, one {# day} other {# days}} before {day}; run "seekstack catalog refresh"',
    'warning.calibrationStale':
      '{name} was fitted to another catalogue ({file}{more, plural, =0 {} other { and # more}}); calibrate its run again',
    'warning.tariffBand':
      'the electricity price of {country} ({tariff}) is for sites above {band, number} MWh a year, this one uses about {used, number} MWh; give onPremises.electricity, since small sites pay more',
    'warning.tariffSeason':
      '{name} covers {days, plural, one {# day} other {# days}}: less than a year of prices by the hour leaves seasons out',
    'warning.notAllowed': "{way} is shown for comparison: the workload's budget, term or limits do not allow it",
    'warning.budget': 'no way stays within the budget of {budget} a month; the cheapest takes {cheapest}',
    'warning.listPrice':
      'the owned server is at an undiscounted list price; street prices are a fraction of it, give onPremises.quotes',
  },
  nb: {
    'warning.simulation':
      'simulator og forutsigelse for {role, select, winner {vinneren} other {nummer to}} skiller seg med mer enn 10 %: {seen}',
    'warning.simulationMiss':
      'i simulatoren holder {role, select, winner {vinneren} other {nummer to}} ikke målene: {seen}; {replicas} replikaer i stedet for {planned} holder dem',
    'warning.simulationMissUnmended':
      'i simulatoren holder {role, select, winner {vinneren} other {nummer to}} ikke målene: {seen}; halvannen gang så mange replikaer holder dem heller ikke',
    'warning.seenTtft': '{percentile} TTFT er {seconds} ({difference} mot det som var forutsagt)',
    'warning.seenTpot': '{percentile} TPOT er {seconds} ({difference})',
    'warning.seenThroughput': 'forespørsler per sekund avviker med {difference}',
    'warning.seenQueue': 'køen vokser uten ende',
    'warning.extrapolated':
      'farten til {engine} på {hardware} er ikke målt, men overført fra annen maskinvare; mål før du signerer',
    'warning.priceOld':
      'priser fra {source}{more, plural, =0 {} other { og # til}} er eldre enn {limit, plural, one {# dag} other {# dager}}: per {asOf}, {age, plural, one {# dag} other {# dager}} før {day}; kjør «seekstack catalog refresh»',
    'warning.calibrationStale':
      '{name} ble tilpasset en annen katalog ({file}{more, plural, =0 {} other { og # til}}); kalibrer kjøringen på nytt',
    'warning.tariffBand':
      'strømprisen for {country} ({tariff}) gjelder steder over {band, number} MWh i året, dette bruker omtrent {used, number} MWh; oppgi onPremises.electricity, for små steder betaler mer',
    'warning.tariffSeason':
      '{name} dekker {days, plural, one {# dag} other {# dager}}: timepriser for mindre enn et år utelater årstider',
    'warning.notAllowed': '{way} vises til sammenligning: lastens budsjett, periode eller grenser tillater det ikke',
    'warning.budget': 'ingen måte holder seg innenfor budsjettet på {budget} i måneden; den billigste tar {cheapest}',
    'warning.listPrice': 'serveren som eies har listepris uten rabatt; gateprisen er en brøkdel av den, oppgi onPremises.quotes',
  },
});
