// CloudFormation templates as data: what was synthesized, with what its machines are told at boot.

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON that anybody may have edited; every rule looks before it believes
export type Json = any;

/** On nodes and pods of a pool. */
export const POOL_LABEL = 'seekstack.dev/pool';

export interface TemplateResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Json;
}

export interface SynthesizedStacks {
  readonly resources: readonly TemplateResource[];
  /** Files that the machines of a launch template write at boot, path → text, by logical id of the launch template. */
  readonly bootFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** @param templates - parsed templates by stack name */
export function listResources(templates: ReadonlyMap<string, Json>): TemplateResource[] {
  return [...templates].flatMap(([stack, template]) =>
    Object.entries(template?.Resources ?? {}).map(([logicalId, resource]) => ({
      stack,
      logicalId,
      type: String((resource as Json)?.Type ?? ''),
      properties: (resource as Json)?.Properties ?? {},
    })),
  );
}

export function ofType(resources: readonly TemplateResource[], ...types: readonly string[]): TemplateResource[] {
  return resources.filter((each) => types.includes(each.type));
}

/** The logical id behind `Ref` or `Fn::GetAtt`; null for anything else. */
export function referenceOf(value: Json): string | null {
  if (typeof value?.Ref === 'string') return value.Ref;
  const attribute = value?.['Fn::GetAtt'];
  return Array.isArray(attribute) && typeof attribute[0] === 'string' ? attribute[0] : null;
}

/** Text of a value for a message, shortened. */
export function show(value: Json): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** What a launch template tells EC2. */
export function launchData(template: TemplateResource): Json {
  return template.properties.LaunchTemplateData ?? {};
}

/** Node groups of a cluster that serve; the system's own are labelled so. */
export function servingNodeGroups(resources: readonly TemplateResource[]): TemplateResource[] {
  return ofType(resources, 'AWS::EKS::Nodegroup').filter((each) => each.properties.Labels?.[POOL_LABEL] !== 'system');
}

/** Launch templates of machines that serve: all of them where there is no cluster. */
export function servingTemplates(resources: readonly TemplateResource[]): TemplateResource[] {
  const templates = ofType(resources, 'AWS::EC2::LaunchTemplate');
  const system = ofType(resources, 'AWS::EKS::Nodegroup')
    .filter((each) => each.properties.Labels?.[POOL_LABEL] === 'system')
    .map((each) => referenceOf(each.properties.LaunchTemplate?.Id));
  return templates.filter((each) => !system.includes(each.logicalId));
}
