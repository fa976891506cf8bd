// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <vector>

namespace bench {

// The cores that this thread may run on, ascending.
[[nodiscard]] std::vector<int> usable_cores();

// The calling thread runs on one core until the object ends, on the same thread; processes that it
// forks meanwhile inherit that. Throws std::system_error.
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

}  // namespace bench
