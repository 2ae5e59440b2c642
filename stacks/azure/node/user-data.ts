// The cloud-init document a node reads at first boot.
// In: the deployment document. Out: `#cloud-config` text; files travel in base64 and commands as argument vectors, so
// that nothing of the document ever passes a shell or a YAML quoting rule.
import { RunError } from '@pulumi/pulumi';
import { type Deployment, suppliedSuffix } from '../../../src/documents/deployment.ts';
import {
  type AgentSettings,
  agentConfigPath,
  agentUnitName,
  buildAgentConfig,
  buildAgentUnit,
  buildCountersUnit,
  countersUnitName,
  type NodeImages,
} from '../watching/agent.ts';
import { drainProgram, drainProgramPath, drainUnit, drainUnitName } from './drain.ts';
import { buildEngineUnit, buildEnvironmentFile, engineUnitName, environmentFilePath } from './engine-unit.ts';
import {
  buildSuppliesSettings,
  buildSuppliesUnit,
  imageRepository,
  type SuppliesPlaces,
  suppliesProgram,
  suppliesProgramPath,
  suppliesSettingsPath,
  suppliesUnitName,
} from './fetch-supplies.ts';
import { buildProxySettings, buildProxyUnit, proxySettingsPath, proxyUnitName } from './tls-proxy.ts';
import { cacheScript, cacheScriptPath } from './weight-cache.ts';

/** Azure's limit for custom data before its own base64; https://learn.microsoft.com/azure/virtual-machines/custom-data */
const maximumCustomDataBytes = 65_535;

interface CloudConfig {
  write_files: { path: string; owner: string; permissions: string; encoding: 'b64'; content: string }[];
  runcmd: string[][];
}

function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function writeFile(path: string, permissions: string, text: string): CloudConfig['write_files'][number] {
  return { path, owner: 'root:root', permissions, encoding: 'b64', content: encodeBase64(text) };
}

/** One file a unit; the text is the same wherever the unit is. */
function writeUnit(name: string, text: string): CloudConfig['write_files'][number] {
  return writeFile(`/etc/systemd/system/${name}`, '0644', text);
}

/**
 * Cloud-init text of one node.
 * @throws RunError when it exceeds what Azure takes as custom data
 */
export function buildUserData(document: Deployment, places: SuppliesPlaces, agent?: AgentSettings): string {
  const spot = document.fleet.purchase === 'spot';
  const watched = agent === undefined ? new Map<string, string>() : listWatchingUnits(document, places.registryServer);
  const units = [suppliesUnitName, engineUnitName, proxyUnitName, ...watched.keys(), ...(spot ? [drainUnitName] : [])];
  const config: CloudConfig = {
    write_files: [
      writeFile(cacheScriptPath, '0755', cacheScript),
      writeFile(suppliesProgramPath, '0755', suppliesProgram),
      writeFile(suppliesSettingsPath, '0644', buildSuppliesSettings(document, places)),
      writeUnit(suppliesUnitName, buildSuppliesUnit(document)),
      // Environment values may hold tokens.
      writeFile(environmentFilePath, '0600', buildEnvironmentFile(document)),
      writeUnit(engineUnitName, buildEngineUnit(document, places.registryServer)),
      writeFile(proxySettingsPath, '0644', buildProxySettings(document)),
      writeUnit(proxyUnitName, buildProxyUnit(document, places.registryServer)),
      ...(agent === undefined ? [] : [writeFile(agentConfigPath, '0644', buildAgentConfig(document, agent))]),
      ...[...watched].map(([name, unit]) => writeUnit(name, unit)),
      ...(spot ? [writeFile(drainProgramPath, '0755', drainProgram), writeUnit(drainUnitName, drainUnit)] : []),
    ],
    runcmd: [
      ['systemctl', 'daemon-reload'],
      // Without --no-block, cloud-init would hang until the weights are there.
      ['systemctl', 'enable', '--now', '--no-block', ...units],
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
function listWatchingUnits(document: Deployment, registryServer: string): Map<string, string> {
  const images: NodeImages = {
    reference: (role) => `${registryServer}/${imageRepository}${suppliedSuffix(document, role)}`,
    after: [suppliesUnitName],
  };
  const units: [string, string | null][] = [
    [agentUnitName, buildAgentUnit(document, images)],
    [countersUnitName, buildCountersUnit(document, images)],
  ];
  return new Map(units.flatMap(([name, unit]) => (unit === null ? [] : [[name, unit]])));
}

/** The same, as Azure wants it in `customData`. */
export function buildCustomData(document: Deployment, places: SuppliesPlaces, agent?: AgentSettings): string {
  return encodeBase64(buildUserData(document, places, agent));
}
