// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Settings::sandbox takes two steps, because a load may write caches and open what it needs. Both
// are for good, and throw std::runtime_error that says what is missing and what to do.

// Call it before both steps: a thread that already runs would keep its rights, and could still look
// into other processes. Throws std::runtime_error if there is one.
void require_one_thread();

// Call it before the model loads, on the only thread. From then on, no thread of the process can
// look into another process.
void isolate();

// Call it after the model has loaded. From then on, no thread can use the network, write to file
// systems, touch other processes or start new ones. The model can still read, compute, print and
// answer. A second mechanism refuses the same to the calling thread and the threads that it starts
// later.
void confine();

}  // namespace inferpool::worker
