// The probe: one small request before anything is measured. It opens the connection, shows whether the endpoint answers at all,
// how many tokens its chat template adds, whether it counts tokens and whether it lets the length of an answer be fixed.
// In: an endpoint and a tokenizer. Out: what the manifest needs to know; or one clear error.
import { requestBody, requestPath } from '../bench/request-body.ts';
import type { BenchManifest } from '../documents/bench-manifest.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import { SeekstackError } from '../errors.ts';
import { type RequestWorld, sendRequest } from './run-request.ts';

export interface ProbeFindings {
  readonly control: BenchManifest['output']['control'];
  readonly templateTokens: number | null;
  /** Whether `usage` came. */
  readonly counts: boolean;
}

export interface ProbeJob {
  readonly url: string;
  readonly api: BenchManifest['endpoint']['api'];
  readonly model: string;
  readonly output: Omit<BenchManifest['output'], 'control'>;
  /** What to try first; `limit` is tried after `exact` was refused only where `exact` was nobody's wish. */
  readonly control: BenchManifest['output']['control'] | 'auto';
  readonly prompt: string;
  readonly promptTokens: number;
  readonly timeoutSeconds: number;
}

const OUTPUT_TOKENS = 8;
/** A refusal of fields that the endpoint does not know. */
const REFUSALS = [400, 404, 422];
/** More is no template but another tokenizer. */
const LONGEST_TEMPLATE_TOKENS = 2048;

/** @throws SeekstackError E_UNREACHABLE or E_REFUSED, where the endpoint gives no usable answer */
export async function probeEndpoint(job: ProbeJob, world: RequestWorld): Promise<ProbeFindings> {
  const first = job.control === 'auto' ? 'exact' : job.control;
  const answer = await ask(job, first, world);
  if (answer.outcome === 'ok') return findings(job, first, answer);
  const mayRetry = job.control === 'auto' && answer.outcome === 'http-error' && REFUSALS.includes(answer.httpStatus ?? 0);
  if (mayRetry) {
    const second = await ask(job, 'limit', world);
    if (second.outcome === 'ok') return findings(job, 'limit', second);
  }
  throw unusable(job, answer);
}

function findings(job: ProbeJob, control: ProbeFindings['control'], answer: Omit<BenchRequest, 'phase'>): ProbeFindings {
  const added = answer.promptTokensUsed === null ? null : answer.promptTokensUsed - job.promptTokens;
  return {
    control,
    templateTokens: added !== null && added >= 0 && added <= LONGEST_TEMPLATE_TOKENS ? added : null,
    counts: answer.completionTokens !== null,
  };
}

function ask(job: ProbeJob, control: ProbeFindings['control'], world: RequestWorld): Promise<Omit<BenchRequest, 'phase'>> {
  const body = requestBody({ ...job, output: { ...job.output, control } }, job.prompt, OUTPUT_TOKENS);
  const planned = {
    index: 0,
    intendedSeconds: 0,
    promptTokens: job.promptTokens,
    cachedTokens: 0,
    outputTokens: OUTPUT_TOKENS,
    prefixBlocks: null,
  };
  return new Promise((resolve) => {
    sendRequest(
      {
        pointId: 'probe',
        attempt: 1,
        planned,
        originSeconds: world.clock.nowSeconds(),
        intendedSeconds: 0,
        path: requestPath(job.api),
        body,
        timeoutSeconds: job.timeoutSeconds,
      },
      world,
      ({ record }) => resolve(record),
    );
  });
}

function unusable({ url, api }: ProbeJob, answer: Omit<BenchRequest, 'phase'>): SeekstackError {
  const told = `${url}${requestPath(api)}: ${answer.message ?? answer.outcome}`;
  if (answer.outcome === 'http-error' && (answer.httpStatus ?? 0) < 500 && answer.httpStatus !== 429)
    return new SeekstackError({
      code: 'E_REFUSED',
      got: told,
      expected: 'an endpoint that takes a streaming request of the OpenAI API',
      fix:
        answer.httpStatus === 401 || answer.httpStatus === 403
          ? 'put the key into the environment variable that --key-variable names'
          : 'check --endpoint (it ends in /v1), --api, --model and --body',
    });
  return new SeekstackError({
    code: 'E_UNREACHABLE',
    got: told,
    expected: 'one answer as a stream before anything is measured',
    fix: 'check that the endpoint is up and can be reached from here, then run it again',
  });
}
