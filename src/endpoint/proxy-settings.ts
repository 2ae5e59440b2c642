// What a proxy before an engine is told: TLS for callers, tokens as they come. On a node and in a cluster alike.
// In: where it listens, where the engine answers, where certificate and key lie. Out: the text of nginx.conf.

/** A prompt of a million tokens is some megabytes of JSON. */
const LARGEST_BODY = '64m';
/** A long prompt is silent until its first token, and a long answer takes its time. */
const SILENCE_SECONDS = 3600;
const CONNECTIONS = 8192;
/** Mozilla's intermediate profile. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

export interface ProxyPlaces {
  /** Above the ports that only root may open. */
  readonly listenPort: number;
  /** Host and port of the engine, over HTTP. */
  readonly engine: string;
  /** File with the certificate's chain and its key. */
  readonly certificatePath: string;
  /** Connections to the engine that are kept open; none where a service in between spreads them by connection. */
  readonly keptConnections: number;
  /** Path that the proxy answers itself; null where the probe is to ask the engine. */
  readonly healthPath: string | null;
}

/**
 * Settings of nginx. Every value is of letters, digits and signs without a meaning here: the document's schema lets nothing
 * else through.
 * @source https://nginx.org/en/docs/http/ngx_http_proxy_module.html
 */
export function proxySettings({ listenPort, engine, certificatePath, keptConnections, healthPath }: ProxyPlaces): string {
  const kept = keptConnections > 0 ? `\n    keepalive ${keptConnections};` : '';
  const health = healthPath === null ? '' : `\n    location = ${healthPath} { return 200; }\n`;
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections ${CONNECTIONS};
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
    server ${engine} max_fails=0;${kept}
  }

  server {
    listen ${listenPort} ssl;
    ssl_certificate ${certificatePath};
    ssl_certificate_key ${certificatePath};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${CIPHERS};
    ssl_session_cache shared:tls:10m;
    ssl_session_tickets off;
    client_max_body_size ${LARGEST_BODY};
${health}
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      # Tokens go out as they come.
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout ${SILENCE_SECONDS}s;
      proxy_send_timeout ${SILENCE_SECONDS}s;
      # A request that was begun is not begun again elsewhere.
      proxy_next_upstream off;
    }
  }
}
`;
}
