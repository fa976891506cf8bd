// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/delivery.hpp"

#include <inferpool/detail/deliver_later.hpp>

#include <new>
#include <string>
#include <thread>

#include "core/failure.hpp"
#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/reports/call_errors.hpp"

namespace inferpool::pool::calls {
namespace {

// The type and text of the current exception; empty without memory.
std::string current_text() noexcept try {
  const core::Failure failure = core::current_failure();
  return failure.text.empty() ? failure.type
                              : core::formatted("{}: {}", failure.type, failure.text);
} catch (...) {
  return {};
}

}  // namespace

bool deliver(detail::AsyncJob& job, const std::optional<Error>& error,
             reports::Events& events) noexcept try {
  error ? job.fail(*error) : job.complete();
  return true;
} catch (const detail::DeliverLater&) {
  return false;
} catch (...) {  // it must not end the thread of other calls, or the host
  events.raise({.kind = EventKind::kHandlerThrew, .text = current_text()});
  return true;
}

void give_up_telling(reports::Events& events) noexcept {
  events.raise({.kind = EventKind::kHandlerThrew,
                .text = core::text_or("std::bad_alloc", []() -> std::string {
                  return "std::bad_alloc: its executor had no memory to take the result";
                })});
}

void deliver_and_wait(detail::AsyncJob& job, const std::optional<Error>& error,
                      reports::Events& events) noexcept {
  for (int i = 0; i < kMostTellings; ++i) {
    if (deliver(job, error, events)) return;
    std::this_thread::sleep_for(kNextDelivery);
  }
  give_up_telling(events);
}

Error current_error() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return reports::host_memory_used_up();
  } catch (...) {
    return core::error_or(ErrorCode::kUnavailable, [] {
      const core::Failure failure = core::current_failure();
      return Error(ErrorCode::kUnavailable, core::formatted("the call could not be made: {}: {}",
                                                            failure.type, failure.text));
    });
  }
}

}  // namespace inferpool::pool::calls
