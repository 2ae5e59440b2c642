// Sound stacks of a deployment, to be spoilt one fault at a time.
import { type Deployment, deploymentSchema } from '../../src/documents/deployment.ts';
import { readBootFiles } from '../../src/files/read-assembly.ts';
import { checkAwsStacks } from '../../src/verify/aws/check-stacks.ts';
import type { ClusterUse } from '../../src/verify/aws/count-cost.ts';
import { listResources } from '../../src/verify/aws/template.ts';
import { type Json, templatesOf } from '../stacks/aws/synthesis.ts';

export interface Stage {
  readonly templates: Map<string, Json>;
  document: Json;
  readonly bootFiles: Map<string, Map<string, string>>;
}

export interface SoundStacks {
  readonly document: Deployment;
  /** Stack and template, as text that each stage reads anew. */
  readonly templates: readonly (readonly [string, string])[];
}

export function soundStacks(draft: Deployment): SoundStacks {
  const document = deploymentSchema.parse(draft);
  const { serving, budget, supplies, reaper } = templatesOf(document);
  const { name } = document;
  const templates = Object.entries({
    [name]: serving,
    [`${name}-budget`]: budget,
    [`${name}-supplies`]: supplies,
    [`${name}-reaper`]: reaper,
  });
  return {
    document,
    templates: templates.flatMap(([stack, template]) =>
      template === null ? [] : [[stack, JSON.stringify(template.toJSON())] as const],
    ),
  };
}

export function stageOf({ document, templates }: SoundStacks): Stage {
  const parsed = new Map(templates.map(([stack, text]) => [stack, JSON.parse(text) as Json]));
  const bootFiles = new Map([...readBootFiles(parsed)].map(([id, files]) => [id, new Map(files)]));
  return { templates: parsed, document: structuredClone(document), bootFiles };
}

/** Names of the rules that a stage breaks; the fixtures' bills are a line in words, so what nobody pays for is let go. */
export function rulesBroken({ templates, document, bootFiles }: Stage, inCluster?: ClusterUse): string[] {
  const [type, home] = [document.machine.type, ['eu-north-1', 'us-east-1']];
  const offered = (machine: string, region: string) =>
    ['p5en.48xlarge', 'p5.48xlarge'].includes(machine) || machine === type ? home.includes(region) : null;
  const { findings, bill } = checkAwsStacks({ document, resources: listResources(templates), bootFiles, offered, inCluster });
  return [...findings, ...bill.findings.filter((each) => !each.expected.startsWith('none: no line'))].map((each) => each.rule);
}

/** One resource of a type. */
export function the(stage: Stage, type: string, pick: (each: Json) => boolean = () => true): Json {
  for (const template of stage.templates.values())
    for (const resource of Object.values<Json>(template.Resources))
      if (resource.Type === type && pick(resource.Properties)) return resource;
  throw new Error(`no ${type}`);
}

export const properties = (stage: Stage, type: string, pick?: (each: Json) => boolean): Json => the(stage, type, pick).Properties;

/** Takes every resource of a type away. */
export function remove(stage: Stage, type: string): void {
  for (const template of stage.templates.values())
    for (const [id, resource] of Object.entries<Json>(template.Resources))
      if (resource.Type === type) delete template.Resources[id];
}

/** Adds one to the stack of the nodes. */
export function add(stage: Stage, resource: Json): void {
  stage.templates.get(stage.document.name).Resources.Added = resource;
}

/** A fault, the variant it is put into, the rule that must find it, and how it is done. */
export type Fault<Subject> = readonly [fault: string, variant: string, rule: string, spoil: (subject: Subject) => unknown];
