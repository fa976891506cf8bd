// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/start_failure.hpp"

#include "core/format.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool::reports {

Error start_failure(std::string_view what) noexcept {
  return core::error_or(ErrorCode::kStartupFailed, [&] {
    ErrorDetails details;
    details.phase = Phase::kStarting;
    return Error(ErrorCode::kStartupFailed,
                 core::formatted("the pool could not be started: {}", what), std::move(details));
  });
}

}  // namespace inferpool::pool::reports
