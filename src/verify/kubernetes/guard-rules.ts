// Rules about who reaches what in the cluster, and what keeps a fleet within its plan.
import type { Deployment } from '../../documents/deployment.ts';
import { poolBounds } from '../pool-bounds.ts';
import { containersOf, type Json, type KubernetesObject, labelsOf, list, nameOf, ofKind, podTemplates } from './objects.ts';
import { POOL_LABEL } from './replica-rules.ts';
import type { ManifestRule, Report } from './rule.ts';

const EVERYONE = new Set(['0.0.0.0/0', '::/0']);
const PLAN_DIGITS = 16;
const BALANCER = 'service.beta.kubernetes.io/aws-load-balancer';
const AZURE_BALANCER = 'service.beta.kubernetes.io/azure-load-balancer';
const SERVER_LABEL = 'seekstack.dev/server';
const HTTPS_PORT = 443;
/** What a pod may add to no rights at all: memory that stays where it is, for adapters of a fabric. */
const RIGHTS = new Set(['IPC_LOCK']);

export const MANIFEST_GUARDS: readonly ManifestRule[] = [
  {
    name: 'confined-pods',
    tier: 'any',
    check: ({ objects, document }, report) => {
      for (const template of podTemplates(objects)) {
        const { spec, owner } = template;
        // What loads a module must have rights over the host; what it runs is looked at by a rule of its own.
        if (isDriver(owner, document)) continue;
        for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
          if (spec[field] === true) report(owner, field, 'pods apart from their host');
        for (const volume of list(spec.volumes))
          if (volume.hostPath !== undefined) report(owner, `the host's ${volume.hostPath?.path}`, 'volumes of the pod alone');
        for (const container of containersOf(template)) {
          const { privileged, allowPrivilegeEscalation, capabilities } = container.securityContext ?? {};
          if (privileged === true) report(owner, `${container.name}: privileged`, 'no rights over the host');
          if (allowPrivilegeEscalation !== false)
            report(owner, `${container.name}: escalation`, 'allowPrivilegeEscalation: false');
          if (!list(capabilities?.drop).includes('ALL')) report(owner, `${container.name}: keeps capabilities`, 'drop: [ALL]');
          for (const right of list(capabilities?.add))
            if (!RIGHTS.has(right)) report(owner, `${container.name}: ${right}`, `only ${[...RIGHTS].join(', ')}`);
        }
      }
    },
  },
  {
    name: 'accelerator-driver',
    tier: 'kubernetes',
    check: ({ objects, document }, report) => {
      if (!needsDriver(document)) return;
      const { name, machine } = document;
      const sets = ofKind(objects, 'DaemonSet').filter((each) => isDriver(each, document));
      if (sets.length !== 1)
        report(null, `${sets.length} installers of the driver`, `one, ${name}-driver: the node image has none`);
      for (const set of sets) {
        const { nodeSelector, containers } = set.content.spec?.template?.spec ?? {};
        if (nodeSelector?.[SERVER_LABEL] !== machine.type)
          report(set, JSON.stringify(nodeSelector), `nodes with accelerators only: ${SERVER_LABEL}=${machine.type}`);
        if (list(containers).length !== 1) report(set, `${list(containers).length} containers with rights over the host`, 'one');
      }
      const program = ofKind(objects, 'ConfigMap').find((each) => each.content.metadata?.name === `${name}-driver`);
      const text = String(program?.content.data?.['install.sh'] ?? '');
      if (!/^version=\d+(\.\d+)+$/m.test(text)) report(program ?? null, 'the newest driver', 'one version of it');
      if (!/^fingerprint=[0-9A-F]{40}$/m.test(text) || !/gpg --show-keys[^\n]*fingerprint/.test(text))
        report(program ?? null, 'packages of anybody', 'of one key, which is compared');
    },
  },
  {
    name: 'default-deny',
    tier: 'any',
    check: ({ objects }, report) => {
      const denies = ofKind(objects, 'NetworkPolicy').some(({ content: { spec = {} } }) => {
        const everyPod = Object.keys(spec.podSelector ?? { no: 'selector' }).length === 0;
        const bothWays = ['Ingress', 'Egress'].every((way) => list(spec.policyTypes).includes(way));
        return everyPod && bothWays && list(spec.ingress).length === 0 && list(spec.egress).length === 0;
      });
      if (!denies) report(null, 'pods that anyone may talk to', 'a NetworkPolicy that denies every pod both ways');
    },
  },
  {
    name: 'no-open-door',
    tier: 'any',
    check: ({ objects }, report) => {
      for (const policy of ofKind(objects, 'NetworkPolicy'))
        for (const rule of list(policy.content.spec?.ingress)) {
          if (list(rule?.from).length === 0) report(policy, 'from anywhere', 'the networks of callers, or pods by label');
          for (const { ipBlock } of list(rule?.from))
            if (EVERYONE.has(ipBlock?.cidr)) report(policy, ipBlock.cidr, 'the networks of the callers');
        }
    },
  },
  {
    name: 'endpoint',
    tier: 'kubernetes',
    check: ({ objects, document: { provider, network } }, report) => {
      const balancers = ofKind(objects, 'Service').filter((each) => each.content.spec?.type === 'LoadBalancer');
      if (provider !== 'onprem' && balancers.length !== 1) report(null, `${balancers.length} load balancers`, 'one');
      for (const service of ofKind(objects, 'Service').filter((each) => each.content.spec?.type === 'NodePort'))
        report(service, 'a port on every node', 'a load balancer or none');
      for (const balancer of balancers) {
        if (provider === 'azure') checkAzureBalancer(balancer, report);
        else checkAwsBalancer(balancer, report);
        const callers = list(balancer.content.spec?.loadBalancerSourceRanges);
        if (callers.length === 0 || callers.some((each) => !network.clientCidrs.includes(each)))
          report(balancer, callers.join(', ') || 'everyone', `${network.clientCidrs.join(', ')}: the callers of the document`);
      }
    },
  },
  {
    name: 'tls-proxy',
    tier: 'kubernetes',
    check: ({ objects, document: { provider, name, engine } }, report) => {
      if (provider !== 'azure') return;
      const gateway = ofKind(objects, 'Deployment').find((each) => each.content.metadata?.name === `${name}-gateway`);
      if (gateway === undefined) {
        report(null, 'nothing that ends TLS', `${name}-gateway before the engine`);
        return;
      }
      if (Number(gateway.content.spec?.replicas) < 2) report(gateway, gateway.content.spec?.replicas, 'two, so that one may go');
      const settings = ofKind(objects, 'ConfigMap').find((each) => each.content.metadata?.name === `${name}-gateway`);
      const text = String(settings?.content.data?.['nginx.conf'] ?? '');
      const listens = [...text.matchAll(/^\s*listen\s+([^;]*);/gm)].map(([, words = '']) => words);
      if (listens.length === 0 || listens.some((words) => !/\bssl\b/.test(words)))
        report(settings ?? gateway, listens.join(', '), 'TLS on every port it listens on');
      const [, protocols = ''] = /^\s*ssl_protocols\s+([^;]*);/m.exec(text) ?? [];
      if (protocols.split(/\s+/).some((each) => each !== 'TLSv1.2' && each !== 'TLSv1.3') || !protocols.includes('TLSv1.3'))
        report(settings ?? gateway, protocols, 'TLSv1.2 TLSv1.3');
      const [, upstream = ''] = /^\s*proxy_pass\s+http:\/\/([^;]*);/m.exec(text) ?? [];
      const [, target = ''] = new RegExp(`upstream\\s+${upstream}\\s*\\{\\s*server\\s+(\\S+)`).exec(text) ?? [];
      if (target !== `${name}.${name}.svc.cluster.local:${engine.port}`)
        report(settings ?? gateway, target, `the service ${name} inside the namespace`);
    },
  },
  {
    name: 'disruption-budget',
    tier: 'kubernetes',
    check: ({ objects, document: { pools } }, report) => {
      for (const pool of pools) {
        const budget = ofKind(objects, 'PodDisruptionBudget').find(
          (each) => each.content.spec?.selector?.matchLabels?.[POOL_LABEL] === pool.role,
        );
        if (budget === undefined) report(null, `no budget for ${pool.role}`, 'a PodDisruptionBudget a pool');
        else if (Number(budget.content.spec?.maxUnavailable) !== pool.nodesPerReplica)
          report(budget, budget.content.spec?.maxUnavailable, `${pool.nodesPerReplica}: one replica at a time`);
      }
    },
  },
  {
    name: 'scaler-bounds',
    tier: 'kubernetes',
    check: ({ objects, document }, report) => {
      for (const pool of document.pools) {
        const { minimum, maximum } = poolBounds(document, pool);
        const name = document.pools.length === 1 ? document.name : `${document.name}-${pool.role}`;
        const scaler = ofKind(objects, 'ScaledObject').find((each) => each.content.spec?.scaleTargetRef?.name === name);
        const wanted = document.engine.metrics !== null && minimum < maximum;
        if (scaler === undefined) {
          if (wanted) report(null, `nothing that scales ${pool.role}`, `between ${minimum} and ${maximum} replicas`);
          continue;
        }
        const { minReplicaCount, maxReplicaCount } = scaler.content.spec ?? {};
        if (!wanted || Number(minReplicaCount) !== minimum || Number(maxReplicaCount) !== maximum)
          report(scaler, `${minReplicaCount} to ${maxReplicaCount}`, `${minimum} to ${maximum} replicas, the bounds of the plan`);
      }
    },
  },
  {
    name: 'checks-in-cluster',
    tier: 'kubernetes',
    check: ({ objects, document: { name, machine, fleet } }, report) => {
      const jobs = ofKind(objects, 'Job').map((each) => each.content.metadata?.name);
      if (!jobs.includes(`${name}-smoke`)) report(null, 'no job that asks the endpoint', `${name}-smoke`);
      const fabric = machine.fabric?.kind === 'efa' || machine.fabric?.kind === 'infiniband';
      if (fabric && fleet.nodes > 1 && !jobs.includes(`${name}-fabric`))
        report(null, 'no job that tries the fabric', `${name}-fabric, which fails where it falls back to TCP`);
    },
  },
  {
    name: 'key-not-written',
    tier: 'any',
    check: ({ objects, document: { engine } }, report) => {
      for (const secret of ofKind(objects, 'Secret'))
        if (secret.content.data !== undefined || secret.content.stringData !== undefined)
          report(secret, 'a secret in a manifest', 'secrets in the store of the cloud only');
      for (const template of podTemplates(objects))
        for (const container of containersOf(template))
          for (const { name, value } of list(container.env))
            if (name === engine.apiKey?.variable && value !== undefined)
              report(template.owner, `${name} in clear`, 'the key from the file that the pod fetches');
    },
  },
  {
    name: 'ties-to-plan',
    tier: 'kubernetes',
    check: ({ objects, document: { planDigest, name } }, report) => {
      for (const object of objects) {
        const plan = labelsOf(object.content)['seekstack.dev/plan'];
        if (plan !== planDigest.slice(0, PLAN_DIGITS)) report(object, plan, `the label seekstack.dev/plan of ${nameOf(object)}`);
        const { namespace } = object.content?.metadata ?? {};
        if (namespace !== undefined && namespace !== name) report(object, namespace, `the namespace ${name}`);
      }
    },
  },
];

function needsDriver({ provider, machine }: Deployment): boolean {
  return provider === 'azure' && machine.accelerator?.vendor === 'amd';
}

function isDriver({ content }: KubernetesObject, document: Deployment): boolean {
  return needsDriver(document) && content.kind === 'DaemonSet' && content.metadata?.name === `${document.name}-driver`;
}

function checkAwsBalancer(balancer: KubernetesObject, report: Report): void {
  const notes: Json = balancer.content.metadata?.annotations ?? {};
  if (notes[`${BALANCER}-scheme`] !== 'internal') report(balancer, notes[`${BALANCER}-scheme`], 'internal');
  const secured = String(notes[`${BALANCER}-ssl-ports`] ?? '').split(',');
  for (const { port } of list(balancer.content.spec?.ports))
    if (!secured.includes(String(port))) report(balancer, `port ${port} without TLS`, 'TLS on every port');
  if (!notes[`${BALANCER}-ssl-cert`]) report(balancer, 'no certificate', 'one of the account');
  if (!/TLS13/.test(String(notes[`${BALANCER}-ssl-negotiation-policy`])))
    report(balancer, notes[`${BALANCER}-ssl-negotiation-policy`], 'a policy that knows TLS 1.3');
}

/** It passes connections through: TLS must end at the gateway, and the policies must see the caller's own address. */
function checkAzureBalancer(balancer: KubernetesObject, report: Report): void {
  const notes: Json = balancer.content.metadata?.annotations ?? {};
  const { externalTrafficPolicy, selector, ports } = balancer.content.spec ?? {};
  if (notes[`${AZURE_BALANCER}-internal`] !== 'true')
    report(balancer, notes[`${AZURE_BALANCER}-internal`], `${AZURE_BALANCER}-internal: "true"`);
  if (selector?.['app.kubernetes.io/component'] !== 'gateway')
    report(balancer, selector?.['app.kubernetes.io/component'], 'the gateway, where TLS ends');
  for (const { port, targetPort } of list(ports))
    if (Number(port) !== HTTPS_PORT || targetPort !== 'https') report(balancer, `port ${port} to ${targetPort}`, '443 to https');
  if (externalTrafficPolicy !== 'Local') report(balancer, externalTrafficPolicy, 'Local: callers keep their address');
}
