// What a node does at its first boot.
// In: a deployment document and the names of its supplies. Out: a cloud-config document; every file in it is compressed and
// base64, every command an argument list, so no value of the document is ever read by a shell or by YAML.
import { gzipSync } from 'node:zlib';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { DRAIN_PROGRAM, DRAIN_PROGRAM_PATH, DRAIN_SERVICE, renderDrainUnit } from './drain.ts';
import { ENGINE_ENVIRONMENT_PATH, ENGINE_SERVICE, renderEngineUnit, renderEnvironmentFile } from './engine-service.ts';
import { renderSuppliesUnit, SUPPLIES_PROGRAM, SUPPLIES_PROGRAM_PATH, SUPPLIES_SERVICE } from './fetch-supplies.ts';
import { type NodeResources, RESOURCES_PATH, renderResources } from './resources.ts';
import {
  COUNTERS_SERVICE,
  renderCountersUnit,
  renderWatchSettings,
  renderWatchUnits,
  WATCH_PROGRAM_PATH,
  WATCH_SERVICE,
  WATCH_SETTINGS_PATH,
  WATCH_TIMER,
} from './watch.ts';
import { WATCH_PROGRAM } from './watch-program.ts';
import { chooseWeightsDisk, renderStorageUnit, STORAGE_SCRIPT, STORAGE_SCRIPT_PATH, STORAGE_SERVICE } from './weights-disk.ts';

interface BootFile {
  readonly path: string;
  readonly permissions: string;
  readonly encoding: 'gz+b64' | 'text/plain';
  readonly content: string;
}

/** The part of cloud-init's format that is used here. */
export interface CloudConfig {
  readonly packages: readonly string[];
  readonly write_files: readonly BootFile[];
  readonly runcmd: readonly (readonly string[])[];
}

/** EC2's limit on user data before it is encoded. */
export const USER_DATA_MOST_BYTES = 16_384;
const CLOUD_CONFIG_HEADER = '#cloud-config\n';

/**
 * User data of a node. JSON is YAML, and the header tells cloud-init what it is.
 * @returns ASCII text, a byte a character; documents with very long arguments exceed `USER_DATA_MOST_BYTES`
 */
export function renderUserData(document: Deployment, resources: NodeResources): string {
  const counters = renderCountersUnit(document);
  const watch = renderWatchUnits();
  const spot = document.fleet.purchase === 'spot';
  const units = [ENGINE_SERVICE, WATCH_TIMER, ...(counters === null ? [] : [COUNTERS_SERVICE]), ...(spot ? [DRAIN_SERVICE] : [])];
  const config: CloudConfig = {
    // Already there on images with NVIDIA drivers; mdadm stripes several instance-store devices. The package mirrors are
    // buckets, reached without the internet.
    packages: ['docker', 'mdadm', 'iptables-nft'],
    write_files: [
      // The only file with values that AWS fills in, hence in plain sight.
      {
        path: RESOURCES_PATH,
        permissions: '0644',
        encoding: 'text/plain',
        content: renderResources(resources, document.placement.region),
      },
      bootFile(STORAGE_SCRIPT_PATH, '0755', STORAGE_SCRIPT),
      unitFile(STORAGE_SERVICE, renderStorageUnit(chooseWeightsDisk(document))),
      bootFile(SUPPLIES_PROGRAM_PATH, '0755', SUPPLIES_PROGRAM),
      unitFile(SUPPLIES_SERVICE, renderSuppliesUnit(document)),
      bootFile(ENGINE_ENVIRONMENT_PATH, '0600', renderEnvironmentFile(document)),
      unitFile(ENGINE_SERVICE, renderEngineUnit(document)),
      bootFile(WATCH_PROGRAM_PATH, '0755', WATCH_PROGRAM),
      bootFile(WATCH_SETTINGS_PATH, '0644', renderWatchSettings(document)),
      unitFile(WATCH_SERVICE, watch.service),
      unitFile(WATCH_TIMER, watch.timer),
      ...(counters === null ? [] : [unitFile(COUNTERS_SERVICE, counters)]),
      ...(spot ? [bootFile(DRAIN_PROGRAM_PATH, '0755', DRAIN_PROGRAM), unitFile(DRAIN_SERVICE, renderDrainUnit(document))] : []),
    ],
    runcmd: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', 'docker.service', STORAGE_SERVICE, SUPPLIES_SERVICE, ...units],
      // Not waited for: weights take minutes to arrive, and boot must finish.
      ['systemctl', 'start', '--no-block', ...units],
    ],
  };
  return `${CLOUD_CONFIG_HEADER}${JSON.stringify(config, null, 1)}\n`;
}

function unitFile(name: string, text: string): BootFile {
  return bootFile(`/etc/systemd/system/${name}`, '0644', text);
}

function bootFile(path: string, permissions: string, text: string): BootFile {
  return { path, permissions, encoding: 'gz+b64', content: gzipSync(text, { level: 9 }).toString('base64') };
}
