// SPDX-License-Identifier: Apache-2.0
// Makes events out of what happens to a worker.
#pragma once

#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/fleet/member.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::fleet {

[[nodiscard]] Event event_of(EventKind kind, const Member& member) noexcept;
[[nodiscard]] Event event_of(EventKind kind, const reports::WorkerEnd& end,
                             std::optional<Error> error = {}) noexcept;

}  // namespace inferpool::pool::fleet
