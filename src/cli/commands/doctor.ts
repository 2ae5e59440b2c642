// seekstack doctor: can this installation plan, emit and deploy?
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { checkReferences } from '../../documents/catalog/check.ts';
import { EXIT } from '../../errors.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readCatalog } from '../../files/read-catalog.ts';
import { readStackSources } from '../../files/read-stacks.ts';
import type { Io } from '../io.ts';

interface Finding {
  readonly ok: boolean;
  /** Whether planning and emitting need it, or only deploying. */
  readonly needed: boolean;
  readonly text: string;
}

const OLDEST_NODE_MAJOR = 20;

/** @returns 0 when everything needed to plan and emit is there, else 5 */
export function runDoctor(io: Io, files: PackageFiles): number {
  const findings = [
    checkNode(io.nodeVersion),
    checkCatalog(files),
    checkStacks(files),
    ...['npm', 'cdk', 'pulumi', 'kubectl'].map(checkTool),
  ];
  for (const finding of findings) io.out(`${finding.ok ? '✔' : finding.needed ? '✘' : '–'} ${finding.text}\n`);
  io.out(
    'Planning and emitting need no network and no account; deploying needs the tools marked – for the provider you choose.\n',
  );
  return findings.every((finding) => finding.ok || !finding.needed) ? EXIT.ok : EXIT.dataMissingOrOld;
}

function checkNode(node: string): Finding {
  return {
    ok: Number(node.split('.')[0]) >= OLDEST_NODE_MAJOR,
    needed: true,
    text: `Node ${node} (${OLDEST_NODE_MAJOR} or newer is needed)`,
  };
}

function checkCatalog(files: PackageFiles): Finding {
  try {
    const catalog = readCatalog(files.catalog);
    const problems = checkReferences(catalog);
    const compiled = existsSync(files.compiledCatalog)
      ? 'compiled'
      : 'not compiled, so planning starts slower; run "npm run build"';
    return {
      ok: problems.length === 0,
      needed: true,
      text: `catalogue: ${catalog.files.length} files, ${problems.length} loose ends, ${compiled}`,
    };
  } catch (error) {
    return { ok: false, needed: true, text: `catalogue: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}` };
  }
}

function checkStacks(files: PackageFiles): Finding {
  const sources = readStackSources(files);
  const complete = ['stacks/aws/project/package-lock.json', 'stacks/azure/project/package-lock.json'].every((path) =>
    sources.has(path),
  );
  return {
    ok: complete,
    needed: true,
    text: `stacks: ${sources.size} files to emit${complete ? '' : ', lockfiles are missing'}`,
  };
}

function checkTool(name: string): Finding {
  const found = spawnSync(name, ['--version'], { encoding: 'utf8' });
  const version = (found.stdout ?? '').trim().split('\n')[0];
  return found.error === undefined && found.status === 0
    ? { ok: true, needed: false, text: `${name} ${version}` }
    : { ok: false, needed: false, text: `${name} is not on the path` };
}
