// What a node tells about itself once a minute: the engine's latencies and queue, the accelerators' power.
// In: the document. Out: a unit with its timer, the unit of the counters' container, and what the program is told.
import { type Deployment, suppliedImages } from '../../../src/documents/deployment.ts';
import { SUPPLIES_SERVICE } from './fetch-supplies.ts';
import { RESOURCES_PATH } from './resources.ts';
import { quoteWord, renderUnit } from './systemd-unit.ts';

export const WATCH_SERVICE = 'seekstack-watch.service';
export const WATCH_TIMER = 'seekstack-watch.timer';
export const COUNTERS_SERVICE = 'seekstack-counters.service';
export const WATCH_PROGRAM_PATH = '/usr/local/libexec/seekstack-watch';
export const WATCH_SETTINGS_PATH = '/etc/seekstack/watch.json';

const COUNTERS_PORT = 9400;

/** Namespace of a deployment's own metrics. */
export function metricNamespace(document: Deployment): string {
  return `seekstack/${document.name}`;
}

/** Metrics a deployment publishes, without dimensions, so that each is one for the whole fleet. */
export function publishedMetrics({ engine, companions }: Deployment): string[] {
  return [
    'EngineUp',
    ...(engine.metrics === null
      ? []
      : ['TimeToFirstToken', 'TimePerOutputToken', 'WaitingRequests', 'RunningRequests', 'CacheUse', 'OutputTokens']),
    ...(companions.acceleratorMetrics === null ? [] : ['BoardWatts']),
  ];
}

/** What the program reads: where to look, and under which names. */
export function renderWatchSettings(document: Deployment): string {
  const { engine, companions } = document;
  return JSON.stringify({
    namespace: metricNamespace(document),
    health: `http://localhost:${engine.port}${engine.healthPath}`,
    engine:
      engine.metrics === null
        ? null
        : {
            url: `http://localhost:${engine.port}${engine.metrics.path}`,
            distributions: { TimeToFirstToken: engine.metrics.ttftSeconds, TimePerOutputToken: engine.metrics.tpotSeconds },
            sums: { WaitingRequests: engine.metrics.waitingRequests, RunningRequests: engine.metrics.runningRequests },
            means: { CacheUse: engine.metrics.cacheUse },
            increases: { OutputTokens: engine.metrics.outputTokens },
          },
    accelerators:
      companions.acceleratorMetrics === null
        ? null
        : { url: `http://localhost:${COUNTERS_PORT}/metrics`, sums: { BoardWatts: 'DCGM_FI_DEV_POWER_USAGE' } },
  });
}

/** Unit and timer of the program. */
export function renderWatchUnits(): { readonly service: string; readonly timer: string } {
  return {
    service: renderUnit([
      { name: 'Unit', directives: [['Description', 'Publish metrics of the engine and the accelerators']] },
      {
        name: 'Service',
        directives: [
          ['Type', 'oneshot'],
          ['EnvironmentFile', RESOURCES_PATH],
          ['ExecStart', `/usr/bin/python3 ${WATCH_PROGRAM_PATH} ${WATCH_SETTINGS_PATH} /run/seekstack/watch-state.json`],
          ['RuntimeDirectory', 'seekstack'],
          ['RuntimeDirectoryPreserve', 'yes'],
        ],
      },
    ]),
    timer: renderUnit([
      { name: 'Unit', directives: [['Description', 'Once a minute']] },
      {
        name: 'Timer',
        directives: [
          ['OnCalendar', 'minutely'],
          ['AccuracySec', '1s'],
        ],
      },
      { name: 'Install', directives: [['WantedBy', 'timers.target']] },
    ]),
  };
}

/** Unit of the container that reads the accelerators' counters; null where there is none for the machine. */
export function renderCountersUnit(document: Deployment): string | null {
  const image = suppliedImages(document).find((each) => each.role === 'accelerator-metrics');
  if (image === undefined) return null;
  const options = ['--rm', '--name=seekstack-counters', '--gpus=all', '--cap-add=SYS_ADMIN'];
  const publish = `--publish=127.0.0.1:${COUNTERS_PORT}:${COUNTERS_PORT}`;
  return renderUnit([
    {
      name: 'Unit',
      directives: [
        ['Description', 'Counters of the accelerators'],
        ['Requires', `docker.service ${SUPPLIES_SERVICE}`],
        ['After', `docker.service ${SUPPLIES_SERVICE}`],
        ['StartLimitIntervalSec', '0'],
      ],
    },
    {
      name: 'Service',
      directives: [
        ['EnvironmentFile', RESOURCES_PATH],
        ['ExecStartPre', '-/usr/bin/docker rm --force seekstack-counters'],
        [
          'ExecStart',
          `/usr/bin/docker run ${[...options, publish].map(quoteWord).join(' ')} "\${REPOSITORY}${quoteWord(image.suffix).slice(1)}`,
        ],
        ['Restart', 'always'],
        ['RestartSec', '10'],
      ],
    },
    { name: 'Install', directives: [['WantedBy', 'multi-user.target']] },
  ]);
}
