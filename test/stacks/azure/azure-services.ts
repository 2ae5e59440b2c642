// A server that answers as the services do which the programs of nodes and of the seed job talk to: metadata, vault, blobs,
// registry, management, and the model hub. Written from their documentation, and not from the programs under test.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Blob {
  content: Buffer;
  sha256: string | undefined;
}

export interface AzureServices {
  readonly url: string;
  /** Method and path of every request, in order. */
  readonly asked: string[];
  /** Name → committed blob. */
  readonly blobs: Map<string, Blob>;
  /** Path in the repository → content, on the hub. */
  readonly hub: Map<string, Buffer>;
  readonly secrets: Map<string, string>;
  readonly imported: string[];
  /** How many of the next requests whose path begins so fail with 503. */
  readonly failing: Map<string, number>;
  stop(): Promise<void>;
}

const HUB_COMMIT = 'c0ffee';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Part of a content that a Range header asks for. */
function ranged(content: Buffer, range: string | undefined): { status: number; body: Buffer } {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined) return { status: 200, body: content };
  return { status: 206, body: content.subarray(Number(first), Number(last) + 1) };
}

export async function startAzureServices(): Promise<AzureServices> {
  const services = {
    url: '',
    asked: [] as string[],
    blobs: new Map<string, Blob>(),
    hub: new Map<string, Buffer>(),
    secrets: new Map<string, string>(),
    imported: [] as string[],
    failing: new Map<string, number>(),
  };
  const blocks = new Map<string, Map<string, Buffer>>();
  let polls = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://x');
    const path = decodeURIComponent(pathname);
    const body = await bodyOf(request);
    services.asked.push(`${request.method} ${path}`);
    const reply = (status: number, content: string | Buffer = '', headers: Record<string, string> = {}): void => {
      response.writeHead(status, headers).end(content);
    };
    const json = (value: unknown) => reply(200, JSON.stringify(value), { 'content-type': 'application/json' });
    for (const [prefix, left] of services.failing)
      if (path.startsWith(prefix) && left > 0) {
        services.failing.set(prefix, left - 1);
        return reply(503, 'busy');
      }
    const holds = (resource: string) => request.headers.authorization === `Bearer ${resource} for ${'client-1'}`;
    if (path === '/metadata') {
      if (request.headers.metadata !== 'true') return reply(400);
      const token = `${query.get('resource')} for ${query.get('client_id')}`;
      return json({ access_token: token, expires_on: String(Math.floor(Date.now() / 1000) + 3600) });
    }
    if (path.startsWith('/secrets/')) {
      if (!holds('https://vault.azure.net')) return reply(401);
      const value = services.secrets.get(path.slice('/secrets/'.length));
      return value === undefined ? reply(404) : json({ value });
    }
    if (path.endsWith('/importImage')) {
      if (!holds('https://management.azure.com')) return reply(401);
      const wanted = JSON.parse(body.toString()) as { source: Record<string, string>; targetTags: string[] };
      services.imported.push(`${wanted.source.registryUri}/${wanted.source.sourceImage} → ${wanted.targetTags.join()}`);
      polls = 0;
      return reply(202, '', { location: `${services.url}/operations/1` });
    }
    if (path === '/operations/1') {
      if (!holds('https://management.azure.com')) return reply(401);
      polls += 1;
      return reply(polls > 1 ? 200 : 202, '', polls > 1 ? {} : { location: `${services.url}/operations/1` });
    }
    if (path === '/oauth2/exchange') {
      const form = new URLSearchParams(body.toString());
      if (form.get('access_token') !== 'https://management.azure.com for client-1') return reply(401);
      return json({ refresh_token: `registry token of ${form.get('service')}` });
    }
    if (path.startsWith('/api/models/'))
      return json({
        sha: HUB_COMMIT,
        siblings: [...services.hub].map(([rfilename, content]) => ({
          rfilename,
          size: content.length,
          ...(rfilename.endsWith('.safetensors') ? { lfs: { sha256: sha256(content) } } : {}),
        })),
      });
    const [, name] = new RegExp(`^/example/model/resolve/${HUB_COMMIT}/(.*)$`).exec(path) ?? [];
    if (name !== undefined) {
      // The hub sends readers on to its store, which refuses tokens of others.
      if (!query.has('stored')) return reply(302, '', { location: `${services.url}${pathname}?stored` });
      const content = services.hub.get(name);
      if (content === undefined || request.headers.authorization !== undefined) return reply(403);
      const { status, body: part } = ranged(content, request.headers.range);
      return reply(status, part);
    }
    if (path.startsWith('/weights')) {
      if (!holds('https://storage.azure.com') || request.headers['x-ms-version'] === undefined) return reply(403);
      blob(request, path.slice('/weights/'.length), query, body, reply);
      return;
    }
    reply(404);
  };

  const blob = (
    request: IncomingMessage,
    name: string,
    query: URLSearchParams,
    body: Buffer,
    reply: (status: number, content?: string | Buffer, headers?: Record<string, string>) => void,
  ): unknown => {
    const found = services.blobs.get(name);
    switch (`${request.method} ${query.get('comp') ?? ''}`) {
      case 'GET list': {
        // Two at a time, so that pages are followed.
        const names = [...services.blobs.keys()].sort();
        const from = Number(query.get('marker') || 0);
        const page = names.slice(from, from + 2).map((each) => {
          const { content, sha256: kept } = services.blobs.get(each) as Blob;
          const metadata = kept === undefined ? '<Metadata/>' : `<Metadata><sha256>${kept}</sha256></Metadata>`;
          return `<Blob><Name>${each}</Name><Properties><Content-Length>${content.length}</Content-Length></Properties>${metadata}</Blob>`;
        });
        const next = from + 2 < names.length ? String(from + 2) : '';
        return reply(
          200,
          `<?xml version="1.0"?><EnumerationResults><Blobs>${page.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
        );
      }
      case 'PUT block': {
        const own = blocks.get(name) ?? new Map<string, Buffer>();
        blocks.set(name, own.set(query.get('blockid') ?? '', body));
        return reply(201);
      }
      case 'PUT blocklist': {
        const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id = '']) => id);
        const parts = ids.map((id) => blocks.get(name)?.get(id));
        if (parts.some((part) => part === undefined)) return reply(400, 'InvalidBlockList');
        services.blobs.set(name, {
          content: Buffer.concat(parts as Buffer[]),
          sha256: request.headers['x-ms-meta-sha256'] as string | undefined,
        });
        return reply(201);
      }
      case 'PUT ':
        if (request.headers['x-ms-blob-type'] !== 'BlockBlob') return reply(400);
        services.blobs.set(name, { content: body, sha256: undefined });
        return reply(201);
      case 'HEAD ':
        return found === undefined ? reply(404) : reply(200, '', { 'content-length': String(found.content.length) });
      case 'GET ': {
        if (found === undefined) return reply(404, 'BlobNotFound');
        const { status, body: part } = ranged(found.content, request.headers.range);
        return reply(status, part);
      }
      default:
        return reply(400);
    }
  };

  const server: Server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  services.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...services, stop: () => new Promise((closed) => server.close(() => closed())) };
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
