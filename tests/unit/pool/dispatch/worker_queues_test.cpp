// SPDX-License-Identifier: Apache-2.0
// What the tests of Dispatch do not show.
#include "pool/dispatch/worker_queues.hpp"

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "catch.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kNow{1h};

struct Queues {
  explicit Queues(int workers, int concurrency = 1) : all(workers, concurrency) {
    for (WorkerQueue& queue : all)
      queue.worker_ready(channels.emplace_back(std::make_shared<FakeChannel>()));
  }
  FakeChannel& worker(int index) { return *channels.at(static_cast<std::size_t>(index)); }
  // A call that the worker has begun.
  Call& begin(int index) {
    Call& call = post(index);
    worker(index).begin();
    return call;
  }
  Call& post(int index) {
    Call& call = calls.emplace_back();
    all[index].post(call, wakes);
    return call;
  }
  void serve(int index) {
    Call& call = begin(index);
    worker(index).answer(call.sequence);
    all.collected(all[index], call);
  }

  WorkerQueues all;
  std::vector<std::shared_ptr<FakeChannel>> channels;
  std::deque<Call> calls;
  ipc::WakeList wakes;
};

TEST_CASE("the least busy worker comes next and among equals the one that served last") {
  Queues queues(3, 2);
  queues.serve(2);
  queues.serve(0);
  for (const int next : {0, 2, 1, 0}) {
    CHECK(queues.all.free() == &queues.all[next]);
    queues.post(next);
  }
}

TEST_CASE("when all workers are busy each takes one request ahead and then none") {
  Queues queues(2);
  queues.post(0);
  queues.post(1);
  CHECK(queues.all.free() == nullptr);
  for (const int index : {0, 1}) {
    CHECK(queues.all.ahead() == static_cast<std::size_t>(index));
    CHECK(queues.all.to_post_ahead(1, {}) == &queues.all[index]);
    queues.post(index);
  }
  CHECK(queues.all.ahead() == 2);
  CHECK(queues.all.to_post_ahead(1, {}) == nullptr);
}

TEST_CASE("a search for a free worker drops the late answer that kept one out") {
  Queues queues(1);
  Call& call = queues.begin(0);
  queues.all[0].abandon(call, kNow, queues.wakes);
  CHECK(queues.all.free() == nullptr);
  queues.worker(0).answer(call.sequence);
  CHECK(queues.all.free() == &queues.all[0]);
  CHECK(queues.worker(0).slot(call.sequence).state == FakeChannel::State::kDiscarded);
}

TEST_CASE("a retiring worker keeps its calls and the index it was started with") {
  Queues queues(2);
  const Call& call = queues.begin(1);
  CHECK(&queues.all.retire(1) == &queues.all.retiring());
  CHECK(call.worker == 2);
  CHECK(queues.all.worker_index(call.worker) == 1);
  CHECK(queues.all.worker_index(0) == 0);
  CHECK(queues.all.retiring().in_hand() == 1);
  CHECK(queues.all[1].in_hand() == 0);
  CHECK(queues.all.awaited());
  CHECK(queues.all.over() == 0);

  queues.worker(1).answer(call.sequence);
  CHECK_FALSE(queues.all.awaited());
  queues.all.retiring().end_overdue(kNow, 5s, 0s);  // looks, and sees the answer
  CHECK(queues.all.over() == 1);
}

TEST_CASE("a retiring worker is out of rotation though it could take more") {
  Queues queues(2, 2);
  queues.begin(1);
  queues.all.retire(1);
  CHECK(queues.all.live() == 1);
  CHECK(queues.all.size() == 2);
  queues.post(0);
  queues.post(0);
  CHECK(queues.all.retiring().accepts());
  CHECK(queues.all.free() == nullptr);
  queues.post(0);
  CHECK(queues.all.to_post_ahead(1, {}) == nullptr);
}

TEST_CASE("late answers of a retiring worker are dropped too") {
  Queues queues(1);
  Call& call = queues.begin(0);
  queues.all[0].abandon(call, kNow, queues.wakes);
  queues.all.retire(0);
  queues.worker(0).answer(call.sequence);
  queues.all.collect_late();
  CHECK(queues.all.retiring().runs().empty());
}

TEST_CASE("a retiring worker is counted after the indices as long as it lives") {
  Queues queues(2);
  queues.serve(1);
  queues.begin(1);
  queues.all.retire(1);
  std::vector<WorkerStats> workers(3);
  queues.all.count(workers);
  CHECK(workers[1].served == 0);
  CHECK(workers[1].in_flight == 0);
  CHECK(workers[2].served == 1);
  CHECK(workers[2].in_flight == 1);

  queues.all.retiring().worker_ended();
  workers[2].served = 7;
  queues.all.count(workers);
  CHECK(workers[2].served == 7);
}

TEST_CASE("only as many workers are counted as there is room for") {
  Queues queues(2);
  queues.serve(0);
  queues.serve(1);
  std::vector<WorkerStats> workers(2);
  queues.all.count(std::span(workers).first(1));
  CHECK(workers[0].served == 1);
  CHECK(workers[1].served == 0);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
