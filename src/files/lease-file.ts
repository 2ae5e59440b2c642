// Leases on disk: one beside each emitted benchmark, and all of them below a folder.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lease, leaseSchema } from '../documents/lease.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { readText } from './read-text.ts';
import { writeText } from './write-files.ts';

const LEASE_PATH = join('.seekstack', 'lease.json');

/** @throws SeekstackError E_FILE_MISSING where the folder holds no benchmark that was brought up */
export function readLease(folder: string): Lease {
  const path = join(folder, LEASE_PATH);
  return validateLocated(parseLocated(readText(path), path), leaseSchema, 'seekstack/lease@1');
}

export function hasLease(folder: string): boolean {
  return existsSync(join(folder, LEASE_PATH));
}

export function writeLease(folder: string, lease: Lease): void {
  writeText(join(folder, LEASE_PATH), `${JSON.stringify(lease, null, 2)}\n`);
}

/** Folders with a lease: the one given, and those right below it. */
export function listLeases(folder: string): readonly string[] {
  const below = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(folder, entry.name))
        .sort()
    : [];
  return [folder, ...below].filter(hasLease);
}
