// What a node does at its first boot.
// In: a deployment document. Out: a cloud-config document; every file in it is base64, every command an argument list, so
// no value of the document is ever read by a shell or by YAML.
import type { Deployment } from '../../src/documents/deployment.ts';
import { ENGINE_ENVIRONMENT_PATH, ENGINE_SERVICE, renderEngineUnit, renderEnvironmentFile } from './engine-service.ts';
import { chooseWeightsDisk, renderStorageUnit, STORAGE_SCRIPT, STORAGE_SCRIPT_PATH, STORAGE_SERVICE } from './weights-disk.ts';

interface BootFile {
  readonly path: string;
  readonly permissions: string;
  readonly encoding: 'b64';
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
export function renderUserData(document: Deployment): string {
  const config: CloudConfig = {
    // Already there on images with NVIDIA drivers; mdadm stripes several instance-store devices.
    packages: ['docker', 'mdadm'],
    write_files: [
      bootFile(STORAGE_SCRIPT_PATH, '0755', STORAGE_SCRIPT),
      bootFile(`/etc/systemd/system/${STORAGE_SERVICE}`, '0644', renderStorageUnit(chooseWeightsDisk(document))),
      bootFile(ENGINE_ENVIRONMENT_PATH, '0600', renderEnvironmentFile(document)),
      bootFile(`/etc/systemd/system/${ENGINE_SERVICE}`, '0644', renderEngineUnit(document)),
    ],
    runcmd: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', 'docker.service', STORAGE_SERVICE, ENGINE_SERVICE],
      // Not waited for: the image alone takes minutes to download, and boot must finish.
      ['systemctl', 'start', '--no-block', ENGINE_SERVICE],
    ],
  };
  return `${CLOUD_CONFIG_HEADER}${JSON.stringify(config, null, 1)}\n`;
}

function bootFile(path: string, permissions: string, text: string): BootFile {
  return { path, permissions, encoding: 'b64', content: Buffer.from(text, 'utf8').toString('base64') };
}
