// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "ipc_overhead/peer.hpp"

namespace bench {

// Two queues of Boost.Interprocess, one message deep.
[[nodiscard]] std::unique_ptr<Peer> make_message_queue_peer(const CorePair& cores);

}  // namespace bench
