// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/worker_news.hpp"

#include <utility>

namespace inferpool::pool::fleet {

Event event_of(EventKind kind, const Member& member) noexcept {
  return {.kind = kind,
          .worker_index = member.index,
          .generation = member.generation,
          .pid = member.pid};
}

Event event_of(EventKind kind, const reports::WorkerEnd& end, std::optional<Error> error) noexcept {
  return {.kind = kind,
          .worker_index = end.index,
          .generation = end.generation,
          .pid = end.pid,
          .error = std::move(error)};
}

}  // namespace inferpool::pool::fleet
