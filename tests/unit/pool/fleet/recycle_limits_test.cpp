// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/recycle_limits.hpp"

#include <map>
#include <set>

#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using test::contains;

constexpr std::uint64_t kMiB = 1 << 20;

// The members of a fleet and a clock, which the test sets.
struct World {
  explicit World(const Settings& settings, unsigned seed = 1) : limits(settings, seed) {}

  // The process at this index serves from now on.
  void ready(int index) {
    ended(index);
    members.push_back({.index = index,
                       .generation = ++generations,
                       .stage = Member::Stage::kReady,
                       .limits = limits.draw(now)});
  }
  void ended(int index) {
    std::erase_if(members, [&](const Member& member) { return member.index == index; });
  }
  std::optional<RecycleLimits::Due> look() { return limits.look(now, members, port); }
  // Looks again, this much later.
  std::optional<RecycleLimits::Due> look_later(Duration later) {
    now += later;
    return look();
  }
  int index_of(const RecycleLimits::Due& due) const {
    const auto found = std::ranges::find(members, due.generation, &Member::generation);
    return found == members.end() ? -1 : found->index;
  }

  RecycleLimits limits;
  core::TimePoint now{1000s};
  std::vector<Member> members;
  int generations = 0;
  FakeFleet port{with_workers(1)};
};

Settings with_requests(int most) {
  Settings settings;
  settings.max_requests = most;
  return settings;
}
Settings with_memory(std::uint64_t most) {
  Settings settings;
  settings.max_worker_rss = most;
  return settings;
}
Settings with_age(Duration most) {
  Settings settings;
  settings.max_worker_age = most;
  return settings;
}

TEST_CASE("without a limit nothing is due, and nobody looks") {
  World world{Settings{}};
  world.ready(0);
  world.port.answers[0] = 1'000'000'000;
  CHECK_FALSE(world.limits.next_look(world.members));
  CHECK_FALSE(world.look_later(1000h));
}

TEST_CASE("a worker is due from somewhere between 80 % and all of max_requests on") {
  std::set<std::uint64_t> limits;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    World world(with_requests(1000), seed);
    world.ready(0);
    std::optional<RecycleLimits::Due> due;
    while (!due) {
      REQUIRE(++world.port.answers[0] <= 1000);
      due = world.look_later(1s);
    }
    CHECK(world.index_of(*due) == 0);
    CHECK(world.port.answers[0] >= 800);
    CHECK_THAT(due->reason, contains("max_requests is 1000") &&
                                contains("served " + std::to_string(world.port.answers[0]) + " "));
    limits.insert(world.port.answers[0]);
  }
  CHECK(limits.size() > 25);
}

TEST_CASE("each process of an index has a limit of its own") {
  World world(with_requests(1'000'000));
  std::set<std::uint64_t> limits;
  for (int process = 0; process < 20; ++process) {
    world.ready(0);
    std::uint64_t low = 0, high = 1'000'000;  // it is due from `high` on
    while (high - low > 1) {
      world.port.answers[0] = (low + high) / 2;
      (world.look_later(1s) ? high : low) = world.port.answers[0];
    }
    limits.insert(high);
  }
  CHECK(limits.size() > 15);
}

TEST_CASE("with max_requests 1 one request is enough, and none is not") {
  World world(with_requests(1));
  world.ready(0);
  CHECK_FALSE(world.look());
  world.port.answers[0] = 1;
  CHECK(world.look_later(1s));
}

TEST_CASE("a worker is due at its max_worker_age, and that is when one looks") {
  World world(with_age(10s));
  world.ready(0);
  const core::TimePoint ready = world.now;
  const core::Deadline next = world.limits.next_look(world.members);
  REQUIRE(next);
  CHECK(*next >= ready + 8s);
  CHECK(*next <= ready + 10s);
  world.now = *next - 1ns;
  CHECK_FALSE(world.look());
  world.now = *next;
  const auto due = world.look();
  REQUIRE(due);
  CHECK_THAT(due->reason, contains("max_worker_age is 10s"));
}

TEST_CASE(
    "a worker is due once its own memory is over max_worker_rss, and not if that is unknown") {
  World world(with_memory(100 * kMiB));
  world.ready(0);
  CHECK_FALSE(world.look_later(1s));
  world.port.memory[1] = 79 * kMiB;
  CHECK_FALSE(world.look_later(1s));
  world.port.memory[1] = 100 * kMiB;
  const auto due = world.look_later(1s);
  REQUIRE(due);
  CHECK_THAT(due->reason, contains("max_worker_rss is 104857600 bytes: it had 104857600"));
}

TEST_CASE(
    "one looks at requests every 50 ms, at memory every 500 ms, and only where it is limited") {
  Settings settings = with_requests(1000);
  settings.max_worker_rss = 100 * kMiB;
  World world(settings);
  world.ready(0);
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(world.look());
    REQUIRE(world.limits.next_look(world.members));
    CHECK(*world.limits.next_look(world.members) == world.now + 50ms - 1ms * (i % 50));
    world.now += 1ms;
  }
  CHECK(world.port.looks_at_memory == 2);
  World without(with_requests(1000));
  without.ready(0);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(without.look_later(1s));
  CHECK(without.port.looks_at_memory == 0);
}

TEST_CASE("of several workers that are due the one that was ready first is taken") {
  World world(with_requests(10));
  for (const int index : {2, 0, 1}) world.ready(index);
  for (const int index : {0, 1, 2}) world.port.answers[index] = 10;
  CHECK(world.index_of(world.look_later(1s).value()) == 2);
  world.ready(2);  // its successor, which counts afresh in the real pool
  CHECK(world.index_of(world.look_later(1s).value()) == 0);
  world.ended(0);
  CHECK(world.index_of(world.look_later(1s).value()) == 1);
}

TEST_CASE("where a worker has ended nothing is due") {
  World world(with_age(10s));
  world.ready(0);
  world.ended(0);
  CHECK_FALSE(world.limits.next_look(world.members));
  CHECK_FALSE(world.look_later(1h));
}

}  // namespace
}  // namespace inferpool::pool::fleet
