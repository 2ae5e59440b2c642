// The message catalogue: every sentence a reader sees in a language of choice, in ICU message syntax, one file a subject.
// A subject holds its languages side by side, so that a translator sees both and a missing one is a type error.
import { formatMessages } from './format-messages.ts';
import { missMessages } from './miss-messages.ts';
import { planMessages } from './plan-messages.ts';
import { reasonMessages } from './reason-messages.ts';
import { reportChartMessages } from './report-chart-messages.ts';
import { reportMessages } from './report-messages.ts';
import { ruleMessages } from './rule-messages.ts';
import { trainingMessages } from './training-messages.ts';
import { verdictMessages } from './verdict-messages.ts';
import { warningMessages } from './warning-messages.ts';
import { whatIfMessages } from './what-if-messages.ts';

/** BCP 47 tags of the languages spoken. */
export const LANGUAGES = ['en', 'nb'] as const;
export type Language = (typeof LANGUAGES)[number];

const SUBJECTS = [
  formatMessages,
  verdictMessages,
  missMessages,
  reasonMessages,
  warningMessages,
  ruleMessages,
  planMessages,
  trainingMessages,
  reportMessages,
  whatIfMessages,
  reportChartMessages,
] as const;

type KeysOf<Subject> = Subject extends { readonly en: infer Messages } ? keyof Messages & string : never;
export type MessageKey = KeysOf<(typeof SUBJECTS)[number]>;

/** All messages of a language, by key. */
export function messagesOf(language: Language): Readonly<Record<MessageKey, string>> {
  return Object.assign({}, ...SUBJECTS.map((subject) => subject[language])) as Record<MessageKey, string>;
}
