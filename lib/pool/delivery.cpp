// SPDX-License-Identifier: Apache-2.0
#include "pool/delivery.hpp"

#include <new>
#include <string>

#include "core/format.hpp"
#include "model/failure.hpp"

namespace inferpool::pool {
namespace {

// The exception under way: its type and text, as far as memory allows.
std::string current_text() noexcept try {
  const Failure failure = current_failure();
  return failure.text.empty() ? failure.type : formatted("{}: {}", failure.type, failure.text);
} catch (...) {
  return {};
}

}  // namespace

void deliver(detail::Receiver& receiver, const std::optional<Error>& error, Events& events) noexcept
    try {
  error ? receiver.fail(*error) : receiver.complete();
} catch (...) {  // it must not take the other calls' thread, or the host, with it
  events.raise({.kind = EventKind::kHandlerThrew, .text = current_text()});
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
            formatted("the call could not be made: {}: {}", failure.type, failure.text)};
  }
}

}  // namespace inferpool::pool
