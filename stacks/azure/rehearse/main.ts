// Rehearses a deployment on this machine with Pulumi's own engine: preview, up, up again, a change, destroy, all of it
// against a state in a folder and a stand-in of the provider. In: `--report FILE` and the path of a deployment document.
// Out: a report; exit code 0, 1 where something was not as it must be, 3 where there is no engine.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import type { Deployment } from '../../../src/documents/deployment.ts';
import type { RehearsalReport, RehearsedStep } from '../../../src/documents/rehearsal.ts';
import { readDeployment } from '../read-deployment.ts';
import { PLACEHOLDERS, SECRET_NAMES } from '../record/placeholders.ts';
import { type Engine, NoEngine, prepareEngine } from './engine.ts';
import {
  checkOrder,
  checkUpdate,
  compareWithState,
  findLeaks,
  keptBy,
  madeByProvider,
  type StateResource,
} from './expectations.ts';
import { existingAfter, readLedger } from './ledger.ts';
import { renderReport } from './report.ts';

const EXIT = { passed: 0, failed: 1, noEngine: 3 } as const;
const STACK = 'rehearsal';
const UPDATE_TAG = 'rehearsed';
const LINES_SHOWN = 12;
const API_KEY = 'rehearsal-of-a-key-that-opens-nothing';
const PRIVATE_KEY = 'rehearsal-of-a-private-key';
const CONFIGURATION = Object.entries({
  ...PLACEHOLDERS,
  deployment: 'deployment.json',
  apiKey: API_KEY,
  certificate: PLACEHOLDERS.certificate.replaceAll('PLACEHOLDER', PRIVATE_KEY),
}).map(([name, value]) => ({ name, value, secret: (SECRET_NAMES as readonly string[]).includes(name) }));

interface Outcome {
  readonly found?: string;
  readonly failures: readonly string[];
}

const { values, positionals } = parseArgs({ options: { report: { type: 'string' } }, allowPositionals: true });
const work = mkdtempSync(join(tmpdir(), 'seekstack-rehearsal-'));
try {
  const report = rehearse(resolve(positionals[0] ?? 'deployment.json'));
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(renderReport(report));
  process.exitCode = report.passed ? EXIT.passed : EXIT.failed;
} catch (error) {
  if (!(error instanceof NoEngine)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT.noEngine;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function rehearse(path: string): RehearsalReport {
  const document = readDeployment(path);
  const engine = prepareEngine(findProject(), work);
  const steps: RehearsedStep[] = [];
  const step = (name: string, run: () => Outcome) => {
    const start = performance.now();
    const { found = '', failures } = steps.every((each) => each.passed)
      ? run()
      : { failures: ['not tried: an earlier step failed'] };
    steps.push({ name, seconds: (performance.now() - start) / 1000, passed: failures.length === 0, found, failures });
  };
  const pulumi = (...words: string[]) => engine.run(...words, '--stack', STACK);
  const deeds = () => readLedger(engine.ledger);
  const existing = () => existingAfter(deeds());
  const exported = () => (JSON.parse(pulumi('stack', 'export').stdout) as Exported).deployment.resources ?? [];

  write(engine, document);
  step('pulumi stack init, config', () => {
    const runs = [
      engine.run('stack', 'init', STACK),
      ...CONFIGURATION.map(({ name, value, secret }) =>
        engine.run('config', 'set', '--stack', STACK, ...(secret ? ['--secret'] : []), '--', name, value),
      ),
    ];
    return { failures: runs.flatMap(complaints) };
  });

  let planned: string[] = [];
  step('pulumi preview', () => {
    const run = pulumi('preview', '--json');
    if (!run.stdout.startsWith('{')) return { failures: complaints(run) };
    const { steps: previewed = [], diagnostics = [] } = JSON.parse(run.stdout) as Preview;
    if (!run.succeeded)
      return {
        failures: diagnostics.filter((each) => each.severity === 'error').flatMap((each) => each.message.trim().split('\n')),
      };
    planned = previewed.map((each) => each.urn);
    const others = previewed.filter((each) => each.op !== 'create').map((each) => `${each.op} of ${each.urn}, expected create`);
    return {
      found: `${planned.length} to create`,
      failures: [...others, ...[...existing().keys()].map((urn) => `the preview made ${urn}`)],
    };
  });

  let made: StateResource[] = [];
  step('pulumi up', () => {
    const failures = complaints(pulumi('up', '--yes', '--skip-preview'));
    made = failures.length === 0 ? exported() : [];
    const unplanned = made.filter((each) => !each.type.startsWith('pulumi:providers:') && !planned.includes(each.urn));
    return {
      found: `${existing().size} made`,
      failures: [
        ...failures,
        ...compareWithState(existing(), made),
        ...checkOrder(deeds(), 'create', made),
        ...unplanned.map((each) => `${each.urn} was not in the preview`),
      ],
    };
  });

  step('secrets are encrypted in state and configuration', () => {
    const texts = readTexts(engine.state, dirname(engine.document));
    const hidden = [...texts.values()].reduce((sum, text) => sum + (text.match(/"ciphertext"/g)?.length ?? 0), 0);
    const needed = document.engine.apiKey === null ? 1 : 2;
    return {
      found: `${hidden} values`,
      failures: [
        ...findLeaks(texts, API_KEY),
        ...findLeaks(texts, PRIVATE_KEY),
        ...(hidden < needed ? ['the state holds too few encrypted values, expected API key and certificate'] : []),
      ],
    };
  });

  step('pulumi up, refresh: nothing to do', () => {
    const before = deeds().length;
    const failures = [
      ...complaints(pulumi('up', '--yes', '--skip-preview', '--expect-no-changes')),
      ...complaints(pulumi('refresh', '--yes', '--skip-preview', '--expect-no-changes')),
    ];
    return {
      failures: [
        ...failures,
        ...deeds()
          .slice(before)
          .map((each) => `${each.did} of ${each.urn}`),
      ],
    };
  });

  step('pulumi up, one replica and one tag more: changed in place', () => {
    const [before, count] = [existing(), deeds().length];
    write(engine, grow(document));
    const failures = complaints(pulumi('up', '--yes', '--skip-preview'));
    const since = deeds().slice(count);
    return { found: `${since.length} changed`, failures: [...failures, ...checkUpdate(before, since, UPDATE_TAG)] };
  });

  const locked = made.filter((each) => each.protect === true);
  if (locked.length > 0)
    step('pulumi destroy: refused, for what is protected', () => {
      const count = deeds().length;
      const run = pulumi('destroy', '--yes');
      return {
        found: `${locked.length} protected`,
        failures: [
          ...(run.succeeded ? ['it was not refused'] : []),
          // The engine stops at the first it comes to.
          ...(locked.some((each) => run.text.includes(`"${each.urn}" cannot be deleted`))
            ? []
            : ['the refusal names nothing that is protected', ...complaints({ succeeded: false, text: run.text })]),
          ...deeds()
            .slice(count)
            .map((each) => `${each.did} of ${each.urn} all the same`),
        ],
      };
    });
  if (locked.length > 0)
    step('pulumi destroy --exclude-protected', () => {
      const failures = complaints(pulumi('destroy', '--yes', '--skip-preview', '--exclude-protected'));
      const kept = keptBy(made);
      const left = existing();
      return {
        found: `${left.size} stay`,
        failures: [
          ...failures,
          ...madeByProvider(made)
            .filter((each) => (kept.has(each.urn) || each.retainOnDelete === true) !== left.has(each.urn))
            .map((each) => `${each.urn} ${left.has(each.urn) ? 'is left' : 'is gone'}`),
          ...checkOrder(deeds(), 'delete', made),
        ],
      };
    });
  step(locked.length > 0 ? 'pulumi state unprotect, destroy' : 'pulumi destroy', () => {
    const failures = [
      ...(locked.length > 0 ? complaints(pulumi('state', 'unprotect', '--all', '--yes')) : []),
      ...complaints(pulumi('destroy', '--yes', '--skip-preview')),
    ];
    const retained = new Set(made.filter((each) => each.retainOnDelete === true).map((each) => each.urn));
    return {
      found: `${existing().size} left`,
      failures: [
        ...failures,
        ...[...existing().keys()].filter((urn) => !retained.has(urn)).map((urn) => `${urn} is left`),
        ...checkOrder(deeds(), 'delete', made),
        ...complaints(engine.run('stack', 'rm', STACK, '--yes')),
      ],
    };
  });

  const everMade = new Set(deeds().map((each) => each.urn));
  return {
    schema: 'seekstack/rehearsal@1',
    server: `pulumi ${engine.version} (${engine.path}); language host: ${engine.languageHost}; stand-in of ${engine.providers.join(', ')}`,
    passed: steps.every((each) => each.passed),
    steps,
    resources: madeByProvider(made)
      .map((each) => ({
        stack: document.name,
        logicalId: nameOf(each),
        type: each.type,
        reached: everMade.has(each.urn) ? ('simulated' as const) : ('not-simulated' as const),
      }))
      .sort((one, other) => (one.logicalId < other.logicalId ? -1 : 1)),
  };
}

interface Preview {
  readonly steps?: readonly { readonly op: string; readonly urn: string }[];
  readonly diagnostics?: readonly { readonly severity: string; readonly message: string }[];
}

interface Exported {
  readonly deployment: { readonly resources?: StateResource[] };
}

/** One replica more in the first pool and in the bounds, which is what an autoscaled pool goes by. */
function grow(document: Deployment): Deployment {
  const { fleet, pools, tags } = document;
  const more = pools[0]?.nodesPerReplica ?? 1;
  return {
    ...document,
    fleet: { ...fleet, nodes: fleet.nodes + more, maximumNodes: fleet.maximumNodes + more },
    pools: pools.map((pool, index) => (index === 0 ? { ...pool, replicas: pool.replicas + 1 } : pool)),
    tags: { ...tags, [UPDATE_TAG]: 'yes' },
  };
}

function write(engine: Engine, document: Deployment): void {
  writeFileSync(engine.document, JSON.stringify(document));
}

/** The last words of a command that failed. */
function complaints({ succeeded, text }: { readonly succeeded: boolean; readonly text: string }): string[] {
  return succeeded
    ? []
    : text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-LINES_SHOWN);
}

function nameOf({ urn }: Pick<StateResource, 'urn'>): string {
  return urn.split('::').slice(3).join('::');
}

/** The folder this program was compiled in. */
function findProject(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'Pulumi.yaml'))) return folder;
    if (folder === dirname(folder)) throw new NoEngine('there is no Pulumi.yaml above this program');
  }
}

/** Everything below the state, and the stack's configuration. */
function readTexts(state: string, project: string): Map<string, string> {
  const files = readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const configuration = join(project, `Pulumi.${STACK}.yaml`);
  return new Map([...files, configuration].map((each) => [each.slice(work.length + 1), readFileSync(each, 'utf8')]));
}
