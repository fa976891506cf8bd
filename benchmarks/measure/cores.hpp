// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <vector>

namespace bench {

// The cores that this thread may run on, ascending.
[[nodiscard]] std::vector<int> usable_cores();

// The calling thread runs on one core until the object ends, on the same thread; processes and
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

// The calling thread, for good. Throws std::system_error.
void pin_this_thread(int core);

// Another thread or process, whatever id it has: for the main thread of a worker whose pool has
// default settings. Throws std::system_error.
void pin(pid_t id, int core);

}  // namespace bench
