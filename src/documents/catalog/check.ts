// Checks over a whole catalogue that no single file's schema can make.
import type { Problem } from '../../errors.ts';
import type { Source } from '../fact.ts';
import type { Catalog } from './catalog.ts';
import { daysBetween } from './dates.ts';

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
  const hardware = new Set(catalog.accelerators.map((accelerator) => accelerator.architecture));
  for (const { name, speed, power } of catalog.overlays) {
    if (speed !== null) want(`model of ${name}`, speed.model, catalog.architecture(speed.model));
    if (speed !== null)
      want(
        `engine of ${name}`,
        speed.engine,
        catalog.engines.find((engine) => engine.id === speed.engine),
      );
    for (const id of [speed?.hardware, power?.hardware])
      if (id !== undefined && id !== 'cpu') want(`hardware of ${name}`, id, hardware.has(id) ? id : undefined);
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
export function oldPrices(catalog: Catalog, day: string, limitDays: number): { source: string; asOf: string; rows: number }[] {
  const old = new Map<string, { source: string; asOf: string; rows: number }>();
  for (const price of [...catalog.instancePrices, ...catalog.servicePrices, ...catalog.hostedPrices]) {
    const asOf = price.asOf ?? catalog.sources.get(price.source)?.asOf ?? '1970';
    if (daysBetween(asOf, day) <= limitDays) continue;
    const key = `${price.source} ${asOf}`;
    const entry = old.get(key) ?? { source: price.source, asOf, rows: 0 };
    old.set(key, { ...entry, rows: entry.rows + 1 });
  }
  return [...old.values()].toSorted((one, other) => one.asOf.localeCompare(other.asOf, 'en'));
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

/** How a price was come by, for those that are not the vendor's own word. */
export type Standing = 'estimated' | 'second-hand';

/** `derived` and `assumed` are estimates; a repository or an article repeats what a vendor said. */
export function standingOf(kind: Source['kind']): Standing | null {
  if (kind === 'assumed' || kind === 'derived') return 'estimated';
  return kind === 'repository' || kind === 'publication' ? 'second-hand' : null;
}

/** Price sources that are no vendor's own word, with the number of rows that rest on each; estimates first. */
export function weakPrices(catalog: Catalog): { source: string; standing: Standing; title: string; rows: number }[] {
  const weak = new Map<string, { source: string; standing: Standing; title: string; rows: number }>();
  const rows = [
    ...catalog.instancePrices,
    ...catalog.servicePrices,
    ...catalog.hostedPrices,
    ...catalog.tariffs,
    ...catalog.capacityQuotes,
  ];
  for (const { source: key } of rows) {
    const source = catalog.sources.get(key);
    const standing = source === undefined ? null : standingOf(source.kind);
    if (source === undefined || standing === null) continue;
    const entry = weak.get(key) ?? { source: key, standing, title: source.title, rows: 0 };
    weak.set(key, { ...entry, rows: entry.rows + 1 });
  }
  return [...weak.values()].toSorted(
    (one, other) =>
      one.standing.localeCompare(other.standing, 'en') || other.rows - one.rows || one.source.localeCompare(other.source, 'en'),
  );
}
