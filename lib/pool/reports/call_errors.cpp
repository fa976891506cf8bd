// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/call_errors.hpp"

#include <new>

#include "core/failure.hpp"
#include "core/format.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool::reports {
namespace {

// Rethrows an Error as it is, std::bad_alloc as out_of_memory, and anything else as `code`.
[[noreturn]] void rethrow_codec(ErrorCode code, std::string_view what, Phase phase,
                                std::uint64_t request_id) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw core::error_or(ErrorCode::kOutOfMemory, [&] {
      return Error(ErrorCode::kOutOfMemory,
                   core::formatted("{}: the host's own memory is used up", what));
    });
  } catch (...) {
    throw core::error_or(code, [&] {
      const core::Failure failure = core::current_failure();
      ErrorDetails details;
      details.phase = phase;
      details.request_id = request_id;
      details.exception_type = failure.type;
      details.exception_text = failure.text;
      return Error(code,
                   core::formatted("{}: its codec threw {}{}{}", what, failure.type,
                                   failure.text.empty() ? "" : ": ", failure.text),
                   std::move(details));
    });
  }
}

}  // namespace

Error stopped() noexcept { return {ErrorCode::kStopped, "the pool is closed"}; }

Error given_up(ErrorCode code, std::uint64_t request_id, Phase phase, std::string_view when,
               int worker_index) noexcept {
  return core::error_or(code, [&] {
    ErrorDetails details;
    details.phase = phase;
    details.request_id = request_id;
    details.worker_index = worker_index;
    const char* what =
        code == ErrorCode::kDeadlineExceeded ? "its deadline passed" : "its caller gave it up";
    return Error(code, core::formatted("request {}: {} {}", request_id, what, when),
                 std::move(details));
  });
}

Error queue_full(std::size_t waiting, std::size_t most) noexcept {
  return core::error_or(ErrorCode::kQueueFull, [&] {
    return Error(
        ErrorCode::kQueueFull,
        core::formatted("{} requests wait already, max_queue_size is {}; try later, or raise "
                        "max_queue_size or workers",
                        waiting, most));
  });
}

Error host_memory_used_up() noexcept {
  return {ErrorCode::kOutOfMemory, "the host's own memory is used up: the call could not be made"};
}

void rethrow_unencodable(std::uint64_t request_id) {
  rethrow_codec(ErrorCode::kInvalidArgument, "the request could not be encoded", Phase::kNone,
                request_id);
}

void rethrow_undecodable(std::uint64_t request_id) {
  rethrow_codec(ErrorCode::kModelFailed, "the reply could not be decoded", Phase::kRunning,
                request_id);
}

}  // namespace inferpool::pool::reports
