// A stand-in for an engine: answers as an OpenAI-compatible server does, a word every few milliseconds.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const WORD_MILLISECONDS = 5;

/** Listens on a free port of this machine; the answer ends it. */
export async function startStandIn(): Promise<{ readonly host: string; readonly stop: () => void }> {
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'stand-in', object: 'model' }] }));
      return;
    }
    let body = '';
    for await (const piece of request) body += String(piece);
    const asked = JSON.parse(body) as { max_tokens?: number; max_completion_tokens?: number };
    const words = asked.max_completion_tokens ?? asked.max_tokens ?? 8;
    response.setHeader('content-type', 'text/event-stream');
    const send = (event: object) => response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', ...event })}\n\n`);
    for (let word = 0; word < words; word += 1) {
      send({ choices: [{ index: 0, delta: { content: ' word' }, finish_reason: word === words - 1 ? 'length' : null }] });
      await wait(WORD_MILLISECONDS);
    }
    send({ choices: [], usage: { prompt_tokens: 40, completion_tokens: words, total_tokens: 40 + words } });
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
