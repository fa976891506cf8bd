// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "core/clock.hpp"
#include "ipc/announced_copy.hpp"
#include "ipc/shared_words.hpp"
#include "ipc/spin.hpp"
#include "pool/calls/waited_call.hpp"
#include "pool/dispatch/waiter.hpp"

namespace inferpool::pool::calls {

// Waits for news of one or many calls: looks for a while, then sleeps on the words of their replies
// and on the waiter's own. Thread-safety: none; it belongs to the waiting thread.
template <typename Words>
class BasicCallWait {
 public:
  using Waiter = dispatch::BasicWaiter<Words>;

  // How it shares the processors with others while it looks.
  struct Share {
    int reserve = 0;  // as for SpinBudget
    ipc::Rivals rivals = ipc::Rivals::kNone;
  };
  // The word to sleep on where the kernel can sleep on one only.
  enum class First { kReply, kWaiter };

  // `waiter` is notified of all of the calls. Both must outlive it.
  BasicCallWait(ipc::SpinBudget& spin, Waiter& waiter, First first) noexcept
      : spin_(spin), waiter_(waiter), first_(first) {}

  // Waits until an answer or a part of a call is available, or the waiter was notified after
  // `seen`, but not beyond the first deadline, and at most a second. Returns every now and then
  // while it looks, too. True: news came while the thread looked. `calls` is a range of
  // WaitedCalls.
  template <typename Calls>
  bool wait(const Calls& calls, std::uint32_t seen, Share share) noexcept {
    const auto news = [&] {
      return waiter_.seen() != seen ||
             std::any_of(calls.begin(), calls.end(),
                         [](const auto& call) { return call.available(); });
    };
    const ipc::Looked looked = spin_.look(
        news, {.reserve = share.reserve, .rivals = share.rivals, .expects = expects_}, look_);
    if (looked == ipc::Looked::kNotYet) return false;
    look_ = {};
    expects_ = false;
    if (looked == ipc::Looked::kFound) return true;
    // It was woken and nothing is available: this was an announcement.
    expects_ = sleep(calls, seen, news) && !news() && ++announced_ <= ipc::kMostAnnounced;
    return false;
  }

  // Whether nobody else wants the processor of this thread, which looks on.
  [[nodiscard]] bool processor_free() const noexcept { return look_.alone(); }

  // What was waited for has come.
  void came() noexcept {
    look_ = {};
    naps_ = 0;
    expects_ = false;
    announced_ = 0;
  }

 private:
  static constexpr int kMostDoublings = 14;

  // True: it was woken.
  template <typename Calls, typename News>
  bool sleep(const Calls& calls, std::uint32_t seen, const News& news) noexcept {
    // One word more than the kernel takes tells wait() that there are more.
    std::array<typename Words::WaitFor, ipc::kMaxWaitFor + 1> words;
    std::size_t count = 0;
    if (first_ == First::kWaiter) words[count++] = waiter_.park(seen);
    const std::size_t room = words.size() - 1 + count;
    core::Deadline until;
    bool in_vain = false;
    Duration nap{};
    for (const auto& call : calls) {
      const auto& snapshot = call.snapshot();
      until = core::earlier(until, call.call.deadline);
      in_vain = in_vain || snapshot.dead;  // its answer is gone, and nobody would wake this thread
      if (snapshot.waits_behind_a_run()) nap = snapshot.nap;
      if (snapshot.state == dispatch::CallState::kPosted && count < room)
        words[count++] = snapshot.ring->park(snapshot.sequence);
    }
    if (first_ == First::kReply) words[count++] = waiter_.park(seen);
    // Somebody must see whether the worker is stuck. Each nap that ends by time doubles the next
    // one.
    if (nap != Duration{}) {
      nap = std::min<Duration>(nap * (1 << naps_), std::chrono::seconds(1));
      until = core::earlier(until, core::after(core::Clock::now(), nap));
    }
    const bool woken = !in_vain && !news() && Words::wait({words.data(), count}, until, news);
    waiter_.unpark();
    if (nap != Duration{} && !woken && !news()) naps_ = std::min(naps_ + 1, kMostDoublings);
    return woken;
  }

  ipc::SpinBudget& spin_;
  Waiter& waiter_;
  const First first_;
  ipc::SpinBudget::Wait look_;
  int naps_ = 0;          // that ended by time
  bool expects_ = false;  // an announcement woke it
  int announced_ = 0;     // announcements in a row
};

using CallWait = BasicCallWait<ipc::SharedWords>;

}  // namespace inferpool::pool::calls
