// Projects: the files of an emitted stack. Real programs copied as they are, the deployment document, and how to use them.
// In: a plan, an option, the stack sources as text. Out: path → text; the same input gives the same bytes.
import type { Deployment } from '../documents/deployment.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Origin } from '../documents/workload-source.ts';
import { renderBomCsv, renderBomMarkdown } from './bill-of-materials.ts';
import { buildDeployment } from './build-deployment.ts';
import { kubernetesFiles } from './kubernetes/files.ts';
import { renderReadme } from './readme.ts';

/** Stack sources by their path in this package: `stacks/aws/main.ts`, `stacks/aws/project/package.json`, … */
export type StackSources = ReadonlyMap<string, string>;

export interface Project {
  readonly deployment: Deployment;
  readonly files: ReadonlyMap<string, string>;
}

/** Beside what the emit remembers of its files. */
export const ORIGIN_PATH = '.seekstack/origin.json';

/** The in-house modules that every stack program reads besides its own: by path, or by the folder's. */
const SHARED_MODULES: Readonly<Record<'aws' | 'azure', readonly string[]>> = {
  aws: ['src/documents/deployment.ts', 'src/documents/operator-ids.ts', 'src/documents/rehearsal.ts'],
  azure: [
    'src/documents/deployment.ts',
    'src/documents/operator-ids.ts',
    'src/documents/rehearsal.ts',
    // Rules and a dashboard in PromQL, and what the proxy before an engine is told.
    'src/watching/',
    'src/endpoint/',
  ],
};

/** Builds every file of the project of an option. */
export function buildProject(plan: Plan, planDigest: string, option: PlanOption, sources: StackSources): Project {
  const deployment = buildDeployment(plan, planDigest, option);
  const files = new Map<string, string>([
    ['README.md', renderReadme(plan, option, deployment)],
    ['deployment.json', `${JSON.stringify(deployment, null, 2)}\n`],
    [ORIGIN_PATH, `${JSON.stringify(originOf(plan, planDigest, option), null, 2)}\n`],
  ]);
  const parts = option.provider === 'onprem' ? onPremisesFiles(plan, option) : stackFiles(deployment, sources);
  for (const [path, text] of parts) files.set(path, text);
  if (deployment.tier === 'kubernetes' || option.provider === 'onprem')
    for (const [path, text] of kubernetesFiles(deployment)) files.set(path, text);
  return { deployment, files: new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1))) };
}

/** What it was sized for, so that whoever edits it can be told what the edit does. */
function originOf(plan: Plan, planDigest: string, option: PlanOption): Origin {
  return {
    schema: 'seekstack/origin@1',
    planDigest,
    optionId: option.id,
    spareReplicas: option.spareReplicas,
    sparePrefillWorkers: option.prefill?.spareWorkers ?? 0,
    source: plan.inputs.workload.source,
  };
}

/** A project of its own below the cloud's, which only clusters have an inside for. */
const IN_CLUSTER_PROJECT = 'in-cluster/';

function stackFiles({ provider, tier }: Deployment, sources: StackSources): Map<string, string> {
  const own = `stacks/${provider}/`;
  const project = `${own}project/`;
  const files = new Map<string, string>();
  for (const [path, text] of sources) {
    const name = path.startsWith(project) ? path.slice(project.length) : null;
    if (name?.startsWith(IN_CLUSTER_PROJECT) && tier !== 'kubernetes') continue;
    if (name !== null) files.set(name.replace(/^gitignore$/, '.gitignore'), text);
    else if ((path.startsWith(own) && /\.(ts|py)$/.test(path)) || isShared(provider, path)) files.set(path, text);
  }
  return files;
}

function isShared(provider: Deployment['provider'], path: string): boolean {
  return (
    provider !== 'onprem' && SHARED_MODULES[provider].some((each) => (each.endsWith('/') ? path.startsWith(each) : path === each))
  );
}

function onPremisesFiles(plan: Plan, option: PlanOption): Map<string, string> {
  return new Map([
    ['BILL-OF-MATERIALS.md', renderBomMarkdown(plan, option)],
    ['bill-of-materials.csv', renderBomCsv(option)],
  ]);
}
