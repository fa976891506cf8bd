// SPDX-License-Identifier: Apache-2.0
// Pools of bundled workers.
#pragma once

#include <signal.h>

#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include <inferpool/pool.hpp>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {

// One worker inferpool-<runtime>, whose output is kept for errors.
inline Settings runtime_settings(const std::string& runtime) {
  Settings settings;
  settings.worker = INFERPOOL_RUNTIMES_FOLDER "/inferpool-" + runtime;
  settings.workers = 1;
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  return settings;
}

// The settings in a model-settings.json with this text, which names a bundled worker.
inline Settings settings_of_file(const std::string& text) {
  const ScratchFolder folder;
  write_file(folder / "model-settings.json", text);
  Settings settings = Settings::from_file(folder / "model-settings.json");
  settings.worker = INFERPOOL_RUNTIMES_FOLDER "/" + settings.worker;
  return settings;
}

// How many system call filters a process has. In a container it may have one.
inline int call_filters(const std::string& pid) {
  const std::string name = "\nSeccomp_filters:\t";
  const std::string status = read_file("/proc/" + pid + "/status");
  const std::size_t at = status.find(name);
  REQUIRE(at != std::string::npos);
  return std::atoi(status.c_str() + at + name.size());
}

// Whether the first worker of a pool has the sandbox's filter.
inline bool is_confined(const Pool<>& pool) {
  return call_filters(std::to_string(pool.stats().workers[0].pid)) > call_filters("self");
}

// The lines that all workers of a pool wrote.
class Lines {
 public:
  void capture(Settings& settings) {
    settings.worker_output = {WorkerOutput::Kind::kCallback, [this](int, std::string_view line) {
                                const std::lock_guard lock(mutex_);
                                text_.append(line).push_back('\n');
                              }};
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  // Whether `line` is one of them.
  bool has(const std::string& line) const {
    return ('\n' + text()).find('\n' + line + '\n') != std::string::npos;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// Why a pool does not start.
inline Error start_error(const Settings& settings) {
  try {
    const Pool<> pool{settings};
  } catch (const Error& error) {
    return error;
  }
  FAIL("it started");
  throw std::logic_error("not reached");
}

inline Error call_error(Pool<>& pool, const Request& request) {
  const auto result = pool.try_infer(request);
  if (result) FAIL("it answered");
  return result.error();
}

// Kills the only worker of a pool three times: each next worker answers as the first one did.
inline void check_successors(Pool<>& pool, const Request& request, const std::string& output) {
  const Tensor before = pool.infer(request)[output];
  for (int i = 0; i < 3; ++i) {
    const int pid = pool.stats().workers[0].pid;
    REQUIRE(::kill(pid, SIGKILL) == 0);
    REQUIRE(eventually([&] {
      const WorkerStats worker = pool.stats().workers[0];
      return worker.pid != pid && worker.state == WorkerState::kReady;
    }));
    CHECK(pool.infer(request)[output] == before);
  }
  CHECK(pool.stats().deaths == 3);
}

}  // namespace inferpool::test
