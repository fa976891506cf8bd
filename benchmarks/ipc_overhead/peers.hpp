// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "ipc_overhead/peer.hpp"
#include "measure/results.hpp"

namespace bench {

// All peers that are found on this machine; results.left_out names the others. Make them before
// there are other threads, and destroy them in the reverse order.
[[nodiscard]] std::vector<std::unique_ptr<Peer>> make_peers(const CorePair& cores,
                                                            Results& results);

}  // namespace bench
