// SPDX-License-Identifier: Apache-2.0
#include "pool/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>

#include "model/reply.hpp"
#include "pool/supervisor.hpp"

namespace inferpool::pool {
namespace {

Placement placement_of(const Call& call) {
  Placement placement{.state = call.state, .sequence = call.sequence};
  if (call.state == CallState::kPosted) placement.worker = std::static_pointer_cast<WorkerHandle>(call.channel);
  return placement;
}

Deadline deadline_of(const InferOptions& options, const Settings& settings) {
  const auto timeout = options.timeout ? options.timeout : settings.request_timeout;
  return timeout ? earlier(options.deadline, Clock::now() + *timeout) : options.deadline;
}

// A call that nobody waits for any more when it comes.
void refuse_late(const Call& call, const std::stop_token& stop) {
  const bool cancelled = stop.stop_requested();
  if (!cancelled && (!call.deadline || !passed(call.deadline, Clock::now()))) return;
  ErrorDetails details;
  details.phase = Phase::kQueued;
  details.request_id = call.id;
  throw Error(cancelled ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded,
              fmt::format("request {}: {} before it was sent", call.id,
                          cancelled ? "its caller gave it up" : "its deadline passed"),
              std::move(details));
}

}  // namespace

void Exchange::prepare(Call& call, detail::FunctionRef<void(Encoder&)> encode, const InferOptions& options) {
  call.id = next_id_.fetch_add(1, std::memory_order_relaxed);
  call.retry = options.retry.value_or(origin_->settings.retry);
  call.deadline = deadline_of(options, origin_->settings);
  call.admitted = ticks();
  try {
    refuse_late(call, options.stop);
    this->encode(call, encode);
  } catch (...) {
    dispatch_.update([](Dispatch& d, ipc::WakeList&) { d.count_refusal(); });
    throw;
  }
}

void Exchange::encode(Call& call, detail::FunctionRef<void(Encoder&)> encode) try {
  ipc::RequestBlocks blocks(origin_->requests);
  Encoder encoder(call.frame, blocks, static_cast<std::size_t>(origin_->settings.max_payload.value_or(0)));
  encode(encoder);
  if (call.frame.bytes().size() > ipc::kInlineFrame) call.frame_offset = blocks.place(call.frame.bytes(), {}).offset;
  call.blocks = blocks.take();
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::kOutOfMemory, "the host's own memory is used up: a request could not be encoded");
}

Placement Exchange::admit(Call& call) {
  std::optional<Error> refusal;
  const Placement placement = dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) {
    refusal = d.admit(call, wakes);
    return placement_of(call);
  });
  if (refusal) throw *refusal;
  return placement;
}

Placement Exchange::look(const Call& call) const {
  return dispatch_.look([&](const Dispatch&) { return placement_of(call); });
}

void Exchange::give_up(Call& call, ErrorCode code) {
  const TimePoint now = Clock::now();
  dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { return d.give_up(call, code, now, wakes); });
  supervisor_.poke();  // its run may go on, for cancel_grace at most
}

void Exchange::collect(Call& call, const Placement& placement, detail::FunctionRef<void(Decoder&)> decode) {
  WorkerHandle& worker = *placement.worker;
  const ipc::ReplyHead head = worker.memory()->ring().head(placement.sequence);
  std::array<std::byte, ipc::kInlineFrame> copy;
  const std::span<std::byte> inline_frame =
      std::span(copy).first(std::min<std::size_t>(head.frame_bytes, ipc::kInlineFrame));
  worker.memory()->ring().copy_frame(placement.sequence, inline_frame);

  bool collected = false;
  const auto give_back = [&](bool succeeded) {
    collected = true;
    dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { d.collected(call, succeeded, wakes); });
  };
  try {
    if (head.call_id != call.id) throw detail::Malformed(fmt::format("a reply to request {}", head.call_id));
    ipc::ReplyBlocks blocks(worker.memory(), head, origin_->settings.copy_outputs);
    Decoder decoder(blocks.frame(inline_frame), blocks);
    std::optional<Error> failure = model::decode_failure(decoder, call.id);
    give_back(!failure);  // the worker may take the next request while this one is decoded
    if (failure) throw *std::move(failure);
    decode(decoder);
    decoder.finish();
  } catch (const detail::Malformed& malformed) {
    Error error = violation(worker, call.id, malformed.what());
    if (collected) dispatch_.update([](Dispatch& d, ipc::WakeList&) { d.count_garbage(); });
    if (!collected) give_back(false);
    throw error;
  } catch (...) {
    if (!collected) give_back(false);
    throw;
  }
}

void Exchange::check(const Placement& placement) {
  if (placement.state != CallState::kPosted || placement.worker->memory()->ring().plausible(placement.sequence)) return;
  violation(*placement.worker, 0, "words of the ring that no worker writes");
}

Error Exchange::violation(WorkerHandle& worker, std::uint64_t request_id, std::string_view what) {
  const std::string reason = fmt::format("protocol violation: {}", what);
  WorkerEnd end;
  end.index = worker.index();
  end.generation = worker.generation();
  end.pid = worker.pid();
  end.status.signal = 9;
  end.reason = reason;
  worker.kill(reason);
  return worker_lost(end, request_id, Phase::kRunning);
}

}  // namespace inferpool::pool
