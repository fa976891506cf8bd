// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Settings::sandbox, in two steps, since a load may write caches and open what it needs. Both are
// for good, and throw std::runtime_error that says what is missing and what to do.

// Before both: a thread that runs already would keep its rights, and its look into others.
void require_one_thread();

// Before the model loads, on the only thread: no thread of the process can look into another
// process.
void isolate();

// After it has loaded: all threads lose the network, writing to file systems, other processes and
// new ones. What is read, computed, printed and answered goes on. Threads that the calling one
// starts from now on are refused the same by a second mechanism.
void confine();

}  // namespace inferpool::worker
