// A benchmark on Azure, by the user's own Pulumi, in the emitted project. Secrets go to it by standard input only.
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SeekstackError } from '../../errors.ts';
import { readText } from '../../files/read-text.ts';
import { certifiedName, type Ground, type GroundInputs, toolsOf } from './ground.ts';

const NEEDS = {
  npm: 'install Node 20 with npm',
  pulumi: 'install the Pulumi command line: https://www.pulumi.com/docs/install/',
};
const KEY_BYTES = 32;

export function azureGround(inputs: GroundInputs): Ground {
  const { folder, document, choices, pace } = inputs;
  const { name, engine } = document;
  const run = toolsOf(inputs, NEEDS);
  const stack = ['--stack', name];
  const give = (signal: AbortSignal, key: string, value: string, secret: boolean) =>
    run(['pulumi', 'config', 'set', ...(secret ? ['--secret'] : []), key, ...stack], { signal, quiet: true, input: value });

  return {
    prepare: async (signal) => {
      const missing = [
        ...(choices.certificate === undefined ? ['--certificate'] : []),
        ...(choices.sshKey === undefined ? ['--ssh-key'] : []),
      ];
      if (choices.certificate === undefined || choices.sshKey === undefined)
        throw new SeekstackError({
          code: 'E_ENVIRONMENT',
          where: { field: missing.join(' ') },
          got: 'no such flags',
          expected: 'a file with certificate chain and private key of the endpoint, and one with an OpenSSH public key',
          fix: 'give --certificate tls.pem --ssh-key ~/.ssh/id_ed25519.pub; the README of the project makes both',
        });
      const certificate = readText(choices.certificate);
      const sshKey = readText(choices.sshKey);
      await run(['pulumi', 'version'], { signal, quiet: true });
      if (!existsSync(join(folder, 'node_modules'))) await run(['npm', 'ci', '--no-fund', '--no-audit'], { signal });
      await run(['npm', 'run', 'build'], { signal });
      await run(['pulumi', 'stack', 'select', '--create', name], { signal });
      const today = new Date(pace.epochSeconds() * 1000).toISOString();
      await give(signal, 'budgetStart', `${today.slice(0, 7)}-01`, false);
      await give(signal, 'sshPublicKey', sshKey, true);
      await give(signal, 'certificate', certificate, true);
      if (engine.apiKey !== null) await give(signal, 'apiKey', randomBytes(KEY_BYTES).toString('hex'), true);
    },
    // The program makes the workflow that ends the benchmark before the nodes; there is nothing to do apart.
    guards: async () => {},
    nodes: async (signal) => {
      await run(['pulumi', 'up', '--yes', '--skip-preview', ...stack], { signal });
      const told = await run(['pulumi', 'stack', 'output', '--json', ...stack], { signal, quiet: true });
      const values = JSON.parse(told.stdout) as Record<string, unknown>;
      const outputs = Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) =>
          typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
        ),
      );
      return { endpointUrl: outputs.endpointUrl ?? null, outputs };
    },
    apiKey: async () => {
      if (engine.apiKey === null) return null;
      return (await run(['pulumi', 'config', 'get', 'apiKey', ...stack], { quiet: true })).stdout.trim();
    },
    serverName: async () => {
      if (choices.certificate === undefined) return null;
      const subject = subjectOf(readText(choices.certificate));
      return subject === null ? null : certifiedName(subject, name);
    },
    takeDown: async () => {
      // An interrupted deployment leaves the stack locked.
      await run(['pulumi', 'cancel', '--yes', ...stack], { quiet: true, mayFail: true });
      await run(['pulumi', 'destroy', '--yes', '--skip-preview', ...stack]);
      await run(['pulumi', 'stack', 'rm', '--yes', name], { quiet: true, mayFail: true });
    },
  };
}

/** The first name of the first certificate of a PEM file; null where it has none. */
function subjectOf(pem: string): string | null {
  try {
    const { subjectAltName } = new X509Certificate(pem);
    return /DNS:([^,\s]+)/.exec(subjectAltName ?? '')?.[1] ?? null;
  } catch {
    // Pulumi has taken it as it is; whether anybody believes it shows at the endpoint.
    return null;
  }
}
