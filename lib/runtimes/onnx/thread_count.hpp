// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/settings.hpp>

namespace inferpool::runtimes {

// The threads for one run: threads_per_worker, else what OMP_NUM_THREADS says, which the pool sets
// for its workers, so that libraries that do not read it follow it, too.
[[nodiscard]] std::optional<int> thread_count(const Settings& settings);

}  // namespace inferpool::runtimes
