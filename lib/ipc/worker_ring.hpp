// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/interprocess/sync/scoped_lock.hpp>
#include <cstdint>
#include <optional>
#include <span>

#include "ipc/layout.hpp"
#include "ipc/shared_words.hpp"
#include "ipc/spin.hpp"

namespace inferpool::ipc {

// A reply as it goes into a slot, as PostedRequest. `ticket` is kTickets if the reply has no block.
struct PublishedReply {
  std::span<const std::byte> frame = {};
  std::uint64_t frame_offset = 0;
  std::uint32_t ticket = kTickets;
  std::uint32_t generation = 0;
  std::uint64_t started = 0;  // ticks()
  std::uint64_t ended = 0;
};

// The worker's end of both rings, laid over bytes that somebody else owns.
// Thread-safety: safe from all serving threads.
template <typename Words>
class BasicWorkerRing {
 public:
  using Control = BasicControl<Words>;

  // `spin`: the longest time that one wait spins; `processors`: shared by host and workers.
  BasicWorkerRing(Control& control, std::chrono::nanoseconds spin, int processors) noexcept
      : control_(control), spin_(spin, processors), part_spin_(spin, processors) {}

  // While it exists, only the thread that made it may take requests: that thread keeps the mutex of
  // the ring locked, because locking it for each request costs 13 ns. Destroy it on the same
  // thread.
  class Alone {
   public:
    explicit Alone(BasicWorkerRing& ring) : ring_(ring), lock_(ring.control_.worker.take_mutex) {
      ring_.alone_ = true;
    }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone() { ring_.alone_ = false; }

   private:
    BasicWorkerRing& ring_;
    boost::interprocess::scoped_lock<typename Words::Mutex> lock_;
  };

  // Waits for a request and takes it: from here on it counts as started. Its slot stays as it is
  // until the reply is published. None: the host asks the worker to leave, and no request that it
  // posted before is left.
  std::optional<std::uint32_t> take();

  [[nodiscard]] const BasicRequestSlot<Words>& slot(std::uint32_t sequence) const noexcept {
    return control_.request(sequence);
  }

  // Wakes the caller of a request that was taken, if it sleeps: its reply comes soon. Does nothing
  // if others want its processor.
  void announce(std::uint32_t sequence) noexcept;

  // Publishes the reply and wakes its caller if it sleeps.
  void publish(std::uint32_t sequence, const PublishedReply& reply) noexcept {
    publish_as(sequence, sequence, reply);
  }

  // Whether the caller of a request that was taken wants its answer in parts.
  [[nodiscard]] bool streams(std::uint32_t sequence) const noexcept {
    return (slot(sequence).caller_word.load(std::memory_order_relaxed) & kCallerStreams) != 0;
  }
  [[nodiscard]] bool cancelled(std::uint32_t sequence) const noexcept {
    return (slot(sequence).caller_word.load(std::memory_order_relaxed) & kCallerLeft) != 0;
  }
  // As publish, for part number `part` of this run (1, 2, 3, ...). Requires that the parts before
  // it were taken.
  void publish_part(std::uint32_t sequence, std::uint32_t part,
                    const PublishedReply& reply) noexcept {
    publish_as(part_word(sequence, part), sequence, reply);
  }
  // Waits until the host has taken this many parts of this run: then its slot may be written again.
  // False: the caller has left, and takes no more parts.
  bool await_taken(std::uint32_t sequence, std::uint32_t parts) noexcept;

  [[nodiscard]] bool closing() const noexcept {
    return control_.host.closing.load(std::memory_order_acquire) != 0;
  }

 private:
  using Word = typename Words::template Atomic<std::uint32_t>;
  using WaitFor = typename Words::WaitFor;

  template <typename Ready>
  Looked look(SpinBudget& spin, const Ready& ready, bool expects) noexcept;
  // Whether the next number is in its slot, or was skipped.
  [[nodiscard]] bool pending(std::memory_order order) const noexcept;
  std::optional<std::uint32_t> try_take() noexcept;
  // True: a request was announced.
  bool park() noexcept;
  void publish_as(std::uint32_t word, std::uint32_t sequence, const PublishedReply& reply) noexcept;

  Control& control_;
  SpinBudget spin_;
  bool alone_ = false;    // written only before and after all serving
  SpinBudget part_spin_;  // for await_taken, whose waits have other lengths
};

extern template class BasicWorkerRing<SharedWords>;
using WorkerRing = BasicWorkerRing<SharedWords>;

}  // namespace inferpool::ipc
