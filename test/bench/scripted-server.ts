// A server that answers by script, piece by piece, and writes down when it really wrote each piece.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/** What is done after a while; times are milliseconds after the step before. */
export type Step =
  | { readonly after: number; readonly write: string | Uint8Array }
  | { readonly after: number; readonly end: true }
  | { readonly after: number; readonly reset: true };

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Served {
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
  readonly arrivedSeconds: number;
  /** When each piece was handed to the socket. */
  readonly wroteSeconds: number[];
}

export interface ScriptedServer {
  readonly url: string;
  readonly served: readonly Served[];
  readonly close: () => Promise<void>;
}

const now = () => performance.now() / 1000;
const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    if (milliseconds <= 0) setImmediate(resolve);
    else setTimeout(resolve, milliseconds);
  });

/** @param script - the answer to the n-th request; pages other than completions are answered from `pages` */
export async function startScripted(
  script: (body: Record<string, unknown>, index: number) => Answer,
  pages: Readonly<Record<string, (headers: IncomingMessage['headers']) => string>> = {},
): Promise<ScriptedServer> {
  const served: Served[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const arrivedSeconds = now();
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (request.method === 'GET') {
      const page = pages[(request.url ?? '').split('?')[0] ?? ''];
      response.statusCode = page === undefined ? 404 : 200;
      response.end(page?.(request.headers) ?? '');
      return;
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    const own: Served = { body, headers: request.headers, arrivedSeconds, wroteSeconds: [] };
    served.push(own);
    await play(script(body, served.length - 1), response, own);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function play({ status = 200, headers, steps }: Answer, response: ServerResponse, own: Served): Promise<void> {
  response.on('error', () => {});
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  for (const step of steps) {
    await pause(step.after);
    if (response.destroyed) return;
    if ('reset' in step) {
      response.socket?.resetAndDestroy();
      return;
    }
    if ('end' in step) {
      response.end();
      return;
    }
    own.wroteSeconds.push(now());
    response.write(step.write);
  }
  response.end();
}

/** One event with a chunk in it. */
export const event = (chunk: unknown, lineBreak = '\n') => `data: ${JSON.stringify(chunk)}${lineBreak}${lineBreak}`;
export const delta = (fields: Record<string, unknown>) => ({ choices: [{ index: 0, delta: fields }] });
export const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] };
export const usage = (prompt: number, completion: number) => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion },
});
export const DONE = 'data: [DONE]\n\n';

/** A plain answer: first token after `first` ms, the others every `each` ms. */
export function plainAnswer(tokens: number, first: number, each: number, prompt = 40): Answer {
  return {
    steps: [
      ...Array.from({ length: tokens }, (_, index) => ({
        after: index === 0 ? first : each,
        write: event(delta({ content: 'a ' })),
      })),
      { after: 0, write: event(finish) + event(usage(prompt, tokens)) + DONE },
    ],
  };
}
