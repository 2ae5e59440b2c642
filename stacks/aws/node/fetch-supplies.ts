// What a node fetches before its engine starts: API key, images, weights.
// In: the document. Out: a unit and its program; the program is the same on every node and takes words only.
import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';
import { CHECKSUMS_FILE, WEIGHTS_PREFIX } from '../supplies/buckets.ts';
import { RESOURCES_PATH } from './resources.ts';
import { quoteWord, renderUnit } from './systemd-unit.ts';
import { STORAGE_SERVICE, WEIGHTS_PATH_ON_NODE } from './weights-disk.ts';

export const SUPPLIES_SERVICE = 'seekstack-supplies.service';
export const SUPPLIES_PROGRAM_PATH = '/usr/local/libexec/seekstack-fetch-supplies';
/** In memory, so that the key is on no disk. */
export const API_KEY_PATH = '/run/seekstack/api-key.env';
export const MODEL_FOLDER = 'model';

/** Unit that fetches everything, again after a failure, before the engine. */
export function renderSuppliesUnit(document: Deployment): string {
  const { apiKey } = document.engine;
  const words = [
    `${WEIGHTS_PATH_ON_NODE}/${MODEL_FOLDER}`,
    apiKey === null ? '-' : (apiKey.variable ?? 'API_KEY'),
    ...suppliedImages(document).map((image) => image.suffix),
  ];
  return renderUnit([
    {
      name: 'Unit',
      directives: [
        ['Description', 'API key, images and weights'],
        ['Requires', `docker.service ${STORAGE_SERVICE}`],
        ['Wants', 'network-online.target'],
        ['After', `docker.service ${STORAGE_SERVICE} network-online.target`],
        ['StartLimitIntervalSec', '0'],
      ],
    },
    {
      name: 'Service',
      directives: [
        ['Type', 'oneshot'],
        ['RemainAfterExit', 'yes'],
        ['EnvironmentFile', RESOURCES_PATH],
        ['ExecStart', [SUPPLIES_PROGRAM_PATH, ...words.map(quoteWord)].join(' ')],
        ['TimeoutStartSec', 'infinity'],
        ['Restart', 'on-failure'],
        ['RestartSec', '30'],
      ],
    },
    { name: 'Install', directives: [['WantedBy', 'multi-user.target']] },
  ]);
}

/**
 * Fetches key, images and weights side by side, and fails when a file is not what the seed job wrote down.
 * Arguments: folder for the weights, variable for the API key or `-`, then what follows the repository for each image.
 */
export const SUPPLIES_PROGRAM = String.raw`#!/bin/bash
set -euo pipefail
readonly folder="$1" key_variable="$2"
shift 2
readonly checksums="${CHECKSUMS_FILE}" prefix="${WEIGHTS_PREFIX}"

install -d -m 0700 /run/seekstack
if [ "$key_variable" = - ]; then
  install -m 0600 /dev/null ${API_KEY_PATH}
else
  value=$(aws secretsmanager get-secret-value --secret-id "$SECRET_ARN" --query SecretString --output text)
  (umask 077; printf '%s=%s\n' "$key_variable" "$value" > ${API_KEY_PATH})
fi

pull_images() {
  aws ecr get-login-password | docker login --username AWS --password-stdin "${'$'}{REPOSITORY%%/*}"
  local suffix
  for suffix in "$@"; do docker pull --quiet "$REPOSITORY$suffix"; done
}

fetch_weights() {
  mkdir -p "$folder"
  # The list is written last by the seed job: without it the weights are not complete yet.
  until aws s3 cp --only-show-errors "s3://$BUCKET/$prefix/$checksums" "$folder/$checksums.new"; do sleep 30; done
  if cmp -s "$folder/$checksums.new" "$folder/$checksums"; then return; fi
  aws configure set default.s3.preferred_transfer_client crt
  aws s3 sync --only-show-errors "s3://$BUCKET/$prefix/" "$folder/" --exclude "$checksums"
  (cd "$folder" && tr '\n' '\0' < "$checksums.new" |
    xargs -0 -P "$(nproc)" -I LINE bash -c 'printf "%s\n" "$1" | sha256sum --check --quiet' check LINE)
  mv "$folder/$checksums.new" "$folder/$checksums"
}

pull_images "$@" &
images=$!
fetch_weights
wait "$images"

# A checkpoint of one engine format names its first file; engines that read folders ignore this.
first=$(find "$folder" -name '*.gguf' | sort | head -n 1)
if [ -n "$first" ]; then
  printf 'LLAMA_ARG_MODEL=/weights/${MODEL_FOLDER}/%s\n' "${'$'}{first#"$folder"/}" >> ${API_KEY_PATH}
fi
`;
