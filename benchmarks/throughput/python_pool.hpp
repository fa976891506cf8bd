// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>

namespace bench {

// Python's multiprocessing.Pool in a process of its own (multiprocessing_pool.py). On command it
// runs tasks that sleep, and times them itself.
class PythonPool {
 public:
  // Whether the build found an interpreter.
  [[nodiscard]] static bool available();

  // Throws std::system_error if it cannot be started.
  explicit PythonPool(int workers);
  ~PythonPool();
  PythonPool(const PythonPool&) = delete;
  PythonPool& operator=(const PythonPool&) = delete;

  // Runs `tasks` tasks that each sleep `seconds`, and returns the seconds that they took together.
  // They come all at once, or in rounds of one task per worker. Throws std::runtime_error.
  double run(int tasks, double seconds, bool all_at_once);

 private:
  pid_t pid_ = 0;
  int socket_ = -1;               // its stdin and stdout
  std::FILE* answers_ = nullptr;  // reads from socket_
};

}  // namespace bench
