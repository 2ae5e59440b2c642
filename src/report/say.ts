// How components speak. In: a message's key and values. Out: the sentence in the reader's language.
import type { Speech } from '../language/speak.ts';

export type Say = Speech['say'];
