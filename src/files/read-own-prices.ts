// Reading own prices: a file, or the texts of --price as if they were one; every problem with its place.
import { type OwnPrices, ownPricesSchema } from '../documents/own-prices.ts';
import { type LocatedDocument, parseLocated, validateLocated } from './located-document.ts';
import { readText } from './read-text.ts';

export interface OwnPricesFile {
  readonly own: OwnPrices;
  readonly document: LocatedDocument;
}

export function readOwnPrices(path: string): OwnPricesFile {
  return validate(readText(path), path);
}

/** @param value - a document in the form of the file */
export function asOwnPrices(value: unknown, name: string): OwnPricesFile {
  return validate(JSON.stringify(value, null, 1), name);
}

function validate(text: string, name: string): OwnPricesFile {
  const document = parseLocated(text, name);
  return { own: validateLocated(document, ownPricesSchema, 'seekstack/own-prices@1'), document };
}
