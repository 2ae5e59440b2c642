"""llama.cpp's own HTTP server on the loopback interface, until it is told to stop.

In: a model file, a port, slots, threads. Out: an OpenAI-compatible endpoint with /metrics and `timings` in answers;
the line "ready" on standard output once it answers.
"""

import argparse
import signal

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--context", type=int, default=4096, help="tokens of one slot")
    chosen = parser.parse_args()

    parameters = xllamacpp.CommonParams()
    parameters.model.path = chosen.model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = chosen.port
    parameters.n_parallel = chosen.slots
    parameters.n_ctx = chosen.context * chosen.slots
    parameters.cpuparams.n_threads = chosen.threads
    parameters.cpuparams_batch.n_threads = chosen.threads
    parameters.n_threads_http = 8
    parameters.endpoint_metrics = True
    parameters.cache_prompt = False
    parameters.warmup = True
    parameters.fit_params = False
    server = xllamacpp.Server(parameters)
    print(f"ready {server.listening_address}", flush=True)
    # a signal ends it at once: the server's threads need no farewell, and Python's own would wait for them
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pause()


if __name__ == "__main__":
    main()
