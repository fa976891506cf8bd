// SPDX-License-Identifier: Apache-2.0
// What happens to a worker, as an event.
#pragma once

#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/member.hpp"
#include "pool/worker_end.hpp"

namespace inferpool::pool {

[[nodiscard]] Event event_of(EventKind kind, const Member& member) noexcept;
[[nodiscard]] Event event_of(EventKind kind, const WorkerEnd& end,
                             std::optional<Error> error = {}) noexcept;

}  // namespace inferpool::pool
