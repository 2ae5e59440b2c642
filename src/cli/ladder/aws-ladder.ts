// The ladder of an emitted AWS project, from its types to a rehearsal of its whole life.
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung } from '../../documents/verification.ts';
import { loadCatalog } from '../../files/compiled-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readAssembly } from '../../files/read-assembly.ts';
import { readManifests } from '../../files/read-manifests.ts';
import { checkAwsStacks } from '../../verify/aws/check-stacks.ts';
import { listResources } from '../../verify/aws/template.ts';
import { billedInCluster } from '../../verify/kubernetes/check-manifests.ts';
import { readCfnLint, readCheckov } from '../../verify/linters.ts';
import type { Io } from '../io.ts';
import { assertConstructs, compareTwice, lint, PROGRAMS, readPlugin, synthesize } from './aws-tools.ts';
import { climbManifests, listObjects } from './manifest-rungs.ts';
import { rehearse } from './rehearsal.ts';
import { type Acknowledged, type Climb, failure, reachedBy, rung, skipped, tell } from './rungs.ts';
import { typecheck } from './typecheck.ts';

/** What says something of a resource in a template; the rehearsal only of those the server made. */
const RUNGS = [
  'typecheck',
  'constructs',
  'synthesis',
  'schema',
  'security',
  'rules',
  'cost',
  'determinism',
  'cfn-lint',
  'checkov',
] as const;

export function climbAws(folder: string, document: Deployment, work: string, quick: boolean, io: Io, files: PackageFiles): Climb {
  const rungs: Rung[] = [];
  const acknowledged: Acknowledged[] = [];
  tell(io, 'typecheck');
  rungs.push(typecheck(folder, document, io));
  tell(io, 'constructs');
  rungs.push(assertConstructs(folder, document, acknowledged, io));
  tell(io, 'synthesis');
  const output = join(work, 'cdk.out');
  const synthesis = synthesize(folder, output, io);
  const assembly = readAssembly(output);
  const resources = listResources(assembly.templates);
  const plugins = [
    readPlugin('schema', 'CloudFormation Validate', assembly, acknowledged),
    readPlugin('security', 'AwsSolutions', assembly, acknowledged),
  ];
  const accounted = plugins.some((each) => each.findings.length > 0);
  rungs.push(
    rung('synthesis', synthesis.exitCode === 0 || accounted ? [] : [failure(document, 'synthesis', synthesis)]),
    ...plugins,
  );

  const manifests = readManifests(folder);
  const catalog = loadCatalog(files.catalog);
  const checked = checkAwsStacks({
    document,
    resources,
    bootFiles: assembly.bootFiles,
    inCluster: manifests === null ? undefined : billedInCluster(manifests.objects, manifests.prometheusValues),
    offered: (machine, region) =>
      catalog.instances.some((each) => each.id === machine)
        ? catalog.pricesOf(machine).some((price) => price.region === region)
        : null,
  });
  rungs.push(rung('rules', checked.findings, `${checked.rules} rules`));
  rungs.push(rung('cost', checked.bill.findings, `USD ${checked.bill.countedUsdPerMonth.toFixed(2)} a month`));
  if (manifests !== null) {
    tell(io, 'manifests');
    rungs.push(...climbManifests(folder, work, document, manifests, files, io));
  }

  tell(io, 'determinism');
  rungs.push(compareTwice(folder, work, assembly, document, io));
  const templates = [...assembly.texts.keys()].map((name) => join(output, `${name}.template.json`));
  tell(io, 'cfn-lint');
  rungs.push(lint('cfn-lint', ['--format', 'json', ...templates], readCfnLint, folder, acknowledged, io));
  tell(io, 'checkov');
  const checkov = ['--directory', output, '--framework', 'cloudformation', '--output', 'json', '--quiet', '--compact'];
  rungs.push(lint('checkov', checkov, readCheckov, folder, acknowledged, io));
  tell(io, 'rehearsal');
  const simulated = new Set<string>();
  if (quick) rungs.push(skipped('rehearsal', 'left out by --quick'));
  else if (document.tier !== 'single-node') rungs.push(skipped('rehearsal', 'the server knows no clusters'));
  else rungs.push(rehearse({ folder, programs: PROGRAMS, work, needs: "pip install 'moto[server]'" }, document, simulated, io));

  return {
    rungs,
    acknowledged,
    cost: {
      plannedUsdPerMonth: checked.bill.plannedUsdPerMonth,
      countedUsdPerMonth: checked.bill.countedUsdPerMonth,
      lines: checked.bill.lines.map((each) => ({ ...each })),
    },
    resources: [
      ...resources.map(({ stack, logicalId, type }) => ({
        stack,
        logicalId,
        type,
        reached: reachedBy(rungs, simulated.has(`${stack}/${logicalId}`) ? [...RUNGS, 'rehearsal'] : RUNGS, stack, logicalId),
      })),
      ...(manifests === null ? [] : listObjects(manifests, rungs)),
    ],
  };
}
