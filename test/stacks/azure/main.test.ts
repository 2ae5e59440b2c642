import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readDeployment, resolveDocumentPath } from '../../../stacks/azure/read-deployment.ts';
import { buildGpuDeployment } from './fixture.ts';
import { frontendAddress, startRecording, testApiKey, testCertificate, testKey } from './registration.ts';

let folder: string;
const home = process.cwd();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'azure-stack-'));
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

function writeDocument(document: unknown, name = 'deployment.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

function configure(values: Record<string, string>): void {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`seekstack-azure:${key}`, value])),
  );
}

async function runProgram(values: Record<string, string>) {
  vi.resetModules();
  const registrations = await startRecording();
  configure(values);
  const outputs = await import('../../../stacks/azure/main.ts');
  await pulumi.runtime.disconnect();
  return { registrations, outputs };
}

const readOutput = <T>(output: pulumi.Output<T> | undefined) => new Promise<T>((resolve) => output?.apply(resolve));

describe('the program', () => {
  const settings = { budgetStart: '2026-11-01', sshPublicKey: testKey, apiKey: testApiKey, certificate: testCertificate };

  it('exports what the next step needs', async () => {
    const { outputs, registrations } = await runProgram({
      ...settings,
      deployment: writeDocument(buildGpuDeployment()),
    });
    expect(registrations.map(({ type }) => type)).toContain('compute:VirtualMachineScaleSet');
    expect(await readOutput(outputs.endpointAddress)).toBe(frontendAddress);
    expect(await readOutput(outputs.endpointUrl)).toBe(`https://${frontendAddress}`);
    expect(await readOutput(outputs.resourceGroupName)).toBe('chat-prod');
    expect(await readOutput(outputs.scaleSetName)).toBe('chat-prod-nodes');
    expect(outputs.usdPerHour).toBe(169.6);
    expect(outputs.planDigest).toBe('ab'.repeat(32));
  });

  it('Fails without a public key', async () => {
    await expect(runProgram({ budgetStart: '2026-11-01' })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [Error: the configuration value sshPublicKey is missing
        expected: an OpenSSH public key; passwords are off on every node
        fix: ssh-keygen -t ed25519 -f node-key && pulumi config set --secret sshPublicKey "$(cat node-key.pub)"]
    `);
  });

  it.each([['2026-11-15'], ['November'], ['2026-13-01']])('Fails for budgetStart %s', async (budgetStart) => {
    await expect(runProgram({ ...settings, budgetStart })).rejects.toThrow(/budgetStart is malformed/);
  });

  it('Fails for a key of another kind before anything is declared', async () => {
    const registrations = await startRecording();
    vi.resetModules();
    configure({ ...settings, sshPublicKey: 'ecdsa-sha2-nistp256 AAAA' });
    await expect(import('../../../stacks/azure/main.ts')).rejects.toThrow(/ssh-ed25519 or ssh-rsa/);
    expect(registrations).toEqual([]);
  });

  it.each([['short'], ['two words of a key that is long']])('Fails for the key %s', async (apiKey) => {
    await expect(runProgram({ ...settings, apiKey })).rejects.toThrow(/apiKey is no key[\s\S]*openssl rand/);
  });

  it.each([
    [undefined, /certificate is missing/],
    [testCertificate.split('-----BEGIN PRIVATE')[0], /holds no certificate with its private key/],
  ])('Fails for the certificate %j', async (certificate, why) => {
    const { certificate: _, ...rest } = settings;
    await expect(runProgram({ ...rest, ...(certificate === undefined ? {} : { certificate }) })).rejects.toThrow(why);
  });

  it('Fails for an image that names no version', async () => {
    await expect(runProgram({ ...settings, nodeImage: '/subscriptions/0/galleries/g/images/i' })).rejects.toThrow(
      /nodeImage is no version/,
    );
  });

  it('Fails without a key for an engine that asks for one', async () => {
    const { apiKey: _, ...keyless } = settings;
    await expect(runProgram({ ...keyless, deployment: writeDocument(buildGpuDeployment()) })).rejects.toThrow(
      /apiKey is missing[\s\S]*callers of vllm/,
    );
  });

  it('Fails without budgetStart', async () => {
    await expect(runProgram({ sshPublicKey: testKey })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [Error: the configuration value budgetStart is missing
        got: nothing   expected: the first day of this month, YYYY-MM-01
        fix: pulumi config set budgetStart "$(date +%Y-%m-01)"]
    `);
  });

  it('Fails as a RunError, so that Pulumi shows the message without a stack', async () => {
    const failure = await runProgram({ ...settings, deployment: join(folder, 'missing.json') }).catch((error) => error);
    expect(pulumi.RunError.isInstance(failure)).toBe(true);
    expect(failure.message).toMatch(/no deployment document at .*missing\.json/);
  });
});

describe('reading the document', () => {
  it('Fails naming every field at fault', () => {
    const broken: Record<string, unknown> = { ...buildGpuDeployment(), name: 'Not A Label', extra: 1 };
    delete broken.planDigest;
    broken.fleet = { ...buildGpuDeployment().fleet, nodes: -1 };
    broken.engine = { ...buildGpuDeployment().engine, environment: { TOKEN: 'secret\n' } };
    const path = writeDocument(broken);
    let message = '';
    try {
      readDeployment(path);
    } catch (error) {
      message = String(error);
    }
    expect(message.replace(path, '<path>')).toMatchInlineSnapshot(`
      "Error: the deployment document <path> does not follow its schema
        planDigest: got nothing, expected: string
        name: got "Not A Label", expected: a DNS label of at most 32 characters
        fleet.nodes: got -1, expected: number to be >=1
        engine.environment.TOKEN: got (not shown), expected: printable ASCII only
        (document): got the unknown extra, expected: no such field"
    `);
    expect(message).not.toContain('secret');
  });

  it('Fails on text that is not JSON', () => {
    expect(() => readDeployment(writeDocument('{'))).toThrow(/cannot be read as JSON/);
  });

  it('finds a relative path from the folder of Pulumi.yaml, however deep the program runs', () => {
    writeFileSync(join(folder, 'Pulumi.yaml'), 'name: x\n');
    const deep = join(folder, 'dist/stacks/azure');
    mkdirSync(deep, { recursive: true });
    process.chdir(deep);
    expect(resolveDocumentPath('a/deployment.json')).toBe(join(process.cwd(), '../../../a/deployment.json'));
    expect(resolveDocumentPath('/a/deployment.json')).toBe('/a/deployment.json');
  });
});

describe('list-resources', () => {
  it('prints every registration as JSON and names its placeholders', async () => {
    vi.resetModules();
    const path = writeDocument(buildGpuDeployment());
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const argv = process.argv;
    process.argv = ['node', 'list-resources', path];
    try {
      await import('../../../stacks/azure/list-resources.ts');
    } finally {
      process.argv = argv;
    }
    const printed = out.mock.calls.map(([chunk]) => String(chunk)).join('');
    const resources = JSON.parse(printed) as { type: string; inputs: Record<string, unknown> }[];
    expect(resources.map(({ type }) => type)).toContain('azure-native:compute:VirtualMachineScaleSet');
    expect(resources.every(({ type }) => type.startsWith('azure-native:'))).toBe(true);
    expect(printed).toContain('PLACEHOLDER');
    expect(printed).not.toContain('4dabf18193072939515e22adb298388d'); // Pulumi's mark of a secret
    expect(err.mock.calls.join('')).toContain('placeholders');
  });
});
