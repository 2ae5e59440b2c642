// What a node fetches before its engine starts: API key and certificate, images, weights.
// In: the document, where its stores are. Out: a unit, its settings and its program, which is the same on every node.
import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';
import { cacheDirectory, cacheScriptPath, chooseCachePlace } from './weight-cache.ts';

export const suppliesUnitName = 'seekstack-supplies.service';
export const suppliesProgramPath = '/usr/local/libexec/seekstack-fetch-supplies';
export const suppliesSettingsPath = '/etc/seekstack/supplies.json';
/** In memory, so that neither key nor certificate is on a disk. */
export const keyPath = '/run/seekstack/api-key.env';
export const certificateFolder = '/run/seekstack/tls';
export const certificateName = 'tls.pem';
/** Names the first file of a checkpoint that is one file; empty for others. */
export const modelPath = '/run/seekstack/model.env';
/** Within the cache; the engine sees it as MODEL_PATH of its arguments. */
export const modelFolder = 'model';
/** The user an unprivileged nginx runs as. */
const proxyUserId = 101;

/** Where a node finds things, known once the stores are there. */
export interface SuppliesPlaces {
  /** https://…vault.azure.net */
  vaultUrl: string;
  /** https://….blob.core.windows.net/weights */
  containerUrl: string;
  /** ….azurecr.io */
  registryServer: string;
  /** Of the identity nodes run under. */
  clientId: string;
}

/** Names of secrets in the vault. */
export const apiKeySecretName = 'api-key';
export const certificateSecretName = 'endpoint-certificate';
/** The one repository all images are in. */
export const imageRepository = 'seekstack';

/** The variable the key travels in: the engine's own, or one that its command line is completed from. */
export function keyVariable({ engine }: Deployment): string | null {
  return engine.apiKey === null ? null : (engine.apiKey.variable ?? 'API_KEY');
}

export function buildSuppliesSettings(document: Deployment, places: SuppliesPlaces): string {
  const settings = {
    ...places,
    apiKeySecret: document.engine.apiKey === null ? null : apiKeySecretName,
    keyVariable: keyVariable(document),
    certificateSecret: certificateSecretName,
    images: suppliedImages(document).map(({ suffix }) => `${imageRepository}${suffix}`),
    folder: `${cacheDirectory}/${modelFolder}`,
  };
  return `${JSON.stringify(settings, undefined, 1)}\n`;
}

/**
 * Key and certificate first, then images and weights side by side; fails when a file is not what the seed job wrote down.
 * Python as the system has it, without any package.
 * @source https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token;
 *   https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md (exchange of a token for one of the registry)
 */
export const suppliesProgram = String.raw`#!/usr/bin/python3
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

with open(sys.argv[1] if len(sys.argv) > 1 else "${suppliesSettingsPath}") as stream:
    told = json.load(stream)
METADATA = os.environ.get("METADATA_URL", "http://169.254.169.254/metadata/identity/oauth2/token")
RUN = os.environ.get("RUN_FOLDER", "/run/seekstack")
DOCKER = os.environ.get("DOCKER", "/usr/bin/docker")
REGISTRY = os.environ.get("REGISTRY_URL", "https://" + told["registryServer"])
PAUSE = float(os.environ.get("PAUSE_SECONDS", "30"))
PART = int(os.environ.get("PART_BYTES", str(1 << 26)))
SIDE_BY_SIDE = 16
ATTEMPTS = 5
CHECKSUMS = "SHA256SUMS"


def ask(url, headers=None, body=None):
    for attempt in range(ATTEMPTS):
        try:
            request = urllib.request.Request(url, data=body, headers=headers or {})
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read()
        except urllib.error.HTTPError as refused:
            if refused.code not in (408, 429) and refused.code < 500 or attempt == ATTEMPTS - 1:
                raise
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
        time.sleep(min(PAUSE, 2**attempt))


def token(resource):
    where = {"api-version": "2018-02-01", "resource": resource, "client_id": told["clientId"]}
    return json.loads(ask(METADATA + "?" + urllib.parse.urlencode(where), {"Metadata": "true"}))["access_token"]


def keep(path, text, mode, owner=None):
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as stream:
        stream.write(text)
    if owner is not None and os.geteuid() == 0:
        os.chown(path, owner, owner)


def fetch_secrets():
    headers = {"Authorization": "Bearer " + token("https://vault.azure.net")}

    def secret(name):
        return json.loads(ask(told["vaultUrl"].rstrip("/") + "/secrets/" + name + "?api-version=7.4", headers))["value"]

    if told["apiKeySecret"] is not None:
        value = secret(told["apiKeySecret"])
        if not value or not value.isprintable():
            raise SystemExit("the secret is no key: one line, not empty")
        keep(os.path.join(RUN, "api-key.env"), told["keyVariable"] + "=" + value + "\n", 0o600)
    keep(os.path.join(RUN, "tls", "${certificateName}"), secret(told["certificateSecret"]), 0o400, ${proxyUserId})


def pull_images():
    given = {"grant_type": "access_token", "service": told["registryServer"], "access_token": token("https://management.azure.com")}
    body = urllib.parse.urlencode(given).encode()
    exchanged = json.loads(ask(REGISTRY + "/oauth2/exchange", {"Content-Type": "application/x-www-form-urlencoded"}, body))
    subprocess.run(
        [DOCKER, "login", told["registryServer"], "--username", "00000000-0000-0000-0000-000000000000", "--password-stdin"],
        input=exchanged["refresh_token"],
        text=True,
        check=True,
    )
    for image in told["images"]:
        subprocess.run([DOCKER, "pull", "--quiet", told["registryServer"] + "/" + image], check=True)


class Store:
    def __init__(self):
        self.kept, self.since = "", 0.0

    def headers(self):
        # Tokens live an hour or more; a large checkpoint takes longer on a slow day.
        if time.monotonic() - self.since > 1800 or self.kept == "":
            self.kept, self.since = token("https://storage.azure.com"), time.monotonic()
        return {"Authorization": "Bearer " + self.kept, "x-ms-version": "2021-12-02"}

    def url(self, name):
        return told["containerUrl"] + "/" + urllib.parse.quote(name)

    def size(self, name):
        request = urllib.request.Request(self.url(name), method="HEAD", headers=self.headers())
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.headers["Content-Length"])

    def part(self, name, start, count):
        block = ask(self.url(name), {**self.headers(), "Range": "bytes=%d-%d" % (start, start + count - 1)})
        if len(block) != count:
            raise SystemExit(name + ": " + str(len(block)) + " bytes of " + str(count))
        return block


def sum_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 24), b""):
            digest.update(block)
    return digest.hexdigest()


def fetch_weights():
    store, folder = Store(), told["folder"]
    os.makedirs(folder, exist_ok=True)
    # The list is written last by the seed job: without it the weights are not complete yet.
    while True:
        try:
            listed = ask(store.url(CHECKSUMS), store.headers()).decode()
            break
        except urllib.error.HTTPError as refused:
            if refused.code not in (403, 404):
                raise
            print("waiting for " + CHECKSUMS + " (" + str(refused.code) + ")", flush=True)
            time.sleep(PAUSE)
    known = os.path.join(folder, CHECKSUMS)
    if os.path.exists(known) and open(known).read() == listed:
        return
    files = [line.partition("  ")[::2] for line in listed.splitlines()]
    for _, name in files:
        if name.startswith("/") or ".." in name.split("/"):
            raise SystemExit("a name that leaves the folder: " + name)
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        work = []
        for checksum, name in files:
            path, size = os.path.join(folder, name), store.size(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if os.path.exists(path) and os.path.getsize(path) == size and sum_of(path) == checksum:
                continue
            with open(path, "wb") as stream:
                stream.truncate(size)

            def copy(path=path, name=name, start=0, count=0):
                block = store.part(name, start, count)
                with open(path, "r+b") as stream:
                    stream.seek(start)
                    stream.write(block)

            for start in range(0, size, PART):
                work.append(pool.submit(copy, path, name, start, min(PART, size - start)))
        for each in work:
            each.result()
        sums = pool.map(lambda pair: (pair[1], pair[0], sum_of(os.path.join(folder, pair[1]))), files)
        for name, wanted, found in sums:
            if wanted != found:
                os.remove(os.path.join(folder, name))
                raise SystemExit(name + " is " + found + ", the seed job wrote " + wanted)
    with open(known + ".new", "w") as stream:
        stream.write(listed)
    os.replace(known + ".new", known)


fetch_secrets()
with concurrent.futures.ThreadPoolExecutor(2) as both:
    for each in [both.submit(pull_images), both.submit(fetch_weights)]:
        each.result()
# A checkpoint of one engine format names its first file; engines that read folders ignore this.
found = sorted(os.path.relpath(os.path.join(at, name), told["folder"]) for at, _, names in os.walk(told["folder"]) for name in names)
first = [name for name in found if name.endswith(".gguf")][:1]
keep(os.path.join(RUN, "model.env"), "".join("LLAMA_ARG_MODEL=/weights/${modelFolder}/" + name + "\n" for name in first), 0o600)
`;

/** Tried again until the stores answer: names and roles take minutes to be known everywhere. */
export function buildSuppliesUnit(document: Deployment): string {
  return `[Unit]
Description=API key, certificate, images and weights
Requires=docker.service
Wants=network-online.target
After=network-online.target docker.service nvme-raid.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=${cacheScriptPath} ${chooseCachePlace(document)} ${cacheDirectory}
ExecStart=${suppliesProgramPath}
TimeoutStartSec=infinity
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
}
