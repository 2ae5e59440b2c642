// The cloud-init document a node reads at first boot.
// In: the deployment document. Out: `#cloud-config` text; files travel in base64 and commands as argument vectors, so
// that nothing of the document ever passes a shell or a YAML quoting rule.
import { RunError } from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import {
  buildKeySettings,
  type KeySettings,
  keyProgram,
  keyProgramPath,
  keySettingsPath,
  keyUnit,
  keyUnitName,
} from './api-key.ts';
import { buildEngineUnit, buildEnvironmentFile, engineUnitName, environmentFilePath } from './engine-unit.ts';
import { chooseNodeImage } from './node-image.ts';
import {
  type AgentSettings,
  agentConfigPath,
  agentUnitName,
  buildAgentConfig,
  buildAgentUnit,
  buildCountersUnit,
  countersUnitName,
} from './watching/agent.ts';
import { cacheScript, cacheScriptPath } from './weight-cache.ts';

/** Azure's limit for custom data before its own base64; https://learn.microsoft.com/azure/virtual-machines/custom-data */
const maximumCustomDataBytes = 65_535;

interface CloudConfig {
  package_update?: boolean;
  packages?: string[];
  write_files: { path: string; owner: string; permissions: string; encoding: 'b64'; content: string }[];
  runcmd: string[][];
}

function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function writeFile(path: string, permissions: string, text: string): CloudConfig['write_files'][number] {
  return { path, owner: 'root:root', permissions, encoding: 'b64', content: encodeBase64(text) };
}

/**
 * Cloud-init text of one node.
 * @throws RunError when it exceeds what Azure takes as custom data
 */
export function buildUserData(document: Deployment, key?: KeySettings, agent?: AgentSettings): string {
  const watched = agent === undefined ? new Map<string, string>() : listWatchingUnits(document);
  const packages = chooseNodeImage(document.machine)?.missingPackages ?? [];
  const config: CloudConfig = {
    ...(packages.length > 0 ? { package_update: true, packages } : {}),
    write_files: [
      writeFile(cacheScriptPath, '0755', cacheScript),
      // Environment values may hold tokens.
      writeFile(environmentFilePath, '0600', buildEnvironmentFile(document)),
      writeFile(`/etc/systemd/system/${engineUnitName}`, '0644', buildEngineUnit(document)),
      ...(key === undefined
        ? []
        : [
            writeFile(keyProgramPath, '0755', keyProgram),
            writeFile(keySettingsPath, '0600', buildKeySettings(document, key)),
            writeFile(`/etc/systemd/system/${keyUnitName}`, '0644', keyUnit),
          ]),
      ...(agent === undefined ? [] : [writeFile(agentConfigPath, '0644', buildAgentConfig(document, agent))]),
      ...[...watched].map(([name, unit]) => writeFile(`/etc/systemd/system/${name}`, '0644', unit)),
    ],
    runcmd: [
      ['systemctl', 'daemon-reload'],
      // Without --no-block, cloud-init would hang on the download of the container image.
      ['systemctl', 'enable', '--now', '--no-block', engineUnitName, ...watched.keys()],
    ],
  };
  // JSON is YAML, and its writer cannot mis-indent.
  const text = `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
  const sizeBytes = Buffer.byteLength(text, 'utf8');
  if (sizeBytes > maximumCustomDataBytes)
    throw new RunError(
      `the engine's arguments and environment are too long for Azure\n` +
        `  got: ${sizeBytes} bytes of custom data   expected: at most ${maximumCustomDataBytes}\n` +
        `  fix: shorten pools.0.args or engine.environment in the deployment document`,
    );
  return text;
}

/** Unit name → text of what runs beside the engine. */
function listWatchingUnits(document: Deployment): Map<string, string> {
  const units: [string, string | null][] = [
    [agentUnitName, buildAgentUnit(document)],
    [countersUnitName, buildCountersUnit(document)],
  ];
  return new Map(units.flatMap(([name, unit]) => (unit === null ? [] : [[name, unit]])));
}

/** The same, as Azure wants it in `customData`. */
export function buildCustomData(document: Deployment, key?: KeySettings, agent?: AgentSettings): string {
  return encodeBase64(buildUserData(document, key, agent));
}
