// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>

namespace bench {

// Python's multiprocessing.Pool in a process of its own (multiprocessing_pool.py), which sleeps
// tasks on command and times that itself.
class PythonPool {
 public:
  // Whether an interpreter was found when this was built.
  [[nodiscard]] static bool available();

  // Throws std::runtime_error where it cannot be started.
  explicit PythonPool(int workers);
  ~PythonPool();
  PythonPool(const PythonPool&) = delete;
  PythonPool& operator=(const PythonPool&) = delete;

  // Seconds that so many tasks took, each of which sleeps `seconds`: all at once, or as many as
  // there are workers, and the next when these have ended. Throws std::runtime_error.
  double run(int tasks, double seconds, bool all_at_once);

 private:
  pid_t pid_ = 0;
  int socket_ = -1;               // its stdin and stdout
  std::FILE* answers_ = nullptr;  // of the same
};

}  // namespace bench
