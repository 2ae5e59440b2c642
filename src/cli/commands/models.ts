// seekstack models: what can be planned.
import Table from 'cli-table3';
import { EXIT } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { clip } from '../../render/format.ts';
import { plainTable } from '../../render/plain-table.ts';
import type { Io } from '../io.ts';

export interface ModelsChoices {
  readonly format: 'table' | 'json';
  readonly catalog?: string;
}

export function runModels(choices: ModelsChoices, io: Io, files: PackageFiles): number {
  const catalog = openCatalog(files, choices.catalog);
  const models = catalog.models.map((model) => {
    const parameters = catalog.architecture(model.architecture)?.parameters;
    return {
      id: model.id,
      status: model.status,
      totalParameters: parameters?.total.parameters ?? null,
      activeParameters: parameters?.activeDecode.parameters ?? null,
      maximumContextTokens: catalog.architecture(model.architecture)?.context.maximum.tokens ?? null,
      precisions: [
        ...new Set(model.checkpoints.map((checkpoint) => catalog.weightFormat(checkpoint.weightFormat)?.precision ?? '?')),
      ],
      license: model.license,
    };
  });
  if (choices.format === 'json') {
    io.out(`${JSON.stringify(models, null, 2)}\n`);
    return EXIT.ok;
  }
  const billions = (parameters: number | null) => (parameters === null ? '?' : `${(parameters / 1e9).toPrecision(3)}B`);
  const table = new Table({
    ...plainTable('  '),
    head: ['model', 'status', 'total', 'active', 'context', 'precisions', 'licence'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
  });
  for (const model of models)
    table.push([
      model.id,
      model.status,
      billions(model.totalParameters),
      billions(model.activeParameters),
      `${Math.round((model.maximumContextTokens ?? 0) / 1024)}k`,
      clip(model.precisions.join(' '), 22),
      clip(model.license, 12),
    ]);
  io.out(`${table.toString().replaceAll(/ +$/gm, '')}\n`);
  return EXIT.ok;
}
