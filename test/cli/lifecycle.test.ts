// The life of a benchmark with stand-ins for cdk, aws and pulumi on the PATH: every way in, and every way out ends with nothing left.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cdk, DOWN, planScenes, type Scene, scene, until, up, upWords } from './lifecycle-scene.ts';
import { runCli } from './recording.ts';

beforeAll(planScenes, 60_000);

describe('on AWS', () => {
  test('up: the bill, then what ends it, then the nodes; down: the nodes, then the rest', async () => {
    const at = scene();
    const told = await up(at);
    expect([told.exitCode, told.err.includes('E_')]).toEqual([0, false]);
    expect(told.err).toMatch(/an hour +USD 55\.26\n[\s\S]*at most, for 8 h to live +USD 442\n +you allow +USD 600\n/);
    expect(told.out).toContain(`bench run ${at.out}/.seekstack/plan.json --endpoint https://lb.example/v1`);
    expect(at.log().map((call) => call.split(' --')[0])).toEqual([
      'aws',
      'npm ci',
      'npx cdk synth',
      'npx cdk deploy chat-bench-reaper chat-bench-budget chat-bench-supplies',
      'aws codebuild start-build',
      'aws codebuild batch-get-builds',
      'npx cdk deploy',
    ]);
    expect(at.log().at(-1)).toMatch(/^npx cdk deploy --all .*--parameters chat-bench:CertificateArn=arn:aws:acm:x$/);
    expect(at.lease()).toMatchObject({
      state: 'up',
      name: 'chat-bench',
      timeToLiveHours: 8,
      maximumUsd: 600,
      endpointUrl: 'https://lb.example',
    });
    expect(JSON.parse(readFileSync(join(at.out, 'deployment.json'), 'utf8'))).toMatchObject({
      ...{ purpose: 'benchmark', timeToLiveHours: 8 },
      fleet: { purchase: 'on-demand', minimumNodes: 1, maximumNodes: 1 },
      tags: { purpose: 'benchmark', 'time-to-live-hours': '8' },
    });
    const again = await up(at);
    expect([again.exitCode, again.err.split(' ')[0]]).toEqual([2, 'E_OUT_CONFLICT']);
    at.pass(0.5);
    const down = await at.bench('down', at.out);
    expect([down.exitCode, down.out]).toEqual([0, 'chat-bench: down after 30 minutes with nodes, at most USD 28\n']);
    expect(cdk(at.log()).slice(-2)).toEqual(DOWN);
    expect(at.lease()).toMatchObject({ state: 'down', endedAt: '2026-11-29T10:30:00Z' });
  });

  test.each([
    ['costs more than allowed', ['--max-usd', '441'], 4, 'E_THRESHOLD'],
    ['is not agreed to', [], 2, 'E_ENVIRONMENT'],
  ])('a benchmark that %s asks no tool and writes nothing', async (_what, words, exitCode, code) => {
    const at = scene();
    const { folder, out } = at;
    const told = await at.bench(
      'up',
      join(folder, 'plan.json'),
      '--provider',
      'aws',
      '--ttl',
      '8h',
      '--max-usd',
      '600',
      '--out',
      out,
      ...words,
    );
    const refused = /^E_[A-Z]+/m.exec(told.err)?.[0];
    expect([told.exitCode, told.out, refused, at.log(), existsSync(out)]).toEqual([exitCode, '', code, [], false]);
  });

  test('without its tool or a certificate nothing is asked of an account', async () => {
    const bare = scene({}, ['npm', 'npx']);
    const told = await up(bare);
    expect([told.exitCode, told.err]).toEqual([2, expect.stringContaining('no program aws on the PATH')]);
    expect(bare.log()).toEqual([]);
    const at = scene();
    const without = await at.bench(...upWords(at));
    expect([without.exitCode, without.err, at.log()]).toEqual([2, expect.stringContaining('--certificate'), []]);
  });

  test.each([
    ['the guards', 'npx cdk deploy chat-bench-reaper*'],
    ['the job that fills the supplies', 'aws codebuild start-build*'],
    ['the nodes', 'npx cdk deploy --all*'],
  ])('where %s fail, what stands is taken down', async (_what, pattern) => {
    const at = scene({ FAKE_FAIL: pattern });
    const told = await up(at);
    expect([told.exitCode, at.lease().state]).toEqual([4, 'down']);
    expect(told.err).toMatch(/^E_DEPLOYMENT .*\n {2}got: .* ended with 1\n {4}no capacity in this zone$/m);
    expect(cdk(at.log()).slice(-2)).toEqual(DOWN);
  });

  test('where the supplies end badly, no node is asked for', async () => {
    const at = scene({ FAKE_SEED: 'FAILED' });
    const told = await up(at);
    expect([told.exitCode, told.err, at.lease().nodesAt]).toEqual([
      4,
      expect.stringContaining('chat-bench-seed ended as FAILED'),
      null,
    ]);
    expect(cdk(at.log())).toEqual(['npx cdk synth', expect.stringContaining('deploy chat-bench-reaper'), ...DOWN]);
  });

  test('Ctrl-C while the nodes come up: the tool is interrupted, then everything is taken down, and a second one changes nothing', async () => {
    const at = scene({ FAKE_HANG: 'npx cdk deploy --all*' });
    const coming = up(at);
    await until(() => cdk(at.log()).at(-1) === 'npx cdk deploy');
    at.interrupt();
    at.interrupt();
    const told = await coming;
    expect([told.exitCode, at.lease().state]).toEqual([4, 'down']);
    expect(told.err).toContain('interrupted: chat-bench is taken down');
    expect(told.err).toContain('leaving now would leave machines running');
    expect(at.log().filter((call) => call.startsWith('interrupted: npx cdk deploy'))).toHaveLength(1);
    expect(cdk(at.log()).slice(-2)).toEqual(DOWN);
  });

  test('a teardown that fails once is tried again', async () => {
    const at = scene({ FAKE_FAIL: 'npx cdk deploy --all*', FAKE_FAIL_ONCE: 'npx cdk destroy chat-bench*' });
    const told = await up(at);
    expect([told.exitCode, at.lease().state]).toEqual([4, 'down']);
    expect(told.err).toContain('chat-bench did not go; once more');
  });

  test('a teardown that keeps failing is told loudly, with exit code 7; it can be tried again later', async () => {
    const at = scene({ FAKE_FAIL: 'npx cdk de*' });
    const told = await up(at);
    expect([told.exitCode, at.lease().state]).toEqual([7, 'left']);
    expect(told.err).toMatch(
      /E_LEFT_STANDING[\s\S]*STILL STANDING, AND PAID FOR AT UP TO USD 55 AN HOUR: the stacks chat-bench, chat-bench-supplies/,
    );
    expect(told.err).toMatch(/ends it by itself does so 8 hours after[\s\S]*bench down/);
    const down = await runCli(['bench', 'down', at.out], { ...at.io, environment: { ...at.io.environment, FAKE_FAIL: '' } });
    expect([down.exitCode, at.lease().state]).toEqual([0, 'down']);
  });
});

describe('on Azure', () => {
  const upAzure = ({ bench, folder, out }: Scene) =>
    bench(
      ...['up', join(folder, 'plan.json'), '--provider', 'azure', '--max-usd', '800', '--ttl', '8h', '--out', out, '--yes'],
      ...['--certificate', join(folder, 'tls.pem'), '--ssh-key', join(folder, 'id.pub')],
    );

  test('up and down by pulumi; secrets go by standard input', async () => {
    const at = scene();
    const told = await upAzure(at);
    expect([told.exitCode, at.lease()]).toEqual([
      0,
      expect.objectContaining({ state: 'up', endpointUrl: 'https://pool.example' }),
    ]);
    expect(
      at
        .log()
        .filter((call) => call.startsWith('pulumi'))
        .map((call) => call.split(' --')[0]),
    ).toEqual([
      ...[
        'pulumi version',
        'pulumi stack select',
        'pulumi config set budgetStart',
        'pulumi config set',
        'pulumi config set',
        'pulumi config set',
      ],
      ...['pulumi up', 'pulumi stack output'],
    ]);
    const given = readFileSync(join(at.folder, 'calls.stdin'), 'utf8').split('\n');
    expect(given.slice(0, 3)).toEqual(['2026-11-01', 'ssh-ed25519 AAAA', 'CERTIFICATE AND KEY']);
    expect(given[3]).toMatch(/^[0-9a-f]{64}$/);
    expect(at.log().join()).not.toContain(given[3]);
    const down = await at.bench('down', at.out);
    expect([
      down.exitCode,
      at
        .log()
        .slice(-3)
        .map((call) => call.split(' --')[0]),
    ]).toEqual([0, ['pulumi cancel', 'pulumi destroy', 'pulumi stack rm']]);
  });
  test('a deployment that fails half-way is destroyed', async () => {
    const at = scene({ FAKE_FAIL: 'pulumi up*' });
    const told = await upAzure(at);
    expect([told.exitCode, at.lease().state, at.log().at(-2)?.split(' --')[0]]).toEqual([4, 'down', 'pulumi destroy']);
  });
  test('asks for what nobody can make up', async () => {
    const at = scene();
    const told = await at.bench(
      'up',
      join(at.folder, 'plan.json'),
      '--provider',
      'azure',
      '--max-usd',
      '800',
      '--ttl',
      '8h',
      '--out',
      at.out,
      '--yes',
    );
    expect([told.exitCode, told.err, at.log()]).toEqual([
      2,
      expect.stringContaining('E_ENVIRONMENT  --certificate --ssh-key'),
      [],
    ]);
  });
});

describe('bench reap', () => {
  const stacks = (hoursAgo: number) => {
    const CreationTime = new Date(Date.parse('2026-11-29T10:00:00Z') - hoursAgo * 3_600_000).toISOString();
    const Tags = Object.entries({ 'seekstack:deployment': 'lost-bench', purpose: 'benchmark', 'time-to-live-hours': '8' }).map(
      ([Key, Value]) => ({ Key, Value }),
    );
    return JSON.stringify({
      Stacks: ['lost-bench-reaper', 'lost-bench'].map((StackName) => ({
        StackName,
        CreationTime,
        StackStatus: 'CREATE_COMPLETE',
        Tags,
      })),
    });
  };

  test('lists what outlived its hours, ends it with --yes, and leaves alone what did not', async () => {
    const at = scene({ FAKE_STACKS: stacks(9) });
    const listed = await at.bench('reap', at.folder, '--region', 'eu-north-1');
    expect([listed.exitCode, listed.out]).toEqual([
      4,
      'aws      lost-bench in eu-north-1: 9.0 of 8 hours, OVER ITS HOURS\n1 over their hours; end them with --yes\n',
    ]);
    expect(at.log().some((call) => call.includes('delete'))).toBe(false);
    const ended = await at.bench('reap', at.folder, '--region', 'eu-north-1', '--yes');
    expect(ended.exitCode).toBe(0);
    expect(
      at
        .log()
        .filter((call) => call.includes('delete'))
        .map((call) => call.split(' ').slice(2, 6).join(' ')),
    ).toEqual([
      'delete-stack --stack-name lost-bench --region',
      'wait stack-delete-complete --stack-name lost-bench',
      'delete-stack --stack-name lost-bench-reaper --region',
      'wait stack-delete-complete --stack-name lost-bench-reaper',
    ]);
    const young = scene({ FAKE_STACKS: stacks(7) });
    expect(await young.bench('reap', young.folder, '--region', 'eu-north-1', '--yes')).toMatchObject({ exitCode: 0 });
    expect(young.log().some((call) => call.includes('delete'))).toBe(false);
  });
  test('goes by leases on this disk too', async () => {
    const at = scene({ FAKE_STACKS: '{"Stacks":[]}' });
    await up(at);
    expect(await at.bench('reap', at.folder)).toMatchObject({ exitCode: 0, out: expect.stringContaining('chat-bench') });
    at.pass(9);
    expect(await at.bench('reap', at.folder)).toMatchObject({ exitCode: 4, out: expect.stringContaining('over its hours') });
    expect(await at.bench('reap', at.folder, '--yes')).toMatchObject({ exitCode: 0 });
    expect([at.lease().state, cdk(at.log()).slice(-2)]).toEqual(['down', DOWN]);
  });
});
