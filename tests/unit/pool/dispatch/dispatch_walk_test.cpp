// SPDX-License-Identifier: Apache-2.0
// A long random walk through the state machine; after every step, what must always hold is checked.
#include <random>

#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/walk_world.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

class Walk {
 public:
  Walk(const DispatchLimits& limits, std::uint64_t seed)
      : limits_(limits), world_(limits), random_(seed) {
    for (std::size_t i = 0; i < world_.workers.size(); ++i) make_ready(i);
  }

  void step() {
    now_ += std::chrono::microseconds(random(200));
    const auto kind = random(1040);
    const std::size_t index = random(world_.workers.size() + 1);
    if (kind < 200) {
      admit();
    } else if (kind < 450) {
      begin(index);
    } else if (kind < 700) {
      answer(index);
    } else if (kind < 860) {
      collect();
    } else if (kind < 910) {
      take_part();
    } else if (kind < 940) {
      give_up();
    } else if (kind < 960) {
      return sweep();
    } else if (kind < 970) {
      end(index);
    } else if (kind < 990) {
      make_ready(index);
    } else if (kind < 994) {
      world_.worker_at(index).stopped = !world_.worker_at(index).stopped;
    } else if (kind < 996) {
      retire(index);
    } else if (kind < 997) {
      world_.dispatch.set_breaker(Error(ErrorCode::kUnavailable, "none lives"), world_.wakes);
    } else if (kind < 998) {
      world_.dispatch.set_breaker(std::nullopt, world_.wakes);
    } else if (kind < 1000) {
      now_ += 100ms;
    } else {
      take_back();
    }
    world_.check();
  }

  // Plays on without new calls until every call is done.
  void drain() {
    world_.dispatch.close(world_.wakes);
    world_.check();
    for (int round = 0; !world_.records.empty(); ++round) {
      WalkWorld::expect(round < 10'000, "the pool drains");
      for (std::size_t i = 0; i <= world_.workers.size(); ++i) {
        world_.worker_at(i).stopped = false;
        make_ready(i);
        begin(i);
        answer(i);
        take_part();
        collect();
        world_.check();
      }
      now_ += 1ms;
      sweep();
    }
    WalkWorld::expect(world_.dispatch.drained(), "a pool without calls is drained");
  }

  // Ends every call and every worker at once.
  void abort() {
    world_.dispatch.abort(world_.wakes);
    world_.check();
    for (std::size_t i = 0; i <= world_.workers.size(); ++i) end(i);
    world_.check();
    while (!world_.records.empty()) {
      const std::size_t before = world_.records.size();
      collect();
      take_part();
      world_.check();
      WalkWorld::expect(world_.records.size() < before, "abort leaves only calls with an answer");
    }
    WalkWorld::expect(world_.dispatch.drained(), "a pool without calls is drained");
    WalkWorld::expect(world_.none_held(), "the blocks of ended calls are freed");
  }

  [[nodiscard]] const std::map<std::string, int>& outcomes() const { return world_.outcomes; }
  [[nodiscard]] int retirements() const { return world_.retirements; }
  [[nodiscard]] int parts() const { return parts_; }
  [[nodiscard]] int taken_back() const { return taken_back_; }

 private:
  void sweep() {
    world_.dispatch.sweep(now_, world_.wakes);
    world_.swept(now_);
    world_.check(true);
  }

  std::size_t random(std::size_t below) { return static_cast<std::size_t>(random_() % below); }

  // --- callers ---

  void admit() {
    auto record = world_.make_record(static_cast<Retry>(random(3)));
    record->call.streams = random(3) == 0;
    const auto refusal = world_.dispatch.admit(record->call, world_.wakes);
    if (!refusal) return world_.admitted(std::move(record));
    WalkWorld::expect(record->call.state == CallState::kDone, "a refused call is done");
    world_.done(name(refusal->code()), false);
  }

  void collect() {
    auto& records = world_.records;
    const std::size_t from = records.empty() ? 0 : random(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto at = records.begin() + static_cast<std::ptrdiff_t>((from + i) % records.size());
      Call& call = (*at)->call;
      if (!(*at)->answered()) continue;
      const bool succeeded = random(8) != 0;
      if (random(100) == 0) call.channel->kill("protocol violation");
      world_.dispatch.collected(call, succeeded, world_.wakes);
      WalkWorld::expect(call.state == CallState::kDone && !call.error, "a collected call is done");
      world_.done(succeeded ? "succeeded" : "model_failed", succeeded);
      records.erase(at);
      return;
    }
  }

  void take_part() {
    const auto stands = [](const auto& record) {
      const Call& call = record->call;
      return call.state == CallState::kPosted && call.channel->part_available(call.sequence);
    };
    const auto record = std::find_if(world_.records.begin(), world_.records.end(), stands);
    if (record == world_.records.end()) return;
    world_.part_taken((*record)->call);
    world_.dispatch.part_taken((*record)->call, world_.wakes);
    ++parts_;
  }

  // Somebody takes back what is available in the memory of a dead worker, and the caller finds it
  // gone.
  void take_back() {
    for (const auto& record : world_.records) {
      Call& call = record->call;
      if (!call.dead) continue;
      dynamic_cast<FakeChannel&>(*call.channel).take_back(call.sequence);
      world_.dispatch.answer_gone(call, world_.wakes);
      WalkWorld::expect(!call.dead || call.state == CallState::kDone, "and waits for it no more");
      ++taken_back_;
      return;
    }
  }

  void give_up() {
    if (world_.records.empty()) return;
    WalkWorld::Record& record = *world_.records[random(world_.records.size())];
    const bool answered = record.answered();
    const auto code = random(2) == 0 ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded;
    const bool given_up = world_.dispatch.give_up(record.call, code, now_, world_.wakes);
    WalkWorld::expect(given_up != answered, "a call is given up unless it is answered");
    if (given_up) {
      WalkWorld::expect(record.call.error && record.call.error->code() == code, "with this error");
    }
  }

  // --- workers ---

  void make_ready(std::size_t index) {
    auto& worker = world_.worker_at(index);
    if (worker.channel || index == world_.workers.size()) return;
    worker.channel = std::make_shared<FakeChannel>();
    world_.dispatch.worker_ready(static_cast<int>(index), worker.channel, world_.wakes);
  }

  // A successor is ready for a worker that lives.
  void retire(std::size_t index) {
    if (index == world_.workers.size() || world_.retiring.channel) return;
    auto& worker = world_.workers[index];
    if (!worker.channel) return;
    ++world_.retirements;
    world_.retiring = std::exchange(worker, {.channel = std::make_shared<FakeChannel>()});
    retiring_index_ = static_cast<int>(index);
    world_.dispatch.worker_replaced(retiring_index_, worker.channel, world_.wakes);
  }

  void end(std::size_t index) {
    auto& worker = world_.worker_at(index);
    if (!worker.channel) return;
    const bool retires = index == world_.workers.size();
    world_.ended(*worker.channel);
    worker = {};
    const reports::WorkerEnd end{.index = retires ? retiring_index_ : static_cast<int>(index),
                                 .pid = 1,
                                 .status = {.signal = 9}};
    retires ? world_.dispatch.retiring_ended(end, world_.wakes)
            : world_.dispatch.worker_ended(end, world_.wakes);
  }

  void begin(std::size_t index) {
    const auto& worker = world_.worker_at(index);
    if (!worker.channel || worker.stopped) return;
    const auto& slots = worker.channel->slots();
    const auto running = std::count_if(slots.begin(), slots.end(), [](const auto& slot) {
      return slot.second.state == FakeChannel::State::kStarted;
    });
    if (running >= limits_.concurrency) return;
    const std::uint32_t sequence = worker.channel->begin();
    if (sequence != 0) world_.began(worker.channel->slot(sequence).call_id);
  }

  void answer(std::size_t index) {
    const auto& worker = world_.worker_at(index);
    if (!worker.channel) return;
    if (!worker.channel->killed().empty()) return random(4) == 0 ? end(index) : void();
    if (worker.stopped) return;
    for (const auto& [sequence, slot] : worker.channel->slots()) {
      if (slot.state != FakeChannel::State::kStarted || random(2) == 0) continue;
      WalkWorld::expect(world_.held(slot.call_id), "a running request's blocks are held");
      if (slot.parts > slot.taken && !slot.cancelled) continue;
      if (slot.streams && !slot.cancelled && random(2) == 0)
        return worker.channel->send_part(sequence);
      return random(3) == 0 ? worker.channel->answer_with_memory(sequence)
                            : worker.channel->answer(sequence);
    }
  }

  DispatchLimits limits_;
  WalkWorld world_;
  std::mt19937_64 random_;
  int retiring_index_ = -1;
  int parts_ = 0;  // how many were taken
  int taken_back_ = 0;
  core::TimePoint now_{1h};
};

DispatchLimits limits(int workers, int concurrency, int max_queue_size, Duration hang_timeout) {
  return {.workers = workers,
          .concurrency = concurrency,
          .max_queue_size = max_queue_size,
          .cancel_grace = 20ms,
          .hang_timeout = hang_timeout};
}

TEST_CASE("each call ends once and all invariants hold, whatever happens in whatever order") {
  std::map<std::string, int> outcomes;
  int retirements = 0;
  int parts = 0;
  int taken_back = 0;
  for (const DispatchLimits& limit :
       {limits(4, 1, 6, 300ms), limits(1, 1, 4, 0ms), limits(3, 2, 0, 300ms), limits(2, 3, 40, 1s),
        limits(4, 1, 200, 1s)}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      CAPTURE(limit.workers, limit.concurrency, limit.max_queue_size, seed);
      Walk walk(limit, seed);
      for (int i = 0; i < 10'000; ++i) walk.step();
      if (seed % 2 == 0) walk.drain();
      walk.abort();
      retirements += walk.retirements();
      parts += walk.parts();
      taken_back += walk.taken_back();
      for (const auto& [outcome, count] : walk.outcomes()) outcomes[outcome] += count;
    }
  }
  CHECK(retirements > 100);
  CHECK(parts > 1'000);
  CHECK(taken_back > 10);
  for (const char* outcome :
       {"succeeded", "model_failed", "worker_lost", "poisoned_request", "deadline_exceeded",
        "cancelled", "unavailable", "queue_full", "stopped"}) {
    CAPTURE(outcome);
    CHECK(outcomes[outcome] > 10);  // the walk reached it
  }
}

}  // namespace
}  // namespace inferpool::pool::dispatch
