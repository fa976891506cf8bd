// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/ring_protocol.hpp"

#include "core/format.hpp"
#include "pool/calls/call_deadline.hpp"
#include "pool/calls/delivery.hpp"
#include "pool/calls/fingerprint.hpp"
#include "pool/calls/slot_copy.hpp"
#include "pool/reports/call_errors.hpp"
#include "wire/reply.hpp"
#include "wire/traceparent.hpp"

namespace inferpool::pool::calls {
namespace {

CallSnapshot snapshot_of(const dispatch::Dispatch& d, const dispatch::Call& call) {
  CallSnapshot snapshot{.state = call.state,
                        .sequence = call.sequence,
                        .rivals = d.rivals(),
                        .nap = call.state == dispatch::CallState::kPosted ? call.nap : Duration{},
                        .dead = call.dead != nullptr,
                        .seen_part = call.seen_part.load(std::memory_order_relaxed)};
  if (call.state != dispatch::CallState::kPosted) return snapshot;
  snapshot.worker = std::static_pointer_cast<processes::WorkerHandle>(d.channel_of(call));
  snapshot.channel = snapshot.worker.get();
  snapshot.ring = &snapshot.worker->memory()->ring();
  return snapshot;
}

bool copied_if_memory(const ipc::BlockList& from, ipc::BlockList& to) noexcept try {
  return to = from, true;
} catch (...) {
  return false;
}

// A call whose reply has no block is timed even if the reply cannot be decoded.
void time_success(dispatch::Dispatch& d, dispatch::Call& call, const ipc::ReplyHead& head,
                  std::uint64_t decoded) noexcept {
  call.marks.decoded = decoded;
  const dispatch::StageTicks stages = dispatch::stages_of(call.marks, {head.started, head.ended});
  d.counts().time(stages);
  d.note_run(stages.run);
}

}  // namespace

void RingProtocol::prepare(dispatch::Call& call, const detail::Job& job,
                           const InferOptions& options) {
  call.id = next_id_.fetch_add(1, std::memory_order_relaxed);
  call.retry = options.retry.value_or(configuration_->settings.retry);
  // Nothing is assigned without a deadline: copying a whole optional, of which one byte was just
  // written, would wait for that write.
  if (has_deadline(options, configuration_->settings.request_timeout))
    call.deadline = call_deadline(options, configuration_->settings.request_timeout);
  try {
    refuse_late(call.id, options.stop, call.deadline);
    wire::check_traceparent(options.traceparent.text());
    call.marks.begun = core::ticks();
    // Encoding without a copy into a block takes no longer than reading the clock.
    const bool copied = encode(call, job, options.traceparent.text());
    call.marks.admitted = copied ? core::ticks() : call.marks.begun;
  } catch (...) {
    count_refusal();
    throw current_error();
  }
}

void RingProtocol::count_refusal() noexcept {
  dispatch_.update([](dispatch::Dispatch& d, ipc::WakeList&) {
    d.counts().begin();
    d.counts().fail();
  });
}

bool RingProtocol::encode(dispatch::Call& call, const detail::Job& job,
                          std::string_view traceparent) try {
  wire::put_trace(call.frame, traceparent);
  const auto announce = [this] {
    if (configuration_->spins())
      dispatch_.update([](dispatch::Dispatch& d, auto& wakes) { d.announce(wakes); });
  };
  ipc::RequestBlocks blocks(*configuration_->requests, call.blocks, announce);
  Encoder encoder(call.frame, blocks,
                  static_cast<std::size_t>(configuration_->settings.max_payload.value_or(0)));
  job.encode(encoder);
  if (call.frame.bytes().size() > ipc::kLargestFrame) {
    throw Error(ErrorCode::kPayloadTooLarge,
                core::formatted("the names and parameters of a request take {} bytes; accepted: {}",
                                call.frame.bytes().size(), ipc::kLargestFrame));
  }
  if (call.frame.bytes().size() > ipc::kInlineFrame)
    call.frame_offset = blocks.store(call.frame.bytes(), {}).offset;
  return blocks.copied();
} catch (...) {
  call.blocks.clear();
  reports::rethrow_unencodable(call.id);
}

// The call counts as answered already, because its worker was given back.
void RingProtocol::decode(Decoder& decoder, detail::Job& job) try {
  job.decode(decoder);
  decoder.finish();
} catch (...) {
  dispatch_.update([](dispatch::Dispatch& d, ipc::WakeList&) { d.counts().turn_into_failure(); });
  throw;
}

CallSnapshot RingProtocol::admit(dispatch::Call& call) {
  std::optional<Error> refusal = poison_.armed() ? poisoned(call) : std::nullopt;
  const CallSnapshot snapshot = dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    refusal = refusal ? d.refuse_poisoned(call, *std::move(refusal)) : d.admit(call, wakes);
    return snapshot_of(d, call);
  });
  if (refusal) throw *refusal;
  return snapshot;
}

CallSnapshot RingProtocol::look(const dispatch::Call& call) const {
  return dispatch_.look([&](const dispatch::Dispatch& d) { return snapshot_of(d, call); });
}

void RingProtocol::give_up(dispatch::Call& call, ErrorCode code) noexcept {
  const core::TimePoint now = core::Clock::now();
  ipc::BlockList blocks;
  dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    // An abandoned run takes the blocks with it, but remember() needs them, too.
    if (call.blamed > 0 && !copied_if_memory(call.blocks, blocks)) call.blamed = 0;
    d.give_up(call, code, now, wakes);
    if (call.blocks.empty()) call.blocks = std::move(blocks);
  });
  watcher_.signal();  // its run may go on, for cancel_grace at most
}

void RingProtocol::forget(dispatch::Call& call) noexcept {
  const core::TimePoint now = core::Clock::now();
  const bool stood = dispatch_.update(
      [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { return d.forget(call, now, wakes); });
  if (stood) watcher_.signal();  // as in give_up
}

void RingProtocol::end_early(dispatch::Call& call) noexcept {
  const core::TimePoint now = core::Clock::now();
  const bool stood = dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    const bool there = d.forget(call, now, wakes);
    // Meanwhile the worker may have ended, or the pool may have been closed.
    if (there || call.error) d.counts().turn_into_success();
    return there;
  });
  if (stood) watcher_.signal();  // as in give_up
}

std::optional<Error> RingProtocol::poisoned(const dispatch::Call& call) try {
  const core::TimePoint now = core::Clock::now();
  const auto found = poison_.find(
      input_size(call.frame, call.blocks),
      [&] { return input_hash(call.frame, call.blocks, poison_.key()); }, now);
  if (!found) return std::nullopt;
  return reports::poisoned_input(found->last, call.id, found->deaths, now - found->when,
                                 configuration_->settings.poison_memory);
} catch (...) {
  count_refusal();
  throw current_error();
}

void RingProtocol::remember(dispatch::Call& call) noexcept try {
  if (!poison_.enabled()) return;
  const Fingerprint input{.size = input_size(call.frame, call.blocks),
                          .hash = input_hash(call.frame, call.blocks, poison_.key())};
  poison_.remember(input, std::exchange(call.blamed, 0), *call.blamed_end, core::Clock::now());
} catch (...) {  // without memory the input is not remembered, and may end one more worker
}

bool RingProtocol::collected(dispatch::Call& call, const CallSnapshot& snapshot,
                             const ipc::ReplyHead& head, bool succeeded) {
  return update_if_current(call, snapshot, [&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    d.collected(call, succeeded, wakes);
    // A reply without blocks is decoded in no time, as in prepare.
    if (succeeded && head.ticket >= ipc::kTickets) time_success(d, call, head, call.marks.seen);
  });
}

// Each part of a reply is checked where it is read: SlotCopy its head, ReplyBlocks where its blocks
// lie, Decoder and wire::decode_failure what they hold. What is wrong throws Malformed.
bool RingProtocol::collect(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) {
  call.marks.seen = core::ticks();
  const SlotCopy reply(snapshot);
  const ipc::ReplyHead& head = reply.head();
  const bool has_blocks = head.ticket < ipc::kTickets;
  std::optional<bool> given_back;  // false: the call was elsewhere by then
  const auto give_back = [&](bool succeeded) {
    given_back = collected(call, snapshot, head, succeeded);
    return *given_back;
  };
  try {
    reply.check(call);
    ipc::ReplyBlocks blocks = blocks_of(snapshot, head);
    const std::span<const std::byte> frame = blocks.frame(reply.frame());
    const bool end = call.streams && wire::is_end(frame);
    Decoder decoder(frame, blocks);
    std::optional<Error> failure = end ? std::nullopt : wire::decode_failure(decoder, call.id);
    // The worker may take the next request while this reply is decoded.
    if (!give_back(!failure)) {
      if (look(call).state == dispatch::CallState::kDone)
        return false;  // the call ended meanwhile, and the reply was right
      throw detail::Malformed("a reply to a request that was taken back");
    }
    if (failure) throw *std::move(failure);
    if (!end) decode(decoder, job);
    if (has_blocks) {
      const std::uint64_t decoded = blocks.copied() ? core::ticks() : call.marks.seen;
      dispatch_.update(
          [&](dispatch::Dispatch& d, ipc::WakeList&) { time_success(d, call, head, decoded); });
    }
    return true;
  } catch (const detail::Malformed& malformed) {
    const reports::WorkerEnd end = violation(*snapshot.worker, malformed.what());
    if (!(given_back ? *given_back : give_back(false))) return false;
    throw_violation(call, end);
  } catch (...) {
    if (!given_back && !give_back(false)) return false;
    reports::rethrow_undecodable(call.id);
  }
}

bool RingProtocol::collect_part(dispatch::Call& call, const CallSnapshot& snapshot,
                                detail::Job& job) {
  const SlotCopy part(snapshot);
  const std::uint64_t before = call.parts;
  try {
    part.check(call);
    // The run may go on while this part is decoded.
    const bool taken = update_if_current(
        call, snapshot,
        [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.part_taken(call, wakes); });
    if (!taken) return false;
    ipc::ReplyBlocks blocks = blocks_of(snapshot, part.head());
    Decoder decoder(blocks.frame(part.frame()), blocks);
    wire::take_part(decoder);
    job.decode(decoder);
    decoder.finish();
    return true;
  } catch (const detail::Malformed& malformed) {
    const reports::WorkerEnd end = violation(*snapshot.worker, malformed.what());
    const bool stood = update_if_current(
        call, snapshot,
        [&](dispatch::Dispatch& d, ipc::WakeList& wakes) { d.collected(call, false, wakes); });
    if (!stood) return false;
    call.parts = before;
    throw_violation(call, end);
  } catch (...) {
    reports::rethrow_undecodable(call.id);
  }
}

ipc::ReplyBlocks RingProtocol::blocks_of(const CallSnapshot& snapshot,
                                         const ipc::ReplyHead& head) const {
  return ipc::ReplyBlocks(*snapshot.worker->memory(), head, configuration_->settings.copy_outputs,
                          configuration_->settings.max_payload.value_or(0));
}

}  // namespace inferpool::pool::calls
