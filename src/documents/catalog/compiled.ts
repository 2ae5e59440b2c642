// A compiled catalogue: the validated rows as JSON, which opens faster than the YAML they came from.
// In: rows, or their JSON. Out: JSON, or the catalogue.
import type { Source } from '../fact.ts';
import { type Catalog, type CatalogRows, indexCatalog } from './catalog.ts';

export interface CompiledCatalog {
  readonly rows: Omit<CatalogRows, 'sources'>;
  readonly sources: readonly (readonly [string, Source])[];
}

/** The text of a compiled catalogue. */
export function compileCatalog(rows: CatalogRows): string {
  const { sources, ...rest } = rows;
  const compiled: CompiledCatalog = { rows: rest, sources: [...sources] };
  return JSON.stringify(compiled);
}

/** The catalogue of a compiled one. */
export function indexCompiled({ rows, sources }: CompiledCatalog): Catalog {
  return indexCatalog({ ...rows, sources: new Map(sources) });
}
