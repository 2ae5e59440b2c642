// Writes examples/deployments/*.json: the chat example's best option on each cloud, which the root cdk.json and Pulumi.yaml run in place.
import { join } from 'node:path';
import { buildDeployment } from '../src/emit/build-deployment.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { digestOf, readWorkload } from '../src/files/read-documents.ts';
import { writeText } from '../src/files/write-files.ts';
import { planWorkload } from '../src/plan/plan-workload.ts';
import { renderPlanJson } from '../src/render/plan-markdown.ts';

/** File name → text of the example deployments. */
export function exampleDeployments(): ReadonlyMap<string, string> {
  const files = findPackage();
  const read = readWorkload(join(files.root, 'examples', 'chat.yaml'));
  const plan = planWorkload({
    workload: read.workload,
    workloadDigest: read.digest,
    fallbackName: read.name,
    catalog: loadCatalog(files.catalog),
    version: files.version,
    source: read.source,
  });
  const digest = digestOf(renderPlanJson(plan));
  return new Map(
    (['aws', 'azure'] as const).map((provider) => {
      const option = plan.options.find((each) => each.id === plan.verdict.best[provider]);
      if (option === undefined) throw new Error(`the chat example has no feasible option on ${provider}`);
      return [`chat-${provider}.json`, `${JSON.stringify(buildDeployment(plan, digest, option), null, 2)}\n`];
    }),
  );
}

/* Run as a script, not when a test imports it. */
if (process.argv[1]?.endsWith('emit-examples.js')) {
  const { root } = findPackage();
  for (const [name, text] of exampleDeployments()) writeText(join(root, 'examples', 'deployments', name), text);
}
