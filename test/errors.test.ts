// Fails: every code a user can meet, with the whole message, the exit code, and nothing written.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../src/documents/plan.ts';
import { ERROR_CODES, EXIT, formatProblem, SeekstackError } from '../src/errors.ts';
import { commentTag } from '../src/render/comment-tag.ts';
import {
  examplePath,
  infeasibleWorkload,
  listAll,
  makeFolder,
  put,
  root,
  runCli,
  soundWorkload,
  type Told,
} from './cli/recording.ts';
import { azureItem, azurePage, H100 } from './prices/vendor-answers.ts';

/** Codes this file has seen a command end with. */
const met = new Set<string>();

/** What every refusal has in common; gives its message without the test's folder. */
function expectRefused(told: Told, folder: string, before: readonly string[], exitCode: number): string {
  expect(told.exitCode).toBe(exitCode);
  expect(told.out).toBe('');
  expect(told.err).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(told.err).not.toMatch(/Invalid input|Too small|Too big|undefined|\[object/);
  expect(listAll(folder)).toEqual(before);
  for (const [code] of told.err.matchAll(/^E_[A-Z_]+/gm)) met.add(code);
  return told.err.replaceAll(`${folder}/`, '').replaceAll(folder, 'FOLDER').trimEnd();
}

/** Plans a workload's text with -o and expects it to be refused. */
async function refuse(content: string | Uint8Array, exitCode: number = EXIT.invalidInput): Promise<string> {
  const folder = makeFolder();
  const path = put(folder, 'w.yaml', content);
  return expectRefused(await runCli(['plan', path, '-o', join(folder, 'plan.json')]), folder, ['w.yaml'], exitCode);
}

/** A plan in a folder, to emit from. */
async function planInto(folder: string, workload: string): Promise<{ path: string; plan: Plan }> {
  const path = join(folder, 'plan.json');
  await runCli(['plan', put(folder, 'w.yaml', workload), '-o', path]);
  return { path, plan: JSON.parse(readFileSync(path, 'utf8')) as Plan };
}

describe('E_USAGE', () => {
  test('an unknown option is refused with the nearest one', async () => {
    const folder = makeFolder();
    const told = await runCli(['plan', examplePath('chat'), '--formt', 'json', '-o', join(folder, 'plan.json')]);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_USAGE  unknown option '--formt'
      (Did you mean --format?)"
    `);
  });

  test('a format that is none is refused with those there are', async () => {
    const folder = makeFolder();
    const told = await runCli(['plan', examplePath('chat'), '--format', 'xml', '-o', join(folder, 'plan.json')]);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(
      `"E_USAGE  option '--format <format>' argument 'xml' is invalid. Allowed choices are table, json, md, csv."`,
    );
  });

  test('a kind of catalogue row that is none is refused with the nearest one', async () => {
    const folder = makeFolder();
    expect(expectRefused(await runCli(['catalog', 'list', 'machine']), folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_USAGE  kind
        got: machine
        expected: one of files, machines, accelerators, prices, regions, engines, tariffs, presets, shapes, currencies
        fix: did you mean machines?"
    `);
  });

  test.each(['constructor', '__proto__', 'toString'])('the name %s, which every object has, is no kind of row', async (kind) => {
    expect((await runCli(['catalog', 'list', kind])).exitCode).toBe(EXIT.invalidInput);
  });

  test('a day that is none is refused', async () => {
    const folder = makeFolder();
    const told = await runCli(['catalog', 'check', '--as-of', 'tomorrow']);
    expect(told.exitCode).toBe(EXIT.invalidInput);
    expect(told.err).toMatchInlineSnapshot(`
      "E_USAGE  --as-of
        got: tomorrow
        expected: a date such as 2026-11-23
        fix: write year, month and day
      "
    `);
    expect(listAll(folder)).toEqual([]);
  });

  test('an age limit that is no number is refused', async () => {
    const told = await runCli(['catalog', 'check', '--as-of', '2026-11-23', '--max-age-days', 'soon']);
    expect(told.exitCode).toBe(EXIT.invalidInput);
    expect(told.err).toMatchInlineSnapshot(`
      "E_USAGE  --max-age-days
        got: soon
        expected: a number of days above 0
        fix: write a number such as 365
      "
    `);
  });

  test('emit without a folder to write to is refused', async () => {
    const folder = makeFolder();
    expect(expectRefused(await runCli(['emit', 'plan.json']), folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(
      `"E_USAGE  required option '--out <folder>' not specified"`,
    );
  });

  test('emit with both an option and a provider is refused', async () => {
    const folder = makeFolder();
    const told = await runCli(['emit', 'p.json', '--out', join(folder, 'x'), '--option', 'a', '--provider', 'aws']);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(
      `"E_USAGE  option '--provider <provider>' cannot be used with option '--option <id>'"`,
    );
  });
});

describe('files', () => {
  test('E_FILE_MISSING: a workload that is not there', async () => {
    const folder = makeFolder();
    const told = await runCli(['plan', join(folder, 'w.yaml'), '-o', join(folder, 'plan.json')]);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_FILE_MISSING  w.yaml
        got: no such file
        expected: a file that exists
        fix: check the path and the folder you are in"
    `);
  });

  test('E_FILE_MISSING: a catalogue folder that is not there', async () => {
    const folder = makeFolder();
    const told = await runCli(['plan', examplePath('chat'), '--catalog', join(folder, 'none')]);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_FILE_MISSING  none
        got: no such folder
        expected: a catalogue folder
        fix: check the path given with --catalog"
    `);
  });

  test('E_FILE_UNREADABLE: a folder where a file is wanted', async () => {
    const folder = makeFolder();
    const told = await runCli(['plan', folder, '-o', join(folder, 'plan.json')]);
    expect(expectRefused(told, folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_FILE_UNREADABLE  FOLDER
        got: a folder
        expected: a file
        fix: name the file inside the folder"
    `);
  });

  test('E_FILE_UNREADABLE: bytes that are not UTF-8', async () => {
    expect(await refuse(Uint8Array.from([0x73, 0xff, 0xfe, 0xc3, 0x28]))).toMatchInlineSnapshot(`
      "E_FILE_UNREADABLE  w.yaml
        got: bytes that are not UTF-8 text
        expected: a text file in UTF-8
        fix: save the file as UTF-8 and try again"
    `);
  });

  test('E_FILE_UNREADABLE: text in UTF-16', async () => {
    expect(await refuse(Buffer.from(`\ufeff${soundWorkload}`, 'utf16le'))).toMatch(/^E_FILE_UNREADABLE {2}w\.yaml\n/);
  });

  test('E_FILE_EMPTY: a file with nothing in it', async () => {
    expect(await refuse('')).toMatchInlineSnapshot(`
      "E_FILE_EMPTY  w.yaml
        got: an empty file
        expected: a document
        fix: start from one of the files in examples/"
    `);
  });

  test('E_FILE_EMPTY: a file with white space in it', async () => {
    expect(await refuse(' \n\t\n')).toMatch(/^E_FILE_EMPTY/);
  });

  test('a file with only comments in it is told to hold nothing, too', async () => {
    expect(await refuse('# nothing\n')).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:1:1
        got: nothing
        expected: a mapping that begins with "schema: seekstack/workload@1"
        fix: start from one of the files in examples/"
    `);
  });

  test('E_FILE_TOO_LARGE: a workload of ten megabytes', async () => {
    expect(await refuse(Buffer.alloc(10_000_000, 'a'))).toMatchInlineSnapshot(`
      "E_FILE_TOO_LARGE  w.yaml
        got: 9.5 MiB
        expected: at most 1 MiB
        fix: check that this is the file you mean; such a document takes a few kilobytes"
    `);
  });

  test('E_FILE_UNREADABLE: a place where nothing can be written', async () => {
    const folder = makeFolder();
    const file = put(folder, 'w.yaml', soundWorkload);
    const told = await runCli(['plan', file, '-o', join(file, 'plan.json')]);
    expect(expectRefused(told, folder, ['w.yaml'], EXIT.invalidInput)).toMatch(
      /^E_FILE_UNREADABLE {2}w\.yaml\/plan\.json\n {2}got: the system answered E[A-Z]+\n/,
    );
  });
});

describe('E_YAML_SYNTAX', () => {
  test('a tab that indents', async () => {
    expect(await refuse('schema: seekstack/workload@1\ndemand:\n\tusers: 3\n')).toMatchInlineSnapshot(`
      "E_YAML_SYNTAX  w.yaml:3:1
        got: a tab that indents
        expected: valid YAML with one document in it
        fix: indent with spaces"
    `);
  });

  test('a key that stands twice', async () => {
    expect(await refuse(`${soundWorkload}use: rag\n`)).toMatchInlineSnapshot(`
      "E_YAML_SYNTAX  w.yaml:7:1
        got: a field that this mapping has already
        expected: valid YAML with one document in it
        fix: remove one of the two"
    `);
  });

  test('two documents in one file', async () => {
    expect(await refuse(`${soundWorkload}---\n${soundWorkload}`)).toMatchInlineSnapshot(`
      "E_YAML_SYNTAX  w.yaml:7:1
        got: a second document after the first
        expected: valid YAML with one document in it
        fix: keep one document in the file"
    `);
  });

  test('a quotation that does not end', async () => {
    expect(await refuse(soundWorkload.replace('50ms"', '50ms'))).toMatch(
      /^E_YAML_SYNTAX {2}w\.yaml:7:1\n {2}got: Missing closing "quote\n/,
    );
  });

  test.each(['[', '{a: ', '- ', '? '])('an endless nesting of "%s" is refused and does not break the parser', async (opening) => {
    expect(await refuse(opening.repeat(60_000))).toMatch(/^E_(YAML_SYNTAX|FIELD_TYPE)/);
  });

  test('a nesting just below what the parser bears is refused as well', async () => {
    for (const depth of [200, 400, 600, 700, 800])
      expect(await refuse('['.repeat(depth) + ']'.repeat(depth))).toMatch(/^E_(YAML_SYNTAX|FIELD_TYPE)/);
  });

  test('a plan that is cut off', async () => {
    const folder = makeFolder();
    const path = put(folder, 'plan.json', '{ "schema": "seekstack/plan@1", "asOf": ');
    const told = await runCli(['emit', path, '--out', join(folder, 'x')]);
    expect(expectRefused(told, folder, ['plan.json'], EXIT.invalidInput)).toMatch(/^E_YAML_SYNTAX {2}plan\.json:1:\d+\n/);
  });
});

describe('E_YAML_ALIAS', () => {
  test('an alias that refers to itself', async () => {
    expect(await refuse(`${soundWorkload}x: &a [*a]\n`)).toMatchInlineSnapshot(`
      "E_YAML_ALIAS  w.yaml:7:8
        got: the alias *a
        expected: values written out
        fix: write the value of &a here"
    `);
  });

  test('aliases that would grow without bound', async () => {
    const rows = Array.from({ length: 30 }, (_, index) =>
      index === 0 ? 'a0: &a0 [lol, lol]' : `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}*a${index - 1}]`,
    );
    const started = performance.now();
    expect(await refuse(`${soundWorkload}${rows.join('\n')}\n`)).toMatchInlineSnapshot(`
      "E_YAML_ALIAS  w.yaml:8:10
        got: the alias *a0
        expected: values written out
        fix: write the value of &a0 here"
    `);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('E_SCHEMA', () => {
  test('no schema field', async () => {
    expect(await refuse(soundWorkload.replace(/schema.*\n/, ''))).toMatchInlineSnapshot(`
      "E_SCHEMA  w.yaml:1:1  schema
        got: no schema field
        expected: "seekstack/workload@1"
        fix: write "schema: seekstack/workload@1", or give a file of that kind"
    `);
  });

  test('a document of another kind', async () => {
    expect(await refuse(soundWorkload.replace('workload@1', 'plan@1'))).toMatchInlineSnapshot(`
      "E_SCHEMA  w.yaml:1:1  schema
        got: "seekstack/plan@1"
        expected: "seekstack/workload@1"
        fix: write "schema: seekstack/workload@1", or give a file of that kind"
    `);
  });

  test('a document of a later version', async () => {
    expect(await refuse(soundWorkload.replace('workload@1', 'workload@2'))).toMatchInlineSnapshot(`
      "E_SCHEMA  w.yaml:1:1  schema
        got: "seekstack/workload@2"
        expected: "seekstack/workload@1"
        fix: write "schema: seekstack/workload@1", or give a file of that kind"
    `);
  });

  test('a workload given where a plan is wanted', async () => {
    const folder = makeFolder();
    const told = await runCli(['emit', put(folder, 'w.yaml', soundWorkload), '--out', join(folder, 'x')]);
    expect(expectRefused(told, folder, ['w.yaml'], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_SCHEMA  w.yaml:1:1  schema
        got: "seekstack/workload@1"
        expected: "seekstack/plan@1"
        fix: write "schema: seekstack/plan@1", or give a file of that kind"
    `);
  });

  test('a catalogue file of a kind that every object has', async () => {
    const folder = makeFolder();
    put(folder, 'a.yaml', 'schema: constructor\n');
    const told = await runCli(['catalog', 'check', '--catalog', folder]);
    expect(expectRefused(told, folder, ['a.yaml'], EXIT.invalidInput)).toMatch(/^E_SCHEMA {2}a\.yaml:1:1 {2}schema\n/);
  });
});

describe('fields', () => {
  test('E_FIELD_MISSING: a field that must be there', async () => {
    expect(await refuse(soundWorkload.replace(/model.*\n/, ''))).toMatchInlineSnapshot(`
      "E_FIELD_MISSING  w.yaml:1:1  model
        got: nothing
        expected: a text
        fix: add model"
    `);
  });

  test('E_FIELD_MISSING: a field that may be one of two things', async () => {
    expect(await refuse(soundWorkload.replace('monthly: USD 120k, ', ''))).toMatchInlineSnapshot(`
      "E_FIELD_MISSING  w.yaml:6:1  budget.monthly
        got: nothing
        expected: "unlimited", or an amount with its currency, such as "USD 60k"
        fix: add budget.monthly"
    `);
  });

  test('E_FIELD_MISSING: one half of a length', async () => {
    expect(await refuse(`${soundWorkload}tokens:\n  prompt: { p50: 900 }\n`)).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:8:3  tokens.prompt
        got: a mapping
        expected: give a percentile above the median too, such as p95
        fix: change the value"
    `);
  });

  test('E_FIELD_UNKNOWN: a misspelt field, with the nearest one and its place', async () => {
    expect(await refuse(soundWorkload.replace('activeAtPeak', 'activeAtPaek'))).toMatchInlineSnapshot(`
      "E_FIELD_UNKNOWN  w.yaml:4:24  demand.activeAtPaek
        got: activeAtPaek
        expected: one of users, activeAtPeak, requestsPerHour, requestsPerSecond, concurrency, tokensPerDay, trace, meanToPeak, burstiness, shape, growthPerYear
        fix: did you mean activeAtPeak?
      E_FIELD_MISSING  w.yaml:4:1  demand.activeAtPeak
        got: nothing
        expected: users need activeAtPeak, such as "15%"
        fix: add demand.activeAtPeak"
    `);
  });

  test('E_FIELD_UNKNOWN: a field that resembles none', async () => {
    expect(await refuse(`${soundWorkload}zzzzzzzz: 1\n`)).toMatchInlineSnapshot(`
      "E_FIELD_UNKNOWN  w.yaml:7:1  zzzzzzzz
        got: zzzzzzzz
        expected: one of $schema, schema, name, model, use, tokens, demand, latency, confidence, speculation, budget, place, clouds, onPremises, limits, training, availability, currencies, clients, contact, deployment
        fix: remove the field"
    `);
  });

  test('E_FIELD_UNKNOWN: a field that would change every object', async () => {
    expect(await refuse(`${soundWorkload}__proto__: { polluted: 1 }\n`)).toMatch(
      /^E_FIELD_UNKNOWN {2}w\.yaml:7:1 {2}__proto__\n/,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('E_FIELD_TYPE: a text where a number is wanted', async () => {
    expect(await refuse(soundWorkload.replace('1200', 'many'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:4:11  demand.users
        got: "many"
        expected: a number
        fix: change the value"
    `);
  });

  test('E_FIELD_TYPE: a number without its unit', async () => {
    expect(await refuse(soundWorkload.replace('"p95 <= 2s"', '2'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:5:12  latency.ttft
        got: 2
        expected: a bound such as "p95 <= 2s" (p50, p90, p95 or p99)
        fix: change the value"
    `);
  });

  test('E_FIELD_TYPE: a list where a mapping is wanted', async () => {
    expect(await refuse(soundWorkload.replace(/demand: .*/, 'demand: [1]'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:4:1  demand
        got: [1]
        expected: a mapping
        fix: change the value"
    `);
  });

  test('E_FIELD_TYPE: a document that is a list', async () => {
    expect(await refuse('- one\n- two\n')).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:1:1
        got: ["one","two"]
        expected: a mapping that begins with "schema: seekstack/workload@1"
        fix: start from one of the files in examples/"
    `);
  });
});

describe('E_VALUE', () => {
  test('half a person', async () => {
    expect(await refuse(soundWorkload.replace('1200', '12.5'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:4:11  demand.users
        got: 12.5
        expected: a whole number
        fix: change the value"
    `);
  });

  test('fewer than no users', async () => {
    expect(await refuse(soundWorkload.replace('1200', '-5'))).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:4:11  demand.users
        got: -5
        expected: at least 1
        fix: change the value"
    `);
  });

  test('a number that is none', async () => {
    expect(await refuse(soundWorkload.replace('1200', '.nan'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:4:11  demand.users
        got: NaN
        expected: a finite number
        fix: change the value"
    `);
  });

  test('a number that no machine holds', async () => {
    expect(await refuse(soundWorkload.replace('1200', '1e400'))).toMatchInlineSnapshot(`
      "E_FIELD_TYPE  w.yaml:4:11  demand.users
        got: Infinity
        expected: a finite number
        fix: change the value"
    `);
  });

  test('more people than there are', async () => {
    expect(await refuse(soundWorkload.replace('1200', '2000000000'))).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:4:11  demand.users
        got: 2000000000
        expected: at most 1000000000
        fix: change the value"
    `);
  });

  test('a share above all', async () => {
    expect(await refuse(soundWorkload.replace('15%', '200%'))).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:4:24  demand.activeAtPeak
        got: "200%"
        expected: above 0% and at most 100%
        fix: change the value"
    `);
  });

  test('a use that is none', async () => {
    expect(await refuse(soundWorkload.replace('use: chat', 'use: chatt'))).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:3:1  use
        got: "chatt"
        expected: one of "chat", "rag", "code", "agent", "reasoning", "batch"
        fix: choose one of these"
    `);
  });

  test('a list that may not be empty', async () => {
    expect(await refuse(`${soundWorkload}clients: []\n`)).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:7:1  clients
        got: []
        expected: at least 1 entry
        fix: change the value"
    `);
  });

  test('lengths that contradict each other', async () => {
    expect(await refuse(`${soundWorkload}tokens: { prompt: { p50: 900, p95: 100 } }\n`)).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:7:11  tokens.prompt
        got: a mapping
        expected: p50 may not be longer than p95
        fix: change the value"
    `);
  });

  test('a length that is no number of tokens', async () => {
    expect(await refuse(`${soundWorkload}tokens: { prompt: lots }\n`)).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:7:11  tokens.prompt
        got: "lots"
        expected: a number of tokens, such as 900 or "32k"
        fix: change the value"
    `);
  });

  test('two ways to state the demand', async () => {
    expect(await refuse(soundWorkload.replace('users: 1200', 'users: 1200, concurrency: 3'))).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:4:1  demand
        got: a mapping
        expected: give exactly one of users, requestsPerSecond, concurrency, tokensPerDay, trace (found users and concurrency)
        fix: change the value"
    `);
  });

  test('a context longer than the model bears', async () => {
    expect(await refuse(`${soundWorkload}limits: { maxContext: 10M }\n`)).toMatchInlineSnapshot(`
      "E_VALUE  w.yaml:7:11  limits.maxContext
        got: 10000000 tokens
        expected: at most 163840, which deepseek-v3.2 supports
        fix: lower maxContext or choose a model with a longer context"
    `);
  });

  test('no latency where people wait', async () => {
    expect(await refuse(soundWorkload.replace(/latency.*\n/, ''))).toMatchInlineSnapshot(`
      "E_FIELD_MISSING  w.yaml:1:1  latency
        got: nothing
        expected: give latency.ttft and latency.tpot, such as "p95 <= 2s" and "p95 <= 40ms"; only use: batch goes without
        fix: add latency"
    `);
  });
});

test('all problems of a file are told at once, each at its place', async () => {
  const told = await refuse(soundWorkload.replace('1200', '-1').replace('p95 <= 2s', 'fast').replace('USD 120k', '$5'));
  expect(told.match(/^E_.*$/gm)).toEqual([
    'E_VALUE  w.yaml:4:11  demand.users',
    'E_VALUE  w.yaml:5:12  latency.ttft',
    'E_VALUE  w.yaml:6:11  budget.monthly',
  ]);
});

test('beyond twenty problems the rest are counted', async () => {
  const told = await refuse(`${soundWorkload}${Array.from({ length: 25 }, (_, index) => `odd${index}: 1`).join('\n')}\n`);
  expect(told.match(/^E_/gm)).toHaveLength(20);
  expect(told).toMatch(/… and 5 more problems$/);
});

describe('E_REFERENCE', () => {
  test('a model nobody has, with the nearest one', async () => {
    expect(await refuse(soundWorkload.replace('v3.2', 'v3.3'))).toMatchInlineSnapshot(`
      "E_REFERENCE  w.yaml:2:1  model
        got: deepseek-v3.3
        expected: a name in the catalogue, such as deepseek-v3.2, deepseek-v3.1, deepseek-v3
        fix: did you mean deepseek-v3.2?"
    `);
  });

  test('a currency without a rate', async () => {
    expect(await refuse(soundWorkload.replace('USD', 'XYZ'))).toMatchInlineSnapshot(`
      "E_REFERENCE  w.yaml:6:11  budget.monthly
        got: XYZ
        expected: a name in the catalogue, such as USD, EUR, NOK
        fix: did you mean USD?"
    `);
  });

  test('a region no cloud has', async () => {
    expect(await refuse(`${soundWorkload}place:\n  regions: [eu-north-1, eu-nort-1]\n`)).toMatchInlineSnapshot(`
      "E_REFERENCE  w.yaml:8:25  place.regions[1]
        got: eu-nort-1
        expected: a name in the catalogue, such as eu-north-1, eu-west-1, eu-south-2
        fix: did you mean eu-north-1?"
    `);
  });

  test('a machine nobody sells', async () => {
    expect(await refuse(`${soundWorkload}limits: { machines: [p5.48xlarg] }\n`)).toMatchInlineSnapshot(`
      "E_REFERENCE  w.yaml:7:22  limits.machines[0]
        got: p5.48xlarg
        expected: a name in the catalogue, such as p5.48xlarge, p5.4xlarge, p5e.48xlarge
        fix: did you mean p5.48xlarge?"
    `);
  });

  test('a catalogue entry that is not there', async () => {
    const folder = makeFolder();
    expect(expectRefused(await runCli(['catalog', 'show', 'h200-smx']), folder, [], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_REFERENCE  id
        got: h200-smx
        expected: an id in the catalogue, such as h200-sxm, h100-sxm, h200-nvl
        fix: did you mean h200-sxm?"
    `);
  });

  test('a fact whose source is not in its file', async () => {
    const folder = makeFolder();
    cpSync(join(root, 'catalogs'), folder, { recursive: true });
    const path = join(folder, 'facility.yaml');
    const text = readFileSync(path, 'utf8');
    const source = /source: ([a-z0-9-]+)/.exec(text)?.[1] as string;
    writeFileSync(path, text.replaceAll(`source: ${source}`, 'source: constructor'));
    const told = await runCli(['catalog', 'check', '--catalog', folder]);
    expect(expectRefused(told, folder, listAll(folder), EXIT.invalidInput)).toMatch(
      /^E_REFERENCE {2}facility\.yaml:\d+:\d+ .*\n {2}got: constructor\n/,
    );
  });
});

describe('explain', () => {
  test('E_FIGURE_UNKNOWN: a figure the plan does not print', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, soundWorkload);
    const told = await runCli(['explain', path, 'winner.cost.usdPerMonht']);
    expect(expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.invalidInput)).toMatch(
      /^E_FIGURE_UNKNOWN {2}FIGURE\n {2}got: "winner\.cost\.usdPerMonht"\n {2}expected: a figure of the plan, such as .*\n {2}fix: did you mean options\.1\.cost\.usdPerMonth\?/,
    );
  });

  test('E_PLAN_STALE: prices the plan was not made with', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, soundWorkload);
    const told = await runCli(['explain', path, 'winner.cost', '--price', 'p5.48xlarge@us-east-1/on-demand=USD 1/h']);
    expect(expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.dataMissingOrOld)).toMatch(
      /^E_PLAN_STALE\n {2}got: made again from its own workload the plan is another one: .*\n {2}expected: the catalogue and the prices that the plan was made with\n {2}fix: /,
    );
  });
});

describe('emit', () => {
  test('E_OPTION_UNKNOWN: an option the plan does not have', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, soundWorkload);
    const told = await runCli(['emit', path, '--out', join(folder, 'x'), '--option', 'aws/nothing']);
    const text = expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.invalidInput);
    expect(text).toMatch(/^E_OPTION_UNKNOWN {2}--option\n {2}got: aws\/nothing\n {2}expected: an id of this plan, such as /);
  });

  test('E_NOT_EMITTABLE: a replica over many nodes that only NVLink joins', async () => {
    const folder = makeFolder();
    const { path, plan } = await planInto(folder, soundWorkload);
    const wide = plan.options.find((option) => option.nodesPerReplica > 1 && option.provider === 'azure');
    const joined = { ...wide?.machine, fabric: { ...wide?.machine.fabric, kind: 'nvlink' } };
    const options = plan.options.map((option) => (option === wide ? { ...option, machine: joined } : option));
    put(folder, 'plan.json', JSON.stringify({ ...plan, options }));
    const told = await runCli(['emit', path, '--out', join(folder, 'x'), '--option', wide?.id as string]);
    const text = expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.invalidInput);
    expect(text.replaceAll(wide?.id as string, 'ID')).toMatch(
      /^E_NOT_EMITTABLE\n {2}got: option ID: a replica that spans \d+ nodes joined by NVLink across nodes\n {2}expected: machines with InfiniBand adapters, or replicas of one node on a scale set .*\(Azure\/aks-gpu#192\)/,
    );
  });

  test('E_OUT_CONFLICT: a folder with files of somebody else', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, soundWorkload);
    mkdirSync(join(folder, 'x'));
    put(join(folder, 'x'), 'README.md', 'mine');
    const told = await runCli(['emit', path, '--out', join(folder, 'x')]);
    const before = ['plan.json', 'w.yaml', 'x', 'x/README.md'];
    expect(expectRefused(told, folder, before, EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_OUT_CONFLICT  x/README.md
        got: a file that seekstack did not put there
        expected: files as they were emitted
        fix: emit into an empty folder and merge, or give --force to overwrite it"
    `);
    expect(readFileSync(join(folder, 'x/README.md'), 'utf8')).toBe('mine');
  });

  test('E_NO_FEASIBLE: a plan without a feasible option', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, infeasibleWorkload);
    const told = await runCli(['emit', path, '--out', join(folder, 'x')]);
    expect(expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.noFeasibleOption)).toMatch(
      /^E_NO_FEASIBLE\n {2}got: a plan without a feasible option\n {2}expected: a feasible option\n {2}fix: .+$/,
    );
  });

  test('E_NO_FEASIBLE: a provider without a feasible option', async () => {
    const folder = makeFolder();
    const { path } = await planInto(folder, `${soundWorkload}place: { clouds: [azure] }\n`);
    const told = await runCli(['emit', path, '--out', join(folder, 'x'), '--provider', 'aws']);
    expect(expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.noFeasibleOption)).toMatchInlineSnapshot(`
      "E_NO_FEASIBLE
        got: no feasible option on aws
        expected: a feasible option
        fix: choose another provider, or one option with --option"
    `);
  });
});

describe('facts', () => {
  test('E_PRICE_MISSING: a machine that fits and has no price the workload allows', async () => {
    const place = 'limits: { machines: [p5e.48xlarge] }\n';
    expect(await refuse(`${soundWorkload}${place}`, EXIT.dataMissingOrOld)).toMatchInlineSnapshot(`
      "E_PRICE_MISSING
        got: no price for p5e.48xlarge
        expected: at least one machine that fits and has a price in an allowed region
        fix: allow other machines or ways of buying, or add the price to the catalogue"
    `);
  });

  test('E_FACT_MISSING: a catalogue without a facility', async () => {
    const folder = makeFolder();
    cpSync(join(root, 'catalogs'), folder, { recursive: true });
    rmSync(join(folder, 'facility.yaml'));
    const told = await runCli(['plan', examplePath('chat'), '--catalog', folder]);
    expect(expectRefused(told, folder, listAll(folder), EXIT.dataMissingOrOld)).toMatchInlineSnapshot(`
      "E_FACT_MISSING  FOLDER
        got: no facility assumptions
        expected: a sites file with a section facility
        fix: restore facility.yaml"
    `);
  });

  test('E_FACT_MISSING: a catalogue without the preset of a use', async () => {
    const folder = makeFolder();
    cpSync(join(root, 'catalogs'), folder, { recursive: true });
    rmSync(join(folder, 'presets.yaml'));
    const told = await runCli(['plan', examplePath('chat'), '--catalog', folder]);
    expect(expectRefused(told, folder, listAll(folder), EXIT.dataMissingOrOld)).toMatchInlineSnapshot(`
      "E_FACT_MISSING
        got: no preset chat
        expected: a complete catalogue
        fix: restore the catalogue file"
    `);
  });

  test('E_FACT_OLD: prices years past their limit', async () => {
    const told = await runCli(['catalog', 'check', '--as-of', '2030-01-01']);
    met.add('E_FACT_OLD');
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(told.err).toMatch(
      /^E_FACT_OLD\n {2}got: \d+ prices from \S+, as of \d{4}\S*.*\n {2}expected: at most 365 days before 2030-01-01\n {2}fix: bring the prices up to date, or raise --max-age-days\n/,
    );
  });
});

describe('price sources', () => {
  /** A refresh of one region of Azure at a host of this machine, into a folder of its own. */
  async function refresh(answer: (response: ServerResponse) => void): Promise<{ told: Told; folder: string; before: string[] }> {
    const server = createServer((_, response) => answer(response));
    await new Promise<void>((ready) => {
      server.listen(0, '127.0.0.1', ready);
    });
    const { port } = server.address() as AddressInfo;
    const folder = makeFolder();
    const own = join(folder, 'own');
    mkdirSync(join(own, 'prices'), { recursive: true });
    cpSync(join(root, 'catalogs/prices/azure.yaml'), join(own, 'prices/azure.yaml'));
    const before = listAll(folder);
    const told = await runCli([
      ...['catalog', 'refresh', 'azure', '--region', 'eastus', '--catalog', own, '--cache', join(makeFolder(), 'cache')],
      ...['--endpoint', `http://127.0.0.1:${port}`, '--as-of', '2026-11-23'],
    ]);
    server.close();
    return {
      told: { ...told, err: told.err.replace('asking azure for eastus\n', '').replaceAll(String(port), 'PORT') },
      folder,
      before,
    };
  }
  const items =
    (...usd: number[]) =>
    (response: ServerResponse) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(azurePage(usd.map((each) => azureItem(H100, 'eastus', each, { meterId: `meter-${each}` })))));

  test('E_SOURCE_UNREACHABLE', async () => {
    const { told, folder, before } = await refresh((response) => response.writeHead(403).end());
    expect(expectRefused(told, folder, before, EXIT.dataMissingOrOld).replace(/\?\S+/, '?…')).toMatchInlineSnapshot(`
      "E_SOURCE_UNREACHABLE  http://127.0.0.1:PORT/api/retail/prices?…
        got: status 403
        expected: status 200
        fix: nothing was written; check the network and the proxy, raise --timeout, or try later"
    `);
  });
  test('E_SOURCE_SHAPE', async () => {
    const { told, folder, before } = await refresh((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"Items":"none"}'),
    );
    expect(expectRefused(told, folder, before, EXIT.dataMissingOrOld).replace(/\?\S+/, '?…')).toMatchInlineSnapshot(`
      "E_SOURCE_SHAPE  http://127.0.0.1:PORT/api/retail/prices?…
        got: BillingCurrency is absent
        expected: a text
        fix: nothing was written; if this stays, the vendor changed its answer: report it, and enter the price by hand meanwhile"
    `);
  });
  test('E_PRICE_AMBIGUOUS', async () => {
    const { told, folder, before } = await refresh(items(98.32, 99));
    expect(expectRefused(told, folder, before, EXIT.dataMissingOrOld).replace(/\?\S+/, '?…')).toMatchInlineSnapshot(`
      "E_PRICE_AMBIGUOUS  http://127.0.0.1:PORT/api/retail/prices?…
        got: 2 prices for Standard_ND96isr_H100_v5/eastus/on-demand: ND96isrH100v5 (Virtual Machines ND Series, Consumption, meter meter-98.32) at USD 98.32; ND96isrH100v5 (Virtual Machines ND Series, Consumption, meter meter-99) at USD 99
        expected: exactly one
        fix: nothing was written; leave the row out with --skip Standard_ND96isr_H100_v5/eastus/on-demand, and enter its price by hand"
    `);
  });
  test('E_PRICE_HELD tells what to do; what was not held is written', async () => {
    const { told } = await refresh(items(200));
    for (const [code] of told.err.matchAll(/^E_[A-Z_]+/gm)) met.add(code);
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toMatchInlineSnapshot(`
      "E_PRICE_HELD  1 price was held back; look at them, then give --accept ROW, or --accept all
      "
    `);
  });
});

describe('comments', () => {
  const body = `${commentTag({ key: 'chat', validAt: '2026-11-23T10:00:00Z', head: null })}\n### chat\n`;

  test('E_ENVIRONMENT: no token, and nothing asked', async () => {
    const folder = makeFolder();
    const told = await runCli(['comment', 'github', '--body', put(folder, 'c.md', body), '--repo', 'a/b', '--pull', '1']);
    expect(expectRefused(told, folder, ['c.md'], EXIT.invalidInput)).toMatchInlineSnapshot(`
      "E_ENVIRONMENT
        got: no token in GITHUB_TOKEN
        expected: a token, from the environment only
        fix: set GITHUB_TOKEN, as \${{ github.token }} in a workflow"
    `);
  });

  test.each([
    [404, EXIT.invalidInput, 'E_REFUSED'],
    [200, EXIT.dataMissingOrOld, 'E_UNREACHABLE'],
  ])('a platform that answers %i and a page: exit code %i', async (status, exitCode, code) => {
    const folder = makeFolder();
    const server = createServer((_request, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<p>hello'),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const argv = ['comment', 'github', '--body', put(folder, 'c.md', body), '--repo', 'a/b', '--pull', '1'];
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const told = await runCli([...argv, '--api-url', apiUrl], { environment: { GITHUB_TOKEN: 'secret' } });
    server.closeAllConnections();
    server.close();
    expect(expectRefused(told, folder, ['c.md'], exitCode)).toMatch(new RegExp(`^${code}\\n  got: GitHub, GET `));
    expect(told.err).not.toContain('secret');
  });
});

test('E_THRESHOLD: a benchmark that costs more than it may', async () => {
  const folder = makeFolder();
  const { path } = await planInto(folder, soundWorkload);
  const words = ['--provider', 'aws', '--max-usd', '50', '--ttl', '8h', '--out', join(folder, 'x'), '--yes'];
  const told = await runCli(['bench', 'up', path, ...words]);
  expect(expectRefused(told, folder, ['plan.json', 'w.yaml'], EXIT.thresholdFailed)).toMatch(
    /^E_THRESHOLD {2}--max-usd\n {2}got: 8 h × USD \d+ an hour = USD \d+\n {2}expected: at most USD 50\n {2}fix: give --max-usd \d+: not even one hour is within$/m,
  );
});

test('every code is met above, save those of stacks that are deployed, which test/cli/lifecycle.test.ts meets', () => {
  expect(Object.keys(ERROR_CODES).filter((code) => !met.has(code))).toEqual(['E_DEPLOYMENT', 'E_LEFT_STANDING']);
});

test('the first problem decides the exit code, and every problem is told', () => {
  const error = new SeekstackError([
    { code: 'E_THRESHOLD', got: 'a', expected: 'b', fix: 'c' },
    { code: 'E_VALUE', where: { field: 'x' }, got: 'd', expected: 'e', fix: 'f' },
  ]);
  expect(error.exitCode).toBe(EXIT.thresholdFailed);
  expect(error.message).toBe('E_THRESHOLD\n  got: a\n  expected: b\n  fix: c\nE_VALUE  x\n  got: d\n  expected: e\n  fix: f');
  expect(
    formatProblem({
      code: 'E_VALUE',
      where: { file: 'a.yaml', line: 3, column: 7, field: 'b.c' },
      got: '1',
      expected: '2',
      fix: '3',
    }),
  ).toBe('E_VALUE  a.yaml:3:7  b.c\n  got: 1\n  expected: 2\n  fix: 3');
});

describe('our own bugs', () => {
  test('an unexpected exception ends with 70 and keeps its stack', async () => {
    let err = '';
    const told = await runCli(['models'], {
      out: () => {
        throw new TypeError('the output broke');
      },
      err: (text) => {
        err += text;
      },
    });
    expect(told.exitCode).toBe(EXIT.ourBug);
    expect(err).toMatch(
      /^seekstack met a bug of its own; please report it with the command you ran\.\nTypeError: the output broke\n\s+at /,
    );
  });

  test('even a thrown text ends with 70', async () => {
    let err = '';
    const told = await runCli(['models'], {
      out: () => {
        throw 'nothing of use';
      },
      err: (text) => {
        err += text;
      },
    });
    expect(told.exitCode).toBe(EXIT.ourBug);
    expect(err).toContain('nothing of use');
  });
});
