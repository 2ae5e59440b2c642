// Shows what the program would register, without an Azure account and without the Pulumi engine.
// In: optional path of a deployment document (argument, default deployment.json). Out: JSON on stdout, talk on stderr.
// It proves types, wiring and values; it does not ask Azure whether quota, size or image exist.
import { resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { azureName, MADE_BY_AZURE } from './record/answers.ts';
import { PLACEHOLDERS } from './record/placeholders.ts';

interface RegisteredResource {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const project = 'seekstack-azure';

const registered: RegisteredResource[] = [];

/** What is secret is not shown, placeholder or not. */
function withoutSecrets(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return '(secret)';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

await pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: withoutSecrets(inputs) as Record<string, unknown> });
      return { id: `/placeholder/${name}`, state: { ...inputs, ...MADE_BY_AZURE[type], name: azureName(type, name, inputs) } };
    },
    call: () => ({ tenantId: 'TENANT', subscriptionId: 'SUBSCRIPTION' }),
  },
  project,
  'list-resources',
  true,
);
pulumi.runtime.setAllConfig({
  [`${project}:deployment`]: resolve(process.argv[2] ?? 'deployment.json'),
  ...Object.fromEntries(Object.entries(PLACEHOLDERS).map(([key, value]) => [`${project}:${key}`, value])),
});

try {
  // Imported only now: resources register as soon as the module runs.
  await import('./main.ts');
  await pulumi.runtime.disconnect();
  registered.sort((left, right) => (left.name < right.name ? -1 : 1));
  process.stderr.write(`${registered.length} resources; ${Object.keys(PLACEHOLDERS).join(', ')} are placeholders\n`);
  process.stdout.write(`${JSON.stringify(registered, undefined, 2)}\n`);
} catch (error) {
  if (!pulumi.RunError.isInstance(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
