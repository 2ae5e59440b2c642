// Evaluation of claims: each is computed with its own assumptions and gets a verdict.
// In: a file of claims, the catalogue. Out: results in the order of the file. Throws E_REFERENCE where a claim names what is not there.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Claim, ClaimResult, ClaimsFile } from '../documents/claims.ts';
import { SeekstackError } from '../errors.ts';
import { type Judgement, judgeCacheRatio, judgeEnergyRatio, judgeEnergyWithoutWork } from './energy-claims.ts';
import { judgeGrowthEnergy, judgeHardwarePrice, judgeServes, judgeUpfront } from './planning-claims.ts';

export function evaluateClaims(file: ClaimsFile, catalog: Catalog, version: string): ClaimResult[] {
  return file.claims.map((claim, index) => {
    const source = file.sources[claim.source];
    if (source === undefined)
      throw new SeekstackError({
        code: 'E_REFERENCE',
        where: { field: `claims[${index}].source` },
        got: claim.source,
        expected: `a key of this file's sources: ${Object.keys(file.sources).join(', ')}`,
        fix: 'name one of these, or add the source',
      });
    try {
      const { verdict, reason, figures } = judge(claim, catalog, version);
      return {
        id: claim.id,
        statement: claim.statement,
        source: source.title,
        verdict,
        reason,
        assumptions: claim.assumptions,
        figures,
      };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new SeekstackError(
        {
          code: 'E_REFERENCE',
          where: { field: `claims[${index}].test` },
          got: error.message,
          expected: 'names that the catalogue has',
          fix: 'run "seekstack catalog list" and "seekstack models"',
        },
        { cause: error },
      );
    }
  });
}

function judge({ test }: Claim, catalog: Catalog, version: string): Judgement {
  switch (test.kind) {
    case 'energy-without-work':
      return judgeEnergyWithoutWork(test, catalog);
    case 'energy-ratio':
      return judgeEnergyRatio(test, catalog);
    case 'cache-ratio':
      return judgeCacheRatio(test, catalog);
    case 'serves':
      return judgeServes(test, catalog, version);
    case 'hardware-price':
      return judgeHardwarePrice(test, catalog, version);
    case 'growth-energy':
      return judgeGrowthEnergy(test, catalog, version);
    case 'upfront':
      return judgeUpfront(test, catalog, version);
  }
}
