// The deployment document: everything a stack program needs to know about the option chosen, and nothing else.
// In: one option of a plan, through src/emit. Out: stacks/aws, stacks/azure and the on-premises manifests read it.
// It is copied into every emitted project, so it may import zod only.
import { z } from 'zod';

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
const count = z.int().min(0).max(1_000_000);
const positive = z.int().min(1).max(1_000_000);
const bytes = z.number().min(0).max(1e18);
const usd = z.number().min(0).max(1e12);

/** One line of the monthly bill. */
export const costLineSchema = z.strictObject({
  /** Stable role of the line, such as `compute`. */
  id: z.string().regex(/^[a-z0-9-]+$/),
  label: printable,
  /** USD a month of 730 hours; null where no price was found. */
  usdPerMonth: usd.nullable(),
  /** How the amount came about, in words. */
  basis: printable,
});

export const deploymentSchema = z
  .strictObject({
    schema: z.literal('seekstack/deployment@1'),
    /** SHA-256 of the plan document this was taken from. */
    planDigest: z.string().regex(/^[0-9a-f]{64}$/),
    /** Identifier of the option within that plan. */
    optionId: printable,
    /** Prefix of every resource name. */
    name: dnsLabel,
    provider: z.enum(['aws', 'azure', 'onprem']),
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
    }),
    fleet: z.strictObject({
      /** Nodes that run at the planned peak, spares included. */
      nodes: positive,
      minimumNodes: positive,
      maximumNodes: positive,
      /** 1 in the single-node tier. */
      nodesPerReplica: positive,
      purchase: z.enum(['on-demand', 'spot', 'commitment-1y', 'commitment-3y', 'owned']),
    }),
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
      image: z.strictObject({
        repository: imageRepository,
        tag: imageTag,
        /** Where known, the image is pulled by digest and the tag is only a comment. */
        digest: imageDigest.nullable(),
      }),
      /** Overrides the image's entry point. */
      command: z.array(argument).min(1).max(10),
      args: z.array(argument).max(100),
      environment: z.record(environmentName, argument),
      port: z.int().min(1024).max(65535),
      healthPath: z.string().regex(/^\/[A-Za-z0-9/_-]*$/),
      /** Longest time from container start to the first healthy answer, seconds. */
      startupSeconds: positive,
      sharedMemoryBytes: bytes,
    }),
    layout: z.strictObject({
      tensorParallel: positive,
      dataParallel: positive,
      expertParallel: positive,
      pipelineParallel: positive,
      /** Sequences decoded at once by one replica, at most. */
      maxSequences: positive,
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
    const { layout, machine, fleet } = document;
    const ranks = layout.tensorParallel * layout.dataParallel * layout.pipelineParallel;
    const accelerators = (machine.accelerator?.count ?? 1) * fleet.nodesPerReplica;
    if (ranks !== accelerators)
      context.addIssue({
        code: 'custom',
        path: ['layout'],
        message: `tensorParallel × dataParallel × pipelineParallel is ${ranks}, a replica has ${accelerators}`,
      });
    if (!(fleet.minimumNodes <= fleet.nodes && fleet.nodes <= fleet.maximumNodes))
      context.addIssue({ code: 'custom', path: ['fleet'], message: 'minimumNodes ≤ nodes ≤ maximumNodes must hold' });
    if (fleet.nodes % fleet.nodesPerReplica !== 0)
      context.addIssue({ code: 'custom', path: ['fleet', 'nodes'], message: 'must be whole replicas' });
  });

export type Deployment = z.infer<typeof deploymentSchema>;
export type DeploymentCostLine = z.infer<typeof costLineSchema>;

/** The image as a container runtime wants it: by digest where one is known, else by tag. */
export function imageReference(image: Deployment['engine']['image']): string {
  return image.digest === null ? `${image.repository}:${image.tag}` : `${image.repository}@${image.digest}`;
}
