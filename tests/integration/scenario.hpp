// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "integration/event_log.hpp"
#include "integration/eventually.hpp"
#include "integration/scratch_folder.hpp"

namespace inferpool::test {

using namespace std::chrono_literals;

// The settings of a pool, a log of its events, and a folder. It outlives the pool.
struct Scenario {
  explicit Scenario(Settings given) : settings(std::move(given)) {
    settings.on_event = log.recorder();
  }
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  ScratchFolder folder;
  EventLog log;
  Settings settings;
};

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

// Calls infer in its own thread, so that it works the same with any number of workers.
template <typename P>
std::future<typename P::Output> infer_aside(P& pool, typename P::Input input,
                                            InferOptions options = {}) {
  return std::async(std::launch::async, [&pool, input = std::move(input), options] {
    return pool.infer(input, options);
  });
}

template <typename T>
bool ready(const std::future<T>& future) {
  return future.wait_for(0s) == std::future_status::ready;
}

// True if the future is ready in time.
template <typename T>
bool ends(const std::future<T>& future) {
  return future.wait_for(20s) == std::future_status::ready;
}

// The error that ends the call. Fails the test (throws) if there is none.
template <std::invocable Call>
Error error_of(Call call) {
  try {
    (void)call();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("no error, where one is due");
}

template <typename T>
Error error_of(std::future<T>& future) {
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end in 30 s");
  return error_of([&] { future.get(); });
}

template <typename T>
Error error_of(const Result<T>& result) {
  if (result) throw std::runtime_error("answered, where an error is due");
  return result.error();
}

}  // namespace inferpool::test
