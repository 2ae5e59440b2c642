// Rules about single nodes behind an endpoint: their group, and what they are told at boot.
import { RESTORE } from './machine-rules.ts';
import type { Rule } from './rule.ts';
import { launchData, ofType, referenceOf, type TemplateResource } from './template.ts';

/** EC2 ends machines of a capacity block this long before the block's own end. */
const BLOCK_LEAVE_SECONDS = 30 * 60;

const groupsOf = (resources: readonly TemplateResource[]) => ofType(resources, 'AWS::AutoScaling::AutoScalingGroup');
const templatesOf = (resources: readonly TemplateResource[]) => ofType(resources, 'AWS::EC2::LaunchTemplate');

export const SINGLE_NODE_RULES: readonly Rule[] = [
  {
    name: 'group-size',
    check: ({ resources, document: { fleet } }, report) => {
      for (const group of groupsOf(resources)) {
        const { MinSize, DesiredCapacity, MaxSize } = group.properties;
        const [least, wanted, most] = [Number(MinSize), Number(DesiredCapacity), Number(MaxSize)];
        if (!(least <= wanted && wanted <= most))
          report(group, `${MinSize} ≤ ${DesiredCapacity} ≤ ${MaxSize}`, 'minimum ≤ desired ≤ maximum', RESTORE);
        else if (least !== fleet.minimumNodes || wanted !== fleet.nodes || most !== fleet.maximumNodes)
          report(
            group,
            `${least}, ${wanted}, ${most}`,
            `${fleet.minimumNodes}, ${fleet.nodes}, ${fleet.maximumNodes} as planned`,
            RESTORE,
          );
      }
    },
  },
  {
    name: 'capacity-block',
    check: ({ resources, document: { fleet } }, report) => {
      const endsAt = fleet.reservation?.endsAt ?? null;
      for (const template of templatesOf(resources)) {
        const market = launchData(template).InstanceMarketOptions?.MarketType;
        const expected = endsAt !== null ? 'capacity-block' : fleet.purchase === 'spot' ? 'spot' : undefined;
        if (market !== expected) report(template, market, expected ?? 'no market option', RESTORE);
      }
      if (endsAt === null) return;
      const leaving = ofType(resources, 'AWS::AutoScaling::ScheduledAction').filter(({ properties }) => {
        const early = (Date.parse(endsAt) - Date.parse(properties.StartTime)) / 1000;
        return (
          early >= BLOCK_LEAVE_SECONDS && [properties.MinSize, properties.DesiredCapacity].every((size) => Number(size) === 0)
        );
      });
      if (leaving.length === 0)
        report(
          null,
          'no action that takes the nodes away in time',
          `one at least ${BLOCK_LEAVE_SECONDS / 60} minutes before ${endsAt}`,
          RESTORE,
        );
    },
  },
  {
    name: 'image-pinned',
    check: ({ resources, bootFiles }, report) => {
      const immutable = ofType(resources, 'AWS::ECR::Repository').every(
        (each) => each.properties.ImageTagMutability === 'IMMUTABLE',
      );
      for (const repository of ofType(resources, 'AWS::ECR::Repository'))
        if (!immutable) report(repository, repository.properties.ImageTagMutability, 'IMMUTABLE', RESTORE);
      for (const template of templatesOf(resources))
        for (const [path, text] of bootFiles.get(template.logicalId) ?? [])
          for (const [, reference = ''] of text.matchAll(/\$\{REPOSITORY\}([^"\s]*)/g))
            if (!/^@sha256:[0-9a-f]{64}$/.test(reference) && !(immutable && /^:[\w.-]+$/.test(reference)))
              report(template, `${path}: ${reference}`, 'an image by digest, or by a tag that cannot be moved', RESTORE);
    },
  },
  {
    name: 'shared-memory',
    check: ({ resources, bootFiles, document: { engine } }, report) => {
      if (engine.sharedMemoryBytes === 0) return;
      for (const template of templatesOf(resources)) {
        const text = engineUnit(bootFiles.get(template.logicalId));
        const bytes = Number(/--shm-size=(\d+)/.exec(text)?.[1] ?? 0);
        if (bytes < engine.sharedMemoryBytes)
          report(template, `${bytes} bytes`, `${engine.sharedMemoryBytes} bytes for the collectives`, RESTORE);
      }
    },
  },
  {
    name: 'engine-arguments',
    check: ({ resources, bootFiles, document: { pools, machine } }, report) => {
      for (const template of templatesOf(resources)) {
        const text = engineUnit(bootFiles.get(template.logicalId));
        const degree = /"(?:--tensor-parallel-size|--tp|--tp_size)" "(\d+)"/.exec(text)?.[1];
        const most = machine.accelerator?.count ?? 1;
        if (degree !== undefined && Number(degree) > most)
          report(template, `${degree} tensor-parallel ranks`, `at most the machine's ${most}`, RESTORE);
        if (machine.accelerator !== null && !text.includes('--gpus=all'))
          report(template, 'no accelerators for the container', '--gpus=all', RESTORE);
        if (pools.length === 0) report(template, 'no pool', 'one', RESTORE);
      }
    },
  },
  {
    name: 'start-time',
    check: ({ resources, document: { engine } }, report) => {
      if (engine.startupSeconds < engine.readSeconds)
        report(
          null,
          `${engine.startupSeconds} s`,
          `at least ${Math.ceil(engine.readSeconds)} s, which reading the weights takes`,
          'raise engine.startupSeconds',
        );
      for (const group of groupsOf(resources))
        if (Number(group.properties.HealthCheckGracePeriod ?? 0) < engine.startupSeconds)
          report(
            group,
            `${group.properties.HealthCheckGracePeriod} s`,
            `at least the ${engine.startupSeconds} s of a start`,
            RESTORE,
          );
    },
  },
  {
    name: 'spot-drains',
    check: ({ resources, bootFiles, document: { fleet } }, report) => {
      if (fleet.purchase !== 'spot' || fleet.reservation !== null) return;
      for (const template of templatesOf(resources))
        if (![...(bootFiles.get(template.logicalId)?.keys() ?? [])].some((path) => path.endsWith('/seekstack-drain.service')))
          report(template, 'no drain before an interruption', 'seekstack-drain.service', RESTORE);
    },
  },
  {
    name: 'group-uses-template',
    check: ({ resources }, report) => {
      const known = new Set(templatesOf(resources).map((each) => each.logicalId));
      for (const group of groupsOf(resources)) {
        const id = referenceOf(group.properties.LaunchTemplate?.LaunchTemplateId);
        if (id === null || !known.has(id)) report(group, id, 'the launch template of the stack', RESTORE);
      }
    },
  },
  {
    name: 'api-key',
    check: ({ resources, bootFiles, document: { engine } }, report) => {
      if (engine.apiKey === null) return;
      if (ofType(resources, 'AWS::SecretsManager::Secret').length === 0)
        report(null, 'no secret', 'one with the API key', RESTORE);
      const wanted = engine.apiKey.variable ?? 'API_KEY';
      for (const template of templatesOf(resources)) {
        const unit = bootFiles.get(template.logicalId)?.get('/etc/systemd/system/seekstack-supplies.service') ?? '';
        if (!unit.includes(`"${wanted}"`)) report(template, 'nodes that fetch no key', `${wanted} from the secret`, RESTORE);
      }
    },
  },
];

function engineUnit(files: ReadonlyMap<string, string> | undefined): string {
  return files?.get('/etc/systemd/system/seekstack-engine.service') ?? '';
}
