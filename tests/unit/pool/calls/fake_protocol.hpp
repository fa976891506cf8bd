// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pool/calls/call_deadline.hpp"
#include "pool/calls/call_protocol.hpp"
#include "unit/ipc/channel_ends.hpp"

namespace inferpool::pool::calls {

// For frames that have no blocks.
class NoBlocks final : public detail::BlockSink, public detail::BlockSource {
 public:
  detail::BlockRef store(std::span<const std::byte> /*bytes*/,
                         const detail::StorageRef& /*storage*/) override {
    throw detail::Malformed("no block");
  }
  detail::StorageRef open(const detail::BlockRef& /*block*/, bool /*fixed_width*/) override {
    throw detail::Malformed("no block");
  }
  [[nodiscard]] std::span<const std::byte> in_place(
      const detail::BlockRef& /*block*/) const override {
    throw detail::Malformed("no block");
  }
};

// The call protocol of one worker over a ring in plain memory. The test plays the worker.
// Thread-safety: safe from many threads.
class FakeProtocol final : public CallProtocol {
 public:
  // --- the worker, played by the test ---

  // Waits for the next request and takes it.
  std::uint32_t take() { return ends_.worker.take().value(); }
  void answer(std::uint32_t sequence) { ends_.worker.publish(sequence, {.frame = test::Bytes(1)}); }
  // Sends part number `part` of its answer: 1, 2, ...
  void send_part(std::uint32_t sequence, std::uint32_t part) {
    ends_.worker.publish_part(sequence, part, {.frame = test::Bytes(1)});
  }

  // --- the pool, played by the test ---

  // Ends the call without an answer, wherever it is.
  void fail(dispatch::Call& call, ErrorCode code) {
    ipc::WakeList wakes;
    const std::lock_guard lock(mutex_);
    end(call, code, wakes);
  }
  // The next answer is not collected: its call ends as lost instead.
  void forge_next() {
    const std::lock_guard lock(mutex_);
    forged_ = true;
  }
  std::optional<Error> refusal = {};  // the error of the next call, when it is admitted

  // --- what a test looks at ---

  struct Seen {
    int prepared = 0;
    int looked = 0;
    int checked = 0;
    int collected = 0;
    int parts = 0;
    int forgotten = 0;
    int ended_early = 0;
    int refused = 0;
    int remembered = 0;
    std::vector<ErrorCode> given_up = {};
  };
  [[nodiscard]] Seen seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  // --- CallProtocol ---

  void prepare(dispatch::Call& call, const detail::Job& job, const InferOptions& options) override {
    {
      const std::lock_guard lock(mutex_);
      call.id = static_cast<std::uint64_t>(++seen_.prepared);
    }
    call.deadline = call_deadline(options, std::nullopt);
    refuse_late(call.id, options.stop, call.deadline);
    NoBlocks none;
    Encoder encoder(call.frame, none, 1000);
    job.encode(encoder);
  }
  void count_refusal() noexcept override {
    const std::lock_guard lock(mutex_);
    ++seen_.refused;
  }
  CallSnapshot admit(dispatch::Call& call) override {
    ipc::WakeList wakes;
    const std::lock_guard lock(mutex_);
    if (refusal) throw *std::exchange(refusal, std::nullopt);
    call.sequence = ends_.host.post({.call_id = call.id, .streams = call.streams}, wakes);
    call.state = dispatch::CallState::kPosted;
    return snapshot_of(call);
  }
  [[nodiscard]] CallSnapshot look(const dispatch::Call& call) const override {
    const std::lock_guard lock(mutex_);
    ++seen_.looked;
    return snapshot_of(call);
  }
  void check(dispatch::Call& /*call*/, CallSnapshot& /*snapshot*/) noexcept override {
    const std::lock_guard lock(mutex_);
    ++seen_.checked;
  }
  bool collect(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) override {
    {
      ipc::WakeList wakes;
      const std::lock_guard lock(mutex_);
      ++seen_.collected;
      if (std::exchange(forged_, false)) {
        end(call, ErrorCode::kWorkerLost, wakes);
        return false;
      }
      call.state = dispatch::CallState::kDone;
      ends_.host.finish(snapshot.sequence);
    }
    decode(job);
    return true;
  }
  bool collect_part(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) override {
    {
      ipc::WakeList wakes;
      const std::lock_guard lock(mutex_);
      ++seen_.parts;
      ++call.parts;
      ends_.host.take_part(snapshot.sequence, wakes);
    }
    decode(job);
    return true;
  }
  void give_up(dispatch::Call& call, ErrorCode code) noexcept override {
    ipc::WakeList wakes;
    const std::lock_guard lock(mutex_);
    seen_.given_up.push_back(code);
    if (call.state == dispatch::CallState::kPosted && !ends_.host.answered(call.sequence))
      end(call, code, wakes);
  }
  void forget(dispatch::Call& call) noexcept override {
    const std::lock_guard lock(mutex_);
    ++seen_.forgotten;
    call.state = dispatch::CallState::kDone;
  }
  void end_early(dispatch::Call& call) noexcept override {
    const std::lock_guard lock(mutex_);
    ++seen_.ended_early;
    call.state = dispatch::CallState::kDone;
  }

 private:
  [[nodiscard]] CallSnapshot snapshot_of(const dispatch::Call& call) const {
    return {.state = call.state, .sequence = call.sequence, .ring = &ends_.host};
  }
  static void end(dispatch::Call& call, ErrorCode code, ipc::WakeList& wakes) {
    call.error = Error(code, "as the test wants it");
    call.state = dispatch::CallState::kDone;
    call.waiter->notify(wakes);
  }
  static void decode(detail::Job& job) {
    NoBlocks none;
    Decoder decoder({}, none);
    job.decode(decoder);
  }
  void remember(dispatch::Call& /*call*/) noexcept override {
    const std::lock_guard lock(mutex_);
    ++seen_.remembered;
  }

  mutable std::mutex mutex_;
  mutable test::ChannelEnds ends_;
  mutable Seen seen_;
  bool forged_ = false;
};

}  // namespace inferpool::pool::calls
