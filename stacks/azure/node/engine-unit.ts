// The systemd unit and environment file that run the pinned engine container on a node.
// In: the deployment document. Out: file texts in which every argument arrives in the container exactly as written.
import { type Deployment, suppliedSuffix } from '../../../src/documents/deployment.ts';
import { imageRepository, keyPath, keyVariable, modelPath, suppliesUnitName } from './fetch-supplies.ts';
import { quoteForSystemd } from './systemd-words.ts';
import { cacheDirectory } from './weight-cache.ts';

export const engineUnitName = 'seekstack-engine.service';
export const environmentFilePath = '/etc/seekstack/engine.env';
const containerName = 'seekstack-engine';
const weightsInContainer = '/weights';
/** Time an answer under way gets before the container is killed. */
const stopSeconds = 60;
const restartSeconds = 10;

/** What the container needs of the host's accelerators; empty on a CPU-only machine. */
function listAcceleratorFlags(machine: Deployment['machine']): string[] {
  if (machine.accelerator === null) return [];
  // Pinned and mapped host memory of collective libraries exceeds the default limit.
  const limits = ['--ulimit', 'memlock=-1', '--ulimit', 'stack=67108864'];
  if (machine.accelerator.vendor === 'nvidia') return ['--gpus', 'all', ...limits];
  // As the vLLM project documents its ROCm image; seccomp's default profile blocks what ROCm needs.
  const devices = ['--device', '/dev/kfd', '--device', '/dev/dri', '--group-add', 'video'];
  return [...devices, '--cap-add', 'SYS_PTRACE', '--security-opt', 'seccomp=unconfined', ...limits];
}

/**
 * Arguments of `docker` that start the engine, in order, none of them quoted.
 * @param registryServer - where nodes pull from
 * @returns argv after the word docker
 */
export function listContainerArguments(document: Deployment, registryServer: string): string[] {
  const { engine, machine } = document;
  const [entrypoint = '', ...command] = engine.command;
  const sharedMemory = engine.sharedMemoryBytes > 0 ? ['--shm-size', `${Math.ceil(engine.sharedMemoryBytes)}b`] : [];
  return [
    'run',
    '--rm',
    '--name',
    containerName,
    // Output reaches the journal through the unit; a second copy under /var/lib/docker would grow without bound.
    '--log-driver',
    'none',
    // The proxy on the same node is the only way to the engine: it ends TLS.
    '--publish',
    `127.0.0.1:${engine.port}:${engine.port}`,
    ...listAcceleratorFlags(machine),
    ...sharedMemory,
    '--mount',
    `type=bind,source=${cacheDirectory},target=${weightsInContainer}`,
    '--env-file',
    environmentFilePath,
    '--env-file',
    modelPath,
    ...(keyVariable(document) === null ? [] : ['--env-file', keyPath]),
    '--entrypoint',
    entrypoint,
    `${registryServer}/${imageRepository}${suppliedSuffix(document, 'engine')}`,
    ...command,
    ...(document.pools[0]?.args ?? []),
  ];
}

/**
 * Environment file in Docker's form: NAME=value to the end of the line, no quoting and no expansion.
 * @returns text in which the document's values win over the defaults
 */
export function buildEnvironmentFile(document: Deployment): string {
  // There is no way to the hub: without the second, engines wait for it to answer.
  const defaults = { HF_HOME: `${weightsInContainer}/huggingface`, HF_HUB_OFFLINE: '1' };
  return Object.entries({ ...defaults, ...document.engine.environment })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The unit. It restarts after every exit: a server that stops cleanly has stopped all the same. */
export function buildEngineUnit(document: Deployment, registryServer: string): string {
  const docker = '/usr/bin/docker';
  // One argument a line keeps the file readable on a node; each begins with a quote, so none is taken for a comment.
  const words = listContainerArguments(document, registryServer).map(quoteForSystemd);
  const { apiKey } = document.engine;
  // systemd completes the last word from the file of the key; nothing of the document is completed.
  if (typeof apiKey?.argument === 'string') words.push(quoteForSystemd(apiKey.argument), `"\${${keyVariable(document)}}"`);
  return `[Unit]
Description=seekstack ${document.engine.id} serving ${document.model.id}
Wants=network-online.target
Requires=docker.service ${suppliesUnitName}
After=network-online.target docker.service nvidia-fabricmanager.service ${suppliesUnitName}
StartLimitIntervalSec=0

[Service]
Type=exec
Restart=always
RestartSec=${restartSeconds}
${apiKey === null ? '' : `EnvironmentFile=${keyPath}\n`}TimeoutStopSec=${stopSeconds + 30}
ExecStartPre=-${docker} rm --force ${containerName}
ExecStart=${docker} \\\n  ${words.join(' \\\n  ')}
ExecStop=${docker} stop -t ${stopSeconds} ${containerName}

[Install]
WantedBy=multi-user.target
`;
}
