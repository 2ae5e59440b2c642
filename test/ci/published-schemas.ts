// Schemas of CI files as their makers publish them, from the schemastore package.
// In: which one, a file's text. Out: what does not fit, empty where all does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const FILES = {
  'github-action': 'github-action.json',
  gitlab: 'gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json',
  bitbucket: 'bitbucket.org/atlassianlabs/atlascode/raw/main/resources/schemas/pipelines-schema.json',
  azure: 'raw.githubusercontent.com/microsoft/azure-pipelines-vscode/master/service-schema.json',
} as const;

export function checkAgainst(name: keyof typeof FILES, text: string): readonly string[] {
  const place = createRequire(import.meta.url)
    .resolve('schemastore/package.json')
    .replace(/package\.json$/, 'schemas/json/');
  const schema = JSON.parse(readFileSync(place + FILES[name], 'utf8')) as object;
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false }).compile(schema);
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
