// An emitted project as it lies there, edits and all: its document, what its program makes, what its manifests hold.
// In: a folder. Out: a project for review. Programs run in the project itself, as they would when it is deployed.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Deployment, deploymentSchema } from '../../documents/deployment.ts';
import { recordingSchema } from '../../documents/recording.ts';
import { type Origin, originSchema } from '../../documents/workload-source.ts';
import { buildDeployment } from '../../emit/build-deployment.ts';
import { ORIGIN_PATH } from '../../emit/build-project.ts';
import { SeekstackError } from '../../errors.ts';
import { parseLocated, validateLocated } from '../../files/located-document.ts';
import { readAssembly } from '../../files/read-assembly.ts';
import { parsePlan } from '../../files/read-documents.ts';
import type { GitPath } from '../../files/read-git.ts';
import { readManifests } from '../../files/read-manifests.ts';
import { readDocument } from '../../files/read-project.ts';
import { readText } from '../../files/read-text.ts';
import { runTool, type ToolRun } from '../../files/run-tool.ts';
import { type Choice, pickOption } from '../../review/plan-side.ts';
import type { Project } from '../../review/project-side.ts';
import { declaredOnAws } from '../../verify/aws/declared-aws.ts';
import { listResources } from '../../verify/aws/template.ts';
import { declaredOnAzure } from '../../verify/azure/declared-azure.ts';
import type { DeclaredFleet } from '../../verify/declared-fleet.ts';
import { billedInCluster } from '../../verify/kubernetes/check-manifests.ts';
import { declaredOnPremises, declaredReplicas } from '../../verify/kubernetes/declared-manifests.ts';
import type { Io } from '../io.ts';
import { synthesize } from '../ladder/aws-tools.ts';
import { typecheck } from '../ladder/typecheck.ts';

export interface ProjectReading {
  readonly git: GitPath | null;
  /** Whether the program is run; otherwise what it made last, or the document alone, is read. */
  readonly synthesis: boolean;
  /** A folder that is gone when all is done. */
  readonly work: string;
}

/** The CDK's own name for what it makes. */
const ASSEMBLY = 'cdk.out';

export function readProject(place: string, label: string, reading: ProjectReading, io: Io): Project {
  // Programs are run in it, so that a path from here would lead elsewhere.
  const folder = resolve(place);
  const path = join(folder, 'deployment.json');
  const text = readText(path);
  const located = parseLocated(text, `${label}/deployment.json`);
  const document = validateLocated(located, deploymentSchema, 'seekstack/deployment@2');
  const origin = existsSync(join(folder, ORIGIN_PATH))
    ? readDocument(join(folder, ORIGIN_PATH), originSchema, 'seekstack/origin@1')
    : null;
  return {
    label,
    revision: reading.git?.commit ?? null,
    sha256: createHash('sha256').update(text).digest('hex'),
    document,
    declared: declaredBy(folder, document, reading, io),
    origin,
    lineOf: (field) => located.locate(field).line ?? null,
  };
}

/** The project that an emit of a plan would write, to set one that was edited against it. */
export function projectOfPlan(text: string, label: string, choice: Choice, optionId: string, git: GitPath | null): Project {
  const { plan, digest } = parsePlan(text, label);
  const option = choice.by === 'winner' ? plan.options.find((each) => each.id === optionId) : pickOption(plan.options, choice);
  if (option === undefined || option === null)
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      where: { file: label },
      got: `no option ${optionId}`,
      expected: 'the plan behind the project, or one with that option',
      fix: 'give that plan, or name an option of it with --option',
    });
  const document = buildDeployment(plan, digest, option);
  const { source } = plan.inputs.workload;
  const origin: Pick<Origin, 'spareReplicas' | 'source'> = { spareReplicas: option.spareReplicas, source };
  return {
    label,
    revision: git?.commit ?? null,
    sha256: digest,
    document,
    declared: asWritten(document),
    origin,
    lineOf: () => null,
  };
}

function declaredBy(folder: string, document: Deployment, reading: ProjectReading, io: Io): DeclaredFleet {
  const manifests = readManifests(folder);
  if (document.provider === 'onprem')
    return manifests === null ? asWritten(document) : declaredOnPremises(manifests.objects, document);
  const declared =
    document.provider === 'aws'
      ? declaredByTemplates(folder, document, reading, manifests, io)
      : declaredByRecording(folder, document, reading, io);
  if (manifests === null) return declared;
  // Pods without machines wait, and machines without pods are paid for all the same.
  const pods = declaredReplicas(manifests.objects, document);
  return { ...declared, replicas: declared.replicas.map((count, index) => Math.min(count, pods[index] ?? 0)) };
}

function declaredByTemplates(
  folder: string,
  document: Deployment,
  { synthesis, work }: ProjectReading,
  manifests: ReturnType<typeof readManifests>,
  io: Io,
): DeclaredFleet {
  let assembly = join(folder, ASSEMBLY);
  if (synthesis) {
    compile(folder, document, io);
    assembly = mkdtempSync(join(resolve(work), 'assembly-'));
    told(synthesize(folder, assembly, io), folder);
  } else if (!existsSync(assembly)) return asWritten(document);
  const { templates, bootFiles } = readAssembly(assembly);
  const inCluster = manifests === null ? undefined : billedInCluster(manifests.objects, manifests.prometheusValues);
  return declaredOnAws({ resources: listResources(templates), bootFiles }, document, inCluster);
}

function declaredByRecording(folder: string, document: Deployment, { synthesis }: ProjectReading, io: Io): DeclaredFleet {
  if (!synthesis) return asWritten(document);
  compile(folder, document, io);
  const run = runTool('node', [join('dist', 'stacks', 'azure', 'record', 'main.js')], folder, io.environment);
  told(run, folder);
  return declaredOnAzure(recordingSchema.parse(JSON.parse(run.stdout)), document);
}

function compile(folder: string, document: Deployment, io: Io): void {
  const [problem] = typecheck(folder, document, io).findings;
  if (problem !== undefined) throw broken(folder, problem.got);
}

function told(run: ToolRun, folder: string): void {
  if (run.exitCode !== 0) throw broken(folder, `${run.stderr}${run.stdout}`.trim().split('\n').slice(-6).join(' | '));
}

function broken(folder: string, got: string): SeekstackError {
  return new SeekstackError({
    code: 'E_VALUE',
    where: { file: folder },
    got,
    expected: 'a project whose program runs',
    fix: 'mend what it says; "seekstack verify" tells more',
  });
}

/** What the document says, where no program was run. */
function asWritten(document: Deployment): DeclaredFleet {
  return {
    machine: document.machine.type,
    region: document.placement.region,
    purchase: document.fleet.purchase,
    nodes: document.fleet.nodes,
    replicas: document.pools.map((pool) => pool.replicas),
    unitsAt: null,
    unknown: [],
  };
}
