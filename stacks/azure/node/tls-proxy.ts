// What callers talk to on a node: a proxy that ends TLS and hands requests on to the engine beside it.
// In: the document, where its images are. Out: a unit and the proxy's configuration, which holds numbers of the document only.
// Azure's load balancer passes packets on as they are, so TLS ends here.
import { type Deployment, suppliedSuffix } from '../../../src/documents/deployment.ts';
import { certificateFolder, certificateName, imageRepository, suppliesUnitName } from './fetch-supplies.ts';
import { quoteForSystemd } from './systemd-words.ts';

export const proxyUnitName = 'seekstack-tls.service';
export const proxySettingsPath = '/etc/seekstack/nginx.conf';
/** Above those that only root may open, since the proxy runs without rights; callers see port 443. */
export const proxyPort = 8443;
export const endpointPort = 443;
const containerName = 'seekstack-tls';
/** A prompt of a million tokens is some megabytes of JSON. */
const largestBody = '64m';
/** A long prompt is silent until its first token, and a long answer takes its time. */
const silenceSeconds = 3600;
const restartSeconds = 5;
const drainSeconds = 60;

/** @source https://nginx.org/en/docs/http/ngx_http_proxy_module.html; TLS as Mozilla's intermediate profile has it */
export function buildProxySettings({ engine }: Deployment): string {
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections 8192;
}

http {
  access_log off;
  server_tokens off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  upstream engine {
    server 127.0.0.1:${engine.port} max_fails=0;
    keepalive 256;
  }

  server {
    listen ${proxyPort} ssl;
    ssl_certificate /tls/${certificateName};
    ssl_certificate_key /tls/${certificateName};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_session_cache shared:tls:10m;
    ssl_session_tickets off;
    client_max_body_size ${largestBody};

    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      # Tokens go out as they come.
      proxy_buffering off;
      proxy_read_timeout ${silenceSeconds}s;
      proxy_send_timeout ${silenceSeconds}s;
      # A request that was begun is not begun again elsewhere.
      proxy_next_upstream off;
    }
  }
}
`;
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
