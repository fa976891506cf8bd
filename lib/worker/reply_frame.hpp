// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/frame.hpp>

#include "ipc/reply_arena.hpp"
#include "ipc/worker_ring.hpp"

namespace inferpool::worker {

// Makes a reply of a frame and the blocks that it names. The arena holds the blocks from now on. A
// frame that does not fit the slot is copied to a block. The frame must outlive the result. Throws
// Error (payload_too_large, out_of_memory).
[[nodiscard]] ipc::PublishedReply hold_reply(const detail::FrameBuffer& frame,
                                             ipc::SentBlocks& blocks, ipc::ReplyArena& arena);

}  // namespace inferpool::worker
