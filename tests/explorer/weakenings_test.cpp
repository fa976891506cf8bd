// SPDX-License-Identifier: Apache-2.0
// Each order and each wake in the shipped code is there for a reason, and some scene knows it: with
// the access made weaker by one step, or the wake left out, that scene fails.
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

// What no scene notices. None of these makes the code slower on x86.
constexpr std::array<Unnoticed, 0> kUnnoticed{};

struct Found {
  Access access;
  std::vector<const Scene*> scenes;  // that make it
};

std::vector<Scene> all_scenes() {
  std::vector<Scene> all;
  for (const auto scenes : {ring_scenes(), reply_scenes(), part_scenes(), death_scenes()})
    all.insert(all.end(), scenes.begin(), scenes.end());
  return all;
}

// Every access of the shipped code, by name, and who makes it; the quickest scene first.
std::map<std::string, Found> accesses_of(const std::vector<Scene>& scenes) {
  std::multimap<std::size_t, std::pair<const Scene*, std::vector<Access>>> by_runs;
  for (const Scene& scene : scenes) {
    const Outcome outcome = explore(scene.play, scene.bounds);
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

// The scene that notices; null: none.
const Scene* who_notices(const Weakening& weakening, const std::vector<const Scene*>& scenes) {
  const auto notices = [&](const Scene* scene) {
    return explore(scene->play, scene->bounds, weakening).failure.has_value();
  };
  const auto scene = std::find_if(scenes.begin(), scenes.end(), notices);
  return scene == scenes.end() ? nullptr : *scene;
}

TEST_CASE("each order and each wake is missed by a scene unless it is known not to be") {
  const std::vector<Scene> scenes = all_scenes();
  std::set<std::string> expected;
  for (const Unnoticed& unnoticed : kUnnoticed) expected.insert(unnoticed.weakening);
  std::set<std::string> unnoticed;
  std::size_t noticed = 0;
  for (const auto& [name, found] : accesses_of(scenes)) {
    for (const Weakening& weakening : weakenings_of(found.access)) {
      const Scene* scene = who_notices(weakening, found.scenes);
      std::cout << name_of(weakening) << ": " << (scene != nullptr ? scene->name : "nobody notices")
                << std::endl;
      scene != nullptr ? ++noticed : unnoticed.insert(name_of(weakening)).second;
    }
  }
  CHECK(noticed >= 40);
  CHECK(unnoticed == expected);
}

}  // namespace
}  // namespace inferpool::explorer
