// SPDX-License-Identifier: Apache-2.0
#include "worker/reply_frame.hpp"

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::worker {

ipc::PublishedReply hold_reply(const detail::FrameBuffer& frame, ipc::SentBlocks& blocks,
                               ipc::ReplyArena& arena) {
  ipc::PublishedReply reply{.frame = frame.bytes()};
  if (reply.frame.size() > ipc::kLargestFrame) {
    throw Error(ErrorCode::kPayloadTooLarge,
                core::formatted("the names and descriptions of a reply take {} bytes; accepted: {}",
                                reply.frame.size(), ipc::kLargestFrame));
  }
  if (reply.frame.size() > ipc::kInlineFrame)
    reply.frame_offset = blocks.store(reply.frame, {}).offset;
  if (blocks.empty()) return reply;
  const auto ticket = arena.hold(std::move(blocks.list()));
  reply.ticket = ticket.index;
  reply.generation = ticket.generation;
  return reply;
}

}  // namespace inferpool::worker
