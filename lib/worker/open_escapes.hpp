// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace inferpool::worker {

// What this process holds open, by which it could still change a file system or reach the network
// when it cannot open anything more: "descriptor 7 is open for writing to /var/log/model.log".
// Nothing: there is none. Memory without a name, accelerators, pipes and local sockets do not
// count. Each thread is looked at, since it may have descriptors of its own. Throws
// std::runtime_error where /proc does not tell.
[[nodiscard]] std::optional<std::string> open_escape();

}  // namespace inferpool::worker
