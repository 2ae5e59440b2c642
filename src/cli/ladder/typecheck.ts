// The first rung of every project with a program: its own compiler, which also makes what later rungs run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung } from '../../documents/verification.ts';
import { SeekstackError } from '../../errors.ts';
import { runTool } from '../../files/run-tool.ts';
import type { Io } from '../io.ts';
import { failure, rung } from './rungs.ts';

export function typecheck(folder: string, document: Deployment, io: Io): Rung {
  const compiler = join(folder, 'node_modules', '.bin', 'tsc');
  if (!existsSync(compiler))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: compiler },
      got: 'a project without its dependencies',
      expected: 'node_modules',
      fix: 'run "npm ci" in the project first',
    });
  const run = runTool(compiler, [], folder, io.environment);
  return rung('typecheck', run.exitCode === 0 ? [] : [failure(document, 'typecheck', run)]);
}
