// A server that answers like a model but only keeps time: the least work that streams tokens, so that the client is the bottleneck.
// In (JSON argument): pace. Out: the line "ready PORT"; GET /truth tells when each token really left, GET /processor what it cost,
// GET /callers who asked, as digests of what they authorized themselves with.
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

/** How every answer goes; its length is the request's `max_tokens`. */
export interface Pace {
  readonly firstTokenSeconds: number;
  readonly tokenSeconds: number;
  /** Whether to remember who asked; it costs time. */
  readonly notesCallers?: boolean;
}

/** What the server saw of one answer; seconds on its own clock. */
export interface ServedStream {
  readonly arrivedSeconds: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly tokens: number;
}

interface Stream {
  readonly socket: Socket;
  readonly arrivedSeconds: number;
  readonly tokens: number;
  sent: number;
  firstSeconds: number;
  dueTick: number;
}

const TICK_SECONDS = 0.001;
const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n';
const frame = (delta: string, finish: string, usage = '') =>
  `data: {"id":"chatcmpl-0","object":"chat.completion.chunk","created":1,"model":"paced","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${usage}}\n\n`;
const framed = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const TOKEN = Buffer.from(framed(frame('{"content":" word"}', 'null')));
const FIRST = Buffer.from(HEAD + framed(frame('{"role":"assistant","content":" word"}', 'null')));
const END = (tokens: number) =>
  Buffer.from(
    `${framed(
      `${frame('{}', '"length"')}data: {"id":"chatcmpl-0","object":"chat.completion.chunk","created":1,"model":"paced","choices":[],"usage":{"prompt_tokens":16,"total_tokens":${16 + tokens},"completion_tokens":${tokens}}}\n\ndata: [DONE]\n\n`,
    )}0\r\n\r\n`,
  );

/** A wheel of one slot a millisecond: one timer serves all streams, however many there are. */
class Wheel {
  readonly #slots = new Map<number, Stream[]>();
  #tick = 0;
  readonly #origin = performance.now();
  readonly served: ServedStream[] = [];
  readonly callers = new Set<string>();
  #firstSeconds = Number.POSITIVE_INFINITY;
  #lastSeconds = 0;

  /** From the first request to the last token, since idle time before and after says nothing of its load. */
  busySeconds(): number {
    return Math.max(Number.EPSILON, this.#lastSeconds - this.#firstSeconds);
  }

  nowSeconds(): number {
    return (performance.now() - this.#origin) / 1000;
  }

  plan(stream: Stream): void {
    this.#firstSeconds = Math.min(this.#firstSeconds, stream.arrivedSeconds);
    const tick = Math.max(Math.round(stream.dueTick), this.#tick + 1);
    const slot = this.#slots.get(tick);
    if (slot === undefined) this.#slots.set(tick, [stream]);
    else slot.push(stream);
  }

  turn(pace: Pace): void {
    const until = Math.floor(this.nowSeconds() / TICK_SECONDS);
    while (this.#tick < until) {
      this.#tick += 1;
      const due = this.#slots.get(this.#tick);
      if (due === undefined) continue;
      this.#slots.delete(this.#tick);
      for (const stream of due) this.#send(stream, pace);
    }
  }

  #send(stream: Stream, pace: Pace): void {
    if (stream.socket.destroyed) return;
    stream.sent += 1;
    if (stream.sent === 1) {
      stream.firstSeconds = this.nowSeconds();
      stream.socket.write(FIRST);
    } else stream.socket.write(TOKEN);
    if (stream.sent < stream.tokens) {
      stream.dueTick += pace.tokenSeconds / TICK_SECONDS;
      this.plan(stream);
      return;
    }
    const { arrivedSeconds, firstSeconds, tokens } = stream;
    this.#lastSeconds = this.nowSeconds();
    this.served.push({ arrivedSeconds, firstSeconds, lastSeconds: this.#lastSeconds, tokens });
    stream.socket.write(END(tokens));
  }
}

function answer(socket: Socket, status: string, body: string): void {
  socket.write(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: keep-alive\r\n\r\n${body}`,
  );
}

function handle(socket: Socket, head: string, body: string, wheel: Wheel, pace: Pace): void {
  if (head.startsWith('POST')) {
    const arrivedSeconds = wheel.nowSeconds();
    if (pace.notesCallers === true) wheel.callers.add(digestOf(/^authorization: *(.*?)\r?$/im.exec(head)?.[1] ?? ''));
    const tokens = Number(/"max_(?:completion_)?tokens":\s*(\d+)/.exec(body)?.[1] ?? 16);
    const dueTick = (arrivedSeconds + pace.firstTokenSeconds) / TICK_SECONDS;
    wheel.plan({ socket, arrivedSeconds, tokens, sent: 0, firstSeconds: 0, dueTick });
  } else if (head.startsWith('GET /truth')) answer(socket, '200 OK', JSON.stringify(wheel.served.splice(0)));
  else if (head.startsWith('GET /callers')) answer(socket, '200 OK', JSON.stringify([...wheel.callers]));
  else if (head.startsWith('GET /processor')) {
    answer(socket, '200 OK', JSON.stringify({ ...process.cpuUsage(), seconds: wheel.busySeconds() }));
  } else answer(socket, '404 Not Found', '{"error":"no such page"}');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function serve(pace: Pace): void {
  const wheel = new Wheel();
  const server = createServer({ noDelay: true }, (socket) => {
    let waiting = '';
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => {
      waiting += text;
      for (;;) {
        const headEnd = waiting.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        const head = waiting.slice(0, headEnd);
        const length = Number(/content-length:\s*(\d+)/i.exec(head)?.[1] ?? 0);
        if (waiting.length < headEnd + 4 + length) return;
        const body = waiting.slice(headEnd + 4, headEnd + 4 + length);
        waiting = waiting.slice(headEnd + 4 + length);
        handle(socket, head, body, wheel, pace);
      }
    });
  });
  setInterval(() => wheel.turn(pace), TICK_SECONDS * 1000);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    process.stdout.write(`ready ${address.port}\n`);
  });
}

serve(JSON.parse(process.argv[2] ?? '{}') as Pace);
