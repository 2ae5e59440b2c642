// Ids that a command line may name, by placeholder: of the catalogue, or of a plan file named before.
// Never an error: who presses Tab wants candidates or nothing.
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { PLAN_LIMIT_BYTES, readText } from '../../files/read-text.ts';
import type { Candidate, Values } from './complete-words.ts';

/** Placeholders whose value nobody can guess. */
const FREE = /^(count|number|share|days?|date|seconds|minutes|factor|instant|rate|tokens|bound|money|term|amount|duration|usd)$/;

/** Kinds of rows with an id each. */
const KINDS: Readonly<Record<string, (catalog: Catalog) => readonly { readonly id: string }[]>> = {
  model: (catalog) => catalog.models,
  region: (catalog) => catalog.regions,
  engine: (catalog) => catalog.engines,
  machine: (catalog) => [...catalog.instances, ...catalog.servers],
};

const KINDS_OF_ROWS = 'files, machines, accelerators, prices, regions, engines, tariffs, presets, shapes, currencies';

/** The values behind placeholders; files where a placeholder is not known. */
export function knownValues(files: PackageFiles): Values {
  return (placeholder, positionals) => {
    if (FREE.test(placeholder)) return 'anything';
    if (placeholder === 'kind') return KINDS_OF_ROWS.split(', ').map((value) => ({ value, description: '' }));
    const rows = KINDS[placeholder];
    if (rows !== undefined) return ids(rows(openCatalog(files)));
    if (placeholder !== 'id') return 'files';
    return positionals.length === 0 ? ids(everyRow(openCatalog(files))) : optionIds(positionals);
  };
}

function everyRow(catalog: Catalog): readonly { readonly id: string }[] {
  const { models, accelerators, processors, instances, servers, engines, regions } = catalog;
  return [...models, ...accelerators, ...processors, ...instances, ...servers, ...engines, ...regions];
}

function ids(rows: readonly { readonly id: string }[]): readonly Candidate[] {
  return [...new Set(rows.map((row) => row.id))].sort().map((value) => ({ value, description: '' }));
}

/** Options of the first word that is a plan; what each costs tells them apart. */
function optionIds(paths: readonly string[]): readonly Candidate[] {
  for (const path of paths) {
    try {
      const { options } = JSON.parse(readText(path, PLAN_LIMIT_BYTES)) as { options?: unknown };
      if (Array.isArray(options)) return options.flatMap(candidateOf);
    } catch {
      // Not a plan: perhaps the next word is.
    }
  }
  return [];
}

function candidateOf(option: unknown): readonly Candidate[] {
  const { id, nodes } = (option ?? {}) as { id?: unknown; nodes?: unknown };
  return typeof id === 'string' ? [{ value: id, description: `${nodes} nodes` }] : [];
}
