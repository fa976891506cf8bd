// SPDX-License-Identifier: Apache-2.0
// A long random walk through the life of a fleet; after every step, what must always hold is
// checked.
#include <random>
#include <set>

#include "unit/pool/fleet/fake_fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

class Walk {
 public:
  explicit Walk(unsigned seed) : random_(seed), pool_(settings(random_), seed) {
    pool_.fleet.start();
  }

  void step() {
    pool_.now += std::chrono::microseconds(random(20'000));
    const auto kind = random(100);
    if (kind < 25) {
      make();
    } else if (kind < 45) {
      become_ready();
    } else if (kind < 60) {
      end();
    } else if (kind < 66) {
      kill();
    } else if (kind < 70) {
      pool_.answers[static_cast<int>(random(kPlaces))] = random(30);
    } else if (kind < 74) {
      pool_.idle = !pool_.idle;
    } else if (kind < 76) {
      pool_.now += 1s;
    } else {
      pool_.fleet.step(pool_.now);
      pool_.fleet.check_starts(pool_.now);
    }
    check();
  }

  // Without further faults all indices serve again once nothing is lost any more.
  void recover() {
    for (int i = 0; i < 200; ++i) {
      for (const Member& member : std::vector(pool_.fleet.members())) {
        if (member.lost_at || member.stage == Member::Stage::kLost) pool_.end(member.generation);
        if (member.stage == Member::Stage::kOrdered) pool_.spawned(member.generation);
        if (member.stage == Member::Stage::kStarting)
          pool_.fleet.ready(member.generation, pool_.now);
      }
      pool_.answers.clear();
      pool_.pass(100ms);
      check();
    }
    CHECK(pool_.status().live == kPlaces);
    CHECK_FALSE(open_);
  }

  void close() {
    pool_.fleet.close(pool_.now);
    pool_.idle = pool_.is_drained = true;
    pool_.news();
    for (int i = 0; i < 10 && !pool_.fleet.over(); ++i) {
      for (const Member& member : std::vector(pool_.fleet.members())) {
        if (member.stage == Member::Stage::kOrdered) pool_.not_spawned(member.generation);
        if (member.asked_to_leave) pool_.end(member.generation, 0);
      }
      pool_.pass(process::kKillGrace);
    }
    CHECK(pool_.fleet.over());
    for (const std::string& line : pool_.news()) CHECK_FALSE(line.starts_with("spawn"));
  }

 private:
  static constexpr int kPlaces = 3;

  static Settings settings(std::mt19937& random) {
    Settings settings = with_workers(kPlaces);
    settings.startup_timeout = 300ms;
    settings.drain_timeout = 200ms;
    settings.restart_backoff = {.first = 1ms, .limit = 50ms, .breaker = 3};
    if (random() % 2 == 0) settings.max_requests = 20;
    return settings;
  }

  std::size_t random(std::size_t below) { return random_() % below; }
  const Member* any(Member::Stage stage) {
    std::vector<const Member*> found;
    for (const Member& member : pool_.fleet.members()) {
      if (member.stage == stage) found.push_back(&member);
    }
    return found.empty() ? nullptr : found[random(found.size())];
  }

  void make() {
    const Member* member = any(Member::Stage::kOrdered);
    if (member == nullptr) return;
    random(5) == 0 ? pool_.not_spawned(member->generation) : pool_.spawned(member->generation);
  }
  void become_ready() {
    const Member* member = any(Member::Stage::kStarting);
    if (member == nullptr || member->lost_at) return;
    pool_.fleet.loads(member->generation);
    pool_.fleet.ready(member->generation, pool_.now);
  }
  void end() {
    const std::vector<Member> members = pool_.fleet.members();
    if (members.empty()) return;
    const Member& member = members[random(members.size())];
    if (member.stage == Member::Stage::kOrdered) return;
    reports::WorkerEnd end = pool_.end_of(member.generation);
    end.index = member.index;
    if (random(20) == 0) end.lost = reports::Lost::kUnreaped;
    end.was_ready = end.was_ready || (member.stage == Member::Stage::kStarting && random(4) == 0);
    pool_.fleet.ended(end, pool_.now);
  }
  void kill() {
    const Member* member = any(Member::Stage::kReady);
    if (member != nullptr) pool_.fleet.killed(member->generation, pool_.now);
  }

  void check() {
    std::set<int> generations;
    std::map<int, int> holders;
    int beside = 0;
    int alive = 0;
    for (const Member& member : pool_.fleet.members()) {
      REQUIRE(generations.insert(member.generation).second);
      holders[member.index] += member.serves_index() ? 1 : 0;
      beside += member.successor || member.stage == Member::Stage::kRetiring ? 1 : 0;
      alive += member.stage != Member::Stage::kLost ? 1 : 0;
      if (member.successor) REQUIRE(serves(member.index));
    }
    for (const auto& [index, count] : holders) REQUIRE(count <= 1);
    REQUIRE(beside <= 1);
    REQUIRE(alive <= kPlaces + 1);
    REQUIRE(pool_.fleet.members().size() <= 2 * kPlaces);
    const FleetStatus status = pool_.status();
    REQUIRE(status.workers.size() <= kPlaces + 1);
    REQUIRE(status.live <= kPlaces);
    check_events();
    if (open_) REQUIRE(status.live == 0);
  }
  bool serves(int index) const {
    return std::ranges::any_of(pool_.fleet.members(), [&](const Member& member) {
      return member.index == index && member.stage == Member::Stage::kReady;
    });
  }
  // Opened and closed alternate. The events of each process come in order, each once.
  void check_events() {
    for (; seen_ < pool_.events.size(); ++seen_) {
      const Event& event = pool_.events[seen_];
      if (event.kind == EventKind::kBreakerOpened) REQUIRE_FALSE(std::exchange(open_, true));
      if (event.kind == EventKind::kBreakerClosed) REQUIRE(std::exchange(open_, false));
      if (event.kind == EventKind::kReady) REQUIRE(ready_.insert(event.generation).second);
      if (event.kind == EventKind::kDied || event.kind == EventKind::kRecycled) {
        REQUIRE(ready_.contains(event.generation));
        REQUIRE(gone_.insert(event.generation).second);
      }
      if (event.kind == EventKind::kStartFailed) REQUIRE(gone_.insert(event.generation).second);
    }
  }

  std::mt19937 random_;
  FakeFleet pool_;
  std::size_t seen_ = 0;
  std::set<int> ready_, gone_;
  bool open_ = false;
};

TEST_CASE("whatever happens to its workers, a fleet keeps its promises and recovers", "[H2][H3]") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    for (int i = 0; i < 500; ++i) walk.step();
    walk.recover();
    for (int i = 0; i < 100; ++i) walk.step();
    walk.close();
  }
}

}  // namespace
}  // namespace inferpool::pool::fleet
