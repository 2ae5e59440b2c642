// The container that fetches API key and weights before an engine starts, where both lie in the cloud's own stores.
// In: a deployment document. Out: a container; its program is the same everywhere and takes variables only.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { API_KEY_PATH } from './engine-command.ts';
import { STACK_CONFIG } from './surroundings.ts';

export const WEIGHTS_PATH = '/weights';
/** Where the model lies, as the engine's arguments have it. */
const MODEL_FOLDER = `${WEIGHTS_PATH}/model`;

/**
 * Waits for the list of checksums, which the seed job writes last; fetches; compares each file. Bash and its own commands
 * only, since the image of the client holds little else.
 */
const FETCH_PROGRAM = String.raw`set -euo pipefail
umask 077
aws secretsmanager get-secret-value --secret-id "$API_KEY_SECRET" --query SecretString --output text > ${API_KEY_PATH}
umask 022
mkdir -p "$FOLDER"
cd "$FOLDER"
until aws s3 cp --only-show-errors "s3://$BUCKET/weights/SHA256SUMS" SHA256SUMS.new; do sleep 30; done
export AWS_CONFIG_FILE=/tmp/aws-config
aws configure set default.s3.preferred_transfer_client crt
aws s3 sync --only-show-errors "s3://$BUCKET/weights/" . --exclude SHA256SUMS
part() {
  local number=0 line
  while IFS= read -r line; do
    if (( number % JOBS == $1 )); then printf '%s\n' "$line" | sha256sum --check --quiet; fi
    number=$((number + 1))
  done < SHA256SUMS.new
}
jobs=()
for (( each = 0; each < JOBS; each++ )); do part "$each" & jobs+=("$!"); done
for each in "${'$'}{jobs[@]}"; do wait "$each"; done
mv SHA256SUMS.new SHA256SUMS
`;
/** Enough to read as fast as local disks do. */
const CHECKS_AT_ONCE = 16;

/** Null where the machine has no client for the store. */
export function fetchContainer({ companions }: Deployment): Record<string, unknown> | null {
  if (companions.objectStoreClient === null) return null;
  const fromStack = (name: string, key: string) => ({
    name,
    valueFrom: { configMapKeyRef: { name: STACK_CONFIG, key } },
  });
  return {
    name: 'supplies',
    image: imageReference(companions.objectStoreClient),
    command: ['/bin/bash', '-c', FETCH_PROGRAM.replaceAll('$', '$$$$')],
    env: [
      fromStack('BUCKET', 'BUCKET'),
      fromStack('API_KEY_SECRET', 'API_KEY_SECRET'),
      fromStack('AWS_REGION', 'AWS_REGION'),
      { name: 'FOLDER', value: MODEL_FOLDER },
      { name: 'JOBS', value: String(CHECKS_AT_ONCE) },
      { name: 'HOME', value: '/tmp' },
    ],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'weights', mountPath: WEIGHTS_PATH },
      { name: 'api-key', mountPath: '/run/seekstack' },
      { name: 'scratch', mountPath: '/tmp' },
    ],
  };
}
