// The container that fetches API key and weights before an engine starts, where both lie in the cloud's own stores.
// In: a deployment document. Out: a container; its program is the same everywhere but for the cloud's own words.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { API_KEY_PATH } from './engine-command.ts';
import { bash, fromStack, type Store, storeOf, storeVariables } from './stores.ts';

export const WEIGHTS_PATH = '/weights';
/** Where the model lies, as the engine's arguments have it. */
const MODEL_FOLDER = `${WEIGHTS_PATH}/model`;
/** Enough to read as fast as local disks do. */
const CHECKS_AT_ONCE = 16;

/**
 * Waits for the list of checksums, which the seed job writes last; fetches; compares each file. Bash and its own commands
 * only, since the image of the client holds little else.
 */
function fetchProgram({ functions, fetchesAll }: Store): string {
  return String.raw`set -euo pipefail
${functions}umask 077
read_secret "$API_KEY_SECRET" > ${API_KEY_PATH}
umask 022
mkdir -p "$FOLDER"
cd "$FOLDER"
until fetch SHA256SUMS SHA256SUMS.new list; do sleep 30; done
${fetchesAll ? 'fetch_all\n' : ''}part() {
  # A line is a checksum, two signs, a path.
  local number=0 line file
  while IFS= read -r line; do
    if (( number % JOBS == $1 )); then
      file=${'$'}{line:66}
${fetchesAll ? '' : FETCH_OWN}      printf '%s\n' "$line" | sha256sum --check --quiet || { rm -f "$file"; exit 1; }
    fi
    number=$((number + 1))
  done < SHA256SUMS.new
}
jobs=()
for (( each = 0; each < JOBS; each++ )); do part "$each" & jobs+=("$!"); done
for each in "${'$'}{jobs[@]}"; do wait "$each"; done
mv SHA256SUMS.new SHA256SUMS
`;
}

const FETCH_OWN = `      case "$file" in */*) mkdir -p "${'$'}{file%/*}" ;; esac
      [ -s "$file" ] || fetch "$file" "$file" "$1"
`;

/** Null where the machine has no client for the store. */
export function fetchContainer(deployment: Deployment): Record<string, unknown> | null {
  const { objectStoreClient } = deployment.companions;
  if (objectStoreClient === null) return null;
  return {
    name: 'supplies',
    image: imageReference(objectStoreClient),
    command: bash(fetchProgram(storeOf(deployment))),
    env: [
      ...storeVariables(deployment),
      fromStack('API_KEY_SECRET'),
      { name: 'FOLDER', value: MODEL_FOLDER },
      { name: 'JOBS', value: String(CHECKS_AT_ONCE) },
    ],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'weights', mountPath: WEIGHTS_PATH },
      { name: 'api-key', mountPath: '/run/seekstack' },
      { name: 'scratch', mountPath: '/tmp' },
    ],
  };
}
