// What the user decides at deploy time and no plan can know.
// In: the Pulumi configuration. Out: typed settings, or an error that names the command to run.
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';

export interface StackSettings {
  /** Path of the deployment document, absolute or relative to Pulumi.yaml. */
  deploymentPath: string;
  /** First day of the month from which the budget counts, YYYY-MM-01. */
  budgetStart: string;
  /** OpenSSH public key, one line. */
  sshPublicKey: string;
  /** What callers send; a secret. Undefined for an engine that knows no key. */
  apiKey: pulumi.Output<string> | undefined;
  /** Chain and private key of the endpoint's name, PEM; a secret. */
  certificate: pulumi.Output<string>;
  /** Id of an image of one's own in a compute gallery, in place of the marketplace's. */
  nodeImage: string | undefined;
}

const makeCertificate =
  'openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=NAME -addext subjectAltName=DNS:NAME -keyout tls.pem -out chain.pem && cat chain.pem >> tls.pem && pulumi config set --secret certificate < tls.pem';
const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const privateKeyBlock = /-----BEGIN ((RSA|EC) )?PRIVATE KEY-----[\s\S]+?-----END \1PRIVATE KEY-----/;
/** Azure keeps secrets of up to 25 kilobytes. */
const longestSecretBytes = 25_000;

function readCertificate(config: pulumi.Config): pulumi.Output<string> {
  const value = pulumi.runtime.getConfig(`${config.name}:certificate`);
  const fault =
    value === undefined
      ? 'is missing'
      : !certificateBlock.test(value) || !privateKeyBlock.test(value)
        ? 'holds no certificate with its private key'
        : value.length > longestSecretBytes
          ? 'is too long'
          : null;
  if (value === undefined || fault !== null)
    throw new pulumi.RunError(
      `the configuration value certificate ${fault}\n` +
        `  expected: chain and private key of the name callers use, PEM, in one text of at most ${longestSecretBytes} bytes\n` +
        `  fix: cat chain.pem key.pem | pulumi config set --secret certificate; to try it out: ${makeCertificate}`,
    );
  return pulumi.secret(value);
}

function readNodeImage(config: pulumi.Config): string | undefined {
  const value = config.get('nodeImage');
  if (
    value !== undefined &&
    !/^\/(subscriptions|sharedGalleries|communityGalleries)\/[\w./-]+\/versions\/\d+\.\d+\.\d+$/i.test(value)
  )
    throw new pulumi.RunError(
      `the configuration value nodeImage is no version of an image\n  got: ${value}\n` +
        '  expected: /subscriptions/…/galleries/…/images/…/versions/1.2.3\n' +
        '  fix: pulumi config set nodeImage ID, with ID from az sig image-version list',
    );
  return value;
}

/** Azure takes RSA and Ed25519 keys and refuses the others only after minutes of deployment. */
function checkPublicKey(key: string): string {
  if (!/^(ssh-rsa|ssh-ed25519) \S/.test(key.trim()))
    throw new pulumi.RunError(
      'the configuration value sshPublicKey is not an OpenSSH public key\n' +
        '  expected: one line that begins with ssh-ed25519 or ssh-rsa\n' +
        '  fix: pulumi config set --secret sshPublicKey "$(cat ~/.ssh/id_ed25519.pub)"',
    );
  return key.trim();
}

/** One line of at least this many characters: `openssl rand -hex 32` gives 64. */
const shortestKey = 16;

function readApiKey(config: pulumi.Config): pulumi.Output<string> | undefined {
  // Looked at past the wrapper, and handed on within it.
  const value = pulumi.runtime.getConfig(`${config.name}:apiKey`);
  if (value === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(value) || value.length < shortestKey)
    throw new pulumi.RunError(
      'the configuration value apiKey is no key\n' +
        `  expected: one word of at least ${shortestKey} letters, digits and signs\n` +
        '  fix: pulumi config set --secret apiKey "$(openssl rand -hex 32)"',
    );
  return pulumi.secret(value);
}

/**
 * Reads the settings of the stack.
 * @throws RunError for a missing or malformed value, with the command that sets it
 */
export function readStackSettings(): StackSettings {
  const config = new pulumi.Config();
  // Read past the secret wrapper: a public key is none, one secret field would blank the whole machine profile in every
  // preview, and a wrapped value could only be checked after the first resources exist.
  const sshPublicKey = pulumi.runtime.getConfig(`${config.name}:sshPublicKey`);
  if (sshPublicKey === undefined)
    throw new pulumi.RunError(
      'the configuration value sshPublicKey is missing\n' +
        '  expected: an OpenSSH public key; passwords are off on every node\n' +
        '  fix: ssh-keygen -t ed25519 -f node-key && pulumi config set --secret sshPublicKey "$(cat node-key.pub)"',
    );
  const budgetStart = config.get('budgetStart');
  if (budgetStart === undefined || !/^20\d\d-(0[1-9]|1[0-2])-01$/.test(budgetStart))
    throw new pulumi.RunError(
      `the configuration value budgetStart is ${budgetStart === undefined ? 'missing' : 'malformed'}\n` +
        `  got: ${budgetStart ?? 'nothing'}   expected: the first day of this month, YYYY-MM-01\n` +
        '  fix: pulumi config set budgetStart "$(date +%Y-%m-01)"',
    );
  return {
    deploymentPath: config.get('deployment') ?? 'deployment.json',
    budgetStart,
    sshPublicKey: checkPublicKey(sshPublicKey),
    apiKey: readApiKey(config),
    certificate: readCertificate(config),
    nodeImage: readNodeImage(config),
  };
}

/**
 * An engine that knows a key serves nobody without one.
 * @throws RunError with the command that sets it
 */
export function checkApiKey({ engine }: Deployment, { apiKey }: Pick<StackSettings, 'apiKey'>): void {
  if (engine.apiKey !== null && apiKey === undefined)
    throw new pulumi.RunError(
      'the configuration value apiKey is missing\n' +
        `  expected: what callers of ${engine.id} send as a bearer token\n` +
        '  fix: pulumi config set --secret apiKey "$(openssl rand -hex 32)"',
    );
}
