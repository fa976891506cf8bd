// SPDX-License-Identifier: Apache-2.0
#include "pool/worker_news.hpp"

#include <utility>

#include "core/short_of_memory.hpp"

namespace inferpool::pool {
namespace {

std::string why_not_started(const WorkerHandle& worker, const WorkerEnd& end) {
  if (!worker.start_failure().empty()) return worker.start_failure();
  if (!end.reason.empty()) return to_string(end);
  const bool ready = worker.stage() == WorkerHandle::Stage::kReady;
  return to_string(end) + (ready ? " right after it was ready" : " before it was ready");
}

}  // namespace

Event event_of(EventKind kind, const WorkerHandle& worker) noexcept {
  return {.kind = kind,
          .worker_index = worker.index(),
          .generation = worker.generation(),
          .pid = worker.pid()};
}

Event event_of(EventKind kind, const WorkerEnd& end, std::optional<Error> error) noexcept {
  return {.kind = kind,
          .worker_index = end.index,
          .generation = end.generation,
          .pid = end.pid,
          .error = std::move(error)};
}

Error start_failed(const WorkerHandle& worker, const WorkerEnd& end) noexcept {
  return error_or(ErrorCode::kStartupFailed, [&] {
    return start_failed(end, why_not_started(worker, end), worker.load_failure());
  });
}

}  // namespace inferpool::pool
