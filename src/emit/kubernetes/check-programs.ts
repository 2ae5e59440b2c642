// What the checks in the cluster run. Constant text: all they are told comes in variables.

/**
 * Every accelerator of every node adds the same numbers up, and the collective library writes down over what. Fails where
 * the sum is wrong, where the log names no plug-in that was asked for, or where it names TCP sockets.
 */
export const FABRIC_PROGRAM = `import glob
import os
import subprocess
import sys

RANK = int(os.environ["JOB_COMPLETION_INDEX"])
NODES = int(os.environ["NODES"])
LOCAL = int(os.environ["ACCELERATORS"])
WANTED = [each for each in os.environ["WANTED"].split("|") if each]
NODE_BYTES = 2 ** 30
ROUNDS = 20


def work():
    import time

    import torch
    import torch.distributed as group

    local = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local)
    group.init_process_group("nccl")
    world = group.get_world_size()
    values = torch.ones(NODE_BYTES // 4, device="cuda")
    group.all_reduce(values)
    if values[0].item() != world or values[-1].item() != world:
        sys.exit("the sum over %d accelerators is %r" % (world, values[0].item()))
    torch.cuda.synchronize()
    start = time.monotonic()
    for _ in range(ROUNDS):
        group.all_reduce(values)
    torch.cuda.synchronize()
    seconds = (time.monotonic() - start) / ROUNDS
    if group.get_rank() == 0:
        bus = 2 * (world - 1) / world * NODE_BYTES / seconds / 1e9
        print("all-reduce of 1 GiB over %d accelerators: %.1f GB/s of bus bandwidth" % (world, bus), flush=True)
    group.destroy_process_group()


def lead():
    environment = dict(os.environ, NCCL_DEBUG="INFO", NCCL_DEBUG_SUBSYS="INIT,NET", NCCL_DEBUG_FILE="/tmp/nccl.%h.%p")
    launched = subprocess.run(
        [
            sys.executable, "-m", "torch.distributed.run",
            "--nnodes", str(NODES), "--nproc-per-node", str(LOCAL), "--node-rank", str(RANK),
            "--master-addr", os.environ["LEADER"], "--master-port", "29500",
            os.path.abspath(__file__), "work",
        ],
        env=environment,
    )
    log = "".join(open(path, errors="replace").read() for path in sorted(glob.glob("/tmp/nccl.*")))
    for line in log.splitlines():
        if "NET/" in line or "Using network" in line:
            print(line, flush=True)
    if launched.returncode != 0:
        sys.exit("the accelerators did not reach each other")
    if "via NET/Socket" in log or "Using network Socket" in log:
        sys.exit("fell back to TCP sockets: the plug-in of the fabric is missing, or its devices are")
    if not any(each in log for each in WANTED):
        sys.exit("none of these is in the log: " + ", ".join(WANTED))
    print("node %d reached the others over the fabric" % RANK, flush=True)


if sys.argv[1:] == ["work"]:
    work()
else:
    lead()
`;

/** Asks as a caller would: the models served, then an answer of a few tokens. */
export const SMOKE_PROGRAM = `import json
import os
import sys
import urllib.request

url = os.environ["URL"]
headers = {"Content-Type": "application/json"}
path = "/run/seekstack/api-key"
if os.path.exists(path):
    headers["Authorization"] = "Bearer " + open(path).read().strip()


def ask(place, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + place, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


served = [each["id"] for each in ask("/v1/models")["data"]]
if os.environ["MODEL"] not in served:
    sys.exit("served: %s, not %s" % (", ".join(served), os.environ["MODEL"]))
answer = ask(
    "/v1/completions",
    {"model": os.environ["MODEL"], "prompt": "Two and two make", "max_tokens": 8, "temperature": 0},
)
text, tokens = answer["choices"][0]["text"], answer["usage"]["completion_tokens"]
if tokens < 1 or not text.strip():
    sys.exit("an empty answer: %r" % answer)
print("%s answered %r, %d tokens" % (os.environ["MODEL"], text, tokens))
`;
