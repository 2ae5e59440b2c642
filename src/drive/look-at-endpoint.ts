// One look at an endpoint that is coming up: does a model answer there, may it still, or will it never as things are.
// In: its address, its key, whom its certificate names. Out: which of these, and what was heard.
import { Agent, request } from 'undici';

export interface Looked {
  /** `refused` is what no waiting mends. */
  readonly state: 'answers' | 'not-yet' | 'refused';
  readonly heard: string;
}

export interface Seen {
  /** Up to and including the version. */
  readonly url: string;
  readonly serverName?: string | undefined;
  readonly key: string | null;
}

const PATIENCE_MILLISECONDS = 5000;
/** A balancer or a proxy before an engine that is not there yet answers above it. */
const FIRST_FAULT_OF_A_SERVER = 500;
/** How OpenSSL and Node name a certificate that is not to be believed. */
const CERTIFICATE_FAULT = /CERT|ISSUER|LEAF_SIGNATURE|HOSTNAME_MISMATCH/;

/** Never throws: an endpoint that is not there is what this is for. */
export async function lookAtEndpoint({ url, serverName, key }: Seen): Promise<Looked> {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/models`;
  const agent = new Agent({ connect: serverName === undefined ? {} : { servername: serverName } });
  try {
    const { statusCode, body } = await request(address, {
      dispatcher: agent,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    await body.dump();
    return { state: statusCode < FIRST_FAULT_OF_A_SERVER ? 'answers' : 'not-yet', heard: `HTTP ${statusCode}` };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { state: CERTIFICATE_FAULT.test(String(code)) ? 'refused' : 'not-yet', heard: `${code} ${message}`.trim() };
  } finally {
    await agent.destroy();
  }
}
