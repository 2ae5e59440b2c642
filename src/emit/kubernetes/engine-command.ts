// The command of one pod of a replica: the plan's arguments, what the pod's rank adds, and the API key.
// In: the document and a pool. Out: words; no value of the document is ever read by a shell.
import type { Deployment, Pool } from '../../documents/deployment.ts';
import { literally } from './manifest.ts';

export const API_KEY_PATH = '/run/seekstack/api-key';

/** The port on which ranks of SGLang meet; vLLM has one of its own. */
const RENDEZVOUS_PORT = 5000;
const LEADER_ADDRESS = '$(LWS_LEADER_ADDRESS)';
const OWN_RANK = '$(LWS_WORKER_INDEX)';

/**
 * Hands the key over and becomes the engine. The same for every deployment: what differs comes as words and variables, and
 * the key is in no manifest.
 */
const START_PROGRAM = `if [ -s ${API_KEY_PATH} ]; then
  key=$(cat ${API_KEY_PATH})
  if [ -n "$API_KEY_VARIABLE" ]; then export "$API_KEY_VARIABLE=$key"; fi
  if [ -n "$API_KEY_ARGUMENT" ]; then set -- "$@" "$API_KEY_ARGUMENT" "$key"; fi
fi
exec "$@"
`;

export interface PodCommand {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** @param leads - whether it is the pod of the group that answers requests */
export function podCommand({ engine }: Deployment, pool: Pool, leads: boolean): PodCommand {
  return {
    command: ['/bin/sh', '-c', literally(START_PROGRAM), 'start'],
    args: [...[...engine.command, ...pool.args].map(literally), ...rankArguments(engine.id, pool, leads)],
    environment: { API_KEY_VARIABLE: engine.apiKey?.variable ?? '', API_KEY_ARGUMENT: engine.apiKey?.argument ?? '' },
  };
}

/**
 * Both engines derive every rank of a node from its place among the nodes, data-parallel ranks included.
 * @source vLLM, vllm/engine/arg_utils.py (nnodes, node_rank, master_addr, headless); SGLang, server_args.py (dist_init_addr)
 */
function rankArguments(engine: Deployment['engine']['id'], { nodesPerReplica }: Pool, leads: boolean): string[] {
  if (nodesPerReplica === 1) return [];
  const place = ['--nnodes', String(nodesPerReplica), '--node-rank', leads ? '0' : OWN_RANK];
  return engine === 'vllm'
    ? [...place, '--master-addr', LEADER_ADDRESS, ...(leads ? [] : ['--headless'])]
    : [...place, '--dist-init-addr', `${LEADER_ADDRESS}:${RENDEZVOUS_PORT}`];
}
