// The verdict, with what it rests on and what would change it.
import { subject } from './subject.ts';

export const verdictMessages = subject({
  en: {
    'place.beside': '{provider, select, onprem {on-premises} aws {AWS} other {Azure}}',
    'purchase.way':
      '{purchase, select, owned {owned} spot {spot} commitment_1y {commitment-1y} commitment_3y {commitment-3y} other {on-demand}}',
    'verdict.none': 'No machine in the catalogue can serve this workload.',
    'verdict.nearest': 'No option meets the workload. Nearest: {reason}. {relax}',
    'verdict.fleet':
      '{provider, select, onprem {{nodes} × {machine} on premises} aws {{nodes} × {machine} on AWS in {region}, {purchase}} other {{nodes} × {machine} on Azure in {region}, {purchase}}}',
    'verdict.winner': '{fleet} ({precision}, {layout}, {engine}) serves it for {cost} a month.',
    'verdict.winnerAgainst':
      '{fleet} ({precision}, {layout}, {engine}) serves it for {cost} a month; the best {place} option costs {against}.',
    'breakEven.never': 'Owning does not pay off: {owned} a month against {rented} for {fleet} running every hour.',
    'breakEven.above': 'Owning is cheaper once {fleet} would run more than {share} of the hours.',
    'flip.wins': '{threshold} {fleet} wins',
    'flip.nothing': '{threshold} nothing serves',
    'flip.dearer': '{share} dearer, and {fleet} costs the same',
    'flip.above': 'above {amount} requests/s',
    'flip.below': 'below {amount} requests/s',
    'flip.more': 'at {count} in flight and more',
    'flip.fewer': 'at {count} in flight and fewer',
    'flip.looser': 'with {metric} ≥ {target}',
    'flip.tighter': 'with {metric} ≤ {target}',
  },
  nb: {
    'place.beside': '{provider, select, onprem {i eget hus} aws {hos AWS} other {hos Azure}}',
    'purchase.way':
      '{purchase, select, owned {eid} spot {spot} commitment_1y {bundet ett år} commitment_3y {bundet tre år} other {per time}}',
    'verdict.none': 'Ingen maskin i katalogen klarer denne lasten.',
    'verdict.nearest': 'Ingen løsning oppfyller kravene. Nærmest: {reason}. {relax}',
    'verdict.fleet':
      '{provider, select, onprem {{nodes} × {machine} i eget hus} aws {{nodes} × {machine} hos AWS i {region}, {purchase},} other {{nodes} × {machine} hos Azure i {region}, {purchase},}}',
    'verdict.winner': '{fleet} klarer lasten for {cost} i måneden ({precision}, {layout}, {engine}).',
    'verdict.winnerAgainst':
      '{fleet} klarer lasten for {cost} i måneden ({precision}, {layout}, {engine}); den beste løsningen {place} koster {against}.',
    'breakEven.never': 'Å eie lønner seg ikke: {owned} i måneden mot {rented} for {fleet} i drift døgnet rundt.',
    'breakEven.above': 'Å eie er billigere så snart {fleet} ville vært i drift mer enn {share} av timene.',
    'flip.wins': '{threshold} vinner {fleet}',
    'flip.nothing': '{threshold} klarer ingen maskin lasten',
    'flip.dearer': 'blir vinneren {share} dyrere, koster {fleet} det samme',
    'flip.above': 'over {amount} forespørsler/s',
    'flip.below': 'under {amount} forespørsler/s',
    'flip.more': 'ved {count} samtidige og flere',
    'flip.fewer': 'ved {count} samtidige og færre',
    'flip.looser': 'med {metric} ≥ {target}',
    'flip.tighter': 'med {metric} ≤ {target}',
  },
});
