import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';
import { acceptedFindingsSchema, sortFindings } from '../../src/verify/accepted-findings.ts';
import { readCfnLint, readCheckov } from '../../src/verify/linters.ts';
import { gpuDeployment } from '../stacks/aws/fixture.ts';
import { buildGpuDeployment } from '../stacks/azure/fixture.ts';
import { runCli } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'seekstack-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const project = (name: string, files: Record<string, unknown>) => {
  const place = join(folder, name);
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(join(place, path, '..'), { recursive: true });
    writeFileSync(join(place, path), JSON.stringify(value));
  }
  return place;
};

describe('verify refuses, in one clear error,', () => {
  test.each([
    ['a folder without a project', {}, /E_FILE_MISSING .*deployment\.json/],
    [
      'a project for Azure without its dependencies',
      { 'deployment.json': buildGpuDeployment(), '.seekstack/manifest.json': { files: {} } },
      /E_FILE_MISSING .*tsc[\s\S]*npm ci/,
    ],
    [
      'a folder that emit did not write',
      { 'deployment.json': gpuDeployment() },
      /E_FILE_MISSING .*manifest\.json[\s\S]*no manifest/,
    ],
    [
      'a project without its dependencies',
      { 'deployment.json': gpuDeployment(), '.seekstack/manifest.json': { files: {} } },
      /E_FILE_MISSING .*tsc[\s\S]*npm ci/,
    ],
  ])('%s', async (name, files, message) => {
    const told = await runCli('verify', project(name.replaceAll(' ', '-'), files));
    expect(told.exitCode).toBe(2);
    expect(told.err).toMatch(message);
    expect(told.out).toBe('');
  });
});

describe('findings of linters', () => {
  const accepted = acceptedFindingsSchema.parse({
    schema: 'seekstack/accepted-findings@1',
    'cfn-lint': [{ id: 'W3010', resource: 'Network*', reason: 'The zones are part of the plan.' }],
  });

  test('are read, and those with a reason are set apart', () => {
    const found = readCfnLint(
      JSON.stringify(
        ['NetworkSubnet1', 'Other'].map((id) => ({
          Filename: 'out/chat.template.json',
          Rule: { Id: 'W3010', ShortDescription: 'zones' },
          Message: 'hardcoded',
          Location: { Path: ['Resources', id, 'Properties'] },
        })),
      ),
    );
    const sorted = sortFindings(found, accepted['cfn-lint']);
    expect(sorted.acknowledged.map((each) => each.construct)).toEqual(['chat/NetworkSubnet1']);
    expect(sorted.unexplained.map((each) => [each.stack, each.resource])).toEqual([['chat', 'Other']]);
    expect(readCfnLint('')).toEqual([]);
  });

  test('of checkov name their check and resource', () => {
    const text = JSON.stringify({
      results: {
        failed_checks: [
          { check_id: 'CKV_AWS_18', check_name: 'logging', file_path: '/chat.template.json', resource: 'AWS::S3::Bucket.Logs1' },
        ],
      },
    });
    expect(readCheckov(text)).toMatchObject([{ rule: 'CKV_AWS_18', stack: 'chat', resource: 'Logs1', expected: 'logging' }]);
  });
});
