// The service that runs the engine's container on a node.
// In: the document's engine, machine and disks. Out: a unit file and an environment file.
import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';
import { engineLogGroupName } from '../serving/logs.ts';
import { API_KEY_PATH, SUPPLIES_SERVICE } from './fetch-supplies.ts';
import { RESOURCES_PATH } from './resources.ts';
import { quoteWord, renderUnit } from './systemd-unit.ts';
import { WEIGHTS_PATH_ON_NODE } from './weights-disk.ts';

export const ENGINE_SERVICE = 'seekstack-engine.service';
export const ENGINE_ENVIRONMENT_PATH = '/etc/seekstack/engine.env';

const CONTAINER_NAME = 'seekstack-engine';
const WEIGHTS_PATH_IN_CONTAINER = '/weights';
/** Collective libraries pin memory and want deep stacks: the values NVIDIA's container guide gives. */
const ACCELERATOR_OPTIONS = ['--gpus=all', '--ulimit=memlock=-1', '--ulimit=stack=67108864'];
const RESTART_PAUSE_SECONDS = 10;
const STOP_WAIT_SECONDS = 60;

/** A word of the command line that systemd completes from an environment file; its rest is quoted as all other words are. */
interface CompletedWord {
  readonly variable: string;
  readonly after: string;
}

/**
 * Arguments of `docker`, each one word; what follows the image is the engine's own command line.
 */
export function dockerRunArguments(document: Deployment): (string | CompletedWord)[] {
  const { engine, machine, placement } = document;
  const [entrypoint = '', ...command] = engine.command;
  const image = suppliedImages(document).find((each) => each.role === 'engine')?.suffix ?? '';
  return [
    'run',
    '--rm',
    `--name=${CONTAINER_NAME}`,
    '--security-opt=no-new-privileges',
    ...(machine.accelerator === null ? [] : ACCELERATOR_OPTIONS),
    ...(engine.sharedMemoryBytes === 0 ? [] : [`--shm-size=${Math.ceil(engine.sharedMemoryBytes)}`]),
    `--publish=${engine.port}:${engine.port}`,
    `--mount=type=bind,src=${WEIGHTS_PATH_ON_NODE},dst=${WEIGHTS_PATH_IN_CONTAINER}`,
    `--env-file=${ENGINE_ENVIRONMENT_PATH}`,
    `--env-file=${API_KEY_PATH}`,
    '--log-driver=awslogs',
    `--log-opt=awslogs-region=${placement.region}`,
    `--log-opt=awslogs-group=${engineLogGroupName(document)}`,
    // Logs may be lost in an outage of the log service; requests may not.
    '--log-opt=mode=non-blocking',
    `--entrypoint=${entrypoint}`,
    { variable: 'REPOSITORY', after: image },
    ...command,
    ...(document.pools[0]?.args ?? []),
    ...(typeof engine.apiKey?.argument === 'string' ? [engine.apiKey.argument, { variable: 'API_KEY', after: '' }] : []),
  ];
}

function writeWord(word: string | CompletedWord): string {
  return typeof word === 'string' ? quoteWord(word) : `"\${${word.variable}}${quoteWord(word.after).slice(1)}`;
}

/** Unit file of the engine. It restarts after every exit: a server that stops cleanly has stopped all the same. */
export function renderEngineUnit(document: Deployment): string {
  const [, ...options] = dockerRunArguments(document);
  // %H is the node's host name, filled in by systemd; hence outside the quoted words.
  const command = ['/usr/bin/docker', 'run', '--log-opt=awslogs-stream=%H', ...options.map(writeWord)].join(' ');
  return renderUnit([
    {
      name: 'Unit',
      directives: [
        ['Description', 'Serving engine'],
        ['Requires', `docker.service ${SUPPLIES_SERVICE}`],
        ['Wants', 'network-online.target'],
        // Without the fabric manager the accelerators of one node cannot reach each other.
        ['After', `docker.service ${SUPPLIES_SERVICE} network-online.target nvidia-fabricmanager.service`],
        ['StartLimitIntervalSec', '0'],
      ],
    },
    {
      name: 'Service',
      directives: [
        ['Type', 'exec'],
        ['EnvironmentFile', RESOURCES_PATH],
        ['EnvironmentFile', API_KEY_PATH],
        ['ExecStartPre', `-/usr/bin/docker rm --force ${CONTAINER_NAME}`],
        ['ExecStart', command],
        ['ExecStop', `/usr/bin/docker stop -t ${STOP_WAIT_SECONDS} ${CONTAINER_NAME}`],
        ['TimeoutStopSec', String(2 * STOP_WAIT_SECONDS)],
        ['Restart', 'always'],
        ['RestartSec', String(RESTART_PAUSE_SECONDS)],
      ],
    },
    { name: 'Install', directives: [['WantedBy', 'multi-user.target']] },
  ]);
}

/**
 * Environment file for `docker --env-file`, which takes everything after the first `=` as it stands, so nothing is quoted.
 * Caches point at the weights disk unless the document says otherwise.
 */
export function renderEnvironmentFile(document: Deployment): string {
  const { engine } = document;
  const caches: Record<string, string> = {
    HF_HOME: `${WEIGHTS_PATH_IN_CONTAINER}/huggingface`,
    // There is no way to the hub: without this the engines wait for it to answer.
    HF_HUB_OFFLINE: '1',
  };
  return Object.entries({ ...caches, ...engine.environment })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
