// What callers talk to on a node: a proxy that ends TLS and hands requests on to the engine beside it.
// In: the document, where its images are. Out: a unit and the proxy's configuration, which holds numbers of the document only.
// Azure's load balancer passes packets on as they are, so TLS ends here.
import { type Deployment, suppliedSuffix } from '../../../src/documents/deployment.ts';
import { proxySettings } from '../../../src/endpoint/proxy-settings.ts';
import { certificateFolder, certificateName, imageRepository, suppliesUnitName } from './fetch-supplies.ts';
import { quoteForSystemd } from './systemd-words.ts';

export const proxyUnitName = 'seekstack-tls.service';
export const proxySettingsPath = '/etc/seekstack/nginx.conf';
/** Above those that only root may open, since the proxy runs without rights; callers see port 443. */
export const proxyPort = 8443;
export const endpointPort = 443;
const containerName = 'seekstack-tls';
const keptConnections = 256;
const restartSeconds = 5;
const drainSeconds = 60;

/** The engine beside it keeps connections open; a probe asks through it, so that it sees the engine. */
export function buildProxySettings({ engine }: Deployment): string {
  return proxySettings({
    listenPort: proxyPort,
    engine: `127.0.0.1:${engine.port}`,
    certificatePath: `/tls/${certificateName}`,
    keptConnections,
    healthPath: null,
  });
}

/** The unit. It needs the certificate, and outlives the engine: while that starts, the health probe gets an error. */
export function buildProxyUnit(document: Deployment, registryServer: string): string {
  const docker = '/usr/bin/docker';
  const words = [
    'run',
    '--rm',
    '--name',
    containerName,
    '--network',
    'host',
    '--read-only',
    '--tmpfs',
    '/tmp',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--log-driver',
    'none',
    '--mount',
    `type=bind,source=${proxySettingsPath},target=/etc/nginx/nginx.conf,readonly`,
    '--mount',
    `type=bind,source=${certificateFolder},target=/tls,readonly`,
    '--entrypoint',
    'nginx',
    `${registryServer}/${imageRepository}${suppliedSuffix(document, 'tls-proxy')}`,
    '-g',
    'daemon off;',
  ].map(quoteForSystemd);
  return `[Unit]
Description=TLS before the engine
Requires=docker.service ${suppliesUnitName}
After=docker.service ${suppliesUnitName}
StartLimitIntervalSec=0

[Service]
Type=exec
Restart=always
RestartSec=${restartSeconds}
TimeoutStopSec=${drainSeconds + 30}
ExecStartPre=-${docker} rm --force ${containerName}
ExecStart=${docker} \\\n  ${words.join(' \\\n  ')}
# QUIT lets answers under way finish.
ExecStop=${docker} stop --signal QUIT -t ${drainSeconds} ${containerName}

[Install]
WantedBy=multi-user.target
`;
}
