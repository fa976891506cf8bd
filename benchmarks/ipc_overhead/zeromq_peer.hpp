// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "ipc_overhead/peer.hpp"

namespace bench {

// ZeroMQ's REQ and REP over its ipc transport. Starts threads: make it after the peers that fork.
[[nodiscard]] std::unique_ptr<Peer> make_zeromq_peer(const CorePair& cores);

}  // namespace bench
