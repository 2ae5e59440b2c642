// A local HTTP server for a platform's API, with faults to order: lost connections, refusals, slow and broken answers.
// In: a handler that keeps the platform's state. Out: its address, a log of what was asked, the faults.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where nothing was sent. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of the JSON. */
  readonly text?: string;
}

/** What goes wrong, once: before the request is handled, or after. */
export type Fault =
  | { readonly kind: 'lose-before' | 'lose-after' | 'silent-after' | 'truncate' | 'break-off' }
  | { readonly kind: 'reply-before' | 'reply-after'; readonly reply: Reply };

export interface LocalServer {
  readonly origin: string;
  readonly calls: Call[];
  /** The next request for which `on` holds meets the fault. */
  readonly fail: (fault: Fault, on?: (call: Call) => boolean) => void;
  /** Each answer takes up to so long, by chance. */
  latencyMs: number;
  readonly close: () => Promise<void>;
}

export const writes = ({ method, path }: Call) => method !== 'GET' && !path.endsWith('/graphql');
export const posts = ({ method, path }: Call) => method === 'POST' && !path.endsWith('/graphql');

export async function startServer(handle: (call: Call, origin: string) => Reply): Promise<LocalServer> {
  const faults: { fault: Fault; on: (call: Call) => boolean }[] = [];
  const calls: Call[] = [];
  let origin = '';
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      response.writeHead(599).end(String(error));
    });
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', origin);
    const call: Call = {
      method: request.method ?? '',
      path: url.pathname,
      url,
      headers: request.headers,
      json: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
    };
    calls.push(call);
    if (local.latencyMs > 0) await new Promise((done) => setTimeout(done, Math.random() * local.latencyMs));
    const at = faults.findIndex(({ on }) => on(call));
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault;
    if (fault?.kind === 'lose-before') return void request.socket.destroy();
    if (fault?.kind === 'reply-before') return send(response, fault.reply);
    const reply = handle(call, origin);
    if (fault?.kind === 'lose-after') return void request.socket.destroy();
    if (fault?.kind === 'silent-after') return;
    if (fault?.kind === 'reply-after') return send(response, fault.reply);
    const text = JSON.stringify(reply.json);
    if (fault?.kind === 'truncate') return send(response, { ...reply, text: text.slice(0, text.length / 2) });
    if (fault?.kind === 'break-off') {
      response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
      return;
    }
    send(response, reply);
  };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local: LocalServer = {
    origin,
    calls,
    latencyMs: 0,
    fail: (fault, on = () => true) => faults.push({ fault, on }),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return local;
}

function send(response: ServerResponse, { status, json, headers, text }: Reply): void {
  const type = json === undefined && text === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, ...headers });
  response.end(text ?? (json === undefined ? undefined : JSON.stringify(json)));
}

/** A comment as the tests see it, whatever the platform. */
export interface Seen {
  readonly id: string;
  readonly body: string;
  readonly author: 'us' | 'other';
  readonly hidden: boolean;
}

/** One platform under test. */
export interface LocalPlatform {
  readonly name: 'github' | 'gitlab' | 'azure-repos' | 'bitbucket';
  readonly server: LocalServer;
  /** Flags that name the pull request and this server. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Visible comments, oldest first; deleted ones are gone. */
  readonly comments: () => readonly Seen[];
  /** Puts a comment there, as if it had been written earlier. @returns its id */
  readonly add: (body: string, author?: 'us' | 'other') => string;
}

/** Instants a minute apart, so that ages are clear. */
export const instantOf = (number: number) => new Date(Date.UTC(2026, 10, 1) + number * 60_000).toISOString();
