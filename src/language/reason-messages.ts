// Why an option won, lost or fell.
import { subject } from './subject.ts';

export const reasonMessages = subject({
  en: {
    'reason.cheapest': 'the cheapest over the term of all that meet the targets',
    'reason.asDear': 'as dear as the winner, and slower or with fewer bits a weight',
    'reason.dearer': '{more} a month more than the winner',
    'reason.overBudget': '{over} a month over the budget',
    'reason.overCapex': '{over} over the bound on capex ({capex} to buy)',
    'reason.oneNodeServes': 'one replica spans {nodes} nodes, and one node of {machine} serves it alone',
    'reason.queueGrows': 'in the simulator its queue grows without end, even with half as many replicas again',
    'reason.targetsMissed':
      'in the simulator {good} of requests meet the targets, and half as many replicas again do not mend it',
    'reason.memory':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: weights and reserve take {needed} of {holder, select, host {host memory} other {an accelerator}}, {got} is usable',
    'reason.context':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: one sequence of the longest context takes {needed} of cache, {got} is left',
    'reason.tpot':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: {got} a token at the lightest load, the target is {needed}',
    'reason.ttft':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: {got} to the first token at the lightest load, the target is {needed}',
    'reason.ttftEndless':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: an endless wait to the first token at the lightest load, the target is {needed}',
    'reason.prefill':
      '{checkpoint} on {engine}, {layout}{nodes, plural, =1 {} other { over # nodes}}: prefill alone takes {got} of the time',
    'reason.noCheckpoint': 'the allowed precisions, bits and engines leave no published checkpoint that runs here',
    'reason.noEngine': 'no engine in the catalogue serves this model on {accelerator}',
    'reason.noEngineOnProcessors': 'no engine in the catalogue serves this model on its processors',
    'reason.onPremisesWanted': 'the workload must run on premises',
    'reason.onPremisesRefused': 'the workload may not run on premises',
    'reason.noCloud': 'no cloud is allowed',
    'reason.noRegionThere': '{clouds} have no GPU region in {countries}',
    'reason.noSuchRegion': 'none of {regions} is a region of {clouds} inside {countries}',
    'reason.noSuchRegionAnywhere': 'none of {regions} is a region of {clouds}',
    'reason.dataNotKept': 'data may not be kept in {country}',
    'reason.soldElsewhere': 'it is sold in {countries} only',
    'reason.rackPower': 'one server draws up to {needed}, a rack may draw {got}',
    'reason.liquid': 'it must be cooled by liquid, the hall is cooled by air',
    'reason.noPrice': 'no price was found for {machine}',
    'reason.noPriceAnywhere': 'no price was found for {machine} in any region',
    'reason.noTariff': 'no electricity tariff is known for {country}; give onPremises.electricity',
    'reason.notOffered': '{machine} is not offered in an allowed region',
    'reason.purchaseRefused': 'no price for {machine} that the workload allows; it is priced as {purchases} only',
    'reason.oneSite': 'one site is one zone; surviving the loss of a zone takes a second site',
    'reason.oneZone': 'the region has no second zone to survive the loss of one',
    'reason.outOfReach': '{target} of the time cannot be reached by keeping spares',
    'reason.noTraining':
      'no machine of the plan holds the run: one sample must fit on one accelerator, and nodes must reach one another',
  },
  nb: {
    'reason.cheapest': 'den billigste over perioden av alle som holder målene',
    'reason.asDear': 'like dyr som vinneren, og tregere eller med færre bit per vekt',
    'reason.dearer': '{more} mer i måneden enn vinneren',
    'reason.overBudget': '{over} i måneden over budsjettet',
    'reason.overCapex': '{over} over grensen for investering ({capex} å kjøpe for)',
    'reason.oneNodeServes': 'en replika går over {nodes} noder, og en node av {machine} klarer lasten alene',
    'reason.queueGrows': 'i simulatoren vokser køen uten ende, også med halvannen gang så mange replikaer',
    'reason.targetsMissed':
      'i simulatoren holder {good} av forespørslene målene, og halvannen gang så mange replikaer retter det ikke opp',
    'reason.memory':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: vekter og reserve tar {needed} av {holder, select, host {vertens minne} other {et kort}}, {got} kan brukes',
    'reason.context':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: en sekvens av lengste kontekst tar {needed} mellomlager, {got} er igjen',
    'reason.tpot':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: {got} per token ved letteste last, målet er {needed}',
    'reason.ttft':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: {got} til første token ved letteste last, målet er {needed}',
    'reason.ttftEndless':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: en ventetid uten ende til første token ved letteste last, målet er {needed}',
    'reason.prefill':
      '{checkpoint} på {engine}, {layout}{nodes, plural, =1 {} other { over # noder}}: prefill alene tar {got} av tiden',
    'reason.noCheckpoint': 'tillatte presisjoner, bit og motorer levner ingen utgitte vekter som kan kjøres her',
    'reason.noEngine': 'ingen motor i katalogen kjører denne modellen på {accelerator}',
    'reason.noEngineOnProcessors': 'ingen motor i katalogen kjører denne modellen på prosessorene',
    'reason.onPremisesWanted': 'lasten må kjøres i eget hus',
    'reason.onPremisesRefused': 'lasten kan ikke kjøres i eget hus',
    'reason.noCloud': 'ingen sky er tillatt',
    'reason.noRegionThere': '{clouds} har ingen GPU-region i {countries}',
    'reason.noSuchRegion': 'ingen av {regions} er en region hos {clouds} i {countries}',
    'reason.noSuchRegionAnywhere': 'ingen av {regions} er en region hos {clouds}',
    'reason.dataNotKept': 'data kan ikke lagres i {country}',
    'reason.soldElsewhere': 'den selges bare i {countries}',
    'reason.rackPower': 'en server trekker inntil {needed}, et rack kan trekke {got}',
    'reason.liquid': 'den må kjøles med væske, salen kjøles med luft',
    'reason.noPrice': 'ingen pris er funnet for {machine}',
    'reason.noPriceAnywhere': 'ingen pris er funnet for {machine} i noen region',
    'reason.noTariff': 'ingen strømtariff er kjent for {country}; oppgi onPremises.electricity',
    'reason.notOffered': '{machine} tilbys ikke i en tillatt region',
    'reason.purchaseRefused': 'ingen pris for {machine} som lasten tillater; den er bare priset som {purchases}',
    'reason.oneSite': 'ett sted er én sone; å tåle tapet av en sone krever et sted til',
    'reason.oneZone': 'regionen har ingen annen sone som kan ta over for en',
    'reason.outOfReach': '{target} av tiden kan ikke nås ved å holde reserver',
    'reason.noTraining': 'ingen maskin i planen rommer kjøringen: ett eksempel må få plass på ett kort, og noder må nå hverandre',
  },
});
