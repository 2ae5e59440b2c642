// The deployment document: everything a stack program needs to know about the option chosen, and nothing else.
// In: one option of a plan, through src/emit. Out: stacks/aws, stacks/azure and the on-premises manifests read it.
// It is copied into every emitted project, so it may import zod only, and what is copied along.
import { z } from 'zod';
import { OPERATOR_IDS } from './operator-ids.ts';

const printable = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[\x20-\x7e]+$/, 'printable ASCII only');
const dnsLabel = z.string().regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, 'a DNS label of at most 32 characters');
const imageRepository = z
  .string()
  .max(200)
  .regex(/^[a-z0-9]+([._/:-][a-z0-9]+)*$/, 'a container repository, such as docker.io/vllm/vllm-openai');
const imageTag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'a container tag');
const imageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits');
/** One argument of the serving process. It never passes through a shell, yet a newline would break a unit file. */
const argument = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[\x20-\x7e]+$/, 'printable ASCII only');
const environmentName = z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'an environment variable name');
/** Beginning with a letter or digit keeps names such as __proto__ out, which mean something to the language. */
const tagName = z
  .string()
  .regex(/^[A-Za-z0-9][\w .:/=+@-]{0,127}$/, 'a letter or digit, then letters, digits, spaces and . : / = + - @ _');
const tagText = z.string().regex(/^[\w .:/=+@-]{1,128}$/, 'letters, digits, spaces and . : / = + - @ _');
const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'an IPv4 CIDR block');
const reservationId =
  /^(cr-[0-9a-f]{8,17}|\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[\w.-]{1,80})$/;
const count = z.int().min(0).max(1_000_000);
const positive = z.int().min(1).max(1_000_000);
const bytes = z.number().min(0).max(1e18);
const usd = z.number().min(0).max(1e12);

const seconds = z.number().min(0).max(1e7);
const metricName = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,99}$/, 'a Prometheus metric name');

/** A container image; where the digest is known the tag is only a comment. */
const imageSchema = z.strictObject({
  repository: imageRepository,
  tag: imageTag,
  digest: imageDigest.nullable(),
});

/** Replicas of one kind: they serve alone, or prefill for others, or decode what others prefilled. */
export const poolSchema = z.strictObject({
  role: z.enum(['serve', 'prefill', 'decode']),
  /** Replicas at the planned peak, spares included. */
  replicas: positive,
  nodesPerReplica: positive,
  layout: z.strictObject({
    tensorParallel: positive,
    dataParallel: positive,
    expertParallel: positive,
    pipelineParallel: positive,
    /** Sequences in flight in one replica, at most. */
    maxSequences: positive,
  }),
  /** Arguments of the serving process. Of a replica over several nodes: what all its nodes share. */
  args: z.array(argument).max(100),
});

/** One line of the monthly bill. */
export const costLineSchema = z.strictObject({
  /** Stable role of the line, such as `compute`. */
  id: z.string().regex(/^[a-z0-9-]+$/),
  label: printable,
  /** USD a month of 730 hours; null where no price was found. */
  usdPerMonth: usd.nullable(),
  /** How the amount came about, in words. */
  basis: printable,
  /** Units a month and what one costs; null where the amount is not a product. */
  quantity: z.strictObject({ units: usd, unit: printable, usdPerUnit: usd }).nullable(),
});

export const deploymentSchema = z
  .strictObject({
    schema: z.literal('seekstack/deployment@2'),
    /** SHA-256 of the plan document this was taken from. */
    planDigest: z.string().regex(/^[0-9a-f]{64}$/),
    /** Identifier of the option within that plan. */
    optionId: printable,
    /** Prefix of every resource name. */
    name: dnsLabel,
    provider: z.enum(['aws', 'azure', 'onprem']),
    /** One replica a machine, or Kubernetes where replicas span machines or have different tasks. */
    tier: z.enum(['single-node', 'kubernetes']),
    purpose: z.enum(['serving', 'benchmark']),
    /** Hours from its creation after which a benchmark takes itself down; null for serving. */
    timeToLiveHours: z.int().min(1).max(720).nullable(),
    placement: z.strictObject({
      /** Cloud region code; the site's country code on premises. */
      region: z.string().regex(/^[A-Za-z0-9-]{2,40}$/),
      /** Zone names on AWS (eu-north-1a), zone numbers on Azure (1); empty on premises. */
      zones: z.array(z.string().regex(/^[a-z0-9-]{1,20}$/)).max(6),
    }),
    machine: z.strictObject({
      /** Instance type, VM size or server id. */
      type: z.string().regex(/^[A-Za-z0-9._-]{1,80}$/),
      cpuArchitecture: z.enum(['x86_64', 'arm64']),
      vcpus: count,
      memoryBytes: bytes,
      /** Local NVMe of one node; 0 where there is none. */
      localDiskBytes: bytes,
      accelerator: z
        .strictObject({
          id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
          vendor: z.enum(['nvidia', 'amd']),
          /** Accelerators in one node. */
          count: positive,
          memoryBytes: bytes,
        })
        .nullable(),
      /** The network between nodes; null where none is used. */
      fabric: z
        .strictObject({
          kind: z.enum(['efa', 'infiniband', 'nvlink', 'ethernet']),
          interfaces: z.int().min(1).max(64),
          /** One more than interfaces where the first card carries none. */
          networkCards: z.int().min(1).max(64),
        })
        .nullable(),
    }),
    fleet: z.strictObject({
      /** Nodes that run at the planned peak, spares included. */
      nodes: positive,
      minimumNodes: positive,
      maximumNodes: positive,
      /** Mean over the term of the nodes that are paid for; fewer than `nodes` where the fleet grows. */
      billedNodes: z.number().min(0).max(1_000_000),
      purchase: z.enum(['on-demand', 'spot', 'commitment-1y', 'commitment-3y', 'owned']),
      /** Capacity bought beforehand; with an end it is a capacity block. */
      reservation: z
        .strictObject({
          /** A reservation of EC2, or the resource id of a capacity reservation group on Azure. */
          id: z
            .string()
            .regex(reservationId, 'a reservation such as cr-0123456789abcdef0, or the id of a capacity reservation group'),
          endsAt: z
            .string()
            .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/)
            .nullable(),
        })
        .nullable(),
      /** The quota that counts these machines; null where none is known. */
      quota: z.strictObject({ code: z.string().regex(/^[A-Za-z0-9-]{1,60}$/), vcpus: count }).nullable(),
    }),
    pools: z.array(poolSchema).min(1).max(2),
    model: z.strictObject({
      id: z.string().regex(/^[a-z0-9._-]{1,80}$/),
      /** Repository on the Hugging Face hub. */
      hfId: z.string().regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/),
      /** A file pattern inside the repository, for checkpoints that share one (GGUF); null means all of it. */
      hfInclude: z
        .string()
        .regex(/^[A-Za-z0-9._*/-]{1,100}$/)
        .nullable(),
      /** Branch, tag or commit. */
      hfRevision: z.string().regex(/^[A-Za-z0-9._/-]{1,100}$/),
      weightFormat: z.string().regex(/^[a-z0-9._+-]{1,60}$/),
      weightBytes: bytes,
      maxContextTokens: z.int().min(1),
    }),
    engine: z.strictObject({
      id: z.enum(['vllm', 'sglang', 'tensorrt-llm', 'llama.cpp', 'ktransformers']),
      image: imageSchema,
      /** Overrides the image's entry point. */
      command: z.array(argument).min(1).max(10),
      environment: z.record(environmentName, argument),
      /** How the engine takes its API key: in a variable, as an argument; null where it knows none. */
      apiKey: z.strictObject({ variable: environmentName.nullable(), argument: argument.nullable() }).nullable(),
      port: z.int().min(1024).max(65535),
      healthPath: z.string().regex(/^\/[A-Za-z0-9/_-]*$/),
      /** Longest time from container start to the first healthy answer, seconds. */
      startupSeconds: positive,
      /** Of those: the weights at the measured read rate of the disk they lie on, seconds. */
      readSeconds: seconds,
      /** Names of what it publishes; null where it publishes nothing a scraper can read. */
      metrics: z
        .strictObject({
          path: z.string().regex(/^\/[a-z/]{0,60}$/),
          waitingRequests: metricName,
          runningRequests: metricName,
          cacheUse: metricName,
          ttftSeconds: metricName,
          tpotSeconds: metricName,
          outputTokens: metricName,
          /** Time series one rank publishes of these; a histogram has one for each bucket. */
          seriesPerRank: positive,
        })
        .nullable(),
      sharedMemoryBytes: bytes,
    }),
    /** Containers beside the engine; null where none fits the machine. */
    companions: z.strictObject({
      objectStoreClient: imageSchema.nullable(),
      acceleratorMetrics: imageSchema.nullable(),
      /** Ends TLS before the engine, where the cloud's load balancer does not. */
      tlsProxy: imageSchema.nullable(),
      /** Fills the deployment's own stores, on a machine of the cloud's. */
      seeder: imageSchema.nullable(),
      /** Reads metrics on a node of its own and sends them on. */
      metricsAgent: imageSchema.nullable(),
    }),
    /** Controllers of its cluster, as Helm charts, in the order they are installed; none for a single-node tier. */
    operators: z
      .array(
        z.strictObject({
          id: z.enum(OPERATOR_IDS),
          repository: z.string().regex(/^(https|oci):\/\/[a-z0-9./-]{1,200}$/),
          chart: z.string().regex(/^[a-z0-9-]{1,60}$/),
          version: z.string().regex(/^\d+\.\d+\.\d+$/),
          namespace: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
        }),
      )
      .max(10),
    /** What the plan promised, for alarms and for plan against actual. */
    promise: z.strictObject({
      percentile: z.number().min(0.5).max(0.999),
      /** Targets of the workload; null where it has none. */
      ttftTargetSeconds: seconds.nullable(),
      tpotTargetSeconds: seconds.nullable(),
      /** Predictions at the planned peak. */
      ttftSeconds: seconds,
      tpotSeconds: seconds,
      peakRequestsPerSecond: z.number().min(0).max(1e9),
      outputTokensPerSecond: z.number().min(0).max(1e12),
      usdPerMillionOutputTokens: usd,
      /** One node at the wall at its planned maximum, and the accelerators of the fleet on average. */
      nodeMaximumWatts: z.number().min(0).max(1e7),
      fleetBoardWatts: z.number().min(0).max(1e9),
      /** Load over the capacity of what runs at which a replica is added, 0-1. */
      scaleOutUtilisation: z.number().min(0).max(1),
    }),
    disk: z.strictObject({
      rootBytes: bytes,
      /** Network disk for weights, where local NVMe is missing or too small; 0 otherwise. */
      weightsBytes: bytes,
    }),
    network: z.strictObject({
      vpcCidr: cidr,
      /** Who may call the endpoint. */
      clientCidrs: z.array(cidr).min(1).max(20),
      /** Certificate of the endpoint; null where it is asked for at deployment. */
      certificate: z
        .string()
        .regex(/^[A-Za-z0-9:/._-]{1,200}$/)
        .nullable(),
    }),
    budget: z.strictObject({
      usdPerMonth: usd,
      /** Shares of the budget at which someone is told, 0–1.5. */
      alertShares: z.array(z.number().min(0.05).max(1.5)).min(1).max(5),
      /** Who is told; null leaves the alarm visible in the console only. */
      email: z.email().max(200).nullable(),
    }),
    cost: z.strictObject({
      usdPerHour: usd,
      usdPerMonth: usd,
      lines: z.array(costLineSchema),
      /** Oldest date among the prices used, ISO 8601. */
      priceAsOf: z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/),
    }),
    tags: z.record(tagName, tagText),
  })
  .superRefine((document, context) => {
    const { pools, machine, fleet } = document;
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    pools.forEach(({ layout, nodesPerReplica }, index) => {
      const ranks = layout.tensorParallel * layout.dataParallel * layout.pipelineParallel;
      const accelerators = (machine.accelerator?.count ?? 1) * nodesPerReplica;
      if (ranks !== accelerators)
        refuse(
          ['pools', index, 'layout'],
          `tensorParallel × dataParallel × pipelineParallel is ${ranks}, a replica has ${accelerators}`,
        );
    });
    const roles = pools.map((pool) => pool.role).join(' ');
    if (roles !== 'serve' && roles !== 'prefill decode') refuse(['pools'], 'one pool that serves, or prefill and then decode');
    if (document.tier === 'single-node' && (roles !== 'serve' || pools[0]?.nodesPerReplica !== 1))
      refuse(['tier'], 'kubernetes: a replica spans nodes, or pools have different tasks');
    const nodes = pools.reduce((sum, pool) => sum + pool.replicas * pool.nodesPerReplica, 0);
    if (nodes !== fleet.nodes) refuse(['fleet', 'nodes'], `${nodes}, the nodes of all replicas of all pools`);
    if ((document.timeToLiveHours === null) !== (document.purpose === 'serving'))
      refuse(['timeToLiveHours'], 'hours for a benchmark, null for serving');
    if (!(fleet.minimumNodes <= fleet.nodes && fleet.nodes <= fleet.maximumNodes))
      refuse(['fleet'], 'minimumNodes ≤ nodes ≤ maximumNodes must hold');
  });

export type Deployment = z.infer<typeof deploymentSchema>;
export type Pool = z.infer<typeof poolSchema>;
export type DeploymentCostLine = z.infer<typeof costLineSchema>;

/** The image as a container runtime wants it: by digest where one is known, else by tag. */
export function imageReference(image: Deployment['engine']['image']): string {
  return image.digest === null ? `${image.repository}:${image.tag}` : `${image.repository}@${image.digest}`;
}

export interface SuppliedImage {
  readonly role: 'engine' | 'accelerator-metrics' | 'metrics-agent' | 'object-store-client' | 'tls-proxy';
  /** Where the seed job copies it from. */
  readonly source: string;
  /** Tag in the deployment's own repository; tags there are not moved. */
  readonly tag: string;
  /** What follows the repository when a node pulls it: by digest where one is known. */
  readonly suffix: string;
}

/** Images that nodes pull from the deployment's own registry; machines of the single-node tier carry the client already. */
export function suppliedImages({ engine, companions, tier }: Deployment): SuppliedImage[] {
  const images: SuppliedImage[] = [supplied('engine', engine.image)];
  if (companions.acceleratorMetrics !== null) images.push(supplied('accelerator-metrics', companions.acceleratorMetrics));
  if (companions.metricsAgent !== null) images.push(supplied('metrics-agent', companions.metricsAgent));
  if (companions.tlsProxy !== null) images.push(supplied('tls-proxy', companions.tlsProxy));
  if (tier === 'kubernetes' && companions.objectStoreClient !== null)
    images.push(supplied('object-store-client', companions.objectStoreClient));
  return images;
}

/** What follows the repository for one of them; nothing where the deployment has none. */
export function suppliedSuffix(document: Deployment, role: SuppliedImage['role']): string {
  return suppliedImages(document).find((each) => each.role === role)?.suffix ?? '';
}

function supplied(role: SuppliedImage['role'], image: Deployment['engine']['image']): SuppliedImage {
  const tag = `${role}-${image.digest === null ? image.tag : image.digest.slice('sha256:'.length, 'sha256:'.length + 16)}`.slice(
    0,
    128,
  );
  return { role, source: imageReference(image), tag, suffix: image.digest === null ? `:${tag}` : `@${image.digest}` };
}
