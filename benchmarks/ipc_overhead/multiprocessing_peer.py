# SPDX-License-Identifier: Apache-2.0
"""Round trips with Python's multiprocessing; see program_peer.hpp for its input and output.

multiprocessing_peer.py pipe|queue <caller's core> <worker's core>
"""
import ctypes
import multiprocessing
import os
import signal
import sys
import time


PR_SET_PDEATHSIG = 1


def echo(receive, send, core):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.sched_setaffinity(0, {core})
    while (message := receive()) is not None:
        send(message)


def main():
    kind, caller_core, worker_core = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    context = multiprocessing.get_context("fork")
    if kind == "pipe":
        here, there = context.Pipe()
        send, receive, ends = here.send, here.recv, (there.recv, there.send)
    else:
        requests, replies = context.Queue(), context.Queue()
        send, receive, ends = requests.put, replies.get, (requests.get, replies.put)
    worker = context.Process(target=echo, args=(*ends, worker_core), daemon=True)
    worker.start()
    os.sched_setaffinity(0, {caller_core})
    print("ready", flush=True)
    clock = time.perf_counter_ns
    for line in sys.stdin:
        size, length = map(int, line.split())
        payload = bytes(size)
        begin = clock()
        while clock() < begin + length // 8:
            send(payload)
            receive()
        until, samples, end = begin + length, [], 0
        while end < until:
            start = clock()
            send(payload)
            receive()
            end = clock()
            samples.append(end - start)
        print(*samples, flush=True)
    send(None)
    worker.join()


if __name__ == "__main__":
    main()
