// What stands where the deployer's own values would, when the program is shown without an account.
// The same on every machine; none of it is a key.
export const placeholders = {
  budgetStart: '2000-01-01',
  sshPublicKey: 'ssh-ed25519 PLACEHOLDER-not-a-key',
  apiKey: 'PLACEHOLDER-not-a-key',
  certificate:
    '-----BEGIN CERTIFICATE-----\nPLACEHOLDER\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nPLACEHOLDER\n-----END PRIVATE KEY-----\n',
} as const;

/** Those that are secrets of the configuration. */
export const secretSettings = ['sshPublicKey', 'apiKey', 'certificate'] as const;
