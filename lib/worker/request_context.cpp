// SPDX-License-Identifier: Apache-2.0
#include "worker/request_context.hpp"

#include "core/clock.hpp"
#include "wire/payload_limit.hpp"

namespace inferpool::worker {

Tensor RequestContext::output(Datatype datatype, const Shape& shape) {
  const std::size_t size = detail::TensorAccess::byte_size(datatype, shape);
  wire::check_payload("an output", size, max_payload_);
  return detail::TensorAccess::make(datatype, shape, arena_.allocate(size), size);
}

bool RequestContext::cancelled() const noexcept {
  return (slot_.caller_word.load(std::memory_order_relaxed) & ipc::kCallerLeft) != 0 ||
         core::passed(deadline(), core::Clock::now());
}

std::optional<std::chrono::steady_clock::time_point> RequestContext::deadline() const noexcept {
  if (slot_.deadline == 0) return std::nullopt;
  return core::TimePoint(std::chrono::nanoseconds(slot_.deadline));
}

}  // namespace inferpool::worker
