// Every entry of the shipped catalogue: it parses, leads somewhere, says where it comes from, and adds up.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../src/documents/catalog/catalog.ts';
import { checkReferences } from '../src/documents/catalog/check.ts';
import { compileCatalog } from '../src/documents/catalog/compiled.ts';
import { readCatalogRows } from '../src/files/read-catalog.ts';
import { listStacks } from '../src/search/candidates.ts';
import { listMachines } from '../src/search/machines.ts';
import { realCatalog, root } from './load-real.ts';

const catalog = realCatalog();

test('nothing leads nowhere', () => expect(checkReferences(catalog)).toEqual([]));

test('every source has a title, a date, and a place to look unless it is our own reasoning', () => {
  for (const [key, source] of catalog.sources) {
    expect(source.asOf, key).toMatch(/^20\d\d/);
    if (source.kind !== 'assumed' && source.kind !== 'derived') expect(source.url, key).toBeTruthy();
  }
});

test('prices are positive, and spot is never dearer than on-demand without a word', () => {
  for (const price of catalog.instancePrices.filter((each) => each.purchase === 'spot')) {
    const onDemand = catalog.instancePrices.find(
      (each) => each.instance === price.instance && each.region === price.region && each.purchase === 'on-demand',
    );
    if (onDemand !== undefined && price.usdPerHour >= onDemand.usdPerHour) expect(price.notes, price.instance).toBeTruthy();
    expect(price.usdPerHour).toBeGreaterThan(0);
  }
});

describe('parameters', () => {
  test.each([
    ['deepseek-v3', 671e9],
    ['deepseek-v4-flash', 284e9],
    ['deepseek-v4-pro', 1.6e12],
    ['llama-3.1-405b', 405e9],
    ['llama-3.1-70b', 70.6e9],
    ['gpt-oss-120b', 117e9],
    ['qwen3-235b-a22b', 235e9],
  ])('of %s are within 2 %% of what its maker publishes', (id, published) => {
    const total = catalog.architecture(id)?.parameters.total.parameters ?? 0;
    expect(Math.abs(total / published - 1)).toBeLessThan(0.02);
  });
  test.each(catalog.architectures.map((each) => each.id))('of the parts of %s do not exceed the whole', (id) => {
    const { parameters } = catalog.architecture(id) ?? expect.fail();
    expect(
      parameters.attention.parameters + parameters.routedExperts.parameters + 2 * parameters.embedding.parameters,
    ).toBeLessThanOrEqual(parameters.total.parameters * 1.001);
  });
});

test('every checkpoint weighs what its parameters and bits come to, within 10 %', () => {
  for (const model of catalog.models) {
    const architecture = catalog.architecture(model.architecture);
    if (architecture === undefined) continue;
    for (const checkpoint of model.checkpoints) {
      const format = catalog.weightFormat(checkpoint.weightFormat);
      if (format === undefined) continue;
      const { total, attention, routedExperts, embedding, draft } = architecture.parameters;
      const other = total.parameters - attention.parameters - routedExperts.parameters - 2 * embedding.parameters;
      const bytes =
        (attention.parameters * format.attentionBits.count +
          routedExperts.parameters * format.routedExpertBits.count +
          other * format.otherBits.count +
          2 * embedding.parameters * format.embeddingBits.count) /
          8 +
        (architecture.hostTable?.size.bytes ?? 0);
      // Some checkpoints carry a draft module beside the backbone.
      const withDraft = bytes + ((draft?.parameters ?? 0) * format.otherBits.count) / 8;
      expect(checkpoint.disk.bytes / bytes, `${model.id} ${checkpoint.id}`).toBeGreaterThan(0.9);
      expect(checkpoint.disk.bytes / withDraft, `${model.id} ${checkpoint.id}`).toBeLessThan(1.1);
    }
  }
});

test('every model can be served somewhere', () => {
  const machines = listMachines(catalog);
  for (const model of catalog.models) {
    const architecture = catalog.architecture(model.architecture) ?? expect.fail();
    expect(
      machines.some((machine) => listStacks(catalog, machine, model, architecture).length > 0),
      model.id,
    ).toBe(true);
  }
});

test('the compiled catalogue is the catalogue', () => {
  const rows = readCatalogRows(join(root, 'catalogs'));
  const compiled = JSON.parse(compileCatalog(rows)) as { rows: object; sources: [string, never][] };
  expect(indexCatalog({ ...compiled.rows, sources: new Map(compiled.sources) } as never).models).toEqual(
    JSON.parse(JSON.stringify(rows.models)),
  );
});
