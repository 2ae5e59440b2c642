// Rules about who reaches what in the cluster, and what keeps a fleet within its plan.
import { poolBounds } from '../pool-bounds.ts';
import { containersOf, type Json, labelsOf, list, nameOf, ofKind, podTemplates } from './objects.ts';
import { POOL_LABEL } from './replica-rules.ts';
import type { ManifestRule } from './rule.ts';

const EVERYONE = new Set(['0.0.0.0/0', '::/0']);
const PLAN_DIGITS = 16;
const BALANCER = 'service.beta.kubernetes.io/aws-load-balancer';
/** What a pod may add to no rights at all: memory that stays where it is, for adapters of a fabric. */
const RIGHTS = new Set(['IPC_LOCK']);

export const MANIFEST_GUARDS: readonly ManifestRule[] = [
  {
    name: 'confined-pods',
    tier: 'any',
    check: ({ objects }, report) => {
      for (const template of podTemplates(objects)) {
        const { spec, owner } = template;
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
      if (provider === 'aws' && balancers.length !== 1) report(null, `${balancers.length} load balancers`, 'one');
      for (const service of ofKind(objects, 'Service').filter((each) => each.content.spec?.type === 'NodePort'))
        report(service, 'a port on every node', 'a load balancer or none');
      for (const balancer of balancers) {
        const notes: Json = balancer.content.metadata?.annotations ?? {};
        if (notes[`${BALANCER}-scheme`] !== 'internal') report(balancer, notes[`${BALANCER}-scheme`], 'internal');
        const secured = String(notes[`${BALANCER}-ssl-ports`] ?? '').split(',');
        for (const { port } of list(balancer.content.spec?.ports))
          if (!secured.includes(String(port))) report(balancer, `port ${port} without TLS`, 'TLS on every port');
        if (!notes[`${BALANCER}-ssl-cert`]) report(balancer, 'no certificate', 'one of the account');
        if (!/TLS13/.test(String(notes[`${BALANCER}-ssl-negotiation-policy`])))
          report(balancer, notes[`${BALANCER}-ssl-negotiation-policy`], 'a policy that knows TLS 1.3');
        const callers = list(balancer.content.spec?.loadBalancerSourceRanges);
        if (callers.length === 0 || callers.some((each) => !network.clientCidrs.includes(each)))
          report(balancer, callers.join(', ') || 'everyone', `${network.clientCidrs.join(', ')}: the callers of the document`);
      }
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
