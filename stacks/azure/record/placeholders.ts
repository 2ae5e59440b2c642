// What stands where the deployer's own values would: the same on every machine, and no secret.

/** Configuration of the program, by name. */
export const PLACEHOLDERS = {
  budgetStart: '2000-01-01',
  sshPublicKey: 'ssh-ed25519 PLACEHOLDER-not-a-key',
  apiKey: 'PLACEHOLDER-not-a-key',
  certificate:
    '-----BEGIN CERTIFICATE-----\nPLACEHOLDER\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nPLACEHOLDER\n-----END PRIVATE KEY-----\n',
  administratorGroup: '00000000-0000-0000-0000-000000000002',
} as const;

export const SECRET_NAMES = ['sshPublicKey', 'apiKey', 'certificate'] as const;
