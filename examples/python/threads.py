# SPDX-License-Identifier: Apache-2.0
"""Runs the same class in one process with several threads: threads.py <folder> <threads> <seconds>

Prints how many images per second they read together, and the share of their processor time that the
features take. In the features a thread always holds the interpreter's lock: it runs plain Python, and
NumPy on arrays of 64 elements (NumPy releases the lock only for large ones). The time in scikit-learn
does not count, though it holds the lock for a part of that, too. So the share is a lower bound."""
import sys
import threading
import time
import types

import numpy as np

import digit_reader

BATCH = 32


class MeteredReader(digit_reader.DigitReader):
    """Counts the processor time of each thread, in total and in the features."""

    def __init__(self, settings):
        super().__init__(settings)
        self.time = threading.local()

    def features(self, images):
        begun = time.thread_time()
        values = super().features(images)
        self.time.locked += time.thread_time() - begun
        return values

    def predict(self, images):
        begun = time.thread_time()
        result = super().predict(images)
        self.time.whole += time.thread_time() - begun
        return result


def main():
    folder, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    reader = MeteredReader(types.SimpleNamespace(
        parameters=types.SimpleNamespace(uri=folder + "/digits.joblib")))
    reader.load()
    held_out = np.fromfile(folder + "/held_out.bin", np.uint8).reshape(-1, 65)[:, :64]
    batches = [held_out[at:at + BATCH] for at in range(0, len(held_out) - BATCH + 1, BATCH)]
    done, locked, whole = [0] * threads, [0.0] * threads, [0.0] * threads
    barrier = threading.Barrier(threads + 1)
    end = None

    def ask(index):
        reader.time.locked = reader.time.whole = 0.0
        reader.predict(batches[0])
        reader.time.locked = reader.time.whole = 0.0
        barrier.wait()
        barrier.wait()
        while time.monotonic() < end:
            reader.predict(batches[done[index] % len(batches)])
            done[index] += 1
        locked[index], whole[index] = reader.time.locked, reader.time.whole

    asking = [threading.Thread(target=ask, args=(index,)) for index in range(threads)]
    for thread in asking:
        thread.start()
    barrier.wait()
    begun = time.monotonic()
    end = begun + seconds
    barrier.wait()
    for thread in asking:
        thread.join()
    print(sum(done) * BATCH / (time.monotonic() - begun), sum(locked) / sum(whole))


main()
