// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace inferpool::worker {

// What this process holds open that still lets it change a file system or reach the network:
// "descriptor 7 is open for writing to /var/log/model.log". Nothing if there is none. Memory
// without a name, accelerators, pipes and local sockets do not count. Checks every thread, since
// each may have descriptors of its own. Throws std::runtime_error if /proc does not tell.
[[nodiscard]] std::optional<std::string> open_escape();

}  // namespace inferpool::worker
