// Reading pages beside the load: counters, meters, lists of models. They never hold the load up, and a page that fails is none.
// In: an address. Out: its text, or null.
import { Agent, request } from 'undici';

export type ReadText = (url: string) => Promise<string | null>;

export interface PageReader {
  readonly read: ReadText;
  readonly close: () => Promise<void>;
}

const PATIENCE_MILLISECONDS = 5000;
const LIMIT_BYTES = 16 * 1024 * 1024;

export interface PageManners {
  /** What a page is asked with, such as a key for the endpoint's own pages. */
  readonly headersOf: (url: URL) => Readonly<Record<string, string>>;
  /** Whom the certificate of a page's host names; its own host where undefined. */
  readonly serverNameOf: (url: URL) => string | undefined;
}

export function createPageReader({ headersOf, serverNameOf }: PageManners): PageReader {
  const agents = new Map<string | undefined, Agent>();
  const agentFor = (servername: string | undefined) => {
    const agent =
      agents.get(servername) ??
      new Agent({
        headersTimeout: PATIENCE_MILLISECONDS,
        bodyTimeout: PATIENCE_MILLISECONDS,
        ...(servername === undefined ? {} : { connect: { servername } }),
      });
    agents.set(servername, agent);
    return agent;
  };
  const read: ReadText = async (url) => {
    try {
      const address = new URL(url);
      const { statusCode, body } = await request(address, {
        dispatcher: agentFor(serverNameOf(address)),
        headers: { ...headersOf(address) },
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      });
      if (statusCode !== 200) {
        await body.dump();
        return null;
      }
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of body) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        if (text.length > LIMIT_BYTES) return null;
      }
      return text;
    } catch {
      // Whoever asks says what it means that nothing came.
      return null;
    }
  };
  return {
    read,
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}
