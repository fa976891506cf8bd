// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>

#include "explorer/words.hpp"
#include "ipc/host_ring_body.hpp"
#include "ipc/worker_ring_body.hpp"
#include "pool/calls/call_wait.hpp"

namespace inferpool::explorer {

using Control = ipc::BasicControl<Words>;
using HostRing = ipc::BasicHostRing<Words>;
using WorkerRing = ipc::BasicWorkerRing<Words>;
using Waiter = pool::dispatch::BasicWaiter<Words>;
using CallWait = pool::calls::BasicCallWait<Words>;

// A frame of one number.
using Frame = std::array<std::byte, sizeof(std::uint64_t)>;
inline Frame frame_of(std::uint64_t number) {
  Frame frame;
  std::memcpy(frame.data(), &number, sizeof number);
  return frame;
}
inline std::uint64_t number_in(const Frame& frame) {
  std::uint64_t number = 0;
  std::memcpy(&number, frame.data(), sizeof number);
  return number;
}

// Both shipped ends of a channel over the explorer's words. They never spin, because one more look
// finds nothing that the first look could not have found.
class Ends {
 public:
  explicit Ends(Stage& stage) : stage_(stage) {
    stage.set_names([](const Cell& cell) { return name_of(cell); });
  }

  // --- the host's end

  // The frame holds ten times the number of the request.
  std::uint32_t post(bool streams = false) {
    const Frame frame = frame_of(10 * static_cast<std::uint64_t>(++posted_));
    WakeList wakes;
    return host.post({.call_id = posted_, .frame = frame, .streams = streams}, wakes);
  }
  void announce() {
    WakeList wakes;
    host.announce(wakes);
  }
  void close() {
    WakeList wakes;
    host.close(wakes);
  }
  void cancel(std::uint32_t sequence) {
    WakeList wakes;
    host.cancel(sequence, wakes);
  }
  void take_part(std::uint32_t sequence) {
    WakeList wakes;
    host.take_part(sequence, wakes);
  }
  // The number in the reply or part that is available, which must belong to the request.
  std::uint64_t answer(std::uint32_t sequence) {
    stage_.expect(host.head(sequence).call_id == sequence, "a reply is that of its request");
    Frame frame{};
    host.copy_frame(sequence, frame);
    return number_in(frame);
  }

  // --- the worker's end

  // The number in the frame of a request.
  std::uint64_t input(std::uint32_t sequence) {
    Frame frame{};
    const auto& slot = worker.slot(sequence);
    stage_.expect(slot.frame_bytes == frame.size(), "a request is as long as it was");
    stage_.expect(slot.call_id == sequence, "a request is what stands in its slot");
    Words::copy(frame.data(), slot.frame.data(), frame.size());
    return number_in(frame);
  }
  void publish(std::uint32_t sequence, std::uint64_t number) {
    worker.publish(sequence, {.frame = frame_of(number)});
  }
  void publish_part(std::uint32_t sequence, std::uint32_t part, std::uint64_t number) {
    worker.publish_part(sequence, part, {.frame = frame_of(number)});
  }
  // Takes a request, and answers it with its number plus one.
  bool serve() {
    const auto sequence = worker.take();
    if (sequence) publish(*sequence, input(*sequence) + 1);
    return sequence.has_value();
  }

 private:
  static std::string name_of(const Cell& cell);
  static inline Control shared;  // made once, because it is large; each run finds it new

  Stage& stage_;
  std::uint64_t posted_ = 0;

 public:
  Control& control = shared;
  HostRing host{control};
  WorkerRing worker{control, std::chrono::nanoseconds(0), 1};
};

inline std::string Ends::name_of(const Cell& cell) {
  const auto is = [&cell](const Cell& other) { return &cell == &other; };
  if (is(shared.worker.parked)) return "parked";
  if (is(shared.worker.consumed)) return "consumed";
  if (is(shared.worker.take_mutex.cell())) return "take_mutex";
  if (is(shared.host.doorbell)) return "doorbell";
  if (is(shared.host.closing)) return "closing";
  if (is(shared.host.rivals)) return "rivals";
  for (const auto& slot : shared.requests) {
    if (is(slot.posted)) return "posted";
    if (is(slot.reply_parked)) return "reply_parked";
    if (is(slot.caller_word)) return "caller word";
  }
  for (const auto& slot : shared.replies) {
    if (is(slot.published)) return "published";
    if (is(slot.sender_parked)) return "sender_parked";
    if (&cell > &slot.published && &cell < &slot.sender_parked) return "the head of a reply";
  }
  return "a word of its own";
}

// Waits for the answers of requests, as a WaitedCall does. Made before the scene is played.
class Caller {
 public:
  // The part of a WaitedCall that CallWait uses.
  struct Call {
    struct {
      core::Deadline deadline;
    } call;
    struct {
      pool::dispatch::CallState state = pool::dispatch::CallState::kPosted;
      bool dead = false;
      HostRing* ring = nullptr;
      std::uint32_t sequence = 0;
      // A nap ends by time alone, so it must not be what wakes this thread.
      static bool waits_behind_a_run() noexcept { return false; }
      static constexpr std::chrono::nanoseconds nap{};
    } where;

    [[nodiscard]] const auto& snapshot() const noexcept { return where; }
    [[nodiscard]] bool answered() const noexcept { return where.ring->answered(where.sequence); }
    [[nodiscard]] bool part_available() const noexcept {
      return where.ring->part_available(where.sequence);
    }
    [[nodiscard]] bool available() const noexcept { return answered() || part_available(); }
  };

  explicit Caller(CallWait::First first = CallWait::First::kReply) : wait_(spin_, waiter, first) {}

  static Call call(Ends& ends, std::uint32_t sequence) {
    return {{}, {.ring = &ends.host, .sequence = sequence}};
  }
  template <typename Calls>
  void wait(const Calls& calls, std::uint32_t seen) {
    wait_.wait(calls, seen, {});
  }
  // Waits until the answer to a request is available.
  void await(Ends& ends, std::uint32_t sequence) {
    const std::array calls{call(ends, sequence)};
    while (!calls[0].answered()) wait(calls, 0);
  }

  Waiter waiter;

 private:
  ipc::SpinBudget spin_{std::chrono::nanoseconds(0), 1};
  CallWait wait_;
};

}  // namespace inferpool::explorer
