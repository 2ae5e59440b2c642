// seekstack models: what can be planned.
import { EXIT } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { type Column, fittingTable, textWidth } from '../../render/terminal.ts';
import type { Io } from '../io.ts';

const COLUMNS: readonly Column[] = [
  { head: 'model', align: 'left' },
  { head: 'status', align: 'left' },
  { head: 'total', align: 'right' },
  { head: 'active', align: 'right' },
  { head: 'context', align: 'right' },
  { head: 'precisions', align: 'left', gives: true },
  { head: 'licence', align: 'left', gives: true },
];

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
  const rows = models.map((model) => [
    model.id,
    model.status,
    billions(model.totalParameters),
    billions(model.activeParameters),
    `${Math.round((model.maximumContextTokens ?? 0) / 1024)}k`,
    model.precisions.join(' '),
    model.license,
  ]);
  io.out(`${fittingTable(COLUMNS, rows, textWidth(io.columns))}\n`);
  return EXIT.ok;
}
