// The catalogue a command prices with: as of a day where one is asked for, with own prices over it.
// In: what the command line says of prices. Out: the catalogue. Offline: nothing is fetched.
import type { Catalog } from '../documents/catalog/catalog.ts';
import { SeekstackError } from '../errors.ts';
import { withPlaces } from '../files/located-document.ts';
import { openCatalog } from '../files/open-catalog.ts';
import type { PackageFiles } from '../files/package-root.ts';
import { asOwnPrices, type OwnPricesFile, readOwnPrices } from '../files/read-own-prices.ts';
import { applyOwnPrices, newestDay } from '../prices/own-prices.ts';
import { readPriceTexts } from '../prices/price-texts.ts';
import { pricesAsOf } from '../prices/prices-as-of.ts';
import { readDay } from './read-day.ts';

export interface PriceChoices {
  readonly catalog?: string;
  /** File or folder of calibrations of runs. */
  readonly calibration?: string;
  /** File of own prices. */
  readonly prices?: string;
  /** Single own prices; they go over the file's. */
  readonly price?: readonly string[];
  readonly pricesAsOf?: string;
}

export function openPricedCatalog(choices: PriceChoices, files: PackageFiles): Catalog {
  const opened = openCatalog(files, choices.catalog, choices.calibration);
  const asOf = choices.pricesAsOf === undefined ? null : readDay(choices.pricesAsOf, '--prices-as-of');
  const dated = asOf === null ? opened : pricesAsOf(opened, asOf);
  const day = asOf ?? newestDay(opened);
  const ofFile = choices.prices === undefined ? dated : overlay(dated, readOwnPrices(choices.prices), 'own', day);
  const texts = choices.price ?? [];
  return texts.length === 0 ? ofFile : overlay(ofFile, asOwnPrices(readPriceTexts(texts, day), '--price'), '--price', day, dated);
}

function overlay(catalog: Catalog, { own, document }: OwnPricesFile, label: string, day: string, list?: Catalog): Catalog {
  try {
    return applyOwnPrices(catalog, own, label, day, list);
  } catch (error) {
    if (error instanceof SeekstackError) throw withPlaces(error, document);
    throw error;
  }
}
