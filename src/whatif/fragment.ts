// Settings in the address: what comes after "#" holds them, so that a link shows what its sender saw.
// In: settings, or a fragment from anywhere. Out: a fragment, or settings of stops that exist; whatever else is refused whole.
import type { Dial, Settings } from './dials.ts';

const PREFIX = 'what-if=';
/** A fragment is read from a link: longer than every dial together it is nothing of ours. */
const MOST_CHARACTERS = 1000;

/** `what-if=demand:1800,pue:1.3`; empty without settings. */
export function writeFragment(settings: Settings): string {
  const parts = Object.entries(settings).map(([id, stop]) => `${id}:${stop}`);
  return parts.length === 0 ? '' : PREFIX + parts.toSorted().join(',');
}

/**
 * @param fragment - with or without its "#"
 * @returns null where it speaks of something else, such as a section; `refused` where it is not one that `writeFragment` writes for these dials
 */
export function readFragment(fragment: string, dials: readonly Dial[]): { settings: Settings } | 'refused' | null {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith(PREFIX)) return null;
  if (text.length > MOST_CHARACTERS) return 'refused';
  const settings: Record<string, string | number> = {};
  for (const part of text.slice(PREFIX.length).split(',')) {
    const [id = '', value = '', ...rest] = part.split(':');
    const dial = dials.find((each) => each.id === id);
    const stop = dial?.stops.find((each) => String(each) === value);
    if (dial === undefined || stop === undefined || rest.length > 0 || Object.hasOwn(settings, id)) return 'refused';
    if (stop !== dial.stops[dial.ownIndex]) settings[id] = stop;
  }
  return { settings };
}
