// Deployment documents for the Azure tests: one with eight accelerators, one without any.
import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';

const gibibyte = 2 ** 30;

/** What a test is about: fields that replace those of the fixture, section by section. */
export type Changes = {
  [K in keyof Deployment]?: Deployment[K] extends object ? Partial<Deployment[K]> : Deployment[K];
};

const gpuDeployment: Deployment = {
  schema: 'seekstack/deployment@2',
  planDigest: 'ab'.repeat(32),
  optionId: 'azure/norwayeast/Standard_ND96isr_H200_v5/x2',
  name: 'chat-prod',
  provider: 'azure',
  tier: 'single-node',
  purpose: 'serving',
  timeToLiveHours: null,
  placement: { region: 'norwayeast', zones: [] },
  machine: {
    type: 'Standard_ND96isr_H200_v5',
    cpuArchitecture: 'x86_64',
    vcpus: 96,
    memoryBytes: 1850 * gibibyte,
    localDiskBytes: 28e12,
    accelerator: { id: 'h200', vendor: 'nvidia', count: 8, memoryBytes: 141e9 },
    fabric: null,
  },
  fleet: { nodes: 2, minimumNodes: 1, maximumNodes: 3, billedNodes: 2, purchase: 'on-demand', reservation: null, quota: null },
  pools: [
    {
      role: 'serve',
      replicas: 2,
      nodesPerReplica: 1,
      layout: { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 1, maxSequences: 256 },
      args: ['deepseek-ai/DeepSeek-V3.2', '--tensor-parallel-size', '8', '--port', '8000', '--served-model-name', 'deep seek'],
    },
  ],
  model: {
    id: 'deepseek-v3.2',
    hfId: 'deepseek-ai/DeepSeek-V3.2',
    hfInclude: null,
    hfRevision: 'main',
    weightFormat: 'fp8',
    weightBytes: 690e9,
    maxContextTokens: 131_072,
  },
  engine: {
    id: 'vllm',
    image: { repository: 'docker.io/vllm/vllm-openai', tag: 'v0.28.0', digest: `sha256:${'0f'.repeat(32)}` },
    command: ['vllm', 'serve'],
    environment: { VLLM_LOGGING_LEVEL: 'INFO' },
    port: 8000,
    healthPath: '/health',
    startupSeconds: 3600,
    readSeconds: 180,
    metrics: {
      path: '/metrics',
      waitingRequests: 'vllm:num_requests_waiting',
      runningRequests: 'vllm:num_requests_running',
      cacheUse: 'vllm:kv_cache_usage_perc',
      ttftSeconds: 'vllm:time_to_first_token_seconds',
      tpotSeconds: 'vllm:request_time_per_output_token_seconds',
      outputTokens: 'vllm:generation_tokens_total',
    },
    apiKey: { variable: 'VLLM_API_KEY', argument: null },
    sharedMemoryBytes: 32 * gibibyte,
  },
  operators: [],
  companions: {
    objectStoreClient: { repository: 'public.ecr.aws/aws-cli/aws-cli', tag: '2.37.0', digest: `sha256:${'c1'.repeat(32)}` },
    acceleratorMetrics: { repository: 'nvcr.io/nvidia/k8s/dcgm-exporter', tag: '4.5.2', digest: `sha256:${'dc'.repeat(32)}` },
    tlsGateway: null,
  },
  promise: {
    percentile: 0.95,
    ttftTargetSeconds: 2,
    tpotTargetSeconds: 0.04,
    ttftSeconds: 1.2,
    tpotSeconds: 0.031,
    peakRequestsPerSecond: 6,
    outputTokensPerSecond: 4200,
    usdPerMillionOutputTokens: 8.5,
    nodeMaximumWatts: 10_200,
    fleetBoardWatts: 7400,
    scaleOutUtilisation: 0.9,
  },
  disk: { rootBytes: 512 * gibibyte, weightsBytes: 0 },
  network: { vpcCidr: '10.40.0.0/16', clientCidrs: ['10.0.0.0/8', '192.168.7.0/24'], certificate: null },
  budget: { usdPerMonth: 150_000, alertShares: [0.55, 1], email: 'ops@example.com' },
  cost: {
    usdPerHour: 169.6,
    usdPerMonth: 123_808,
    lines: [
      { id: 'compute', label: 'Two nodes', usdPerMonth: 123_808, basis: '2 x 84.80 USD an hour x 730 hours', quantity: null },
    ],
    priceAsOf: '2026-11-20',
  },
  tags: { owner: 'platform team', 'cost-centre': '4711' },
};

function merge(base: Deployment, changes: Changes): Deployment {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    const current = merged[key];
    const isSection = typeof current === 'object' && current !== null && !Array.isArray(current);
    merged[key] = isSection ? { ...current, ...(change as object) } : change;
  }
  return deploymentSchema.parse(merged);
}

/** Two 8×H200 nodes in norwayeast that serve deepseek-v3.2 with vLLM. */
export function buildGpuDeployment(changes: Changes = {}): Deployment {
  return merge(gpuDeployment, changes);
}

/** One CPU-only node that serves a GGUF checkpoint with llama.cpp from a network disk. */
export function buildCpuDeployment(changes: Changes = {}): Deployment {
  const cpuDeployment = merge(gpuDeployment, {
    name: 'lab',
    machine: {
      type: 'Standard_E96s_v5',
      memoryBytes: 672 * gibibyte,
      localDiskBytes: 0,
      accelerator: null,
      fabric: null,
    },
    fleet: { nodes: 1, maximumNodes: 1, billedNodes: 1 },
    pools: [
      {
        role: 'serve',
        replicas: 1,
        nodesPerReplica: 1,
        layout: { tensorParallel: 1, dataParallel: 1, expertParallel: 1, pipelineParallel: 1, maxSequences: 256 },
        args: ['--host', '0.0.0.0', '--port', '8000'],
      },
    ],
    model: { hfId: 'example/DeepSeek-V3.2-GGUF', hfInclude: '*Q4_K_M*', weightFormat: 'q4_k_m', weightBytes: 400e9 },
    engine: {
      id: 'llama.cpp',
      image: { repository: 'ghcr.io/ggml-org/llama.cpp', tag: 'server-b7000', digest: null },
      command: ['/app/llama-server'],
      environment: {},
      sharedMemoryBytes: 0,
    },
    disk: { rootBytes: 128 * gibibyte, weightsBytes: 600e9 },
    budget: { email: null },
  });
  return merge(cpuDeployment, changes);
}
