// Checks over a whole catalogue that no single file's schema can make.
import type { Problem } from '../../errors.ts';
import type { Catalog } from './catalog.ts';

const MILLISECONDS_PER_DAY = 86_400_000;

/** Names that lead nowhere, and ids used twice. Empty when all is well. */
export function checkReferences(catalog: Catalog): Problem[] {
  const problems: Problem[] = [];
  const want = (what: string, id: string, found: unknown) => {
    if (found === undefined)
      problems.push({
        code: 'E_REFERENCE',
        got: `${what} "${id}"`,
        expected: 'an id in the catalogue',
        fix: 'add the entry, or mend the name',
      });
  };
  for (const model of catalog.models) {
    want(`architecture of ${model.id}`, model.architecture, catalog.architecture(model.architecture));
    for (const checkpoint of model.checkpoints)
      want(
        `weight format of ${model.id} ${checkpoint.id}`,
        checkpoint.weightFormat,
        catalog.weightFormat(checkpoint.weightFormat),
      );
  }
  for (const machine of [...catalog.instances, ...catalog.servers]) {
    if (machine.accelerator !== null)
      want(`accelerator of ${machine.id}`, machine.accelerator.id, catalog.accelerator(machine.accelerator.id));
    if (machine.processor !== null)
      want(`processor of ${machine.id}`, machine.processor.id, catalog.processor(machine.processor.id));
  }
  for (const preset of catalog.presets)
    want(
      `load shape of ${preset.id}`,
      preset.shape,
      catalog.shapes.find((shape) => shape.id === preset.shape),
    );
  const instances = new Set(catalog.instances.map((instance) => instance.id));
  for (const price of catalog.instancePrices) {
    const provider = price.instance.startsWith('Standard_') ? 'azure' : 'aws';
    want(`region of ${price.instance}`, price.region, catalog.region(provider, price.region));
    want('instance of a price', price.instance, instances.has(price.instance) ? price : undefined);
  }
  for (const engine of catalog.engines)
    for (const support of engine.supports) {
      for (const id of support.models) want(`model of ${engine.id}`, id, catalog.architecture(id));
      for (const id of support.weightFormats) want(`weight format of ${engine.id}`, id, catalog.weightFormat(id));
    }
  for (const [what, rows] of [
    ['model', catalog.models],
    ['architecture', catalog.architectures],
    ['weight format', catalog.weightFormats],
    ['accelerator', catalog.accelerators],
    ['instance', catalog.instances],
    ['server', catalog.servers],
    ['tariff', catalog.tariffs],
    ['shape', catalog.shapes],
  ] as const)
    for (const id of repeated(rows.map((row) => row.id)))
      problems.push({
        code: 'E_REFERENCE',
        got: `${what} "${id}" twice`,
        expected: 'one entry an id',
        fix: 'remove or rename one of them',
      });
  for (const key of repeated(catalog.instancePrices.map((price) => `${price.instance} ${price.region} ${price.purchase}`)))
    problems.push({
      code: 'E_REFERENCE',
      got: `two prices for ${key}`,
      expected: 'one price for an instance, region and way of buying',
      fix: 'keep the newer row',
    });
  return problems;
}

/** Price sources older than a limit on a day, each with the number of rows that rest on it; a reduced date counts from its first day. */
export function oldPrices(
  catalog: Catalog,
  dayMilliseconds: number,
  limitDays: number,
): { source: string; asOf: string; rows: number }[] {
  const old = new Map<string, { source: string; asOf: string; rows: number }>();
  for (const price of [...catalog.instancePrices, ...catalog.servicePrices, ...catalog.hostedPrices]) {
    const asOf = price.asOf ?? catalog.sources.get(price.source)?.asOf ?? '1970';
    const dated = Date.parse(`${asOf}${'-01-01'.slice(asOf.length - 4)}T00:00:00Z`);
    if ((dayMilliseconds - dated) / MILLISECONDS_PER_DAY <= limitDays) continue;
    const key = `${price.source} ${asOf}`;
    const entry = old.get(key) ?? { source: price.source, asOf, rows: 0 };
    old.set(key, { ...entry, rows: entry.rows + 1 });
  }
  return [...old.values()].toSorted((one, other) => one.asOf.localeCompare(other.asOf, 'en'));
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
