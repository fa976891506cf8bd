// SPDX-License-Identifier: Apache-2.0
// Each order and each wake in the shipped code has a reason, and a scene proves it: the scene fails
// if the access is made weaker by one step, or if the wake is left out.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

struct Unnoticed {
  const char* weakening;
  const char* why;
};

// No scene notices these. On x86 only the orders of the changes, which lock in any case, and of the
// store cost anything.
constexpr std::array kUnnoticed{
    Unnoticed{"host_ring close: stores closing, seq_cst -> release", "the bell is rung after it"},
    Unnoticed{"host_ring park: loads published, seq_cst -> acquire", "the kernel looks once more"},
    Unnoticed{"host_ring passed: loads consumed, acquire -> relaxed", "a hint"},
    Unnoticed{"host_ring plausible: loads published, acquire -> relaxed", "nothing is read by it"},
    Unnoticed{"host_ring recall: changes posted, acq_rel -> acquire", "nothing is passed on by it"},
    Unnoticed{"host_ring recall: changes posted, acq_rel -> release", "nothing is read by it"},
    Unnoticed{"host_ring ring: changes doorbell, seq_cst -> acq_rel", "a wake always follows"},
    Unnoticed{"waiter seen: loads a word of its own, seq_cst -> acquire",
              "the kernel looks once more"},
    Unnoticed{"worker_ring announce: wakes published -> left out", "a hint"},
    Unnoticed{"worker_ring (a lambda): loads caller word, acquire -> relaxed",
              "await_taken looks once more"},
    Unnoticed{"worker_ring await_taken: loads caller word, acquire -> relaxed",
              "the lambda has looked"},
    Unnoticed{"worker_ring await_taken: loads caller word, seq_cst -> acquire",
              "the kernel looks once more"},
    Unnoticed{"worker_ring park: loads doorbell, seq_cst -> acquire", "an old bell does not sleep"},
    Unnoticed{"worker_ring pending: loads posted, acquire -> relaxed", "try_take looks once more"},
    Unnoticed{"worker_ring try_take: changes posted, acq_rel -> acquire",
              "nothing is passed on by it"},
    Unnoticed{"worker_ring try_take: changes posted, acq_rel -> release", "the load has acquired"},
    Unnoticed{"worker_ring try_take: loads posted, acquire -> relaxed", "the change acquires"},
};

// Enough to notice the others: reading an older value has the same effect as an interruption.
constexpr Bounds kQuick{.stale_reads = 3, .preemptions = 1};

struct Found {
  Access access;
  std::vector<const Scene*> scenes;  // that make the access
};

std::vector<Scene> all_scenes() {
  std::vector<Scene> all;
  for (const auto scenes : {ring_scenes(), reply_scenes(), part_scenes(), death_scenes()})
    all.insert(all.end(), scenes.begin(), scenes.end());
  return all;
}

// Every access of the shipped code, by name, and the scenes that make it, the quickest first.
std::map<std::string, Found> accesses_of(const std::vector<Scene>& scenes) {
  std::multimap<std::size_t, std::pair<const Scene*, std::vector<Access>>> by_runs;
  for (const Scene& scene : scenes) {
    const Outcome outcome = explore(scene.play, kQuick);
    by_runs.emplace(outcome.runs, std::pair{&scene, outcome.accesses});
  }
  std::map<std::string, Found> found;
  for (const auto& [runs, made] : by_runs) {
    for (const Access& access : made.second) {
      if (access.name.find("_scenes ") != std::string::npos) continue;
      found.try_emplace(access.name, Found{access, {}}).first->second.scenes.push_back(made.first);
    }
  }
  return found;
}

// The first scene that notices; null if none does.
const Scene* who_notices(const std::vector<Weakening>& weakenings,
                         const std::vector<const Scene*>& scenes) {
  const auto notices = [&](const Scene* scene) {
    return explore(scene->play, kQuick, weakenings).failure.has_value();
  };
  const auto scene = std::find_if(scenes.begin(), scenes.end(), notices);
  return scene == scenes.end() ? nullptr : *scene;
}

TEST_CASE(
    "each weakened order and each missing wake fails a scene unless it is known to go unnoticed") {
  const std::vector<Scene> scenes = all_scenes();
  std::set<std::string> expected;
  for (const Unnoticed& unnoticed : kUnnoticed) expected.insert(unnoticed.weakening);
  std::set<std::string> unnoticed;
  std::size_t noticed = 0;
  for (const auto& [name, found] : accesses_of(scenes)) {
    for (const Weakening& weakening : weakenings_of(found.access)) {
      const Scene* scene = who_notices({weakening}, found.scenes);
      std::cout << name_of(weakening) << ": " << (scene != nullptr ? scene->name : "nobody notices")
                << std::endl;
      if (scene != nullptr) {
        ++noticed;
      } else {
        unnoticed.insert(name_of(weakening));
      }
    }
  }
  CHECK(noticed >= 20);
  CHECK(unnoticed == expected);
}

// If two accesses give the same order, one of them is enough, but without both a scene fails.
TEST_CASE(
    "a scene fails once neither of two accesses gives an order that either would give alone") {
  const std::vector<Scene> scenes = all_scenes();
  const auto found = accesses_of(scenes);
  const auto noticed = [&](const std::vector<Weakening>& weakenings) {
    return who_notices(weakenings, found.at(weakenings.front().access).scenes) != nullptr;
  };
  CHECK(noticed({{"worker_ring try_take: loads posted, acquire", Order::relaxed},
                 {"worker_ring try_take: changes posted, acq_rel", Order::release},
                 {"worker_ring pending: loads posted, acquire", Order::relaxed}}));
  CHECK(noticed({{"worker_ring await_taken: loads caller word, acquire", Order::relaxed},
                 {"worker_ring (a lambda): loads caller word, acquire", Order::relaxed}}));
}

}  // namespace
}  // namespace inferpool::explorer
