// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool {

// What happened in a pool. Of one worker they come in this order:
//   started -> ready -> died -> restarting -> started -> ...
//   started -> ready -> late -> ...
//   started -> start_failed -> restarting -> started -> ...
// Where one is recycled, those of its successor come first:
//   started -> ready (both of the successor) -> recycled (of the old one)
// A successor that does not start is told of in the same way; the old one goes on. One that is on
// its way when the old one dies takes the place without `restarting`.
// Once the pool closes, only died is told of workers.
enum class EventKind : std::uint8_t {
  kStarted,        // a worker process was made; its model loads
  kReady,          // the worker serves; with workers = 0: the model has loaded
  kLate,           // its run goes on after the caller has left (or it does not begin what it
                   // should): it gets no other request until it has ended, for cancel_grace at most
  kDied,           // a worker that was ready ended without being asked to
  kStartFailed,    // a worker could not be made, or ended before it was ready (in the pool's
                   // constructor: before all were)
  kRestarting,     // its successor will be started once `delay` has passed
  kRecycled,       // a worker that had reached a limit has left; its successor serves
  kBreakerOpened,  // no worker lives and RestartBackoff::breaker starts failed: calls are refused
  kBreakerClosed,  // a worker is ready again
  kHandlerThrew,   // the handler of an async call threw, which it must not; the pool goes on
  kStopped,        // the pool is closed; the last event
};

// The kind as it is written in logs and documents: "start_failed".
[[nodiscard]] std::string_view name(EventKind kind) noexcept;

// One event, as Settings::on_event gets it. A plain value: copy it where it is needed longer.
struct Event {
  EventKind kind = EventKind::kStarted;
  std::string model = {};               // Settings::name
  int worker_index = -1;                // -1: of no worker, but of the pool
  int generation = 0;                   // of the worker (see WorkerStats); restarting: of the last
  int pid = 0;                          // likewise; workers = 0: this process
  std::chrono::nanoseconds delay = {};  // restarting
  std::optional<Error> error = {};      // died, start_failed, breaker_opened: why
  // handler_threw: the exception's type and text; recycled: which limit, and its value; stopped:
  // the workers that were killed and that the kernel does not end, if there are any
  std::string text = {};
};

}  // namespace inferpool
