// The tags every taggable resource carries, so that a bill or a stray machine leads back to its plan.
// In: the deployment document. Out: one flat record, and the reasons Azure would refuse it.
import type { Deployment } from '../../src/documents/deployment.ts';

/** Azure refuses these in a tag name; the deployment document admits only `/` of them, yet the whole rule stands here. */
const refusedInTagName = /[<>%&\\?/]/;
const reservedTagPrefix = /^(microsoft|azure|windows)/i;
const maximumTagsPerResource = 50;

/**
 * Tags of the deployment, the two of seekstack last so that nothing can hide where a resource came from.
 * @returns tag name → value, names as Azure accepts them once {@link listTagProblems} is empty
 */
export function buildTags(document: Deployment): Record<string, string> {
  return { ...document.tags, 'seekstack-plan': document.planDigest, 'seekstack-deployment': document.name };
}

/**
 * What Azure would refuse in the document's tags.
 * @returns one line for each problem, empty when all is well
 */
export function listTagProblems(document: Deployment): string[] {
  const problems: string[] = [];
  const spellings = new Map<string, string>();
  for (const name of Object.keys(buildTags(document))) {
    if (refusedInTagName.test(name))
      problems.push(`tags: got the name ${JSON.stringify(name)}, expected no < > % & \\ ? / (Azure refuses them)`);
    if (reservedTagPrefix.test(name))
      problems.push(`tags: got the name ${JSON.stringify(name)}, expected no microsoft, azure or windows prefix (reserved)`);
    const other = spellings.get(name.toLowerCase());
    if (other !== undefined)
      problems.push(
        `tags: got both ${JSON.stringify(other)} and ${JSON.stringify(name)}, expected names that differ in more than case`,
      );
    spellings.set(name.toLowerCase(), name);
  }
  if (spellings.size > maximumTagsPerResource)
    problems.push(`tags: got ${spellings.size} with seekstack's own two, expected at most ${maximumTagsPerResource}`);
  return problems;
}
