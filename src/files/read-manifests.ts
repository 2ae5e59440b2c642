// Manifests of an emitted project from disk: objects, what the kustomization lists, values of charts, published schemas.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { SeekstackError } from '../errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: YAML that anybody may have edited
type Json = any;

export interface ReadManifests {
  readonly objects: readonly { readonly file: string; readonly content: Json }[];
  /** Paths of the kustomization's resources, relative to the project. */
  readonly listed: readonly string[];
  /** Values of the chart that keeps measures; null where none is installed. */
  readonly prometheusValues: Json;
}

const FOLDER = 'kubernetes';
const KUSTOMIZATION = 'kustomization.yaml';

/** @returns null where the project has no manifests */
export function readManifests(folder: string): ReadManifests | null {
  const place = join(folder, FOLDER);
  if (!existsSync(join(place, KUSTOMIZATION))) return null;
  const names = readdirSync(place)
    .filter((name) => name.endsWith('.yaml') && name !== KUSTOMIZATION)
    .sort();
  const values = join(place, 'operators', 'prometheus.yaml');
  const [kustomization] = parseFile(join(place, KUSTOMIZATION));
  return {
    objects: names.flatMap((name) => parseFile(join(place, name)).map((content) => ({ file: `${FOLDER}/${name}`, content }))),
    listed: ((kustomization?.resources ?? []) as unknown[]).map((each) => `${FOLDER}/${String(each)}`),
    prometheusValues: existsSync(values) ? (parseFile(values)[0] ?? null) : null,
  };
}

/** Every document of a stream of YAML. @throws SeekstackError E_YAML_SYNTAX naming the line */
export function parseManifests(text: string, file: string): Json[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors ?? [];
    if (error !== undefined)
      throw new SeekstackError({
        code: 'E_YAML_SYNTAX',
        where: { file, line: error.linePos?.[0].line ?? 1, column: error.linePos?.[0].col ?? 1 },
        got: error.message.split('\n')[0] ?? 'an error',
        expected: 'YAML',
        fix: 'correct the line, or emit the project again',
      });
    const content = document.toJS() as Json;
    return content === null ? [] : [content];
  });
}

function parseFile(path: string): Json[] {
  return parseManifests(readFileSync(path, 'utf8'), path);
}

/** The schemas of this package: kinds by `group/version/Kind`. */
export function readKubernetesSchemas(catalog: string): {
  readonly kinds: Readonly<Record<string, object>>;
  readonly definitions: Readonly<Record<string, object>>;
} {
  return JSON.parse(readFileSync(join(catalog, 'schemas', 'kubernetes.json'), 'utf8')) as Json;
}
