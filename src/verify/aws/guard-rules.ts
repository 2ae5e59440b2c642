// Rules about who may reach what, and about what keeps a bill in bounds.
import type { Rule } from './rule.ts';
import { type Json, ofType, type TemplateResource } from './template.ts';

const RESTORE = 'restore what the project had when it was emitted';
const EVERYONE = new Set(['0.0.0.0/0', '::/0']);
/** Resources that appear on a bill by their existence or use. */
const BILLED = [
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::NatGateway',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::S3::Bucket',
  'AWS::ECR::Repository',
  'AWS::Logs::LogGroup',
  'AWS::CodeBuild::Project',
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::Function',
  'AWS::EKS::Cluster',
  'AWS::EKS::Nodegroup',
] as const;
/** Actions that AWS lets nobody limit to a resource, or that a condition limits instead. */
const WITHOUT_RESOURCE = new Set([
  'ecr:GetAuthorizationToken',
  'cloudwatch:PutMetricData',
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
]);
/** Describing these has no resource to name. */
const LOOKING = /^(ec2|elasticloadbalancing|autoscaling):(Describe|Get)[A-Za-z]+$/;

/** Most resources take a list of keys and values, node groups an object. */
const tagsOf = (value: Json): Map<string, Json> =>
  Array.isArray(value) ? new Map(value.map((tag) => [tag.Key, tag.Value])) : new Map(Object.entries(value ?? {}));
const list = (value: Json): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

export const GUARD_RULES: readonly Rule[] = [
  {
    name: 'no-open-door',
    check: ({ resources }, report) => {
      for (const group of ofType(resources, 'AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'))
        for (const rule of group.type.endsWith('Ingress') ? [group.properties] : list(group.properties.SecurityGroupIngress))
          if (EVERYONE.has(rule.CidrIp) || EVERYONE.has(rule.CidrIpv6))
            report(group, rule.CidrIp ?? rule.CidrIpv6, 'the networks of the callers', 'name them in network.clientCidrs');
    },
  },
  {
    name: 'no-public-address',
    check: ({ resources, document: { tier } }, report) => {
      // Charts and images of a cluster's own controllers come from outside; nothing comes in.
      const allowed = tier === 'kubernetes' ? 1 : 0;
      for (const type of ['AWS::EC2::InternetGateway', 'AWS::EC2::EIP', 'AWS::EC2::NatGateway'])
        for (const way of ofType(resources, type).slice(allowed))
          report(
            way,
            type,
            `${allowed === 0 ? 'no' : 'one'} way out for machines that need ${allowed === 0 ? 'none' : 'one'}`,
            RESTORE,
          );
      for (const subnet of ofType(resources, 'AWS::EC2::Subnet'))
        if (subnet.properties.MapPublicIpOnLaunch === true) report(subnet, 'public addresses at launch', 'none', RESTORE);
      // EC2 refuses the question where interfaces are many; the subnet answers it.
      for (const template of ofType(resources, 'AWS::EC2::LaunchTemplate'))
        for (const each of list(template.properties.LaunchTemplateData?.NetworkInterfaces))
          if (each.AssociatePublicIpAddress === true || (tier === 'single-node' && each.AssociatePublicIpAddress !== false))
            report(template, each.AssociatePublicIpAddress, 'false', RESTORE);
    },
  },
  {
    name: 'metadata-service',
    check: ({ resources }, report) => {
      for (const template of ofType(resources, 'AWS::EC2::LaunchTemplate')) {
        const options = template.properties.LaunchTemplateData?.MetadataOptions ?? {};
        if (options.HttpTokens !== 'required') report(template, options.HttpTokens, 'HttpTokens required', RESTORE);
        if (Number(options.HttpPutResponseHopLimit) !== 1)
          report(template, options.HttpPutResponseHopLimit, 'a hop limit of 1', RESTORE);
      }
    },
  },
  {
    name: 'encrypted',
    check: ({ resources, document }, report) => {
      const wants = (resource: TemplateResource, value: Json, expected: string) => {
        if (value === undefined || value === false) report(resource, value, expected, RESTORE);
      };
      for (const template of ofType(resources, 'AWS::EC2::LaunchTemplate'))
        for (const each of list(template.properties.LaunchTemplateData?.BlockDeviceMappings)) {
          wants(template, each.Ebs?.Encrypted, 'encrypted disks');
          wants(template, each.Ebs?.KmsKeyId, "disks under the deployment's key");
        }
      for (const bucket of ofType(resources, 'AWS::S3::Bucket')) wants(bucket, bucket.properties.BucketEncryption, 'encryption');
      for (const topic of ofType(resources, 'AWS::SNS::Topic')) wants(topic, topic.properties.KmsMasterKeyId, 'a key');
      for (const secret of ofType(resources, 'AWS::SecretsManager::Secret')) wants(secret, secret.properties.KmsKeyId, 'a key');
      for (const key of ofType(resources, 'AWS::KMS::Key')) wants(key, key.properties.EnableKeyRotation, 'rotation');
      for (const repository of ofType(resources, 'AWS::ECR::Repository'))
        if (repository.properties.EncryptionConfiguration?.EncryptionType !== 'KMS')
          report(repository, 'no key', 'a key', RESTORE);
      // The reaper writes only what it deleted; its key would be among that.
      for (const group of ofType(resources, 'AWS::Logs::LogGroup').filter((each) => each.stack !== `${document.name}-reaper`))
        wants(group, group.properties.KmsKeyId, 'a key');
    },
  },
  {
    name: 'closed-buckets',
    check: ({ resources }, report) => {
      for (const bucket of ofType(resources, 'AWS::S3::Bucket')) {
        const block = bucket.properties.PublicAccessBlockConfiguration ?? {};
        for (const name of ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'])
          if (block[name] !== true) report(bucket, `${name}: ${block[name]}`, 'true', RESTORE);
      }
    },
  },
  {
    name: 'endpoint-speaks-tls',
    check: ({ resources }, report) => {
      for (const balancer of ofType(resources, 'AWS::ElasticLoadBalancingV2::LoadBalancer'))
        if (balancer.properties.Scheme !== 'internal') report(balancer, balancer.properties.Scheme, 'internal', RESTORE);
      for (const listener of ofType(resources, 'AWS::ElasticLoadBalancingV2::Listener')) {
        const { Protocol, Certificates, SslPolicy } = listener.properties;
        if (Protocol !== 'TLS' || list(Certificates).length === 0) report(listener, Protocol, 'TLS with a certificate', RESTORE);
        if (!/TLS13/.test(String(SslPolicy))) report(listener, SslPolicy, 'a policy that knows TLS 1.3', RESTORE);
      }
    },
  },
  {
    name: 'least-privilege',
    check: ({ resources }, report) => {
      for (const policy of ofType(resources, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'))
        for (const statement of list(policy.properties.PolicyDocument?.Statement)) {
          if (statement.Effect !== 'Allow') continue;
          const actions = list(statement.Action).map(String);
          for (const action of actions)
            if (/^\*$|:\*$/.test(action)) report(policy, action, 'actions by name', 'name what is needed');
          const anywhere = list(statement.Resource).includes('*') && statement.Condition === undefined;
          const needless = actions.filter((action) => !WITHOUT_RESOURCE.has(action) && !LOOKING.test(action));
          if (anywhere && needless.length > 0)
            report(policy, `${needless.join(', ')} on *`, 'resources by name, or a condition', 'name the resources');
        }
    },
  },
  {
    name: 'tagged',
    check: ({ resources, document }, report) => {
      const wanted = { 'seekstack:deployment': document.name, 'seekstack:plan': document.planDigest };
      for (const resource of ofType(resources, ...BILLED)) {
        const tags = tagsOf(resource.properties.Tags);
        for (const [key, value] of Object.entries(wanted))
          if (tags.get(key) !== value) report(resource, tags.get(key), `the tag ${key}`, RESTORE);
      }
      for (const template of ofType(resources, 'AWS::EC2::LaunchTemplate')) {
        const specifications = list(template.properties.LaunchTemplateData?.TagSpecifications);
        for (const kind of ['instance', 'volume'])
          if (
            !specifications.some(
              (each) => each.ResourceType === kind && list(each.Tags).some((tag) => tag.Key === 'seekstack:plan'),
            )
          )
            report(template, `no tags on each ${kind}`, 'the tags of the plan', RESTORE);
      }
    },
  },
  {
    name: 'budget',
    check: ({ resources, document }, report) => {
      const budgets = ofType(resources, 'AWS::Budgets::Budget');
      if (budgets.length === 0) report(null, 'no budget', `one of USD ${document.budget.usdPerMonth} a month`, RESTORE);
      for (const budget of budgets) {
        const amount = Number(budget.properties.Budget?.BudgetLimit?.Amount);
        if (amount !== document.budget.usdPerMonth)
          report(budget, `USD ${amount}`, `USD ${document.budget.usdPerMonth}`, RESTORE);
        if (list(budget.properties.NotificationsWithSubscribers).every((each) => list(each.Subscribers).length === 0))
          report(budget, 'a budget that tells nobody', 'subscribers', RESTORE);
      }
    },
  },
  {
    name: 'time-to-live',
    check: ({ resources, document: { name, purpose, timeToLiveHours } }, report) => {
      if (purpose !== 'benchmark') return;
      const looks = ofType(resources, 'AWS::Events::Rule').filter((each) => each.properties.State !== 'DISABLED');
      const reapers = ofType(resources, 'AWS::Lambda::Function').filter(({ properties: { Environment } }) => {
        const variables = Environment?.Variables ?? {};
        return (
          Number(variables.TIME_TO_LIVE_HOURS) === timeToLiveHours && String(variables.STACK_NAMES).split(' ').includes(name)
        );
      });
      if (looks.length === 0 || reapers.length === 0)
        report(
          null,
          'nothing that ends the benchmark',
          `a function that deletes ${name} after ${timeToLiveHours} hours`,
          RESTORE,
        );
    },
  },
];
