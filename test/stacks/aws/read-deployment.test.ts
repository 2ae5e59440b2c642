import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { findAwsProblems } from '../../../stacks/aws/aws-limits.ts';
import { parseCidr } from '../../../stacks/aws/cidr.ts';
import { DeploymentRejected, readDeployment } from '../../../stacks/aws/read-deployment.ts';
import { cpuDeployment, gpuDeployment } from './fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'seekstack-aws-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(content: unknown): string {
  const path = join(folder, 'deployment.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function rejection(path: string): DeploymentRejected {
  try {
    readDeployment(path);
  } catch (error) {
    if (error instanceof DeploymentRejected) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('readDeployment', () => {
  test('returns what was written', () => {
    expect(readDeployment(write(gpuDeployment()))).toEqual(gpuDeployment());
  });

  test('fails with every field off the schema, got and expected', () => {
    const gpu = gpuDeployment();
    const path = write({
      ...gpu,
      name: 'Bad_Name',
      engine: { ...gpu.engine, port: 80 },
      planDigest: undefined,
      surprise: 1,
    });
    const { message } = rejection(path);
    expect(message.replace(folder, '')).toMatchInlineSnapshot(`
      "/deployment.json: this deployment document cannot be used on AWS
        planDigest
          got: nothing   expected: Invalid input: expected string, received undefined
        name
          got: "Bad_Name"   expected: a DNS label of at most 32 characters
        engine.port
          got: 80   expected: Too small: expected number to be >=1024
        surprise
          got: 1   expected: no such field
        fix: emit the project again from a plan, or correct these fields"
    `);
  });

  test('fails on a file that is missing or not JSON', () => {
    expect(rejection(join(folder, 'nowhere.json')).message).toMatch(/got: ENOENT.*expected: a readable file/);
    expect(rejection(write('{')).message).toMatch(/expected: JSON/);
  });

  test('fails on another provider, and on one machine for a replica of two', () => {
    const gpu = gpuDeployment();
    expect(rejection(write({ ...gpu, provider: 'azure' })).problems).toEqual([
      { field: 'provider', got: 'azure', expected: 'aws: this program builds on AWS only' },
    ]);
    const pools = [{ ...gpu.pools[0], nodesPerReplica: 2, replicas: 1, layout: { ...gpu.pools[0]?.layout, tensorParallel: 16 } }];
    expect(rejection(write({ ...gpu, pools })).problems.map((problem) => problem.field)).toEqual(['tier']);
  });
});

describe('findAwsProblems', () => {
  test('finds none in the documents the other tests use', () => {
    expect([gpuDeployment(), cpuDeployment()].flatMap(findAwsProblems)).toEqual([]);
  });

  const gpu = gpuDeployment();
  const [pool = expect.fail('a deployment has a pool')] = gpu.pools;
  /** Text that does not compress. */
  const unlike = (index: number) =>
    createHash('sha512').update(String(index)).digest('base64') + createHash('sha512').update(`${index} more`).digest('base64');
  test.each<[string, Partial<Deployment>]>([
    ['placement.region', { placement: { region: 'westeurope', zones: ['westeuropea'] } }],
    ['placement.region', { placement: { region: 'cn-north-1', zones: ['cn-north-1a'] } }],
    ['placement.zones', { placement: { region: 'eu-north-1', zones: [] } }],
    ['placement.zones', { placement: { region: 'eu-north-1', zones: ['eu-west-1a'] } }],
    ['placement.zones', { placement: { region: 'eu-north-1', zones: ['eu-north-1a', 'eu-north-1a'] } }],
    ['machine.type', { machine: { ...gpu.machine, type: 'Standard_ND96isr_H200_v5' } }],
    [
      'machine.accelerator.vendor',
      { machine: { ...gpu.machine, accelerator: { id: 'mi300x', vendor: 'amd', count: 8, memoryBytes: 192e9 } } },
    ],
    ['fleet.purchase', { fleet: { ...gpu.fleet, purchase: 'owned' } }],
    ['network.vpcCidr', { network: { ...gpu.network, vpcCidr: '10.0.0.0/8' } }],
    ['network.vpcCidr', { network: { ...gpu.network, vpcCidr: '10.999.0.0/16' } }],
    ['network.clientCidrs.1', { network: { ...gpu.network, clientCidrs: ['10.0.0.0/8', '10.1.2.3/8'] } }],
    ['network.clientCidrs.0', { network: { ...gpu.network, clientCidrs: ['0.0.0.0/0'] } }],
    ['pools.0.args', { pools: [{ ...pool, args: Array.from({ length: 90 }, (_, index) => unlike(index)) }] }],
    ['budget.usdPerMonth', { budget: { ...gpu.budget, usdPerMonth: 0 } }],
    ['tags.aws:name', { tags: { 'aws:name': 'x' } }],
    ['tags.seekstack:plan', { tags: { 'seekstack:plan': 'x' } }],
    ['tags', { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag-${index}`, 'x'])) }],
  ])('refuses %s', (field, change) => {
    expect(findAwsProblems({ ...gpu, ...change }).map((problem) => problem.field)).toEqual([field]);
  });
});

describe('parseCidr', () => {
  test.each([
    ['10.0.0.0/8', { address: 0x0a000000, prefixBits: 8 }],
    ['192.168.7.1/32', { address: 0xc0a80701, prefixBits: 32 }],
    ['0.0.0.0/0', { address: 0, prefixBits: 0 }],
    ['10.0.0.1/8', null],
    ['256.0.0.0/8', null],
    ['10.0.0.0/33', null],
    ['10.0.0/8', null],
  ])('reads %s', (text, block) => expect(parseCidr(text)).toEqual(block));
});
