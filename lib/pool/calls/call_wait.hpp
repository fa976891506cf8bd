// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/clock.hpp"
#include "ipc/announced_copy.hpp"
#include "ipc/shared_words.hpp"
#include "ipc/spin.hpp"
#include "pool/calls/waited_call.hpp"
#include "pool/dispatch/waiter.hpp"

namespace inferpool::pool::calls {

// How a thread waits for news of calls, one or many: looks for a while, then sleeps on the words of
// their replies and on its own. Thread-safety: none, the waiting thread's own.
template <typename Words>
class BasicCallWait {
 public:
  using Waiter = dispatch::BasicWaiter<Words>;

  // The processors that it takes while it looks: see SpinBudget.
  struct Share {
    int reserve = 0;
    bool oversubscribed = false;
  };
  // On which word a kernel sleeps that can sleep on one only.
  enum class First { kReply, kWaiter };

  // `waiter` is notified of all of the calls. Both outlive it.
  BasicCallWait(ipc::SpinBudget& spin, Waiter& waiter, First first) noexcept
      : spin_(spin), waiter_(waiter), first_(first) {}

  // Waits until an answer or a part of a call stands or the waiter was notified since `seen`; no
  // longer than to the first deadline, nor than a second. True: it came while the thread looked.
  // `calls` is a range of WaitedCalls.
  template <typename Calls>
  bool wait(const Calls& calls, std::uint32_t seen, Share share) noexcept {
    const auto news = [&] {
      return waiter_.seen() != seen ||
             std::any_of(calls.begin(), calls.end(),
                         [](const auto& call) { return call.available(); });
    };
    const bool expects = std::exchange(expects_, false);
    const bool found = expects ? spin_.expect(news, share.reserve, share.oversubscribed)
                               : spin_.spin(news, share.reserve, share.oversubscribed);
    if (found) return true;
    // Woken for nothing that stands: it was announced.
    expects_ = sleep(calls, seen, news) && !news() && ++announced_ <= ipc::kMostAnnounced;
    return false;
  }

  // What was announced has come.
  void came() noexcept {
    expects_ = false;
    announced_ = 0;
  }

 private:
  // True: it was woken.
  template <typename Calls, typename News>
  bool sleep(const Calls& calls, std::uint32_t seen, const News& news) noexcept {
    // One more than the kernel takes tells wait() that there are more.
    std::array<typename Words::WaitFor, ipc::kMaxWaitFor + 1> words;
    std::size_t count = 0;
    if (first_ == First::kWaiter) words[count++] = waiter_.park(seen);
    const std::size_t room = words.size() - 1 + count;
    core::Deadline until;
    bool in_vain = false;
    for (const auto& call : calls) {
      const auto& snapshot = call.snapshot();
      until = core::earlier(until, call.call.deadline);
      in_vain = in_vain || snapshot.dead;  // what stood is gone, and nobody would wake for it
      if (snapshot.state == dispatch::CallState::kPosted && count < room)
        words[count++] = snapshot.ring->park(snapshot.sequence);
    }
    if (first_ == First::kReply) words[count++] = waiter_.park(seen);
    const bool woken = !in_vain && !news() && Words::wait({words.data(), count}, until, news);
    waiter_.unpark();
    return woken;
  }

  ipc::SpinBudget& spin_;
  Waiter& waiter_;
  const First first_;
  bool expects_ = false;  // it was woken for something that is on its way
  int announced_ = 0;     // so often in a row
};

using CallWait = BasicCallWait<ipc::SharedWords>;

}  // namespace inferpool::pool::calls
