// The ladder of an emitted Azure project: its types, its program under the SDK's mocks, then run through the SDK's own entry
// point against a stand-in of the engine, whose recording everything else reads; then through the engine itself.
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import { type Recording, recordingSchema } from '../../documents/recording.ts';
import type { Rung } from '../../documents/verification.ts';
import { loadCatalog } from '../../files/compiled-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readKubernetesSchemas, readManifests } from '../../files/read-manifests.ts';
import { runTool } from '../../files/run-tool.ts';
import { checkDeclarations, checkObjects, checkRecording } from '../../verify/azure/check-recording.ts';
import { countAzureBill } from '../../verify/azure/count-cost.ts';
import { AZURE_STACK } from '../../verify/azure/rule.ts';
import type { Io } from '../io.ts';
import { climbManifests, listObjects } from './manifest-rungs.ts';
import { rehearse } from './rehearsal.ts';
import { type Climb, failure, reachedBy, rung, skipped, tell } from './rungs.ts';
import { typecheck } from './typecheck.ts';

const PROGRAMS = join('dist', 'stacks', 'azure');
const RUNGS = ['typecheck', 'constructs', 'registrations', 'schema', 'rules', 'cost', 'determinism'] as const;
/** The inside of a cluster is not run under the SDK's mocks. */
const INSIDE_RUNGS = RUNGS.filter((each) => each !== 'constructs');

export function climbAzure(
  folder: string,
  document: Deployment,
  work: string,
  quick: boolean,
  io: Io,
  files: PackageFiles,
): Climb {
  const rungs: Rung[] = [];
  tell(io, 'typecheck');
  rungs.push(typecheck(folder, document, io));
  tell(io, 'constructs');
  const mocked = runTool('node', [join(PROGRAMS, 'list-resources.js')], folder, io.environment);
  rungs.push(rung('constructs', mocked.exitCode === 0 ? [] : [failure(document, 'constructs', mocked)], "under the SDK's mocks"));
  tell(io, 'registrations');
  const first = record(folder, document, io);
  rungs.push(first.rung);
  const catalog = loadCatalog(files.catalog);
  const manifests = readManifests(folder);
  const checked = {
    document,
    recording: first.recording,
    objects: manifests?.objects ?? [],
    offered: (machine: string, region: string) =>
      catalog.instances.some((each) => each.id === machine)
        ? catalog.pricesOf(machine).some((price) => price.region === region)
        : null,
  };
  const objects = manifests === null ? [] : checkObjects(checked, readKubernetesSchemas(files.catalog));
  const told = tellConsulted(first.recording);
  rungs.push(
    rung(
      'schema',
      [...checkDeclarations(checked), ...objects],
      manifests === null ? told : `${told}; published schemas of what is in the cluster`,
    ),
  );
  const { findings, rules } = checkRecording(checked);
  rungs.push(rung('rules', findings, `${rules} rules`));
  const bill = countAzureBill(first.recording, document);
  rungs.push(rung('cost', bill.findings, `USD ${bill.countedUsdPerMonth.toFixed(2)} a month`));
  if (manifests !== null) {
    tell(io, 'manifests');
    rungs.push(...climbManifests(folder, work, document, manifests, files, io));
  }
  tell(io, 'determinism');
  const second = record(folder, document, io);
  rungs.push(
    rung(
      'determinism',
      second.text === first.text
        ? []
        : [
            {
              rule: 'determinism',
              stack: AZURE_STACK,
              resource: null,
              got: 'another recording the second time',
              expected: 'the same bytes',
              fix: `take clock and chance out of ${document.name}`,
            },
          ],
      'recorded twice',
    ),
  );
  tell(io, 'rehearsal');
  const simulated = new Set<string>();
  const needs = 'install the Pulumi CLI, or name its program in PULUMI_ENGINE';
  rungs.push(
    quick
      ? skipped('rehearsal', 'left out by --quick')
      : rehearse({ folder, programs: PROGRAMS, work, needs }, document, simulated, io),
  );
  return {
    rungs,
    acknowledged: [],
    cost: {
      plannedUsdPerMonth: bill.plannedUsdPerMonth,
      countedUsdPerMonth: bill.countedUsdPerMonth,
      lines: bill.lines.map((each) => ({ ...each })),
    },
    resources: [
      ...first.recording.registrations.map(({ name, type }) => {
        const own: readonly Rung['name'][] = type.startsWith('azure-native:') ? RUNGS : INSIDE_RUNGS;
        const tried = simulated.has(`${document.name}/${name}`) ? [...own, 'rehearsal' as const] : own;
        return { stack: AZURE_STACK, logicalId: name, type, reached: reachedBy(rungs, tried, AZURE_STACK, name) };
      }),
      ...(manifests === null ? [] : listObjects(manifests, rungs)),
    ],
  };
}

interface Recorded {
  readonly rung: Rung;
  readonly recording: Recording;
  readonly text: string;
}

function record(folder: string, document: Deployment, io: Io): Recorded {
  const run = runTool('node', [join(PROGRAMS, 'record', 'main.js')], folder, io.environment);
  const parsed = recordingSchema.safeParse(run.exitCode === 0 ? JSON.parse(run.stdout) : null);
  if (!parsed.success)
    return {
      rung: rung('registrations', [failure(document, 'registrations', run)]),
      recording: recordingSchema.parse({
        schema: 'seekstack/recording@1',
        ...{ sdk: '', registrations: [], invocations: [], outputs: {}, problems: [] },
      }),
      text: run.stdout,
    };
  const { registrations, sdk } = parsed.data;
  return {
    rung: rung('registrations', [], `${registrations.length} resources, through the SDK's own entry point, ${sdk}`),
    recording: parsed.data,
    text: run.stdout,
  };
}

/** Who was asked, and about how much. */
function tellConsulted({ consulted, unknownWords }: Recording): string {
  const count = (key: 'words' | 'models') => consulted.reduce((sum, each) => sum + each[key], 0);
  const unknown = unknownWords.length === 0 ? '' : `; only the SDK knows ${unknownWords.join(', ')}`;
  return `declarations of the SDK; ${count('words')} words and ${count('models')} models also by ${consulted.length} packages of Azure's own${unknown}`;
}
