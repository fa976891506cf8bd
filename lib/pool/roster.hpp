// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/stats.hpp>

#include "core/clock.hpp"

namespace inferpool::pool {

// Who the workers are at present, for everybody who asks; written by the supervisor.
// Thread-safety: safe from many threads.
class Roster {
 public:
  explicit Roster(int workers) : workers_(static_cast<std::size_t>(workers)) {}

  void starting(int index, int generation, int pid);
  void ready(int index);
  // `error`: why, where it was not asked to leave.
  void ended(int index, const std::optional<Error>& error);
  void start_failed(int index, const Error& error);
  // A successor of a worker that lives was started; the place is the old one's yet.
  void successor_starting(int index, int generation, int pid);
  // Why it did not become ready.
  void successor_failed(const Error& error);
  // It has the place from now on, and the old one retires.
  void replaced();
  // The old one died before: the place waits for the successor.
  void successor_promoted();
  // The old one has ended; `error` as in ended().
  void retired(const std::optional<Error>& error);
  void stopped();

  // Until all are ready (none) or one start has failed (its error).
  std::optional<Error> wait_started();
  // True once all are ready; false at the deadline, or when stopped.
  bool wait_ready(TimePoint deadline);

  void count(Stats& stats) const;
  [[nodiscard]] Health health() const;

 private:
  struct Worker {
    int generation = 0;
    int pid = 0;
    WorkerState state = WorkerState::kDown;
  };
  struct Beside : Worker {
    int index = 0;
  };
  [[nodiscard]] int live() const noexcept;
  void count_death(const Error& error);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Worker> workers_;
  std::optional<Beside> beside_;  // while one is recycled: its successor, later itself
  std::optional<Error> last_failure_;
  std::optional<Error> failed_start_;
  std::uint64_t starts_ = 0;
  std::uint64_t deaths_ = 0;
  std::uint64_t hung_ = 0;  // of these
  std::uint64_t recycled_ = 0;
  bool was_ready_ = false;  // all at once, some time
  bool stopped_ = false;
};

}  // namespace inferpool::pool
