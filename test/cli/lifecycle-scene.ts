// The scene of a benchmark's life: stand-ins for npm, cdk, aws, az and pulumi on the PATH, a clock and a Ctrl-C in hand.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import type { Lease } from '../../src/documents/lease.ts';
import { readLease } from '../../src/files/lease-file.ts';
import { makeFolder, put, runCli, soundWorkload, type Told } from './recording.ts';

/** Notes how it was called and what it was told; fails, or hangs until it is interrupted, where the test wants that. */
const TOOL = `#!/bin/sh
name=$(basename "$0"); call="$name $*"
echo "$call" >> "$FAKE_LOG"
case "$call" in "pulumi config set"*) cat >> "$FAKE_LOG.stdin"; echo >> "$FAKE_LOG.stdin";; esac
if [ -n "$FAKE_FAIL_ONCE" ] && [ ! -e "$FAKE_LOG.failed" ]; then
  case "$call" in $FAKE_FAIL_ONCE) touch "$FAKE_LOG.failed"; echo "still in use" >&2; exit 1;; esac
fi
if [ -n "$FAKE_FAIL" ]; then case "$call" in $FAKE_FAIL) echo "no capacity in this zone" >&2; exit 1;; esac; fi
if [ -n "$FAKE_HANG" ]; then case "$call" in $FAKE_HANG)
  trap 'echo "interrupted: $call" >> "$FAKE_LOG"; exit 130' INT
  i=0; while [ $i -lt 400 ]; do sleep 0.1; i=$((i+1)); done;; esac
fi
case "$call" in
  "npx cdk deploy"*)
    while [ $# -gt 0 ]; do [ "$1" = --outputs-file ] && out=$2; shift; done
    echo '{"chat-bench":{"EndpointUrl":"https://lb.example"},"chat-bench-supplies":{"ApiKeySecretArn":"arn:secret"}}' > "$out";;
  "aws codebuild start-build"*) echo '{"build":{"id":"chat-bench-seed:1"}}';;
  "aws codebuild batch-get-builds"*) echo '{"builds":[{"buildStatus":"'"\${FAKE_SEED:-SUCCEEDED}"'"}]}';;
  "aws acm describe-certificate"*) echo '{"Certificate":{"DomainName":"*.example.com"}}';;
  "aws secretsmanager"*) echo '{"SecretString":"sesame-open"}';;
  "aws cloudformation describe-stacks"*) echo "$FAKE_STACKS";;
  "az resource list"*) echo "$FAKE_RESOURCES";;
  "pulumi stack output"*) echo '{"endpointUrl":"https://pool.example","usdPerHour":85,"poolNames":["a"]}';;
  "pulumi config get apiKey"*) echo 'sesame-azure';;
esac
`;

let planText = '';

/** Makes the plan that every scene begins with; a file of tests does so once. */
export async function planScenes(): Promise<void> {
  const folder = mkdtempSync('/tmp/seekstack-lifecycle-');
  const workload = `${soundWorkload}name: chat\nplace: { regions: [us-east-1, eastus2] }\nlimits: { machines: [p5.48xlarge, Standard_ND96isr_H200_v5] }\n`;
  writeFileSync(join(folder, 'w.yaml'), workload);
  planText = (await runCli(['plan', join(folder, 'w.yaml'), '--format', 'json'])).out;
  rmSync(folder, { recursive: true });
}

export interface Scene {
  readonly folder: string;
  readonly out: string;
  readonly log: () => string[];
  readonly lease: () => Lease;
  readonly io: Partial<Io>;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
  /** Lets time pass. */
  readonly pass: (hours: number) => void;
  readonly bench: (...words: string[]) => Promise<Told>;
}

export function scene(faults: Record<string, string> = {}, tools = ['npm', 'npx', 'aws', 'az', 'pulumi']): Scene {
  const folder = makeFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of tools) chmodSync(put(bin, tool, TOOL), 0o755);
  put(folder, 'plan.json', planText);
  put(folder, 'tls.pem', 'CERTIFICATE AND KEY');
  put(folder, 'id.pub', 'ssh-ed25519 AAAA');
  const handlers = new Set<() => void>();
  let hours = 0;
  const out = join(folder, 'chat-bench');
  const io: Partial<Io> = {
    environment: { PATH: `${bin}:/usr/bin:/bin`, FAKE_LOG: join(folder, 'calls'), ...faults },
    pace: {
      nowSeconds: () => 0,
      epochSeconds: () => Date.parse('2026-11-29T10:00:00Z') / 1000 + hours * 3600,
      random: () => 0.5,
      wait: async () => {},
    },
    onInterrupt: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  return {
    folder,
    out,
    io,
    log: () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []),
    lease: () => readLease(out),
    interrupt: () => {
      for (const handler of handlers) handler();
    },
    pass: (more) => {
      hours += more;
    },
    bench: (...words) => runCli(['bench', ...words], io),
  };
}

/** `bench up` in words, but for the certificate. */
export const upWords = ({ folder, out }: Scene) =>
  ['up', join(folder, 'plan.json'), '--provider', 'aws', '--max-usd', '600', '--ttl', '8h', '--out', out, '--yes'] as const;
export const up = (at: Scene, ...words: string[]) => at.bench(...upWords(at), '--certificate', 'arn:aws:acm:x', ...words);
export const cdk = (calls: readonly string[]) =>
  calls.filter((call) => call.startsWith('npx cdk')).map((call) => call.split(' --')[0]);
export const until = async (holds: () => boolean) => {
  for (let tried = 0; tried < 200 && !holds(); tried += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
};
/** The end of a log where nothing is left. */
export const DOWN = ['npx cdk destroy chat-bench', 'npx cdk destroy'];
