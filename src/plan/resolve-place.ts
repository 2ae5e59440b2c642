// Place: which countries, cloud regions and grids a workload may use.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { GridCarbon, Region } from '../documents/catalog/sites.ts';
import type { Statement } from '../documents/statement.ts';
import type { Workload } from '../documents/workload.ts';
import type { Problem } from '../errors.ts';
import { state } from '../language/say-statement.ts';
import { unknownName } from './unknown-name.ts';

/** Null where residency sets no bound. */
export function expandResidency(workload: Workload, catalog: Catalog, problems: Problem[]): Set<string> | null {
  const codes = workload.place?.residency;
  if (codes === undefined) return null;
  const countries = new Set<string>();
  for (const [index, code] of codes.entries()) {
    const group = catalog.geographies.find((each) => each.id === code);
    if (group !== undefined) for (const member of group.countries) countries.add(member);
    else if (/^[A-Z]{2}$/.test(code)) countries.add(code);
    else
      problems.push(
        unknownName(
          `place.residency[${index}]`,
          code,
          catalog.geographies.map((each) => each.id),
          'write two-letter country codes, or one of these groups',
        ),
      );
  }
  return countries;
}

export function firstCountry(residency: Set<string> | null): string | undefined {
  return residency?.values().next().value;
}

export function allowedRegions(
  workload: Workload,
  catalog: Catalog,
  residency: Set<string> | null,
): { regions: Region[]; noRegion: Statement | null } {
  const clouds: readonly string[] = workload.place?.onPremises === 'required' ? [] : (workload.place?.clouds ?? ['aws', 'azure']);
  const ofClouds = catalog.regions.filter((region) => clouds.includes(region.provider));
  const inPlace = ofClouds.filter((region) => residency === null || residency.has(region.country));
  const regions = inPlace.filter((region) => workload.place?.regions?.includes(region.id) ?? true);
  if (regions.length > 0) return { regions, noRegion: null };
  if (clouds.length === 0) return { regions, noRegion: state('reason.noCloud') };
  const countries = [...(residency ?? [])].join(', ');
  if (inPlace.length === 0) return { regions, noRegion: state('reason.noRegionThere', { clouds: clouds.join(', '), countries }) };
  const asked = { regions: workload.place?.regions?.join(', ') ?? '', clouds: clouds.join(', ') };
  return {
    regions,
    noRegion:
      countries === '' ? state('reason.noSuchRegionAnywhere', asked) : state('reason.noSuchRegion', { ...asked, countries }),
  };
}

/** Grid factor of a country: its own zone before a part of it, consumption mix before production mix. */
export function carbonFor(rows: readonly GridCarbon[], country: string): GridCarbon | null {
  const own = rows.filter((row) => row.country === country);
  const order = (row: GridCarbon) => (row.zone === country ? 0 : 2) + (row.method === 'lifecycle-consumption' ? 0 : 1);
  return own.toSorted((one, other) => order(one) - order(other))[0] ?? null;
}
