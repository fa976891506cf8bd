// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "ipc_overhead/peer.hpp"

namespace bench {

// Two pipes, and a pair of Unix sockets: one blocking write and one blocking read each way.
[[nodiscard]] std::unique_ptr<Peer> make_pipe_peer(const CorePair& cores);
[[nodiscard]] std::unique_ptr<Peer> make_unix_socket_peer(const CorePair& cores);

}  // namespace bench
