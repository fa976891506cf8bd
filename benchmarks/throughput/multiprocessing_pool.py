# SPDX-License-Identifier: Apache-2.0
"""Python's multiprocessing.Pool under the load of the Fiber paper: see tasks.hpp.

multiprocessing_pool.py <workers>: each line of stdin is "all|rounds <tasks> <seconds>"; the answer is
the seconds that the tasks took.
"""

import multiprocessing
import sys
import time


def all_at_once(pool, workers, tasks, seconds):
    pool.map(time.sleep, [seconds] * tasks, chunksize=1)


def in_rounds(pool, workers, tasks, seconds):
    for _ in range(tasks // workers):
        for result in [pool.apply_async(time.sleep, (seconds,)) for _ in range(workers)]:
            result.get()


def main():
    workers = int(sys.argv[1])
    with multiprocessing.Pool(workers) as pool:
        for line in sys.stdin:
            manner, tasks, seconds = line.split()
            run = all_at_once if manner == "all" else in_rounds
            start = time.perf_counter()
            run(pool, workers, int(tasks), float(seconds))
            print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
