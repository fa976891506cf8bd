// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace inferpool::tools {

// How many processors this process may keep busy: its affinity, less where a cgroup's quota says
// so; at least 1.
[[nodiscard]] int usable_cores();

// The whole processors that a cgroup's cpu.max ("150000 100000") allows, at least 1; none where it
// sets no limit, or is no such file.
[[nodiscard]] std::optional<int> cores_of_quota(std::string_view cpu_max);

}  // namespace inferpool::tools
