// Catalogue folders: the compiled form is used while it is true to the files, and never after.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileCatalog } from '../../src/documents/catalog/compiled.ts';
import { loadCatalog } from '../../src/files/compiled-catalog.ts';
import { listCatalogFiles, readCatalog, readCatalogRows } from '../../src/files/read-catalog.ts';
import { makeFolder, put, root, runCli } from '../cli/recording.ts';

const real = join(root, 'catalogs');

/** A copy of the catalogue, and its compiled form with a mark that tells that it was used. */
function copyCompiled() {
  const folder = makeFolder();
  const copy = join(folder, 'catalogs');
  cpSync(real, copy, { recursive: true });
  const rows = readCatalogRows(copy);
  const marked = { ...rows, currencies: rows.currencies.map((row) => ({ ...row, usdPerUnit: 4711 })) };
  return { copy, compiled: put(folder, 'catalog.json', compileCatalog(marked)) };
}

const usesCompiled = (copy: string, compiled: string) =>
  loadCatalog(copy, compiled).currencies.every((row) => row.usdPerUnit === 4711);

describe('loadCatalog', () => {
  test('takes the compiled form while every file has the bytes it was made from', () => {
    const { copy, compiled } = copyCompiled();
    expect(usesCompiled(copy, compiled)).toBe(true);
  });

  test('reads the files once one of them has changed, and sees the change', () => {
    const { copy, compiled } = copyCompiled();
    const path = join(copy, 'prices/aws.yaml');
    const first = loadCatalog(copy).instancePrices.find((price) => !price.instance.startsWith('Standard_'));
    const text = readFileSync(path, 'utf8');
    const altered = text.replace(String(first?.usdPerHour), '0.0123');
    expect(altered).not.toBe(text);
    writeFileSync(path, altered);
    expect(usesCompiled(copy, compiled)).toBe(false);
    expect(loadCatalog(copy, compiled).instancePrices.map((price) => price.usdPerHour)).toContain(0.0123);
  });

  test('reads the files once a comment has changed', () => {
    const { copy, compiled } = copyCompiled();
    writeFileSync(join(copy, 'facility.yaml'), `${readFileSync(join(copy, 'facility.yaml'), 'utf8')}# seen\n`);
    expect(usesCompiled(copy, compiled)).toBe(false);
  });

  test('reads the files once one was added or removed', () => {
    const added = copyCompiled();
    put(added.copy, 'more.yaml', 'schema: seekstack/prices@1\nsources: {}\n');
    expect(usesCompiled(added.copy, added.compiled)).toBe(false);
    const removed = copyCompiled();
    rmSync(join(removed.copy, 'prices/hosted.yaml'));
    expect(usesCompiled(removed.copy, removed.compiled)).toBe(false);
    expect(loadCatalog(removed.copy, removed.compiled).hostedPrices).toEqual([]);
  });

  test('reads the files where nothing was compiled', () => {
    expect(loadCatalog(real, join(makeFolder(), 'none.json')).models.length).toBeGreaterThan(0);
  });

  test('gives the same from both forms', () => {
    const folder = makeFolder();
    const compiled = loadCatalog(real, put(folder, 'c.json', compileCatalog(readCatalogRows(real))));
    const read = readCatalog(real);
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    expect(plain(compiled)).toEqual(plain(read));
    expect([...compiled.sources]).toEqual([...read.sources]);
  });
});

test('the files of a folder are listed sorted, YAML only', () => {
  const files = listCatalogFiles(real);
  expect(files).toEqual([...files].sort());
  expect(files.every((path) => path.endsWith('.yaml'))).toBe(true);
  expect(files).toContain('prices/aws.yaml');
});

test('a changed price in another catalogue changes the plan', async () => {
  const folder = makeFolder();
  const copy = join(folder, 'catalogs');
  cpSync(real, copy, { recursive: true });
  const before = await runCli(['plan', join(root, 'examples/chat.yaml'), '--format', 'csv', '--catalog', copy]);
  const path = join(copy, 'servers.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(price: \{[^}]*(?:value|low): )\d+/g, '$11'));
  const after = await runCli(['plan', join(root, 'examples/chat.yaml'), '--format', 'csv', '--catalog', copy]);
  expect([before.exitCode, after.exitCode]).toEqual([0, 0]);
  expect(after.out).not.toBe(before.out);
});
