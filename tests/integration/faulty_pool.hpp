// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "integration/eventually.hpp"
#include "integration/processes.hpp"
#include "integration/scratch_folder.hpp"
#include "workers/faulty.hpp"

namespace inferpool::test {

using namespace std::chrono_literals;

using FaultyPool = Pool<Faulty>;

inline Settings faulty_settings(int workers, std::string extra = {}) {
  Settings settings;
  settings.worker = "faulty_worker";
  settings.workers = workers;
  settings.extra = std::move(extra);
  settings.shared_memory_limit = 16 << 20;
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  return settings;
}

// The process ids of the workers that are ready.
template <typename P>
std::vector<int> ready_pids(P& pool) {
  std::vector<int> pids;
  for (const WorkerStats& worker : pool.stats().workers) {
    if (worker.state == WorkerState::kReady || worker.state == WorkerState::kLate) {
      pids.push_back(worker.pid);
    }
  }
  return pids;
}

template <typename P>
bool ready_again(P& pool, std::uint64_t restarts) {
  return eventually([&] {
    const Health health = pool.health();
    return health.state == PoolState::kReady && health.restarts >= restarts;
  });
}

// The error that ends the call. Fails the test (throws) if the call is answered.
template <typename T>
Error error_of(std::future<T>& future) {
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end in 30 s");
  try {
    future.get();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("answered, where an error is due");
}

template <typename T>
Error error_of(const Result<T>& result) {
  if (result) throw std::runtime_error("answered, where an error is due");
  return result.error();
}

// A call that has started in a worker, and runs until release().
class HeldCall {
 public:
  HeldCall(FaultyPool& pool, const std::string& file, const InferOptions& options = {})
      : file_(file), future_(pool.submit(command(Deed::kHold, file), options)) {
    if (!eventually([&] { return exists(file); })) throw std::runtime_error("it did not begin");
  }

  void release() const { write_file(file_ + ".go"); }
  std::future<Report>& future() { return future_; }

 private:
  std::string file_;
  std::future<Report> future_;
};

}  // namespace inferpool::test
