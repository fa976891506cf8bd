// SPDX-License-Identifier: Apache-2.0
// Tests of the explorer itself: programs of a few lines, with all results that C++ allows.
#include <set>
#include <utility>

#include "catch.hpp"
#include "explorer/explorer.hpp"
#include "explorer/words.hpp"

namespace inferpool::explorer {
namespace {

using Word = Atomic<std::uint32_t>;
using Ends = std::set<std::pair<std::uint32_t, std::uint32_t>>;

constexpr Order kRelaxed = Order::relaxed;
constexpr Order kAcquire = Order::acquire;
constexpr Order kRelease = Order::release;
constexpr Order kAcqRel = Order::acq_rel;
constexpr Order kSeqCst = Order::seq_cst;

// The memory of a program. `seen` holds its two results.
struct Program {
  Word x{0};
  Word y{0};
  Word z{0};
  Plain<std::uint32_t> plain{0};
  std::pair<std::uint32_t, std::uint32_t> seen{0, 0};
};
using Body = std::function<void(Program&)>;

Outcome run(const std::vector<Body>& bodies, Ends& ends) {
  return explore([&](Stage& stage) {
    Program program;
    for (const Body& body : bodies) stage.thread("a thread", [&] { body(program); });
    stage.play();
    ends.insert(program.seen);
  });
}

Ends ends_of(const std::vector<Body>& bodies) {
  Ends ends;
  const Outcome outcome = run(bodies, ends);
  INFO(outcome.failure.value_or(""));
  CHECK(outcome.complete);
  return ends;
}

bool fails(const std::vector<Body>& bodies) {
  Ends ends;
  return run(bodies, ends).failure.has_value();
}

Body reader(Order first, Order second) {
  return [=](Program& p) {
    p.seen.first = p.y.load(first);
    p.seen.second = p.x.load(second);
  };
}

TEST_CASE("a message is passed by release and acquire, and by nothing less") {
  const auto writer = [](Order order) {
    return [=](Program& p) {
      p.x.store(1, kRelaxed);
      p.y.store(1, order);
    };
  };
  const Ends passed{{0, 0}, {0, 1}, {1, 1}};
  const Ends all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  CHECK(ends_of({writer(kRelease), reader(kAcquire, kRelaxed)}) == passed);
  CHECK(ends_of({writer(kSeqCst), reader(kSeqCst, kRelaxed)}) == passed);
  CHECK(ends_of({writer(kRelaxed), reader(kAcquire, kRelaxed)}) == all);
  CHECK(ends_of({writer(kRelease), reader(kRelaxed, kRelaxed)}) == all);
}

TEST_CASE("plain bytes may be read only after an acquire of what was released after them") {
  const auto writer = [](Order order) {
    return [=](Program& p) {
      p.plain = 7;
      p.y.store(1, order);
    };
  };
  const auto plain_reader = [](Order order) {
    return [=](Program& p) {
      if (p.y.load(order) == 1) p.seen.first = p.plain;
    };
  };
  CHECK(ends_of({writer(kRelease), plain_reader(kAcquire)}) == Ends{{0, 0}, {7, 0}});
  CHECK(fails({writer(kRelaxed), plain_reader(kAcquire)}));
  CHECK(fails({writer(kRelease), plain_reader(kRelaxed)}));
  CHECK(fails({writer(kRelease), [](Program& p) { p.seen.first = p.plain; }}));
}

TEST_CASE("plain bytes may be written only by a thread that knows that they were read") {
  const auto reads = [](Order order) {
    return [=](Program& p) {
      p.seen.first = p.plain;
      p.y.store(1, order);
    };
  };
  const Body writes = [](Program& p) {
    if (p.y.load(kAcquire) == 1) p.plain = 7;
  };
  CHECK(ends_of({reads(kRelease), writes}) == Ends{{0, 0}});
  CHECK(fails({reads(kRelaxed), writes}));
}

TEST_CASE(
    "each of two threads may miss the store of the other unless all is sequentially consistent") {
  const auto both = [](Order store, Order load) {
    return std::vector<Body>{[=](Program& p) {
                               p.x.store(1, store);
                               p.seen.first = p.y.load(load);
                             },
                             [=](Program& p) {
                               p.y.store(1, kSeqCst);
                               p.seen.second = p.x.load(kSeqCst);
                             }};
  };
  const Ends one_sees{{0, 1}, {1, 0}, {1, 1}};
  const Ends all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  CHECK(ends_of(both(kSeqCst, kSeqCst)) == one_sees);
  CHECK(ends_of(both(kRelease, kSeqCst)) == all);
  CHECK(ends_of(both(kSeqCst, kAcquire)) == all);
  CHECK(ends_of(both(kRelaxed, kRelaxed)) == all);
}

TEST_CASE("an exchange in place of a store does not order it before a load") {
  const auto both = [](Order order) {
    return std::vector<Body>{[=](Program& p) {
                               p.x.exchange(1, order);
                               p.seen.first = p.y.load(kSeqCst);
                             },
                             [=](Program& p) {
                               p.y.exchange(1, order);
                               p.seen.second = p.x.load(kSeqCst);
                             }};
  };
  CHECK_FALSE(ends_of(both(kSeqCst)).contains({0, 0}));
  CHECK(ends_of(both(kAcqRel)).contains({0, 0}));
}

TEST_CASE("a thread never reads an older write of a word than it has read before") {
  const Body writes = [](Program& p) {
    p.x.store(1, kRelaxed);
    p.x.store(2, kRelaxed);
  };
  const Body reads = [](Program& p) {
    p.seen.first = p.x.load(kRelaxed);
    p.seen.second = p.x.load(kRelaxed);
  };
  CHECK(ends_of({writes, reads}) == Ends{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}});
}

TEST_CASE("a read-modify-write hands on what was released before it and a store does not") {
  const auto between = [](bool changes) {
    return [=](Program& p) {
      if (p.y.load(kRelaxed) != 1) return;
      if (changes) {
        p.y.fetch_add(1, kRelaxed);
      } else {
        p.y.store(2, kRelaxed);
      }
    };
  };
  const Body writes = [](Program& p) {
    p.x.store(1, kRelaxed);
    p.y.store(1, kRelease);
  };
  CHECK_FALSE(ends_of({writes, between(true), reader(kAcquire, kRelaxed)}).contains({2, 0}));
  CHECK(ends_of({writes, between(false), reader(kAcquire, kRelaxed)}).contains({2, 0}));
}

TEST_CASE("two threads see two writes in different orders unless all is sequentially consistent") {
  const auto program = [](Order order) {
    const auto sees = [=](Word& first, Word& second) {
      return first.load(order) == 1 && second.load(order) == 0;
    };
    return std::vector<Body>{
        [=](Program& p) { p.x.store(1, order == kAcquire ? kRelease : order); },
        [=](Program& p) { p.y.store(1, order == kAcquire ? kRelease : order); },
        [=](Program& p) { p.seen.first = sees(p.x, p.y) ? 1 : 0; },
        [=](Program& p) { p.seen.second = sees(p.y, p.x) ? 1 : 0; }};
  };
  CHECK(ends_of(program(kAcquire)).contains({1, 1}));
  CHECK_FALSE(ends_of(program(kSeqCst)).contains({1, 1}));
}

TEST_CASE("what one thread passes on to the next reaches a third one") {
  const Body first = [](Program& p) {
    p.z.store(1, kRelaxed);
    p.x.store(1, kRelease);
  };
  const auto second = [](Order order) {
    return [=](Program& p) {
      if (p.x.load(order) == 1) p.y.store(1, kRelease);
    };
  };
  const Body third = [](Program& p) {
    p.seen.first = p.y.load(kAcquire);
    p.seen.second = p.z.load(kRelaxed);
  };
  CHECK_FALSE(ends_of({first, second(kAcquire), third}).contains({1, 0}));
  CHECK(ends_of({first, second(kRelaxed), third}).contains({1, 0}));
}

TEST_CASE("of two compare-and-swaps exactly one wins") {
  const Body first = [](Program& p) {
    std::uint32_t expected = 0;
    p.seen.first = p.x.compare_exchange_strong(expected, 1, kRelaxed) ? 1 : 0;
  };
  const Body second = [](Program& p) {
    std::uint32_t expected = 0;
    p.seen.second = p.x.compare_exchange_strong(expected, 2, kRelaxed) ? 1 : 0;
  };
  CHECK(ends_of({first, second}) == Ends{{0, 1}, {1, 0}});
}

TEST_CASE("a thread that sleeps for ever is a failure") {
  const auto sleeps = [](bool looks_again) {
    return [=](Program& p) {
      p.y.store(1, kSeqCst);
      if (looks_again && p.x.load(kSeqCst) != 0) return;
      const WaitFor word{&p.x, 0};
      Words::wait({&word, 1}, std::nullopt, [] { return false; });
    };
  };
  const auto wakes = [](bool changes) {
    return [=](Program& p) {
      if (changes) p.x.store(1, kSeqCst);
      if (p.y.load(kSeqCst) != 0) Words::wake(&p.x, 1);
    };
  };
  CHECK(ends_of({sleeps(true), wakes(true)}) == Ends{{0, 0}});
  CHECK(ends_of({sleeps(false), wakes(true)}) ==
        Ends{{0, 0}});  // the kernel looks at the word, too
  CHECK(fails({sleeps(true), wakes(false)}));
  CHECK(fails({sleeps(true), [](Program&) {}}));
}

TEST_CASE("access under a lock is no race and a thread that keeps the lock is a failure") {
  Mutex* shared = nullptr;
  const auto outcome = [&](bool keeps) {
    return explore([&](Stage& stage) {
      Program program;
      Mutex mutex;
      shared = &mutex;
      const auto adds = [&] {
        mutex.lock();
        program.plain = program.plain + 1;
        if (!keeps) mutex.unlock();
      };
      stage.thread("one", adds);
      stage.thread("another", adds);
      stage.play();
      stage.expect(program.plain == 2, "both have added");
    });
  };
  CHECK_FALSE(outcome(false).failure);
  CHECK(outcome(true).failure.value_or("").find("waits for a lock") != std::string::npos);
}

TEST_CASE("a worker that stops hands its lock on and runs no more") {
  std::set<std::uint32_t> values;
  const Outcome outcome = explore([&](Stage& stage) {
    Program program;
    Mutex mutex;
    const auto adds = [&] {
      mutex.lock();
      program.x.fetch_add(1, kRelaxed);
      mutex.unlock();
    };
    stage.thread("worker", adds, Stage::kWorker);
    stage.thread("host", adds);
    stage.may_stop();
    stage.play();
    const std::uint32_t value = program.x.load(kRelaxed);
    stage.expect(stage.stopped() || value == 2, "only a worker that stopped has not added");
    values.insert(value);
  });
  CHECK_FALSE(outcome.failure);
  CHECK(values == std::set<std::uint32_t>{1, 2});
}

}  // namespace
}  // namespace inferpool::explorer
