// The program that reads an engine's and the accelerators' metrics and publishes them.

/**
 * Python, because every node has it. Distributions are published as the values of their buckets with how often each
 * occurred since the last minute, so that CloudWatch computes percentiles over the fleet and not means of percentiles.
 * Arguments: settings, state of the last minute. With `--print` it prints what it would publish.
 */
export const WATCH_PROGRAM = String.raw`import json
import math
import os
import re
import subprocess
import sys
import urllib.request

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})?\s+(\S+)(?:\s+\d+)?$')
BOUND = re.compile(r'le="([^"]+)"')


def samples(text):
    for line in text.splitlines():
        found = SAMPLE.match(line)
        if found:
            yield found.group(1), found.group(2) or "", float(found.group(3))


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return list(samples(answer.read().decode()))


def values(read_samples, name):
    return [value for sample, _, value in read_samples if sample == name and math.isfinite(value)]


def buckets(read_samples, name):
    totals = {}
    for sample, labels, value in read_samples:
        if sample == name + "_bucket":
            bound = BOUND.search(labels).group(1)
            totals[bound] = totals.get(bound, 0.0) + value
    return totals


def occurrences(now, before):
    """Value and count of each bucket since the last minute; a counter that fell began anew."""
    bounds = sorted((bound for bound in now if bound != "+Inf"), key=float)
    seen, below, result = 0.0, 0.0, []
    for bound in bounds + ["+Inf"]:
        total = now.get(bound, 0.0)
        earlier = before.get(bound, 0.0)
        increase = total - earlier if total >= earlier else total
        count = increase - seen
        seen = max(seen, increase)
        # What lies above the last bound is told as the last bound: never smaller than it was.
        value = below if bound == "+Inf" else float(bound)
        below = value
        if count > 0:
            result.append((value, count))
    return result


def increase(now, before):
    return now - before if before is not None and now >= before else (now if before is not None else 0.0)


def engine_metrics(settings, state):
    read_samples = read(settings["url"])
    data = []
    for metric, name in settings["distributions"].items():
        now = buckets(read_samples, name)
        pairs = occurrences(now, state.get(name, now))
        state[name] = now
        if pairs:
            data.append({
                "MetricName": metric,
                "Unit": "Seconds",
                "Values": [value for value, _ in pairs],
                "Counts": [count for _, count in pairs],
            })
    for metric, name in settings["sums"].items():
        data.append({"MetricName": metric, "Unit": "Count", "Value": sum(values(read_samples, name))})
    for metric, name in settings["means"].items():
        found = values(read_samples, name)
        if found:
            data.append({"MetricName": metric, "Unit": "None", "Value": sum(found) / len(found)})
    for metric, name in settings["increases"].items():
        now = sum(values(read_samples, name))
        data.append({"MetricName": metric, "Unit": "Count", "Value": increase(now, state.get(name))})
        state[name] = now
    return data


def collect(settings, state):
    try:
        urllib.request.urlopen(settings["health"], timeout=10).close()
        up = 1
    except OSError:
        up = 0
    data = [{"MetricName": "EngineUp", "Unit": "Count", "Value": up}]
    try:
        if settings["engine"] is not None:
            data += engine_metrics(settings["engine"], state)
    except OSError as error:
        print("engine metrics:", error, file=sys.stderr)
    try:
        if settings["accelerators"] is not None:
            read_samples = read(settings["accelerators"]["url"])
            for metric, name in settings["accelerators"]["sums"].items():
                data.append({"MetricName": metric, "Unit": "None", "Value": sum(values(read_samples, name))})
    except OSError as error:
        print("accelerator metrics:", error, file=sys.stderr)
    return data


def main(settings_path, state_path, dry):
    with open(settings_path) as stream:
        settings = json.load(stream)
    state = {}
    if os.path.exists(state_path):
        with open(state_path) as stream:
            state = json.load(stream)
    data = collect(settings, state)
    with open(state_path + ".new", "w") as stream:
        json.dump(state, stream)
    os.replace(state_path + ".new", state_path)
    if dry:
        print(json.dumps({"Namespace": settings["namespace"], "MetricData": data}))
        return
    subprocess.run(
        ["aws", "cloudwatch", "put-metric-data", "--namespace", settings["namespace"], "--metric-data", json.dumps(data)],
        check=True,
    )


main(sys.argv[1], sys.argv[2], "--print" in sys.argv)
`;
