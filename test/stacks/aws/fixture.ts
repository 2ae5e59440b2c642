// Deployment documents for the tests of the AWS stack, and readers for what a node is told to do at boot. The readers are
// written apart from the writers: they follow cloud-init, systemd and docker.
import { gunzipSync } from 'node:zlib';

import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import type { CloudConfig } from '../../../stacks/aws/node/user-data.ts';

const GIB_BYTES = 2 ** 30;
const TB_BYTES = 1e12;

/** Eight H200 in one node, two nodes, over three zones. */
export function gpuDeployment(): Deployment {
  return deploymentSchema.parse({
    schema: 'seekstack/deployment@2',
    planDigest: 'a1'.repeat(32),
    optionId: 'aws/eu-north-1/p5en.48xlarge/vllm',
    name: 'chat-prod',
    provider: 'aws',
    tier: 'single-node',
    purpose: 'serving',
    timeToLiveHours: null,
    placement: { region: 'eu-north-1', zones: ['eu-north-1a', 'eu-north-1b', 'eu-north-1c'] },
    machine: {
      type: 'p5en.48xlarge',
      cpuArchitecture: 'x86_64',
      vcpus: 192,
      memoryBytes: 2048 * GIB_BYTES,
      localDiskBytes: 8 * 3.84 * TB_BYTES,
      accelerator: { id: 'nvidia-h200-sxm', vendor: 'nvidia', count: 8, memoryBytes: 141e9 },
      fabric: null,
    },
    fleet: {
      nodes: 2,
      minimumNodes: 1,
      maximumNodes: 3,
      billedNodes: 2,
      purchase: 'on-demand',
      reservation: null,
      quota: { code: 'L-417A185B', vcpus: 576 },
    },
    pools: [
      {
        role: 'serve',
        replicas: 2,
        nodesPerReplica: 1,
        layout: { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 1, maxSequences: 256 },
        args: [
          'deepseek-ai/DeepSeek-V3.2',
          '--tensor-parallel-size',
          '8',
          '--port',
          '8000',
          '--override-generation-config',
          '{"temperature": 0.6}',
        ],
      },
    ],
    model: {
      id: 'deepseek-v3.2',
      hfId: 'deepseek-ai/DeepSeek-V3.2',
      hfInclude: null,
      hfRevision: 'main',
      weightFormat: 'fp8',
      weightBytes: 689e9,
      maxContextTokens: 163_840,
    },
    engine: {
      id: 'vllm',
      image: {
        repository: 'docker.io/vllm/vllm-openai',
        tag: 'v0.11.0',
        digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
      },
      command: ['vllm', 'serve'],
      environment: { VLLM_USE_V1: '1' },
      port: 8000,
      healthPath: '/health',
      startupSeconds: 2400,
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
      sharedMemoryBytes: 64 * GIB_BYTES,
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
    disk: { rootBytes: 200 * GIB_BYTES, weightsBytes: 0 },
    network: { vpcCidr: '10.40.0.0/16', clientCidrs: ['10.0.0.0/8', '192.168.7.0/24'], certificate: null },
    budget: { usdPerMonth: 110_000, alertShares: [0.5, 0.8, 1], email: 'owner@example.com' },
    cost: {
      usdPerHour: 135.45,
      usdPerMonth: 98_878.5,
      lines: [{ id: 'compute', label: '2 x p5en.48xlarge', usdPerMonth: 98_878.5, basis: '2 nodes, 730 hours', quantity: null }],
      priceAsOf: '2026-09-10',
    },
    tags: { team: 'search', 'cost-center': '42 / research' },
  });
}

/** No accelerator, no local disk: one node that serves GGUF weights from a network volume. */
export function cpuDeployment(): Deployment {
  const gpu = gpuDeployment();
  return deploymentSchema.parse({
    ...gpu,
    name: 'batch-cpu',
    optionId: 'aws/eu-north-1/r7a.48xlarge/llama.cpp',
    placement: { region: 'eu-north-1', zones: ['eu-north-1a'] },
    machine: {
      type: 'r7a.48xlarge',
      cpuArchitecture: 'x86_64',
      vcpus: 192,
      memoryBytes: 1536 * GIB_BYTES,
      localDiskBytes: 0,
      accelerator: null,
      fabric: null,
    },
    fleet: { ...gpu.fleet, nodes: 1, minimumNodes: 1, maximumNodes: 1, billedNodes: 1 },
    pools: [
      {
        role: 'serve',
        replicas: 1,
        nodesPerReplica: 1,
        layout: { tensorParallel: 1, dataParallel: 1, expertParallel: 1, pipelineParallel: 1, maxSequences: 4 },
        args: ['--host', '0.0.0.0', '--port', '8080'],
      },
    ],
    model: {
      ...gpu.model,
      hfId: 'unsloth/DeepSeek-V3.2-GGUF',
      hfInclude: '*Q4_K_M*',
      weightFormat: 'q4_k_m',
      weightBytes: 404e9,
    },
    engine: {
      ...gpu.engine,
      id: 'llama.cpp',
      image: { repository: 'ghcr.io/ggml-org/llama.cpp', tag: 'server-b6500', digest: null },
      command: ['/app/llama-server'],
      environment: {},
      port: 8080,
      metrics: null,
      apiKey: { variable: 'LLAMA_API_KEY', argument: null },
      sharedMemoryBytes: 0,
    },
    companions: { ...gpu.companions, acceleratorMetrics: null },
    disk: { rootBytes: 100 * GIB_BYTES, weightsBytes: 600 * GIB_BYTES },
    budget: { ...gpu.budget, email: null },
  });
}

/** Two replicas of two nodes each, on Kubernetes. */
export function spanningDeployment(): Deployment {
  const gpu = gpuDeployment();
  return deploymentSchema.parse({
    ...gpu,
    name: 'wide',
    tier: 'kubernetes',
    placement: { region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] },
    machine: {
      ...gpu.machine,
      type: 'p5.48xlarge',
      accelerator: { id: 'h100-sxm', vendor: 'nvidia', count: 8, memoryBytes: 80 * GIB_BYTES },
      fabric: { kind: 'efa', interfaces: 32, networkCards: 32 },
    },
    fleet: { ...gpu.fleet, nodes: 4, minimumNodes: 2, maximumNodes: 6, billedNodes: 4 },
    pools: [
      {
        role: 'serve',
        replicas: 2,
        nodesPerReplica: 2,
        layout: { tensorParallel: 8, dataParallel: 1, expertParallel: 1, pipelineParallel: 2, maxSequences: 256 },
        args: ['/weights/model', '--tensor-parallel-size', '8', '--pipeline-parallel-size', '2', '--port', '8000'],
      },
    ],
  });
}

/** One prefill and one decode replica, two nodes each, under SGLang. */
export function disaggregatedDeployment(): Deployment {
  const wide = spanningDeployment();
  const layout = { tensorParallel: 2, dataParallel: 8, expertParallel: 16, pipelineParallel: 1, maxSequences: 512 };
  const args = (mode: string) => [
    '--model-path',
    '/weights/model',
    '--tp',
    '16',
    '--dp',
    '8',
    '--ep-size',
    '16',
    '--disaggregation-mode',
    mode,
  ];
  return deploymentSchema.parse({
    ...wide,
    name: 'apart',
    pools: [
      { role: 'prefill', replicas: 1, nodesPerReplica: 2, layout, args: args('prefill') },
      { role: 'decode', replicas: 1, nodesPerReplica: 2, layout, args: args('decode') },
    ],
    engine: {
      ...wide.engine,
      id: 'sglang',
      image: { repository: 'docker.io/lmsysorg/sglang', tag: 'v0.5.6', digest: `sha256:${'5a'.repeat(32)}` },
      command: ['python3', '-m', 'sglang.launch_server'],
      environment: {},
      apiKey: { variable: null, argument: '--api-key' },
    },
  });
}

/** What cloud-init would do with user data: path to text, and the commands. */
export function readUserData(text: string) {
  const [header, ...body] = text.split('\n');
  if (header !== '#cloud-config') throw new Error(`not a cloud-config: ${header}`);
  const config = JSON.parse(body.join('\n')) as CloudConfig;
  const files = new Map(config.write_files.map((file) => [file.path, readContent(file)]));
  const file = (path: string): string => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`no ${path} among ${[...files.keys()].join(', ')}`);
    return content;
  };
  return { config, file };
}

function readContent({ encoding, content }: CloudConfig['write_files'][number]): string {
  return encoding === 'text/plain' ? content : gunzipSync(Buffer.from(content, 'base64')).toString('utf8');
}

/** Splits a unit's ExecStart as systemd does: quotes, C escapes, then specifiers and variables. */
export function readCommand(unit: string): string[] {
  const line = unit.split('\n').find((text) => text.startsWith('ExecStart='));
  if (line === undefined) throw new Error('no ExecStart');
  const words: string[] = [];
  let rest = line.slice('ExecStart='.length);
  while (rest !== '') {
    const quoted = /^"((?:[^"\\]|\\.)*)"(?: |$)/.exec(rest);
    const match = quoted ?? /^([^\s"\\]+)(?: |$)/.exec(rest);
    if (match === null) throw new Error(`cannot split: ${rest}`);
    rest = rest.slice(match[0].length);
    words.push(expandWord(match[1] ?? ''));
  }
  return words;
}

function expandWord(word: string): string {
  const unescaped = word.replace(/\\(.)/g, (_, character: string) => {
    if (character !== '\\' && character !== '"') throw new Error(`escape \\${character} has a meaning of its own`);
    return character;
  });
  return unescaped.replace(
    /\$\{(REPOSITORY|API_KEY)\}|%(.)|\$(.)|[%$]$/g,
    (text, known?: string, specifier?: string, variable?: string) => {
      if (known !== undefined) return `<${known}>`;
      if (specifier === '%') return '%';
      if (specifier === 'H') return 'host';
      if (variable === '$') return '$';
      throw new Error(`systemd would expand ${text}`);
    },
  );
}

/** Reads an environment file as `docker --env-file` does: a line a variable, all after the first `=` taken as it stands. */
export function readEnvironment(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
