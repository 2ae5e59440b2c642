// The systemd unit and environment file that run the pinned engine container on a node.
// In: the deployment document. Out: file texts in which every argument arrives in the container exactly as written.
import { type Deployment, imageReference } from '../../src/documents/deployment.ts';
import { keyPath, keyUnitName, keyVariable } from './api-key.ts';
import { cacheDirectory, cacheScriptPath, chooseCachePlace, chooseHubHome } from './weight-cache.ts';

export const engineUnitName = 'seekstack-engine.service';
export const environmentFilePath = '/etc/seekstack/engine.env';
const containerName = 'seekstack-engine';
/** Time an answer under way gets before the container is killed. */
const stopSeconds = 60;
const restartSeconds = 10;

/**
 * One argument as systemd reads it back. systemd splits words, expands % specifiers and $ variables itself, so all
 * three are escaped; see systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers".
 * @param text - printable ASCII; a newline would end the directive
 */
export function quoteForSystemd(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}

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
 * @returns argv after the word docker
 */
export function listContainerArguments(document: Deployment): string[] {
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
    '--publish',
    `${engine.port}:${engine.port}`,
    ...listAcceleratorFlags(machine),
    ...sharedMemory,
    '--mount',
    `type=bind,source=${cacheDirectory},target=${chooseHubHome(document)}`,
    '--env-file',
    environmentFilePath,
    ...(keyVariable(document) === null ? [] : ['--env-file', keyPath]),
    '--entrypoint',
    entrypoint,
    imageReference(engine.image),
    ...command,
    ...(document.pools[0]?.args ?? []),
  ];
}

/**
 * Environment file in Docker's form: NAME=value to the end of the line, no quoting and no expansion.
 * @returns text in which the document's values win over the two cache defaults
 */
export function buildEnvironmentFile(document: Deployment): string {
  const hubHome = chooseHubHome(document);
  const defaults: Record<string, string> = { HF_HOME: hubHome };
  if (document.engine.id === 'llama.cpp') defaults.LLAMA_CACHE = hubHome;
  const environment = { ...defaults, ...document.engine.environment };
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The unit. Everything before ExecStart may fail and is tried again, so a slow network or disk heals by itself. */
export function buildEngineUnit(document: Deployment): string {
  const docker = '/usr/bin/docker';
  const image = quoteForSystemd(imageReference(document.engine.image));
  // One argument a line keeps the file readable on a node; each begins with a quote, so none is taken for a comment.
  const words = listContainerArguments(document).map(quoteForSystemd);
  const { apiKey } = document.engine;
  // systemd completes the last word from the file of the key; nothing of the document is completed.
  if (typeof apiKey?.argument === 'string') words.push(quoteForSystemd(apiKey.argument), `"\${${keyVariable(document)}}"`);
  const run = words.join(' \\\n  ');
  const needsKey = apiKey !== null;
  return `[Unit]
Description=seekstack ${document.engine.id} serving ${document.model.id}
Wants=network-online.target
Requires=docker.service${needsKey ? ` ${keyUnitName}` : ''}
After=network-online.target docker.service nvidia-fabricmanager.service nvme-raid.service${needsKey ? ` ${keyUnitName}` : ''}
StartLimitIntervalSec=0

[Service]
Type=exec
Restart=always
RestartSec=${restartSeconds}
TimeoutStartSec=infinity
${needsKey ? `EnvironmentFile=${keyPath}\n` : ''}TimeoutStopSec=${stopSeconds + 30}
ExecStartPre=${cacheScriptPath} ${chooseCachePlace(document)} ${cacheDirectory}
ExecStartPre=-${docker} rm --force ${containerName}
ExecStartPre=${docker} pull ${image}
ExecStart=${docker} \\\n  ${run}
ExecStop=${docker} stop -t ${stopSeconds} ${containerName}

[Install]
WantedBy=multi-user.target
`;
}
