// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"

namespace inferpool::pool::dispatch {

// The callers and workers of a random walk. It records what they did independently of Dispatch.
class WalkWorld {
 public:
  // Destroyed as soon as the call is done, because nothing may access the call afterwards.
  struct Record {
    Call call = {};
    Waiter waiter = {};
    CallState state = CallState::kNew;  // after the last step
    std::uint32_t seen = 0;
    int begun = 0;
    int overtaken = 0;  // by younger calls, since it waits in the queue
    [[nodiscard]] bool answered() const {
      return call.state == CallState::kPosted && call.channel->answered(call.sequence);
    }
  };
  struct Worker {
    std::shared_ptr<FakeChannel> channel;
    bool stopped = false;
  };

  explicit WalkWorld(const DispatchLimits& limits)
      : limits_(limits), workers(static_cast<std::size_t>(limits.workers)), dispatch(limits) {}

  static void expect(bool holds, const char* what) {
    if (!holds) FAIL(what);
  }

  // A call that is not admitted yet, with a block that is registered while something holds it.
  std::unique_ptr<Record> make_record(Retry retry) {
    auto record = std::make_unique<Record>();
    record->call.id = ++requests_;
    record->call.retry = retry;
    record->call.waiter = &record->waiter;
    record->call.blocks.emplace_back(new Block(held_, record->call.id));
    return record;
  }
  void admitted(std::unique_ptr<Record> record) {
    record->state = record->call.state;
    record->seen = record->waiter.seen();
    records.push_back(std::move(record));
  }
  void done(std::string_view outcome, bool succeeded) {
    ++outcomes[std::string(outcome)];
    ++(succeeded ? succeeded_ : failed_);
  }
  // A worker started the request.
  void began(std::uint64_t id) {
    const auto found = std::find_if(records.begin(), records.end(),
                                    [&](const auto& record) { return record->call.id == id; });
    expect(found != records.end(), "nothing is begun that is done already");
    Record& began = **found;
    expect(began.call.parts == 0, "nothing runs again of which its caller has a part");
    const int most = began.call.retry == Retry::kAlways ? 2 : 1;
    expect(++began.begun <= most, "run twice only if retry allows it");
    const int at_once = limits_.workers * (limits_.concurrency + 1);
    for (const auto& record : records) {
      if (record->call.state != CallState::kQueued) continue;
      if (record->call.order > began.call.order) continue;
      expect(++record->overtaken <= at_once, "no queued call is overtaken without end");
    }
  }
  // The worker after the last one is the retiring worker.
  [[nodiscard]] Worker& worker_at(std::size_t i) {
    return i < workers.size() ? workers[i] : retiring;
  }
  [[nodiscard]] bool held(std::uint64_t id) const { return held_.contains(id); }
  [[nodiscard]] bool none_held() const { return held_.empty(); }

  // After a sweep: records which calls have their turn, and since which sweep, and checks who
  // hangs. Dispatch may have given a turn at the end of that sweep, and so have seen it only at the
  // next.
  void swept(core::TimePoint now) {
    for (std::size_t i = 0; i <= workers.size(); ++i) {
      const FakeChannel* channel = worker_at(i).channel.get();
      if (channel == nullptr || limits_.hang_timeout == Duration::zero()) continue;
      bool must_end = false;
      bool may_end = false;
      int turns = 0;
      for (const std::uint32_t sequence : in_hand(*channel)) {
        if (turns++ == limits_.concurrency) break;
        Turn& turn = turns_.try_emplace({channel, sequence}, Turn{.first = now}).first->second;
        if (turn.first != now && !turn.second) turn.second = now;
        const bool waits = channel->part_available(sequence) && !channel->slot(sequence).cancelled;
        may_end = may_end || now - turn.first >= limits_.hang_timeout;
        must_end =
            must_end || (turn.second && now - *turn.second >= limits_.hang_timeout && !waits);
      }
      expect(!must_end || !channel->killed().empty(), "no turn lasts longer than hang_timeout");
      const bool hung = channel->killed().starts_with("hung");
      expect(may_end || !hung || hung_.contains(channel), "what hangs has had its turn for long");
      if (hung) hung_.insert(channel);
    }
  }
  void part_taken(const Call& call) {
    turns_.erase({dynamic_cast<const FakeChannel*>(call.channel), call.sequence});
  }
  void ended(const FakeChannel& channel) {
    std::erase_if(turns_, [&](const auto& turn) { return turn.first.first == &channel; });
    hung_.erase(&channel);
  }

  // Checks what must hold after every step, and removes the calls that are done. `noticed`: the
  // dispatch has looked at the workers since they last did something.
  void check(bool noticed = false) {
    for (const auto& record : records) check_told(*record);
    std::erase_if(records, [&](const auto& record) {
      if (record->call.state != CallState::kDone) return false;
      expect(record->call.error.has_value(), "a call that was not collected ends with an error");
      done(name(record->call.error->code()), false);
      return true;
    });
    check_counters();
    check_idle_workers(noticed);
    check_retiring();
    for (std::size_t i = 0; i <= workers.size(); ++i) {
      const Worker& worker = worker_at(i);
      if (!worker.channel) continue;
      if (!worker.channel->mistakes().empty()) FAIL(worker.channel->mistakes().front());
      worker.channel->forget_closed();
    }
  }

 private:
  class Block final : public detail::Storage {
   public:
    Block(std::set<std::uint64_t>& held, std::uint64_t id)
        : Storage(nullptr, 0, true), held_(held), id_(id) {
      held_.insert(id_);
    }
    ~Block() override { held_.erase(id_); }

   private:
    std::set<std::uint64_t>& held_;
    std::uint64_t id_;
  };

  static void check_told(Record& record) {
    const Call& call = record.call;
    const std::uint32_t seen = record.waiter.seen();
    expect(call.state == record.state || seen != record.seen, "a waiter is told of every change");
    if (call.state == CallState::kQueued) {
      expect(call.next == nullptr || call.next->order > call.order, "the queue is in order");
    } else {
      record.overtaken = 0;
    }
    record.state = call.state;
    record.seen = seen;
  }

  [[nodiscard]] Stats stats() const {
    Stats stats;
    stats.workers.resize(workers.size() + 1);
    dispatch.count(stats);
    return stats;
  }

  void check_counters() const {
    const Stats now = stats();
    expect(now.requests == requests_, "requests");
    expect(now.succeeded == succeeded_, "succeeded");
    expect(now.failed == failed_, "failed");
    expect(now.in_flight == static_cast<int>(records.size()), "in_flight");
    expect(now.requests == now.succeeded + now.failed + records.size(), "the counters add up");
    expect(now.queued <= now.in_flight, "queued");
    for (const WorkerStats& worker : now.workers) {
      expect(worker.in_flight <= limits_.concurrency + 1, "at most one is posted ahead");
    }
  }

  // The requests that a worker has not answered, in the order of posting.
  const std::vector<std::uint32_t>& in_hand(const FakeChannel& channel) {
    in_hand_.clear();
    for (const auto& [sequence, slot] : channel.slots()) {
      if (slot.open && slot.state != FakeChannel::State::kAnswered) in_hand_.push_back(sequence);
    }
    return in_hand_;
  }

  // The retiring worker has only requests that it has started.
  void check_retiring() {
    if (!retiring.channel) return;
    for (const auto& [sequence, slot] : retiring.channel->slots())
      expect(slot.state != FakeChannel::State::kPosted, "one that retires gets nothing new");
    expect(dispatch.retiring_is_idle() == in_hand(*retiring.channel).empty(),
           "one that retires is idle once it has answered all that it had");
  }

  // How many requests take a worker's memory or time, as the dispatch may know it.
  static int occupying(const FakeChannel& channel, bool noticed) {
    const auto count =
        std::count_if(channel.slots().begin(), channel.slots().end(), [&](const auto& entry) {
          const auto& slot = entry.second;
          return slot.open &&
                 !(noticed && slot.state == FakeChannel::State::kAnswered && !slot.memory);
        });
    return static_cast<int>(count);
  }

  // B4: no call waits while a worker is idle.
  void check_idle_workers(bool noticed) const {
    const Stats now = stats();
    const auto idle = [&](std::size_t i) {
      return workers[i].channel && workers[i].channel->has_room() &&
             dispatch.state(static_cast<int>(i)) == WorkerState::kReady &&
             occupying(*workers[i].channel, noticed) < limits_.concurrency;
    };
    bool any_idle = false;
    for (std::size_t i = 0; i < workers.size(); ++i) any_idle = any_idle || idle(i);
    if (!any_idle) return;
    for (const auto& record : records) {
      expect(record->call.state != CallState::kQueued, "no call is queued while a worker is idle");
    }
    for (std::size_t i = 0; i < workers.size(); ++i) {
      if (now.workers[i].in_flight <= limits_.concurrency) continue;
      const auto& last = workers[i].channel->slots().rbegin()->second;
      expect(last.state != FakeChannel::State::kPosted,
             "no call is posted ahead while a worker is idle");
    }
  }

  DispatchLimits limits_;
  std::set<std::uint64_t> held_;
  struct Turn {
    core::TimePoint first;
    core::Deadline second = {};
  };
  std::map<std::pair<const FakeChannel*, std::uint32_t>, Turn> turns_;
  std::set<const FakeChannel*> hung_;
  std::vector<std::uint32_t> in_hand_;
  std::uint64_t requests_ = 0;
  std::uint64_t succeeded_ = 0;
  std::uint64_t failed_ = 0;

 public:
  std::vector<Worker> workers;
  Worker retiring = {};
  int retirements = 0;
  std::vector<std::unique_ptr<Record>> records = {};  // admitted and not done
  std::map<std::string, int> outcomes = {};
  ipc::WakeList wakes = {};
  Dispatch dispatch;
};

}  // namespace inferpool::pool::dispatch
