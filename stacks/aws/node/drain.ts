// What a spot node does when its two minutes have begun: it takes no new connection and finishes those it has.
import type { Deployment } from '../../../src/documents/deployment.ts';
import { renderUnit } from './systemd-unit.ts';

export const DRAIN_SERVICE = 'seekstack-drain.service';
export const DRAIN_PROGRAM_PATH = '/usr/local/libexec/seekstack-drain';

const NOTICE_POLL_SECONDS = 5;

/** Unit that watches for the notice; only spot nodes have it. */
export function renderDrainUnit(document: Deployment): string {
  return renderUnit([
    {
      name: 'Unit',
      directives: [
        ['Description', 'Drain before a spot interruption'],
        ['After', 'docker.service'],
      ],
    },
    {
      name: 'Service',
      directives: [
        ['ExecStart', `${DRAIN_PROGRAM_PATH} ${document.engine.port} ${NOTICE_POLL_SECONDS}`],
        ['Restart', 'on-failure'],
      ],
    },
    { name: 'Install', directives: [['WantedBy', 'multi-user.target']] },
  ]);
}

/**
 * Refused connections make the health check fail, so the endpoint sends new callers elsewhere; streams go on.
 * Arguments: port, seconds between looks at the metadata service.
 */
export const DRAIN_PROGRAM = `#!/bin/bash
set -euo pipefail
readonly port="$1" pause="$2" metadata=http://169.254.169.254/latest

token() { curl -sf -X PUT "$metadata/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 60'; }

until curl -sf -H "X-aws-ec2-metadata-token: $(token)" "$metadata/meta-data/spot/instance-action" > /dev/null; do
  sleep "$pause"
done
logger -t seekstack "interruption notice: no new connections on port $port"
iptables -I DOCKER-USER -p tcp --dport "$port" -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset
`;
