// What a run reaches the world by: clock, transport, pages beside the load, meter; and what keeps the key out of every text.
// In: addresses and a key. Out: the ways, to be closed at the end.
import { z } from 'zod';
import type { BenchManifest } from '../documents/bench-manifest.ts';
import { type BenchClock, realClock } from './clock.ts';
import { createMeter } from './power-meter.ts';
import { createPageReader } from './read-page.ts';
import type { PointWatch } from './run-point.ts';
import { createTransport, type Transport } from './transport.ts';
import { watchPoint } from './watch.ts';

export interface OpenOptions {
  /** Of the endpoint, up to and including the version. */
  readonly url: string;
  /** Whom its certificate names; the host of the address where not given. */
  readonly serverName?: string | undefined;
  readonly key: string | null;
  readonly userAgent: string;
}

export interface OpenedWorld {
  readonly clock: BenchClock;
  readonly transport: Transport;
  /** A text of the server's, short, on one line, without the key should it be repeated there. */
  readonly clean: (message: string) => string;
  /** Names of models the endpoint serves; null where it does not tell. Opens the first connection, too. */
  readonly listModels: () => Promise<readonly string[] | null>;
  /** Begins to watch. */
  readonly watch: (meter: BenchManifest['meter']) => PointWatch;
  readonly close: () => Promise<void>;
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const LONGEST_MESSAGE = 200;

export function openWorld({ url, serverName, key, userAgent }: OpenOptions): OpenedWorld {
  const clock = realClock();
  const endpoint = new URL(url);
  const pages = createPageReader({
    headersOf: (address) => ({
      'user-agent': userAgent,
      // A meter on another host is no business of the key's.
      ...(key !== null && address.origin === endpoint.origin ? { authorization: `Bearer ${key}` } : {}),
    }),
    serverNameOf: (address) => (address.origin === endpoint.origin ? serverName : undefined),
  });
  const transport = createTransport({ url, serverName, key, userAgent, clock });
  const below = (path: string) => `${endpoint.origin}${endpoint.pathname.replace(/\/+$/, '')}${path}${endpoint.search}`;
  return {
    clock,
    transport,
    clean: (message) => {
      const line = (key === null ? message : message.replaceAll(key, '…')).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
      return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
    },
    listModels: async () => {
      const text = await pages.read(below('/models'));
      if (text === null) return null;
      const listed = modelsSchema.safeParse(parse(text));
      return listed.success ? listed.data.data.map(({ id }) => id) : null;
    },
    watch: (meter) =>
      watchPoint(
        clock,
        () => pages.read(`${endpoint.origin}/metrics`),
        meter === null ? null : createMeter(meter, clock, pages.read),
      ),
    close: async () => {
      await Promise.all([transport.close(), pages.close()]);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
