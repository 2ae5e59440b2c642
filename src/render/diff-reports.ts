// The diff for programs: its JSON, and its guardrails as test cases (JUnit) and as findings with their lines (SARIF 2.1.0).
import type { Judgement, PlanDiff } from '../documents/diff.ts';
import { sayMoney, sayVerdict } from './diff-words.ts';
import { escapePlain } from './untrusted-text.ts';

/** The document itself; keys in the order of the schema, so that the same diff is the same bytes. */
export function renderDiffJson(diff: PlanDiff): string {
  return `${JSON.stringify(diff, null, 2)}\n`;
}

/** One case a guardrail, and one for whether there is a total; warnings pass and say so. */
export function renderDiffJunit(diff: PlanDiff): string {
  const cases = [totalCase(diff), ...diff.guardrails.map((each) => guardrailCase(diff, each))];
  const failures = cases.filter((each) => each.includes('<failure')).length;
  const errors = cases.filter((each) => each.includes('<error')).length;
  const skipped = cases.filter((each) => each.includes('<skipped')).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="seekstack diff" ${counts}>`,
    `  <testsuite name="${xml(diff.name)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function totalCase(diff: PlanDiff): string {
  const missing = [...diff.base.missing, ...diff.head.missing];
  const problem =
    diff.verdict === 'incomplete'
      ? `<error type="incomplete" message="${xml(missing.map((each) => `${each.what}: ${each.reason}`).join('; '))}"/>`
      : diff.verdict === 'infeasible'
        ? `<failure type="infeasible" message="${xml(diff.head.reason ?? sayVerdict(diff).text)}"/>`
        : '';
  return testCase(diff, 'every price is known and an option serves', problem);
}

function guardrailCase(diff: PlanDiff, each: Judgement): string {
  const told = `${each.message}${sayFix(each)}`;
  switch (each.outcome) {
    case 'failed':
      return testCase(diff, each.id, `<failure type="${each.measure}" message="${xml(told)}">${xml(placeOf(each))}</failure>`);
    case 'not-judged':
      return testCase(diff, each.id, `<skipped message="${xml(each.message)}"/>`);
    case 'warned':
      return testCase(diff, each.id, `<system-out>warning: ${xml(told)}</system-out>`);
    case 'acknowledged':
      return testCase(
        diff,
        each.id,
        `<system-out>acknowledged until ${xml(each.acknowledgement?.until ?? '')}: ${xml(each.acknowledgement?.reason ?? '')}; ${xml(each.message)}</system-out>`,
      );
    case 'passed':
      return testCase(diff, each.id, '');
  }
}

function testCase({ name }: PlanDiff, title: string, inside: string): string {
  const open = `    <testcase classname="seekstack.${xml(name)}" name="${xml(title)}"`;
  return inside === '' ? `${open}/>` : `${open}>${inside}</testcase>`;
}

/** SARIF, as code scanning reads it: each broken guardrail at its line of the policy. */
export function renderDiffSarif(diff: PlanDiff): string {
  const findings = diff.guardrails.filter((each) => ['failed', 'warned', 'acknowledged'].includes(each.outcome));
  const missing = [...diff.base.missing, ...diff.head.missing];
  const ruleIds = [...new Set(diff.guardrails.map((each) => each.id))];
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: diff.generator.name,
            semanticVersion: diff.generator.version,
            rules: [
              ...ruleIds.map((id) => ({
                id,
                shortDescription: { text: `guardrail ${id}` },
                defaultConfiguration: {
                  level: diff.guardrails.find((each) => each.id === id)?.severity === 'fail' ? 'error' : 'warning',
                },
              })),
              {
                id: 'incomplete',
                shortDescription: { text: 'a price or a resource is not known' },
                defaultConfiguration: { level: 'error' },
              },
            ],
          },
        },
        results: [
          ...missing.map((each) => ({
            ruleId: 'incomplete',
            level: 'error',
            message: { text: escapePlain(`${each.what}: ${each.reason}; ${each.fix}`) },
          })),
          ...findings.map((each) => ({
            ruleId: each.id,
            level: each.outcome === 'failed' ? 'error' : 'warning',
            message: { text: escapePlain(`${each.message}${sayFix(each)}`) },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(each.where.file) },
                  region: { startLine: each.where.line },
                },
              },
            ],
            ...(each.outcome === 'acknowledged'
              ? {
                  suppressions: [
                    { kind: 'external', status: 'accepted', justification: escapePlain(each.acknowledgement?.reason ?? '') },
                  ],
                }
              : {}),
          })),
        ],
      },
    ],
  };
  return `${JSON.stringify(sarif, null, 2)}\n`;
}

function sayFix({ fix }: Judgement): string {
  return fix === null ? '' : `; cheapest fix: ${fix.change}, USD ${sayMoney(fix.usdPerMonth)} a month`;
}

function placeOf({ where }: Judgement): string {
  return `${where.file}:${where.line}`;
}

function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function xml(text: string): string {
  return escapePlain(text).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
