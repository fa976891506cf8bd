// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pool/fleet/fleet.hpp"

namespace inferpool::pool::fleet {

using namespace std::chrono_literals;

inline Settings with_workers(int workers) {
  Settings settings;
  settings.workers = workers;
  settings.start_in_background = true;
  return settings;
}

// A fleet whose processes, calls and clock the test plays. It logs each command and event of the
// fleet in one line: "spawn 0/1" is index 0, generation 1.
class FakeFleet : public FleetPort {
 public:
  using Log = std::vector<std::string>;

  explicit FakeFleet(const Settings& settings, unsigned seed = 1) : fleet(settings, *this, seed) {}

  // The log since the last news().
  Log news() { return std::exchange(log_, {}); }

  // --- what a test plays ---

  void spawned(int generation) { fleet.spawned(generation, 100 + generation, now); }
  void not_spawned(int generation) {
    fleet.not_spawned(generation, Error(ErrorCode::kStartupFailed, "no process"), now);
  }
  void make_ready(int generation) {
    spawned(generation);
    fleet.loads(generation);
    fleet.ready(generation, now);
  }
  // Makes all ordered processes ready.
  void start() {
    fleet.start();
    for (const Member& member : std::vector(fleet.members())) make_ready(member.generation);
    news();
  }
  // The process exits with this code, or, if there is a reason, the pool killed it.
  void end(int generation, int code = 1, const std::string& reason = {}) {
    reports::WorkerEnd end = end_of(generation);
    end.status.code = code;
    end.reason = reason;
    fleet.ended(end, now);
  }
  reports::WorkerEnd end_of(int generation) const {
    reports::WorkerEnd end{.generation = generation, .pid = 100 + generation};
    for (const Member& member : fleet.members()) {
      if (member.generation != generation) continue;
      end.index = member.index;
      end.was_ready =
          member.stage == Member::Stage::kReady || member.stage == Member::Stage::kRetiring;
    }
    return end;
  }
  // Time passes, and the fleet steps whenever it asks to.
  void pass(Duration time) {
    const core::TimePoint until = now + time;
    for (int looks = 0;; ++looks) {
      REQUIRE(looks < 10'000);  // else it does not sleep
      fleet.step(now);
      fleet.check_starts(now);
      const core::Deadline next = fleet.next_step(now);
      if (!next || *next > until) break;
      now = std::max(now, *next);
    }
    now = until;
    fleet.step(now);
    fleet.check_starts(now);
  }
  FleetStatus status() const {
    FleetStatus status;
    fleet.report(status);
    return status;
  }

  // --- the port ---

  void spawn(int index, int generation) noexcept override { write("spawn", index, generation); }
  void serve(int index, int generation) noexcept override { write("serve", index, generation); }
  void replace(int index, int generation) noexcept override { write("replace", index, generation); }
  void ask_to_leave(int generation) noexcept override {
    write("leave " + std::to_string(generation));
  }
  void kill(int generation, const std::string& reason) noexcept override {
    write("kill " + std::to_string(generation) + ": " + reason);
  }
  void lose_calls(const reports::WorkerEnd& end) noexcept override {
    write("lose", end.index, end.generation);
  }
  void lose_calls_of_retiring(const reports::WorkerEnd& end) noexcept override {
    write("lose retiring", end.index, end.generation);
  }
  void refuse_calls(const Error& unavailable) noexcept override {
    refusal = unavailable.what();
    write("refuse");
  }
  void stop_calls() noexcept override {
    is_drained = true;
    write("stop calls");
  }
  void tell(Event event) noexcept override {
    write("event " + std::string(name(event.kind)));
    events.push_back(std::move(event));
  }
  reports::WorkerEnd give_up(int generation) noexcept override {
    reports::WorkerEnd end = end_of(generation);
    end.lost = reports::Lost::kUnkillable;
    return end;
  }
  bool retiring_is_idle() const noexcept override { return idle; }
  bool drained() const noexcept override { return is_drained; }
  std::uint64_t served(int index) const noexcept override {
    const auto found = answers.find(index);
    return found == answers.end() ? 0 : found->second;
  }
  std::optional<std::uint64_t> private_memory(int generation) const override {
    ++looks_at_memory;
    const auto found = memory.find(generation);
    return found == memory.end() ? std::nullopt : std::optional(found->second);
  }

  Fleet fleet;
  core::TimePoint now{1000s};
  std::vector<Event> events;
  std::string refusal;
  bool idle = true;
  bool is_drained = true;
  std::map<int, std::uint64_t> answers;  // by index
  std::map<int, std::uint64_t> memory;   // by generation
  mutable int looks_at_memory = 0;

 private:
  void write(std::string line) { log_.push_back(std::move(line)); }
  void write(const std::string& what, int index, int generation) {
    write(what + " " + std::to_string(index) + "/" + std::to_string(generation));
  }

  Log log_;
};

}  // namespace inferpool::pool::fleet
