// Statements: the planner's reasons and warnings, made once apart from any language and said in each.
// In: a message's key and what stands in it. Out: a statement, its English beside it, or its words in a reader's language.
import type { Phrase, Quantity, Statement, Warning } from '../documents/statement.ts';
import { type MessageKey, messagesOf } from './catalogue.ts';
import { figuresOf } from './say-figures.ts';
import { type Speech, speak, type Values } from './speak.ts';

/** Documents hold their sentences in English too, for those who read them without this catalogue. */
const english = speak('en');

export function state(key: MessageKey, values: Statement['values'] = {}): Statement {
  return { key, values };
}

/** A part of a statement. */
export function phrase(key: MessageKey, values: Phrase['values'] = {}): Phrase {
  return { key, values };
}

/** A reason as documents hold it. */
export function reasoned(statement: Statement): { reason: string; statement: Statement } {
  return { reason: sayStatement(english, statement), statement };
}

/** A warning as documents hold it. */
export function warned(id: string, statement: Statement): Warning {
  return { id, message: sayStatement(english, statement), statement };
}

/**
 * The words of a statement.
 * @throws Error for a key that no message has, or a value that its message lacks
 */
export function sayStatement(speech: Speech, { key, values }: Statement | Phrase): string {
  const said = Object.entries(values).map(([name, value]) => [name, sayValue(speech, value)] as const);
  return speech.say(key as MessageKey, Object.fromEntries(said) as Values);
}

/** The words of what a document tells: its English for English readers and where it holds nothing else that can be said. */
export function sayTold(speech: Speech, text: string, statement: Statement | undefined): string {
  if (speech.language === 'en' || statement === undefined || !Object.hasOwn(messagesOf(speech.language), statement.key))
    return text;
  try {
    return sayStatement(speech, statement);
  } catch {
    // A file from elsewhere may name a message and lack what stands in it.
    return text;
  }
}

function sayValue(speech: Speech, value: Statement['values'][string]): string | number {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((each) => sayStatement(speech, each)).join(', ');
  return sayQuantity(speech, value);
}

function sayQuantity(speech: Speech, quantity: Quantity): string | number {
  const { seconds, gib, kilowatts, usd, percent, count } = figuresOf(speech);
  if ('count' in quantity) return quantity.count;
  if ('seconds' in quantity) return seconds(quantity.seconds);
  if ('bytes' in quantity) return gib(quantity.bytes);
  if ('watts' in quantity) return kilowatts(quantity.watts);
  if ('usd' in quantity) return usd(quantity.usd);
  if ('ratio' in quantity) return percent(quantity.ratio);
  const sign = quantity.difference > 0 ? '+' : quantity.difference < 0 ? '−' : '';
  return `${sign}${speech.say('format.percent', { value: count(Math.abs(quantity.difference) * 100) })}`;
}
