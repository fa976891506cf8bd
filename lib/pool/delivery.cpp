// SPDX-License-Identifier: Apache-2.0
#include "pool/delivery.hpp"

#include <fmt/format.h>

#include <new>

#include "model/failure.hpp"

namespace inferpool::pool {

void deliver(detail::Receiver& receiver, const std::optional<Error>& error) noexcept {
  try {
    error ? receiver.fail(*error) : receiver.complete();
  } catch (...) {
    // A handler must not take the other calls' thread, or the host, with it.
  }
}

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::kOutOfMemory,
            "the host's own memory is used up: the call could not be made"};
  } catch (...) {
    const Failure failure = current_failure();
    return {ErrorCode::kUnavailable,
            fmt::format("the call could not be made: {}: {}", failure.type, failure.text)};
  }
}

}  // namespace inferpool::pool
