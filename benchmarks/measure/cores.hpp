// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <vector>

namespace bench {

// The cores that this thread may run on, ascending.
[[nodiscard]] std::vector<int> usable_cores();

// Keeps the calling thread on one core until the object ends, on the same thread. Processes and
// threads that it starts meanwhile inherit that. So make pools before: a pool that is made on one
// core takes it for the only one, and does not spin. Throws std::system_error.
class Pinned {
 public:
  explicit Pinned(int core);
  ~Pinned();
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_;
};

// Pins the calling thread for the rest of its life. Throws std::system_error.
void pin_this_thread(int core);

// Pins another thread, or the main thread of another process: for a worker whose pool has default
// settings. Throws std::system_error.
void pin(pid_t id, int core);

}  // namespace bench
