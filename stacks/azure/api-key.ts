// How a node gets the API key: a unit that asks the vault before the engine starts, and words for the engine's command.
// In: the engine of the document, where the key is. Out: file texts; the key itself is in none of them.
import type { Deployment } from '../../src/documents/deployment.ts';

export const keyUnitName = 'seekstack-key.service';
export const keyProgramPath = '/usr/local/libexec/seekstack-fetch-key';
export const keySettingsPath = '/etc/seekstack/key.env';
/** In memory, so that the key is on no disk. */
export const keyPath = '/run/seekstack/api-key.env';

/** Where the key is, known once the vault is. Azure makes both of letters, digits and a few signs. */
export interface KeySettings {
  secretUrl: string;
  /** Of the identity nodes run under. */
  clientId: string;
}

/** The variable the key travels in: the engine's own, or one that its command line is completed from. */
export function keyVariable({ engine }: Deployment): string | null {
  return engine.apiKey === null ? null : (engine.apiKey.variable ?? 'API_KEY');
}

export function buildKeySettings(document: Deployment, { secretUrl, clientId }: KeySettings): string {
  return `SECRET_URL=${secretUrl}\nCLIENT_ID=${clientId}\nKEY_VARIABLE=${keyVariable(document) ?? ''}\n`;
}

/**
 * Asks the node's own metadata service for a token and the vault for the key. The same on every node.
 * @source https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export const keyProgram = String.raw`#!/usr/bin/python3
import json
import os
import urllib.parse
import urllib.request

def ask(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return json.load(answer)

where = {"api-version": "2018-02-01", "resource": "https://vault.azure.net", "client_id": os.environ["CLIENT_ID"]}
metadata = os.environ.get("METADATA_URL", "http://169.254.169.254/metadata/identity/oauth2/token")
token = ask(metadata + "?" + urllib.parse.urlencode(where), {"Metadata": "true"})["access_token"]
secret = ask(os.environ["SECRET_URL"] + "?api-version=7.4", {"Authorization": "Bearer " + token})["value"]
if not secret or "\n" in secret:
    raise SystemExit("the secret is no key: one line, not empty")
path = os.environ.get("KEY_PATH", "${keyPath}")
os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
    stream.write(os.environ["KEY_VARIABLE"] + "=" + secret + "\n")
`;

/** Tried again until the vault answers: names and roles take minutes to be known everywhere. */
export const keyUnit = `[Unit]
Description=API key of the endpoint
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
EnvironmentFile=${keySettingsPath}
ExecStart=${keyProgramPath}
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
