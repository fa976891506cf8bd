// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool {

// What happened in a pool. The events of one worker come in this order:
//   started -> ready -> died -> restarting -> started -> ...
//   started -> ready -> late -> ...
//   started -> start_failed -> restarting -> started -> ...
// When a worker is recycled, the events of its successor come first:
//   started -> ready (both of the successor) -> recycled (of the old one)
// A successor that fails to start has the events of any failed start; the old worker goes on. If
// the old worker dies while its successor starts, the successor replaces it without `restarting`.
// Once the pool closes, the only event of workers is died.
enum class EventKind : std::uint8_t {
  kStarted,  // a worker process was made; its model loads
  kReady,    // the worker serves; with workers = 0: the model has loaded
  kLate,     // its run goes on after the caller has left (or it does not start a request that it
             // should): it gets no other request until the run has ended, for cancel_grace at most
  kDied,     // a worker that was ready ended without being asked to
  kStartFailed,    // a worker could not be made, or ended before it was ready (in the pool's
                   // constructor: before all were ready)
  kRestarting,     // its successor will be started once `delay` has passed
  kRecycled,       // a worker that had reached a limit has left; its successor serves
  kBreakerOpened,  // no worker lives, and RestartBackoff::breaker starts failed: calls are refused
  kBreakerClosed,  // a worker is ready again
  kHandlerThrew,   // the handler of an asynchronous call threw, which it must not; the pool goes on
  kStopped,        // the pool is closed; the last event
};

// The name of the kind in logs and documents: "start_failed".
[[nodiscard]] std::string_view name(EventKind kind) noexcept;

// One event, as Settings::on_event gets it. A plain value: copy it to keep it.
struct Event {
  EventKind kind = EventKind::kStarted;
  std::string model = {};  // Settings::name
  int worker_index = -1;   // -1: an event of the pool, not of a worker
  int generation = 0;      // of the worker (see WorkerStats); restarting: of the previous one
  int pid = 0;             // likewise; workers = 0: this process
  std::chrono::nanoseconds delay = {};  // restarting
  std::optional<Error> error = {};      // died, start_failed, breaker_opened: why
  // handler_threw: the exception's type and text; recycled: which limit, and its value; stopped:
  // the killed workers that the kernel has not ended, if any
  std::string text = {};
};

}  // namespace inferpool
