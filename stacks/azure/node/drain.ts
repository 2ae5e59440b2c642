// What a spot node does when Azure takes it back: it takes no new connection and finishes those it has.
// Out: a unit and its program, the same on every node.
import { proxyPort } from './tls-proxy.ts';

export const drainUnitName = 'seekstack-drain.service';
export const drainProgramPath = '/usr/local/libexec/seekstack-drain';
/** Azure announces an eviction half a minute ahead. */
const noticePollSeconds = 2;

export const drainUnit = `[Unit]
Description=Drain before a spot eviction
After=docker.service

[Service]
ExecStart=${drainProgramPath} ${proxyPort} ${noticePollSeconds}
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;

/**
 * Refused connections make the health probe fail, so that callers go elsewhere; streams go on. The event is not
 * approved ahead of its time: the seconds until then are the streams'. Arguments: port, seconds between looks.
 * @source https://learn.microsoft.com/azure/virtual-machines/linux/scheduled-events
 */
export const drainProgram = `#!/usr/bin/python3
import json
import os
import subprocess
import sys
import time
import urllib.request

port, pause = sys.argv[1], float(sys.argv[2])
METADATA = os.environ.get("METADATA_URL", "http://169.254.169.254/metadata")
IPTABLES = os.environ.get("IPTABLES", "/usr/sbin/iptables")


def ask(path, body=None):
    request = urllib.request.Request(METADATA + path, data=body, headers={"Metadata": "true"})
    with urllib.request.urlopen(request, timeout=130) as answer:
        return answer.read()


own = ask("/instance/compute/name?api-version=2021-02-01&format=text").decode()
while True:
    try:
        events = json.loads(ask("/scheduledevents?api-version=2020-07-01"))["Events"]
    except OSError:
        events = []
    if any(each["EventType"] in ("Preempt", "Terminate") and own in each["Resources"] for each in events):
        break
    time.sleep(pause)
print("eviction notice: no new connections on port " + port, flush=True)
subprocess.run(
    [IPTABLES, "-I", "INPUT", "-p", "tcp", "--dport", port, "-m", "conntrack", "--ctstate", "NEW"]
    + ["-j", "REJECT", "--reject-with", "tcp-reset"],
    check=True,
)
`;
