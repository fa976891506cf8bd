// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace inferpool::test {

// Whether this thread of this process sleeps in the kernel.
inline bool is_asleep(pid_t process, pid_t thread) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) +
                     "/stat");
  std::string line;
  std::getline(stat, line);
  const auto name_end = line.rfind(") ");
  return name_end != std::string::npos && line.compare(name_end + 2, 1, "S") == 0;
}

inline void until_asleep(pid_t process, pid_t thread) {
  while (!is_asleep(process, thread)) std::this_thread::yield();
}

// A thread that goes to sleep in `body`.
class Sleeper {
 public:
  template <typename Body>
  explicit Sleeper(Body body)
      : thread_([this, body] {
          id_ = gettid();
          body();
          done_ = true;
        }) {}

  [[nodiscard]] bool is_asleep() const { return id_ != 0 && test::is_asleep(getpid(), id_); }
  // Waits until the thread sleeps or the body has returned.
  void until_asleep() const {
    while (!done_ && !is_asleep()) std::this_thread::yield();
  }
  void join() { thread_.join(); }

 private:
  std::atomic<pid_t> id_{0};
  std::atomic<bool> done_{false};
  std::jthread thread_;
};

}  // namespace inferpool::test
