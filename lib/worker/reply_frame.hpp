// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/frame.hpp>

#include "ipc/reply_arena.hpp"
#include "ipc/worker_ring.hpp"

namespace inferpool::worker {

// What is published of a frame and the blocks that it names, which the arena holds from here on.
// The frame, and where it does not fit the slot a block that it is copied to, outlives the result.
// Throws Error (payload_too_large, out_of_memory).
[[nodiscard]] ipc::PublishedReply hold_reply(const detail::FrameBuffer& frame,
                                             ipc::SentBlocks& blocks, ipc::ReplyArena& arena);

}  // namespace inferpool::worker
