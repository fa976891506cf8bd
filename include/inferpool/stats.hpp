// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/histogram.hpp>
#include <inferpool/settings.hpp>

namespace inferpool {

enum class WorkerState : std::uint8_t {
  kStarting,  // spawned, not ready yet
  kReady,     // serves, or waits for a request
  kLate,      // runs a request that nobody waits for any more; gets no other
  kHung,      // was asked for its stack, and is about to end
  kDown,      // ended; its successor is not started yet
  kRetiring,  // recycled: its successor serves; it ends its runs, and leaves
};

[[nodiscard]] std::string_view name(WorkerState state) noexcept;

struct WorkerStats {
  int index = 0;
  int generation = 0;  // counts the pool's worker starts from 1
  int pid = 0;
  WorkerState state = WorkerState::kDown;
  std::uint64_t served = 0;  // requests that this process answered
  int in_flight = 0;         // requests that it has and has not answered
  // How long the oldest unanswered request has had its turn to run; 0: none. Also counts a run
  // whose caller has left. This is the running time within a few milliseconds, or up to a second
  // less while the answer before it is not read yet.
  Duration running_for = {};
};

// Where the time of a call goes, in the order of its stages. Small payloads, some hundred bytes at
// most, are copied with the message itself: this takes almost no time and counts as `wake`. With
// workers = 0 there is nothing to copy and nobody to wake: these stages are 0.
struct StageTimes {
  Duration copy_in = {};   // the request is copied into a block of shared memory; 0 if all large
                           // parts of it were loaned
  Duration queue = {};     // from admission until a free worker gets it, or a busy one starts it
  Duration wake = {};      // both hand-overs: the worker starts; later the waiting thread wakes up
  Duration run = {};       // predict, with the worker's decode and encode
  Duration copy_out = {};  // the answer is checked and copied out of the worker's memory; 0: viewed
};

// Counters since the pool's construction; a snapshot in which the sums agree.
struct Stats {
  std::uint64_t requests = 0;  // admitted or refused
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;    // with any error, also refused ones
  std::uint64_t poisoned = 0;  // of these, refused because their input had ended two workers
  std::uint64_t retried = 0;   // runs given to another worker
  std::uint64_t restarts = 0;  // workers started after the first N
  std::uint64_t deaths = 0;    // workers that ended without being asked to
  std::uint64_t hung = 0;      // of these, ended by the pool: past hang_timeout or cancel_grace
  std::uint64_t late = 0;      // runs that went on after their caller had left
  std::uint64_t recycled = 0;  // workers that left for a successor (see max_requests); not counted
                               // in deaths, and their successors not in restarts
  int in_flight = 0;           // admitted, not completed
  int queued = 0;              // of these, waiting for a worker
  std::uint64_t payload_in_flight = 0;  // bytes of request blocks and loans
  // Of all successful calls (infer, submit, ...), from before the request is encoded until the
  // answer is decoded. Not a snapshot: a call that ends meanwhile may count in one of these and not
  // yet in another.
  LatencyHistogram latency = {};
  Duration latency_mean = {};
  Duration latency_max = {};
  StageTimes stages = {};  // means; their sum is latency_mean but for rounding (5 ns)
  // By index. While a worker is recycled there is one more at the end, with the same index: first
  // the starting successor, later the retiring worker.
  std::vector<WorkerStats> workers = {};
};

enum class PoolState : std::uint8_t {
  kStarting,     // not all workers have been ready yet
  kReady,        // all workers live
  kDegraded,     // some live
  kUnavailable,  // none lives
  kStopped,      // closed
};

[[nodiscard]] std::string_view name(PoolState state) noexcept;

struct Health {
  PoolState state = PoolState::kStarting;
  int live = 0;   // workers that are ready
  int total = 0;  // workers that the settings ask for
  std::uint64_t restarts = 0;
  std::optional<Error> last_failure = {};  // why the last worker ended or failed to start
};

}  // namespace inferpool
