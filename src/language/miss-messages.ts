// Why nothing serves, and what to relax; the field names are those of a workload file.
import { subject } from './subject.ts';

export const missMessages = subject({
  en: {
    'relax.budget': 'Raise budget.monthly to {needed}, or lower the demand.',
    'relax.capex': 'Raise budget.capex to {needed}, or rent.',
    'relax.tpot':
      'Relax latency.tpot{needed, select, none {} other { to at least {needed}}}, or allow another model or precision.',
    'relax.ttft': 'Relax latency.ttft{needed, select, none {} other { to at least {needed}}}, or shorten the prompt.',
    'relax.memory': 'Allow a smaller precision or a larger machine.',
    'relax.context': 'Lower limits.maxContext (now {tokens} tokens).',
    'relax.rack-power': 'Raise place.rackLimit to {needed}.',
    'relax.cooling': 'Plan for liquid cooling (onPremises.cooling).',
    'relax.placement': 'Allow more regions, another country, or on-premises (place).',
    'relax.precision': 'Allow more precisions, fewer bits or other engines (limits).',
    'relax.prefill': 'Shorten prompts or raise the share found in the cache.',
    'relax.spans-nodes': 'Exclude the machines that serve on one node (limits.machines).',
    'relax.price': 'Give a price, or allow another way of buying.',
    'relax.availability': 'Ask for less availability, or allow regions with more zones.',
    'relax.simulation': 'Relax the targets, or ask for fewer requests.',
    'relax.engine': 'Choose another model or machine.',
  },
  nb: {
    'relax.budget': 'Hev budget.monthly til {needed}, eller senk etterspørselen.',
    'relax.capex': 'Hev budget.capex til {needed}, eller lei.',
    'relax.tpot':
      'Slakk på latency.tpot{needed, select, none {} other { til minst {needed}}}, eller tillat en annen modell eller presisjon.',
    'relax.ttft': 'Slakk på latency.ttft{needed, select, none {} other { til minst {needed}}}, eller kort ned ledeteksten.',
    'relax.memory': 'Tillat lavere presisjon eller en større maskin.',
    'relax.context': 'Senk limits.maxContext (nå {tokens} token).',
    'relax.rack-power': 'Hev place.rackLimit til {needed}.',
    'relax.cooling': 'Legg opp til væskekjøling (onPremises.cooling).',
    'relax.placement': 'Tillat flere regioner, et annet land, eller eget hus (place).',
    'relax.precision': 'Tillat flere presisjoner, færre bit eller andre motorer (limits).',
    'relax.prefill': 'Kort ned ledetekstene, eller øk andelen som finnes i mellomlageret.',
    'relax.spans-nodes': 'Utelukk maskinene som klarer det på én node (limits.machines).',
    'relax.price': 'Oppgi en pris, eller tillat en annen måte å kjøpe på.',
    'relax.availability': 'Be om lavere tilgjengelighet, eller tillat regioner med flere soner.',
    'relax.simulation': 'Slakk på målene, eller be om færre forespørsler.',
    'relax.engine': 'Velg en annen modell eller maskin.',
  },
});
