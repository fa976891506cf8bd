// SPDX-License-Identifier: Apache-2.0
#include "worker/server.hpp"

#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <inferpool/error.hpp>

#include "core/clock.hpp"
#include "core/format.hpp"
#include "core/system_error.hpp"
#include "wire/reply.hpp"
#include "wire/traceparent.hpp"
#include "worker/last_stack.hpp"
#include "worker/reply_frame.hpp"
#include "worker/request_context.hpp"

namespace inferpool::worker {

Server::Server(const Attachment& attachment, detail::ServedModel& model)
    : attachment_(attachment),
      model_(model),
      ring_(attachment.control(), std::chrono::nanoseconds(attachment.welcome().spin),
            attachment.welcome().processors),
      arena_(std::make_shared<ipc::ReplyArena>(attachment.reply_file(), attachment.control())) {}

// Blocks that the host holds keep the arena alive, and the arena keeps the blocks. This ends that.
Server::~Server() { arena_->forget(); }

void Server::start() try {
  for (int i = 1; i < attachment_.welcome().concurrency; ++i)
    others_.emplace_back([this] {
      const StackedThread stacked;
      serve_all();
    });
} catch (const std::system_error& error) {
  throw std::runtime_error(
      core::system_failure(core::formatted("thread {} of concurrency = {}", others_.size() + 2,
                                           attachment_.welcome().concurrency),
                           error.code().value()));
}

void Server::run() {
  serve_all();
  for (std::thread& other : others_) other.join();
  others_.clear();
}

void Server::serve_all() {
  std::optional<ipc::WorkerRing::Alone> alone;
  if (attachment_.welcome().concurrency == 1) alone.emplace(ring_);
  ipc::RequestView view(attachment_.requests());
  while (const auto sequence = ring_.take()) serve(*sequence, view);
}

void Server::serve(std::uint32_t sequence, ipc::RequestView& view) {
  const std::uint64_t started = core::ticks();
  detail::FrameBuffer frame;
  const auto announce = [this, sequence] {
    if (attachment_.welcome().spin > 0 && attachment_.welcome().processors > 1)
      ring_.announce(sequence);
  };
  ipc::SentBlocks blocks(*arena_, announce);
  SentParts parts(ring_, sequence, *arena_, attachment_.welcome().max_payload);
  answer(sequence, view, frame, blocks, parts);
  view.detach();
  parts.settle();
  ipc::PublishedReply reply = hold(frame, blocks);
  reply.started = started;
  reply.ended = core::ticks();
  ring_.publish(sequence, reply);
}

ipc::PublishedReply Server::hold(detail::FrameBuffer& frame, ipc::SentBlocks& blocks) try {
  return hold_reply(frame, blocks, *arena_);
} catch (...) {  // no room for the reply: the error is small enough for the slot
  frame.clear();
  Encoder refusal(frame, blocks, detail::kInlineFrame);
  wire::encode_failure(refusal);
  return {.frame = frame.bytes()};
}

void Server::answer(std::uint32_t sequence, ipc::RequestView& view, detail::FrameBuffer& frame,
                    ipc::SentBlocks& blocks, SentParts& parts) {
  const ipc::RequestSlot& slot = ring_.slot(sequence);
  const std::size_t limit = attachment_.welcome().max_payload;
  try {
    const auto sent = slot.frame_bytes <= ipc::kInlineFrame
                          ? std::span<const std::byte>(slot.frame).first(slot.frame_bytes)
                          : view.bytes(slot.frame_offset, slot.frame_bytes);
    const wire::TracedFrame request = wire::take_trace(sent);
    Decoder decoder(request.rest, view);
    Encoder encoder(frame, blocks, limit);
    RequestContext context(slot, request.traceparent, *arena_, limit);
    encoder.put(wire::ReplyKind::kAnswer);
    if (!model_.serve(decoder, encoder, parts, context)) {
      frame.clear();
      encoder.put(wire::ReplyKind::kEnd);
    }
  } catch (...) {
    frame.clear();
    blocks.list().clear();
    Encoder encoder(frame, blocks, limit);
    wire::encode_failure(encoder);
  }
}

void Server::trim_if_idle() {
  const std::uint32_t taken = attachment_.control().worker.consumed.load(std::memory_order_relaxed);
  if (std::exchange(trimmed_at_, taken) == taken) arena_->trim();
}

}  // namespace inferpool::worker
