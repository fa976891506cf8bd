// SPDX-License-Identifier: Apache-2.0
#include "pool/refusal.hpp"

#include <fmt/format.h>

namespace inferpool::pool {

Error stopped() { return {ErrorCode::kStopped, "the pool is closed"}; }

Error given_up(ErrorCode code, std::uint64_t request_id, Phase phase, std::string_view when,
               int worker_index) {
  ErrorDetails details;
  details.phase = phase;
  details.request_id = request_id;
  details.worker_index = worker_index;
  const char* what =
      code == ErrorCode::kDeadlineExceeded ? "its deadline passed" : "its caller gave it up";
  return {code, fmt::format("request {}: {} {}", request_id, what, when), std::move(details)};
}

Error queue_full(std::size_t waiting, std::size_t most) {
  return {ErrorCode::kQueueFull, fmt::format("{} requests wait already, max_queue_size is {}; try "
                                             "later, or raise max_queue_size or workers",
                                             waiting, most)};
}

}  // namespace inferpool::pool
