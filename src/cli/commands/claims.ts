// seekstack claims: read a file of claims, compute them, render.
import { join } from 'node:path';
import picocolors from 'picocolors';
import { evaluateClaims } from '../../claims/evaluate-claims.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { withPlaces } from '../../files/located-document.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readClaims } from '../../files/read-documents.ts';
import { renderClaims, renderClaimsJson } from '../../render/claims-table.ts';
import type { Io } from '../io.ts';

export interface ClaimsChoices {
  readonly format: 'table' | 'json';
  readonly catalog?: string;
}

/** @returns 0 whatever the verdicts: a claim that does not hold is an answer */
export function runClaims(file: string | undefined, choices: ClaimsChoices, io: Io, files: PackageFiles): number {
  const catalog = openCatalog(files, choices.catalog);
  const { claims, document } = readClaims(file ?? join(files.root, 'examples/claims/founding.yaml'));
  try {
    const results = evaluateClaims(claims, catalog, files.version);
    io.out(choices.format === 'json' ? renderClaimsJson(results) : renderClaims(results, picocolors.createColors(io.colour)));
    return EXIT.ok;
  } catch (error) {
    if (error instanceof SeekstackError) throw withPlaces(error, document);
    throw error;
  }
}
