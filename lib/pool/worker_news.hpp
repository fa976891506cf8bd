// SPDX-License-Identifier: Apache-2.0
// How what happens to a worker is told: as an event, as an error.
#pragma once

#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/worker_end.hpp"
#include "pool/worker_handle.hpp"

namespace inferpool::pool {

[[nodiscard]] Event event_of(EventKind kind, const WorkerHandle& worker) noexcept;
[[nodiscard]] Event event_of(EventKind kind, const WorkerEnd& end,
                             std::optional<Error> error = {}) noexcept;

// startup_failed, of a worker that ended before it was ready (or, in the first start, before all
// were).
[[nodiscard]] Error start_failed(const WorkerHandle& worker, const WorkerEnd& end) noexcept;

}  // namespace inferpool::pool
