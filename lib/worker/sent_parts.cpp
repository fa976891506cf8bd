// SPDX-License-Identifier: Apache-2.0
#include "worker/sent_parts.hpp"

#include <utility>

#include "wire/reply.hpp"
#include "worker/reply_frame.hpp"

namespace inferpool::worker {

void SentParts::send(detail::FunctionRef<void(Encoder&)> encode) {
  if (!wanted()) detail::refuse_parts();
  if (ring_.cancelled(sequence_)) detail::refuse_more_parts();
  detail::FrameBuffer frame;
  ipc::SentBlocks blocks(arena_);
  Encoder encoder(frame, blocks, limit_);
  encoder.put(wire::ReplyKind::kPart);
  encode(encoder);
  if (!settle()) detail::refuse_more_parts();
  const ipc::PublishedReply part = hold_reply(frame, blocks, arena_);
  last_ = {part.ticket, part.generation};
  ring_.publish_part(sequence_, static_cast<std::uint32_t>(++sent_), part);
}

bool SentParts::settle() noexcept {
  if (sent_ == 0 || ring_.await_taken(sequence_, static_cast<std::uint32_t>(sent_))) return true;
  // The caller left without the last part, so the host will not give back what that holds.
  arena_.withdraw(std::exchange(last_, {}));
  return false;
}

}  // namespace inferpool::worker
