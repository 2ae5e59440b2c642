// What the manifests learn from stacks that were deployed.
// In: the document, outputs of its stacks, a certificate. Out: the lines of `kubernetes/stack.env`.
import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';

/** Output name → value, of one stack. */
export type StackOutputs = Readonly<Record<string, string>>;

/** What neither a shell nor kustomize reads as anything but itself. */
const PLAIN = /^[A-Za-z0-9:/@._-]*$/;

/**
 * @param supplies - outputs of the stack of supplies
 * @param cluster - outputs of the stack of the cluster
 * @param certificate - ARN; needed where the document names none
 * @throws Error naming the output that is missing, or the value that is not plain
 */
export function stackEnvironment(
  document: Deployment,
  supplies: StackOutputs,
  cluster: StackOutputs,
  certificate: string | undefined,
): string {
  const output = (outputs: StackOutputs, name: string) => {
    const value = outputs[name];
    if (value === undefined) throw new Error(`no output ${name}: deploy the stacks first`);
    return value;
  };
  const named = document.network.certificate ?? certificate;
  if (named === undefined) throw new Error('no certificate: npm run stack-env -- --certificate ARN');
  const repository = output(supplies, 'ImagesUri');
  const image = (role: string) => {
    const found = suppliedImages(document).find((each) => each.role === role);
    return found === undefined ? '' : `${repository}${found.suffix}`;
  };
  const values = {
    AWS_REGION: document.placement.region,
    BUCKET: output(supplies, 'WeightsBucketName'),
    API_KEY_SECRET: output(supplies, 'ApiKeySecretArn'),
    STORAGE_KEY: output(cluster, 'StorageKeyArn'),
    NETWORK_ID: output(cluster, 'NetworkId'),
    CERTIFICATE: named,
    ENGINE_IMAGE: image('engine'),
    CLIENT_IMAGE: image('object-store-client'),
    COUNTERS_IMAGE: image('accelerator-metrics'),
  };
  for (const [name, value] of Object.entries(values))
    if (!PLAIN.test(value)) throw new Error(`${name} is ${JSON.stringify(value)}: letters, digits and : / @ . _ - only`);
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
