// Where keys and weights lie in each cloud, and how a pod asks for them.
// In: a deployment document. Out: shell functions for containers of the store's own client, and the variables they take.
import type { Deployment } from '../../documents/deployment.ts';
import { STACK_CONFIG } from './surroundings.ts';

export interface Store {
  /**
   * Constant text that defines `read_secret NAME`, which prints a secret's value, and `fetch FILE PLACE JOB`, which brings one
   * file of the weights. Either may be run many times, also at once for different jobs.
   */
  readonly functions: string;
  /** Variables the functions take, by the name each has in `stack.env`. */
  readonly variables: readonly string[];
  /** Whether all files are better fetched in one go, by `fetch_all`, than by jobs side by side. */
  readonly fetchesAll: boolean;
}

const AWS_STORE: Store = {
  functions: `read_secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }
fetch() { aws s3 cp --only-show-errors "s3://$BUCKET/weights/$1" "$2"; }
fetch_all() {
  export AWS_CONFIG_FILE=/tmp/aws-config
  aws configure set default.s3.preferred_transfer_client crt
  aws s3 sync --only-show-errors "s3://$BUCKET/weights/" . --exclude SHA256SUMS
}
`,
  variables: ['BUCKET', 'AWS_REGION'],
  fetchesAll: true,
};

/**
 * The pod's own identity: the cluster writes a token, which is exchanged anew before each file, since none lives for long.
 * @source https://learn.microsoft.com/azure/aks/workload-identity-overview (variables that the webhook adds)
 */
const AZURE_STORE: Store = {
  functions: String.raw`sign_in() {
  export AZURE_CONFIG_DIR="/tmp/azure-$1"
  az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
    --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" --allow-no-subscriptions --output none
}
read_secret() { sign_in secret && az keyvault secret show --vault-name "$VAULT" --name "$1" --query value --output tsv; }
fetch() {
  sign_in "$3" &&
  az storage blob download --auth-mode login --account-name "$STORAGE_ACCOUNT" --container-name "$WEIGHTS_CONTAINER" \
    --name "$1" --file "$2.part" --overwrite --no-progress --max-connections 8 --output none &&
  mv "$2.part" "$2"
}
`,
  variables: ['STORAGE_ACCOUNT', 'WEIGHTS_CONTAINER', 'VAULT'],
  fetchesAll: false,
};

/** Label on pods that the cluster lends an identity of Azure to. */
const IDENTITY_LABEL = 'azure.workload.identity/use';

export function storeOf({ provider }: Deployment): Store {
  return provider === 'azure' ? AZURE_STORE : AWS_STORE;
}

/** Labels of pods that ask the store; where agents on nodes hand identities out, none is needed. */
export function identityLabels({ provider }: Deployment): Record<string, string> {
  return provider === 'azure' ? { [IDENTITY_LABEL]: 'true' } : {};
}

/** A variable of a container, from `stack.env`. */
export function fromStack(name: string, key: string = name): Record<string, unknown> {
  return { name, valueFrom: { configMapKeyRef: { name: STACK_CONFIG, key } } };
}

/** What the functions need besides their arguments; clients keep their state in a home of their own. */
export function storeVariables(deployment: Deployment): Record<string, unknown>[] {
  return [...storeOf(deployment).variables.map((each) => fromStack(each)), { name: 'HOME', value: '/tmp' }];
}

/** A program of bash, as an argument of a container. */
export function bash(program: string): string[] {
  return ['/bin/bash', '-c', program.replaceAll('$', '$$$$')];
}
