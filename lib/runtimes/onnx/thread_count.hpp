// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/settings.hpp>

namespace inferpool::runtimes {

// The threads for one run: threads_per_worker, else OMP_NUM_THREADS, which the pool sets for its
// workers. So libraries that do not read that variable follow it, too.
[[nodiscard]] std::optional<int> thread_count(const Settings& settings);

}  // namespace inferpool::runtimes
