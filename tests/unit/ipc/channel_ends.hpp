// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "ipc/host_ring.hpp"
#include "ipc/layout.hpp"
#include "ipc/lost_wakes.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_ring.hpp"

namespace inferpool::test {

using Bytes = std::vector<std::byte>;

// Contents that differ from call to call.
inline Bytes question(std::uint64_t call_id) {
  Bytes bytes(call_id % (ipc::kInlineFrame + 1));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(call_id * 31 + i);
  return bytes;
}

inline Bytes answer_to(std::span<const std::byte> question) {
  Bytes bytes(question.begin(), question.end());
  for (std::byte& byte : bytes) byte ^= std::byte{0x5A};
  return bytes;
}

// Takes one request and answers it. False: the ring is closed.
inline bool serve_one(ipc::WorkerRing& ring,
                      const std::function<void(std::uint64_t call_id)>& model = {}) {
  const auto sequence = ring.take();
  if (!sequence) return false;
  const ipc::RequestSlot& slot = ring.slot(*sequence);
  if (model) model(slot.call_id);
  ring.publish(*sequence, {.frame = answer_to(std::span(slot.frame).first(slot.frame_bytes))});
  return true;
}

// Sleeps until the reply is available.
inline void await_reply(ipc::HostRing& ring, std::uint32_t sequence) {
  const auto answered = [&] { return ring.answered(sequence); };
  while (!answered()) {
    const ipc::WaitFor reply = ring.park(sequence);
    if (!answered()) ipc::wait({&reply, 1}, std::nullopt, answered);
  }
}

// Both ends of a channel over plain memory.
struct ChannelEnds {
  explicit ChannelEnds(std::chrono::nanoseconds spin = {}, std::uint32_t first = 1)
      : host(*control, first), worker(*control, spin, 2) {
    control->worker.consumed = first;
  }

  std::unique_ptr<ipc::Control> control = std::make_unique<ipc::Control>();
  ipc::HostRing host;
  ipc::WorkerRing worker;
};

// A host of many callers, and a worker of many serving threads, over one channel.
class BusyChannel : public ChannelEnds {
 public:
  using ChannelEnds::ChannelEnds;
  ~BusyChannel() { close(); }

  void start_serving(int threads, const std::function<void(std::uint64_t)>& model = {}) {
    for (int i = 0; i < threads; ++i) {
      serving_.emplace_back([this, model] {
        while (serve_one(worker, model)) {
        }
      });
    }
  }

  std::uint32_t post(std::uint64_t call_id) {
    for (;; std::this_thread::yield()) {
      ipc::WakeList wakes;
      const std::lock_guard lock(mutex_);
      if (host.has_room())
        return host.post({.call_id = call_id, .frame = question(call_id)}, wakes);
    }
  }

  void await(std::uint32_t sequence) { await_reply(host, sequence); }

  // Whether the reply, which is available, is the right one.
  bool collect(std::uint32_t sequence, std::uint64_t call_id) {
    const ipc::ReplyHead head = host.head(sequence);
    Bytes frame(std::min<std::size_t>(head.frame_bytes, ipc::kInlineFrame));
    host.copy_frame(sequence, frame);
    finish(sequence);
    return head.call_id == call_id && head.ticket == ipc::kTickets &&
           frame == answer_to(question(call_id));
  }

  // Makes a call. True: it got the right answer.
  bool call(std::uint64_t call_id) {
    const std::uint32_t sequence = post(call_id);
    await(sequence);
    return collect(sequence, call_id);
  }

  // Recalls a request. True: nothing runs it.
  bool take_back(std::uint32_t sequence) {
    const std::lock_guard lock(mutex_);
    if (!host.recall(sequence)) return false;
    host.finish(sequence);
    return true;
  }

  void finish(std::uint32_t sequence) {
    const std::lock_guard lock(mutex_);
    host.finish(sequence);
  }

  // Returns when all serving threads have left.
  void close() {
    {
      ipc::WakeList wakes;
      const std::lock_guard lock(mutex_);
      host.close(wakes);
    }
    serving_.clear();
  }

 private:
  std::mutex mutex_;  // the pool's
  std::deque<std::jthread> serving_;
};

}  // namespace inferpool::test
