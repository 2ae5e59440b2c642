// Speaking: a language in, its sentences and its numbers out. ICU messages and Intl's formats do the work.
import { IntlMessageFormat } from 'intl-messageformat';
import { type Language, type MessageKey, messagesOf } from './catalogue.ts';

export type Values = Readonly<Record<string, string | number>>;

export interface Speech {
  readonly language: Language;
  /** A message with its values in place; numbers take the language's format. */
  readonly say: (key: MessageKey, values?: Values) => string;
  /** A number in the language's format; at most `digits` decimals, none kept that are zero unless asked for. */
  readonly number: (value: number, options?: Intl.NumberFormatOptions) => string;
}

/** The locale whose number format a language's readers know. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', nb: 'nb-NO' };

/** A language's sentences and numbers. Formats are kept, since making them is what takes time. */
export function speak(language: Language): Speech {
  const messages = messagesOf(language);
  const locale = LOCALES[language];
  const formats = new Map<MessageKey, IntlMessageFormat>();
  const numbers = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const key = JSON.stringify(options);
    const known = numbers.get(key) ?? new Intl.NumberFormat(locale, options);
    numbers.set(key, known);
    return known;
  };
  return {
    language,
    say: (key, values = {}) => {
      const format = formats.get(key) ?? new IntlMessageFormat(messages[key], locale);
      formats.set(key, format);
      return String(format.format({ ...values }));
    },
    number: (value, options = {}) => numberFormat(options).format(value),
  };
}
