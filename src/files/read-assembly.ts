// Synthesized stacks from disk: templates, what machines write at boot, what the rules pack found.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SeekstackError } from '../errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are JSON without a type
type Json = any;

export interface Assembly {
  /** Parsed templates by stack name. */
  readonly templates: ReadonlyMap<string, Json>;
  /** Texts of the templates, for comparing two assemblies byte for byte. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files that machines write at boot, by logical id of the launch template. */
  readonly bootFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly validation: ValidationReport | null;
}

/** The part of the CDK's report that is used. */
export interface ValidationReport {
  readonly plugins: readonly {
    readonly name: string;
    readonly violations: readonly { readonly rule: string; readonly description: string; readonly construct: string }[];
    readonly acknowledged: readonly { readonly rule: string; readonly reason: string; readonly construct: string }[];
  }[];
}

const TEMPLATE_SUFFIX = '.template.json';

/** @throws SeekstackError E_FILE_UNREADABLE where the folder holds no templates */
export function readAssembly(folder: string): Assembly {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(TEMPLATE_SUFFIX)) : [];
  if (names.length === 0)
    throw new SeekstackError({
      code: 'E_FILE_UNREADABLE',
      where: { file: folder },
      got: 'no synthesized templates',
      expected: 'a cloud assembly',
      fix: 'run "npm ci" in the project first',
    });
  const texts = new Map(
    names.sort().map((name) => [name.slice(0, -TEMPLATE_SUFFIX.length), readFileSync(join(folder, name), 'utf8')]),
  );
  const templates = new Map([...texts].map(([name, text]) => [name, JSON.parse(text) as Json]));
  return {
    templates,
    texts,
    bootFiles: readBootFiles(templates),
    validation: readValidation(join(folder, 'validation-report.json')),
  };
}

/** What each launch template's machines write, decoded; what cannot be read as cloud-config is no file. */
export function readBootFiles(templates: ReadonlyMap<string, Json>): Map<string, ReadonlyMap<string, string>> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const template of templates.values())
    for (const [logicalId, resource] of Object.entries<Json>(template?.Resources ?? {})) {
      const data = resource?.Properties?.LaunchTemplateData?.UserData?.['Fn::Base64'];
      if (data !== undefined) found.set(logicalId, readCloudConfig(written(data)));
    }
  return found;
}

/** Text with `<reference>` where CloudFormation fills something in. */
function written(value: Json): string {
  if (typeof value === 'string') return value;
  const join = value?.['Fn::Join'];
  return Array.isArray(join) ? join[1].map(written).join(join[0]) : '<reference>';
}

function readCloudConfig(text: string): ReadonlyMap<string, string> {
  try {
    const config = JSON.parse(text.replace(/^#cloud-config\n/, '')) as Json;
    return new Map(
      (config.write_files as Json[]).map((file) => [
        String(file.path),
        file.encoding === 'gz+b64' ? gunzipSync(Buffer.from(file.content, 'base64')).toString('utf8') : String(file.content),
      ]),
    );
  } catch {
    return new Map();
  }
}

function readValidation(path: string): ValidationReport | null {
  if (!existsSync(path)) return null;
  const { pluginReports = [] } = JSON.parse(readFileSync(path, 'utf8')) as Json;
  const construct = (violation: Json) => String(violation.violatingConstructs?.[0]?.constructPath ?? '');
  return {
    plugins: pluginReports.map((plugin: Json) => ({
      name: String(plugin.pluginName),
      violations: (plugin.violations ?? []).map((each: Json) => ({
        rule: String(each.ruleName),
        description: String(each.description),
        construct: construct(each),
      })),
      acknowledged: (plugin.suppressedViolations ?? []).map((each: Json) => ({
        rule: String(each.acknowledgedId ?? each.ruleName),
        reason: String(each.reason),
        construct: construct(each),
      })),
    })),
  };
}
